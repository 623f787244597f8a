//! The store in memory, with the same refusals: for simulations and tests, where a process dies
//! and what it wrote stays. [`MemDisk`] is what stays; each process opens its own [`MemStore`]
//! on it, and the one that opened last owns it.

mod apply;
mod chats;
mod pauses;
mod pieces;
mod posts;
mod read;
mod recent;
mod tables;
mod totals;

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};

pub use self::tables::{
    ButtonRow, Found, PostRow, PostState, Tables, TurnRow, TurnStands, UpdateRow,
};
use super::{Answer, Asked, Change, Store, StoreError, StoredUpdate, Unfinished, Upkeep};
use crate::ids::{
    AgentName, BotId, ChatId, ConversationId, Epoch, MessageId, OutboxId, RouteName, Timestamp,
    TurnId, UserId,
};
use crate::model::{Button, Conversation, File, Place, Recent, Seat, Turn};
use crate::rules::approval::{Under, Waiting};
use crate::rules::quota::Used;
use crate::rules::status::Totals;

/// What outlives the processes. Clones are the same disk.
#[derive(Clone, Default)]
pub struct MemDisk(Rc<RefCell<Disk>>);

#[derive(Default)]
struct Disk {
    tables: Tables,
    epoch: i64,
    fault: Option<&'static str>,
    /// Whether nothing is copied before it is changed.
    in_place: bool,
}

impl MemDisk {
    /// One for runs in which nothing is refused, and whose cost is looked at: a commit costs what it
    /// changes, not a copy of everything. The first list that is refused breaks it for good.
    #[must_use]
    pub fn in_place() -> Self {
        let disk = Self::default();
        disk.0.borrow_mut().in_place = true;
        disk
    }

    /// From now on everything fails with this reason, as on a full or locked disk; `None` mends it.
    pub fn fail(&self, reason: Option<&'static str>) {
        self.0.borrow_mut().fault = reason;
    }

    /// What is kept, to look at. Not to be held across an await.
    #[must_use]
    pub fn tables(&self) -> Ref<'_, Tables> {
        Ref::map(self.0.borrow(), |disk| &disk.tables)
    }

    /// How often it has changed hands.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        Epoch(self.0.borrow().epoch)
    }
}

/// One process's hold of a [`MemDisk`]. Its answers are ready at once, and what was asked for
/// happens even if nobody waits for the answer.
pub struct MemStore {
    disk: MemDisk,
    bot: BotId,
    epoch: i64,
    clock: Box<dyn Fn() -> Timestamp>,
    closed: Cell<bool>,
    turns: Cell<i64>,
    conversations: Cell<i64>,
    posts: Cell<i64>,
}

impl MemStore {
    /// Takes the disk over: from now on the writes of every earlier owner are refused. `clock`
    /// says when something was committed.
    #[must_use]
    pub fn open(disk: &MemDisk, bot: BotId, clock: impl Fn() -> Timestamp + 'static) -> Self {
        let mut inside = disk.0.borrow_mut();
        inside.epoch += 1;
        let last = inside.tables.last;
        Self {
            disk: disk.clone(),
            bot,
            epoch: inside.epoch,
            clock: Box::new(clock),
            closed: Cell::new(false),
            turns: Cell::new(last.turn.0),
            conversations: Cell::new(last.conversation.0),
            posts: Cell::new(last.post.0),
        }
    }

    fn works(&self, disk: &Disk) -> Result<(), StoreError> {
        if self.closed.get() {
            return Err(StoreError::unavailable("it is closed"));
        }
        disk.fault.map_or(Ok(()), |reason| {
            Err(StoreError::unavailable(format!("{reason} (in memory)")))
        })
    }

    fn owns(&self, disk: &Disk) -> Result<(), StoreError> {
        self.works(disk)?;
        if disk.epoch == self.epoch {
            Ok(())
        } else {
            Err(StoreError::Deposed)
        }
    }

    fn read<T: 'static>(&self, read: impl FnOnce(&Tables) -> T) -> Answer<T> {
        let disk = self.disk.0.borrow();
        let answer = self.works(&disk).map(|()| read(&disk.tables));
        ready(answer).boxed_local()
    }

    /// All of it or nothing: what is written is a copy until the last change has applied.
    fn write<T: 'static>(
        &self,
        write: impl FnOnce(&mut Tables, Timestamp) -> Result<T, StoreError>,
    ) -> Answer<T> {
        let mut disk = self.disk.0.borrow_mut();
        let done = self.owns(&disk).and_then(|()| {
            if disk.in_place {
                let done = write(&mut disk.tables, (self.clock)());
                if done.is_err() {
                    disk.fault = Some("a list of changes was refused half way");
                }
                return done;
            }
            let mut tables = disk.tables.clone();
            let done = write(&mut tables, (self.clock)())?;
            disk.tables = tables;
            Ok(done)
        });
        ready(done).boxed_local()
    }
}

impl Upkeep for MemStore {
    fn works(&self) -> bool {
        Self::works(self, &self.disk.0.borrow()).is_ok()
    }
}

impl Store for MemStore {
    fn bot(&self) -> BotId {
        self.bot
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.write(|tables, _| Ok(tables.accept(updates)))
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        self.write(|tables, now| {
            changes
                .iter()
                .try_for_each(|change| tables.apply(change, now))
        })
    }

    fn prove_ownership(&self) -> Answer<()> {
        ready(self.owns(&self.disk.0.borrow())).boxed_local()
    }

    fn new_updates(&self, max: usize) -> Answer<Vec<StoredUpdate>> {
        self.read(|tables| tables.new_updates(max))
    }

    fn unfinished(&self) -> Answer<Unfinished> {
        self.read(Tables::unfinished)
    }

    fn seat(&self, place: Place, user: UserId) -> Answer<Seat> {
        self.read(|tables| tables.seat(place, user))
    }

    fn recent(&self, place: Place, user: UserId, max: usize) -> Answer<Vec<Recent>> {
        self.read(|tables| tables.recent(place, user, max))
    }

    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.read(|tables| tables.button(&token))
    }

    fn turn(&self, turn: TurnId) -> Answer<Option<(Turn, Conversation)>> {
        self.read(|tables| tables.turn(turn))
    }

    fn pause_of(&self, turn: TurnId) -> Answer<Option<Waiting>> {
        self.read(|tables| tables.pause_of(turn))
    }

    fn waits_under(&self, chat: ChatId, message: MessageId) -> Answer<Option<Under>> {
        self.read(|tables| tables.waits_under(chat, message))
    }

    fn used(&self, user: UserId, route: RouteName, before: TurnId, now: Timestamp) -> Answer<Used> {
        self.read(|tables| tables.used(user, &route, before, now))
    }

    fn asked(&self, chat: ChatId, message: MessageId) -> Answer<Option<Asked>> {
        self.read(|tables| tables.asked(chat, message))
    }

    fn stranger_told(&self, who: i64) -> Answer<Option<i64>> {
        self.read(|tables| tables.strangers.get(&who).copied())
    }

    fn totals(&self, now: Timestamp) -> Answer<Totals> {
        self.read(|tables| tables.totals(now))
    }

    fn message_of(&self, post: OutboxId) -> Answer<Option<MessageId>> {
        self.read(|tables| tables.posts.get(&post)?.message)
    }

    fn file_of(&self, post: OutboxId) -> Answer<Option<File>> {
        self.read(|tables| tables.posts.get(&post)?.file.clone())
    }

    fn agent_of(&self, chat: ChatId, message: MessageId) -> Answer<Option<AgentName>> {
        self.read(|tables| tables.agent_of(chat, message))
    }

    fn close(&self) -> LocalBoxFuture<'static, ()> {
        self.closed.set(true);
        ready(()).boxed_local()
    }

    fn new_turn(&self) -> TurnId {
        TurnId(next(&self.turns))
    }

    fn new_conversation(&self) -> ConversationId {
        ConversationId(next(&self.conversations))
    }

    fn new_post(&self) -> OutboxId {
        OutboxId(next(&self.posts))
    }
}

fn next(counter: &Cell<i64>) -> i64 {
    counter.set(counter.get() + 1);
    counter.get()
}
