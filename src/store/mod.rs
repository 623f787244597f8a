//! What must survive a death of the process.
//!
//! Callers describe a state change as a list of [`Change`]s, which is committed whole or
//! not at all, together with the outbox rows that announce it. Each change that moves
//! something states where it must stand before; a change that no longer applies refuses
//! its whole list with [`StoreError::Stale`], and nothing happens.
//!
//! One process owns the store. Every write proves that it is still the owner.

mod apply;
mod audit;
mod backup;
mod change;
mod chats;
mod codec;
mod deaths;
mod error;
mod look;
mod mem;
mod menus;
mod opening;
mod owner;
mod parked;
mod pauses;
mod penalties;
mod points;
mod read;
mod recent;
mod sqlite;
mod surely;
#[cfg(test)]
mod tests;
mod tidy;
mod totals;
mod upkeep;
mod waiters;
mod write;
mod writer;

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;

pub use self::audit::{AuditEntry, Wanted, audit};
pub use self::backup::backup;
pub use self::change::{Change, becomes_message};
pub use self::error::StoreError;
pub use self::look::{Look, look};
pub use self::mem::{
    ButtonRow, Found, MemDisk, MemStore, PostRow, PostState, Tables, TurnRow, TurnStands, UpdateRow,
};
pub use self::owner::Ownership;
pub use self::parked::{Parked, ask_retry, parked};
pub use self::points::{POINTS, WRITES};
pub use self::sqlite::Sqlite;
pub use self::surely::surely;
pub use self::tidy::Tidy;
pub use self::upkeep::Upkeep;
pub use self::waiters::Waiter;
use crate::ids::{
    AgentName, BotId, ChatId, ConversationId, MessageId, OutboxId, RouteName, Timestamp, TurnId,
    UpdateId, UserId,
};
use crate::model::{Button, Conversation, File, Place, Post, Recent, Seat, Turn};
use crate::rules::approval::{Under, Waiting};
use crate::rules::pace::Penalty;
use crate::rules::quota::Used;
use crate::rules::status::Totals;

/// An update as it is kept until its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredUpdate {
    /// Its id.
    pub id: UpdateId,
    /// When it was taken in.
    pub received_at: Timestamp,
    /// The JSON text as Telegram delivered it.
    pub body: String,
}

/// The question that a message is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who asked.
    pub by: UserId,
    /// In which conversation.
    pub conversation: Conversation,
    /// Whether they were told that an edit of the message does nothing.
    pub told: bool,
}

/// What waits when a process begins.
#[derive(Debug, Default)]
pub struct Unfinished {
    /// Turns that are not over, oldest first, each with its conversation.
    pub turns: Vec<(Turn, Conversation)>,
    /// Rows that were not sent, in their order, and whether their call had begun.
    pub posts: Vec<(Post, bool)>,
    /// Groups that have become supergroups: the old id, the new one.
    pub moves: Vec<(ChatId, ChatId)>,
    /// Until when Telegram wants nothing of us; some of it may be over.
    pub penalties: Vec<Penalty>,
}

/// A future of the store; it runs on the thread of the actors.
pub type Answer<T> = LocalBoxFuture<'static, Result<T, StoreError>>;

/// The store, as the actors see it.
pub trait Store: Upkeep {
    /// The bot whose rows these are.
    fn bot(&self) -> BotId;

    /// Keeps a batch of updates; answers those that were not known before.
    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>>;

    /// Commits all of it, or nothing.
    fn commit(&self, changes: Vec<Change>) -> Answer<()>;

    /// Refuses if another process has taken the store. For calls to the outside that no
    /// commit of their own comes before.
    fn prove_ownership(&self) -> Answer<()>;

    /// Updates that nobody has dealt with, oldest first, at most `max`.
    fn new_updates(&self, max: usize) -> Answer<Vec<StoredUpdate>>;

    /// Turns and posts that are not over.
    fn unfinished(&self) -> Answer<Unfinished>;

    /// What is remembered of a person in a place.
    fn seat(&self, place: Place, user: UserId) -> Answer<Seat>;

    /// The conversations of a person in a place in which something was asked, with those that
    /// are shared there: the last used first, at most `max`.
    fn recent(&self, place: Place, user: UserId, max: usize) -> Answer<Vec<Recent>>;

    /// A button that was not used, by its token.
    fn button(&self, token: String) -> Answer<Option<Button>>;

    /// A turn with its conversation; one that is over reads as if it waited again. What is
    /// done to it says where it must stand, so that no harm comes of it.
    fn turn(&self, turn: TurnId) -> Answer<Option<(Turn, Conversation)>>;

    /// What a turn waits for.
    fn pause_of(&self, turn: TurnId) -> Answer<Option<Waiting>>;

    /// What is asked, or was, by the card that this message is.
    fn waits_under(&self, chat: ChatId, message: MessageId) -> Answer<Option<Under>>;

    /// How much this person has asked, and was asked by this route, before this turn.
    fn used(&self, user: UserId, route: RouteName, before: TurnId, now: Timestamp) -> Answer<Used>;

    /// The question that a message is part of.
    fn asked(&self, chat: ChatId, message: MessageId) -> Answer<Option<Asked>>;

    /// The day on which a stranger was last told so.
    fn stranger_told(&self, who: i64) -> Answer<Option<i64>>;

    /// The sums over all updates, turns and posts, and how old what waits is at `now`.
    fn totals(&self, now: Timestamp) -> Answer<Totals>;

    /// The message that a row became, if it is known to have become one.
    fn message_of(&self, post: OutboxId) -> Answer<Option<MessageId>>;

    /// The file that a row carries, until the row needs no sending any more.
    fn file_of(&self, post: OutboxId) -> Answer<Option<File>>;

    /// The agent whose turn a message of ours speaks of.
    fn agent_of(&self, chat: ChatId, message: MessageId) -> Answer<Option<AgentName>>;

    /// Commits what still waits, closes the file and lets the next owner in. Whatever is
    /// asked after this is refused.
    fn close(&self) -> LocalBoxFuture<'static, ()>;

    /// A fresh id.
    fn new_turn(&self) -> TurnId;

    /// A fresh id.
    fn new_conversation(&self) -> ConversationId;

    /// A fresh id; posts of a chat go out in the order in which they are committed.
    fn new_post(&self) -> OutboxId;
}

/// The store as it is handed around.
pub type SharedStore = Rc<dyn Store>;
