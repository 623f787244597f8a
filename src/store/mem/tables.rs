//! What the store in memory keeps. A row is shared until it is written, so that a copy of all
//! tables costs little.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::ids::{
    AgentName, ChatId, ConversationId, Digest, MessageId, OutboxId, PauseId, Timestamp, TurnId,
    UpdateId, UserId,
};
use crate::model::{
    AuditLine, Body, Button, Conversation, File, Kind, Outcome, Place, Turn, TurnState, UpdateEnd,
};
use crate::rules::approval::{Made, Waiting};

/// Every table; the names are those of the schema.
#[derive(Clone, Default)]
pub struct Tables {
    /// What Telegram delivered.
    pub updates: BTreeMap<UpdateId, Rc<UpdateRow>>,
    /// Conversations, as their first turn or `/new` opened them.
    pub conversations: BTreeMap<ConversationId, Rc<Conversation>>,
    /// What those in which something was asked are found again by.
    pub found: BTreeMap<ConversationId, Found>,
    /// The conversation that a slot points at.
    pub slots: BTreeMap<(Place, UserId, AgentName), ConversationId>,
    /// The agent that plain text goes to, and since when.
    pub current_agents: BTreeMap<(Place, UserId), (AgentName, Timestamp)>,
    /// Turns.
    pub turns: BTreeMap<TurnId, Rc<TurnRow>>,
    /// Which updates a turn came of.
    pub turn_updates: BTreeSet<(UpdateId, TurnId)>,
    /// The turn that a message belongs to, and whether its writer was told that an edit of it
    /// does nothing.
    pub turn_messages: BTreeMap<(ChatId, MessageId), (TurnId, bool)>,
    /// The outbox.
    pub posts: BTreeMap<OutboxId, Rc<PostRow>>,
    /// Buttons by their token.
    pub buttons: BTreeMap<String, Rc<ButtonRow>>,
    /// The day on which a stranger was last told so.
    pub strangers: BTreeMap<i64, i64>,
    /// Groups that have become supergroups: the old id, the new one.
    pub moves: BTreeMap<ChatId, ChatId>,
    /// Until when Telegram wants nothing of us; none is every chat.
    pub penalties: BTreeMap<Option<ChatId>, Timestamp>,
    /// What agents wait for; of what is over, what it was last.
    pub pauses: BTreeMap<PauseId, Rc<Waiting>>,
    /// Every decision, by its pause and its number.
    pub decisions: BTreeMap<(PauseId, u32), (Digest, Made)>,
    /// The audit, oldest first.
    pub audit: Vec<Rc<AuditLine>>,
    /// How often an update has ended so.
    pub updates_ended: BTreeMap<&'static str, u64>,
    /// How often a turn has ended so.
    pub turns_ended: BTreeMap<&'static str, u64>,
    /// The highest ids that there ever were.
    pub(super) last: Last,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub(super) turn: TurnId,
    pub(super) conversation: ConversationId,
    pub(super) post: OutboxId,
}

impl Default for Last {
    fn default() -> Self {
        Self {
            turn: TurnId(0),
            conversation: ConversationId(0),
            post: OutboxId(0),
        }
    }
}

/// What a conversation is found again by.
#[derive(Clone, Debug)]
pub struct Found {
    /// When it was last used.
    pub used_at: Timestamp,
    /// Its first words.
    pub words: Option<String>,
    /// The turn that they are of.
    pub words_of: Option<TurnId>,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            used_at: Timestamp(0),
            words: None,
            words_of: None,
        }
    }
}

/// An update; its text is erased with its end.
#[derive(Clone, Debug)]
pub struct UpdateRow {
    /// When it was taken in.
    pub received_at: Timestamp,
    /// As it was delivered.
    pub body: Option<String>,
    /// None while nobody has dealt with it.
    pub end: Option<UpdateEnd>,
}

/// Where a turn stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnStands {
    /// It is not over.
    Open(TurnState),
    /// It is.
    Over(Outcome),
    /// It was answered, and Telegram refused the answer.
    Undeliverable,
}

/// A turn.
#[derive(Clone, Debug)]
pub struct TurnRow {
    /// All of it but its state.
    pub turn: Turn,
    /// Where it stands.
    pub stands: TurnStands,
    /// When it was begun.
    pub opened_at: Timestamp,
}

/// Where a row of the outbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostState {
    /// It waits.
    Pending,
    /// Its call has begun.
    Sending,
    /// Telegram has it.
    Sent,
    /// Telegram refused it.
    Refused,
    /// Nobody knows.
    Unknown,
    /// It is not needed any more.
    Dropped,
}

/// A row of the outbox.
#[derive(Clone, Debug)]
pub struct PostRow {
    /// Where it goes.
    pub place: Place,
    /// Its order within its chat.
    pub seq: i64,
    /// The turn that it speaks of.
    pub turn: Option<TurnId>,
    /// What it is.
    pub kind: Kind,
    /// What it says; erased once it needs no sending any more.
    pub body: Option<Body>,
    /// The file that it carries; erased with what it says.
    pub file: Option<File>,
    /// Where it stands.
    pub state: PostState,
    /// When it was committed.
    pub posted_at: Timestamp,
    /// Calls begun.
    pub sends: u32,
    /// The message that it became.
    pub message: Option<MessageId>,
    /// Telegram's words.
    pub reason: Option<String>,
}

/// A button, and who pressed it.
#[derive(Clone, Debug)]
pub struct ButtonRow {
    /// All of it.
    pub button: Button,
    /// Who pressed it, or one beside it.
    pub used_by: Option<UserId>,
}
