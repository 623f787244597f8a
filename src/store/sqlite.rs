//! The store in one SQLite file: WAL, `synchronous = FULL`, one writer, a few readers.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, Row, query};
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;

use super::opening::{self, Opened};
use super::tidy::Tidy;
use super::writer::{self, Done, Job, Outcome, Work, Writer};
use super::{
    Answer, Asked, Change, Ownership, Store, StoreError, StoredUpdate, Unfinished, Upkeep, Waiter,
    backup, chats, deaths, menus, parked, pauses, read, recent, totals, waiters, write,
};
use crate::ids::{
    AgentName, BotId, ChatId, ConversationId, Epoch, MessageId, OutboxId, RouteName, Timestamp,
    TurnId, UpdateId, UserId,
};
use crate::model::{Button, Conversation, File, MenuScope, Place, Recent, Seat, Turn};
use crate::poison;
use crate::rules::approval::{Under, Waiting};
use crate::rules::quota::Used;
use crate::rules::status::Totals;
use crate::rules::suspects::Deaths;

/// Reads beside the writer; each is a thread and a connection.
const READERS: u32 = 2;
/// How long a statement waits for a lock that a backup or a reader holds.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// A store in a file, owned by this process.
pub struct Sqlite {
    bot: BotId,
    epoch: Epoch,
    /// None once closed.
    open: RefCell<Option<Open>>,
    readers: SqlitePool,
    /// Whether the last group was committed.
    works: Arc<AtomicBool>,
    turns: Cell<i64>,
    conversations: Cell<i64>,
    posts: Cell<i64>,
}

/// What there is only while the store is open.
struct Open {
    writer: Way,
    ownership: Ownership,
}

/// The way to the writer.
struct Way {
    jobs: mpsc::Sender<Job>,
    /// Told when it has ended.
    ended: oneshot::Receiver<()>,
}

/// What is known once the store is ours.
struct Taken {
    ownership: Ownership,
    epoch: Epoch,
    last: [i64; 3],
}

impl Sqlite {
    /// Opens the store, brings its schema up to date, and takes it over: from now on the
    /// writes of every earlier owner are refused.
    ///
    /// # Errors
    /// When the file cannot be opened, read or written, or is newer than this binary.
    pub async fn open(path: &Path, bot: BotId, ownership: Ownership) -> Result<Self, StoreError> {
        let works = Arc::new(AtomicBool::new(true));
        let (writer, taken) = begin(path.to_owned(), bot, ownership, works.clone())?;
        let taken = taken
            .await
            .map_err(|_| StoreError::unavailable("opening it has ended early"))??;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            // A file does not go away as a server does.
            .test_before_acquire(false)
            .connect_lazy_with(options(path));
        let [turns, conversations, posts] = taken.last.map(Cell::new);
        Ok(Self {
            bot,
            epoch: taken.epoch,
            open: RefCell::new(Some(Open {
                writer,
                ownership: taken.ownership,
            })),
            readers,
            works,
            turns,
            conversations,
            posts,
        })
    }

    fn ask(&self, work: Work) -> impl Future<Output = Done> + use<> {
        let (answer, done) = oneshot::channel();
        if let Some(open) = &*self.open.borrow() {
            // A writer that has ended drops the job, and `done` tells.
            let _ = open.writer.jobs.send(Job { work, answer });
        }
        async move {
            done.await
                .map_err(|_| StoreError::unavailable("it is closed"))?
        }
    }
}

impl Store for Sqlite {
    fn bot(&self) -> BotId {
        self.bot
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        let done = self.ask(Work::Accept(updates));
        Box::pin(async move {
            match done.await? {
                Outcome::Fresh(fresh) => Ok(fresh),
                _ => Ok(Vec::new()),
            }
        })
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        let done = self.ask(Work::Commit(changes));
        Box::pin(async move { done.await.map(|_| ()) })
    }

    fn prove_ownership(&self) -> Answer<()> {
        let (readers, epoch) = (self.readers.clone(), self.epoch);
        Box::pin(async move {
            let held: i64 = query("SELECT epoch FROM owner")
                .fetch_one(&readers)
                .await?
                .try_get(0)?;
            if held == epoch.0 {
                Ok(())
            } else {
                Err(StoreError::Deposed)
            }
        })
    }

    fn new_updates(&self, max: usize) -> Answer<Vec<StoredUpdate>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { read::new_updates(&readers, bot, max).await })
    }

    fn unfinished(&self) -> Answer<Unfinished> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { read::unfinished(&readers, bot).await })
    }

    fn seat(&self, place: Place, user: UserId) -> Answer<Seat> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { read::seat(&readers, bot, place, user).await })
    }

    fn recent(&self, place: Place, user: UserId, max: usize) -> Answer<Vec<Recent>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { recent::recent(&readers, bot, (place, user), max).await })
    }

    fn button(&self, token: String) -> Answer<Option<Button>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { read::button(&readers, bot, &token).await })
    }

    fn turn(&self, turn: TurnId) -> Answer<Option<(Turn, Conversation)>> {
        let readers = self.readers.clone();
        Box::pin(async move { read::turn(&readers, turn).await })
    }

    fn pause_of(&self, turn: TurnId) -> Answer<Option<Waiting>> {
        let readers = self.readers.clone();
        Box::pin(async move { pauses::pause_of(&readers, turn).await })
    }

    fn waits_under(&self, chat: ChatId, message: MessageId) -> Answer<Option<Under>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { pauses::waits_under(&readers, bot, chat, message).await })
    }

    fn used(&self, user: UserId, route: RouteName, before: TurnId, now: Timestamp) -> Answer<Used> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { pauses::used(&readers, bot, user, &route, before, now).await })
    }

    fn asked(&self, chat: ChatId, message: MessageId) -> Answer<Option<Asked>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { read::asked(&readers, bot, chat, message).await })
    }

    fn stranger_told(&self, who: i64) -> Answer<Option<i64>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { read::stranger_told(&readers, bot, who).await })
    }

    fn totals(&self, now: Timestamp) -> Answer<Totals> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { totals::totals(&readers, bot, now).await })
    }

    fn message_of(&self, post: OutboxId) -> Answer<Option<MessageId>> {
        let readers = self.readers.clone();
        Box::pin(async move { read::message_of(&readers, post).await })
    }

    fn file_of(&self, post: OutboxId) -> Answer<Option<File>> {
        let readers = self.readers.clone();
        Box::pin(async move { read::file_of(&readers, post).await })
    }

    fn agent_of(&self, chat: ChatId, message: MessageId) -> Answer<Option<AgentName>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { chats::agent_of(&readers, bot, chat, message).await })
    }

    fn close(&self) -> LocalBoxFuture<'static, ()> {
        let (open, readers) = (self.open.take(), self.readers.clone());
        Box::pin(async move {
            let Some(open) = open else { return };
            drop(open.writer.jobs);
            readers.close().await;
            // The writer commits what waits, then ends; only then may another one write.
            let _ = open.writer.ended.await;
            drop(open.ownership);
        })
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

impl Upkeep for Sqlite {
    fn waiters(&self, before: Timestamp, max: usize) -> Answer<Vec<Waiter>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { waiters::waiters(&readers, bot, before, max).await })
    }

    fn suspects(&self) -> Answer<Vec<(poison::Work, i64, String)>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { parked::suspects(&readers, bot).await })
    }

    fn deaths(&self) -> Answer<Deaths> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { deaths::deaths(&readers, bot).await })
    }

    fn copied_at(&self) -> Answer<Option<Timestamp>> {
        let readers = self.readers.clone();
        Box::pin(async move { backup::copied_at(&readers).await })
    }

    fn menus(&self) -> Answer<Vec<(MenuScope, String)>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { menus::all(&readers, bot).await })
    }

    fn retries(&self) -> Answer<Vec<poison::Work>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { parked::retries(&readers, bot).await })
    }

    fn update_body(&self, update: UpdateId) -> Answer<Option<String>> {
        let (readers, bot) = (self.readers.clone(), self.bot);
        Box::pin(async move { read::update_body(&readers, bot, update).await })
    }

    fn works(&self) -> bool {
        self.works.load(Ordering::Relaxed)
    }

    fn probe(&self) -> Answer<()> {
        let done = self.ask(Work::Probe);
        Box::pin(async move { done.await.map(|_| ()) })
    }

    fn tidy(&self, step: Tidy) -> Answer<u64> {
        let done = self.ask(Work::Tidy(step));
        Box::pin(async move {
            match done.await? {
                Outcome::Tidied(rows) => Ok(rows),
                _ => Ok(0),
            }
        })
    }

    fn checkpoint(&self) -> Answer<()> {
        let done = self.ask(Work::Checkpoint);
        Box::pin(async move { done.await.map(|_| ()) })
    }
}

/// Gives the writer its thread, which opens the store first: that may take long, and others are
/// not to wait. The lock goes there and comes back: nobody gets it while this still writes.
fn begin(
    path: PathBuf,
    bot: BotId,
    ownership: Ownership,
    works: Arc<AtomicBool>,
) -> Result<(Way, oneshot::Receiver<Result<Taken, StoreError>>), StoreError> {
    let (jobs, waiting) = mpsc::channel();
    let (tell, told) = unbounded_channel();
    tokio::spawn(writer::tell(told));
    let (tell_taken, taken) = oneshot::channel();
    let (tell_ended, ended) = oneshot::channel();
    let life = move || {
        let opened = match opening::open(&path) {
            Ok(opened) => opened,
            Err(error) => {
                drop(ownership);
                let _ = tell_taken.send(Err(error));
                return;
            }
        };
        let Opened {
            connection,
            epoch,
            last,
        } = opened;
        // Whoever waits for it no longer has dropped the way to the writer, too: it ends at once.
        let _ = tell_taken.send(Ok(Taken {
            ownership,
            epoch,
            last,
        }));
        let writer = Writer {
            bot,
            epoch,
            connection: Some(connection),
            connect: Box::new(move || write::connect(&path)),
            works,
        };
        writer.run(&waiting, &tell);
        // Nobody waits for it where the process ends at once.
        let _ = tell_ended.send(());
    };
    // Whose it is: of `store main` the system shows 15 characters.
    let name = format!("store {}", thread::current().name().unwrap_or_default());
    let thread = thread::Builder::new().name(name);
    thread.spawn(life).map_err(StoreError::unavailable)?;
    Ok((Way { jobs, ended }, taken))
}

/// Of those who only read.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(BUSY)
        // Each statement would ask the log, which tells nobody about statements.
        .disable_statement_logging()
}

fn next(counter: &Cell<i64>) -> i64 {
    counter.set(counter.get() + 1);
    counter.get()
}
