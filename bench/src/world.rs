//! What the two servers share: the updates that wait, the ledger, and how the agent behaves.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep};

use crate::ledger::Ledger;

/// The next update id. Telegram never uses one twice for a bot, whatever process polls; those of an
/// old store are far below.
static NEXT_UPDATE: AtomicI64 = AtomicI64::new(800_000_000);
/// The next message id: the same.
static NEXT_MESSAGE: AtomicI64 = AtomicI64::new(10_000_000);
/// Calls that were not understood, of which the first are told.
const STRANGE_MAX: usize = 20;

/// An update that Telegram keeps until it is confirmed.
pub struct Pending {
    /// Its id.
    pub id: i64,
    /// The question in it.
    pub number: usize,
    /// As Telegram writes it.
    pub json: String,
}

/// How long the agent takes.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    /// At least so long, and up to `spread` more, each question its own.
    Takes {
        /// At least.
        least: Duration,
        /// And up to this.
        spread: Duration,
    },
    /// Until [`World::release`].
    Holds,
}

impl Patience {
    /// Always as long.
    pub fn takes(least: Duration) -> Self {
        let spread = Duration::ZERO;
        Self::Takes { least, spread }
    }
}

/// What the two servers share. All of it lives on one thread.
pub struct World {
    /// What was asked, and what became of it.
    pub ledger: RefCell<Ledger>,
    /// What Telegram has for the bot.
    pub pending: RefCell<VecDeque<Pending>>,
    /// Something new is pending.
    pub arrived: Notify,
    /// The poll that counts: a newer one ends an older.
    pub poll: Cell<u64>,
    /// When the bot asked for updates, first.
    pub first_poll: Cell<Option<Instant>>,
    /// Calls by method, polls left out.
    pub calls: RefCell<BTreeMap<String, u64>>,
    /// What was called and is not played here: a fault of this harness, or of the bot.
    pub strange: RefCell<Vec<String>>,
    /// How the agent behaves.
    pub patience: Cell<Patience>,
    /// Whoever is answered asks again.
    pub eager: Cell<bool>,
    held: RefCell<VecDeque<oneshot::Sender<()>>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            ledger: RefCell::default(),
            pending: RefCell::default(),
            arrived: Notify::new(),
            poll: Cell::new(0),
            first_poll: Cell::new(None),
            calls: RefCell::default(),
            strange: RefCell::default(),
            patience: Cell::new(Patience::takes(Duration::ZERO)),
            eager: Cell::new(false),
            held: RefCell::default(),
        }
    }
}

impl World {
    /// Somebody asks in a private chat.
    pub fn ask(&self, chat: i64) {
        let number = self.ledger.borrow_mut().ask(chat);
        let id = NEXT_UPDATE.fetch_add(1, Ordering::Relaxed);
        let message = next_message();
        let date = unix_now();
        let json = format!(
            r#"{{"update_id":{id},"message":{{"message_id":{message},"from":{{"id":{chat},"is_bot":false,"first_name":"Ann","language_code":"en"}},"chat":{{"id":{chat},"first_name":"Ann","type":"private"}},"date":{date},"text":"Question {number}: which pods of the shop are failing, and since when?"}}}}"#
        );
        self.pending
            .borrow_mut()
            .push_back(Pending { id, number, json });
        self.arrived.notify_waiters();
    }

    /// Telegram has an answer.
    pub fn answer(&self, number: usize, chat: i64) {
        let first = self
            .ledger
            .borrow_mut()
            .answer(number, chat, Instant::now());
        if let (Some(asker), true) = (first, self.eager.get()) {
            self.ask(asker);
        }
    }

    /// The agent thinks about a question.
    pub async fn think(&self, number: usize) {
        match self.patience.get() {
            Patience::Takes { least, spread } => {
                // Any but a steady order will do.
                let part = (number * 7919 % 31) as f64 / 31.0;
                let takes = least + spread.mul_f64(part);
                if !takes.is_zero() {
                    sleep(takes).await;
                }
            }
            Patience::Holds => {
                let (release, released) = oneshot::channel();
                self.held.borrow_mut().push_back(release);
                let _ = released.await;
            }
        }
    }

    /// Lets up to `some` questions go that the agent holds; false if it holds none.
    pub fn release(&self, some: usize) -> bool {
        let mut held = self.held.borrow_mut();
        let some = some.min(held.len());
        let any = held
            .drain(..some)
            .filter_map(|held| held.send(()).ok())
            .count();
        any > 0
    }

    /// Notes a call that is not played here.
    pub fn strange(&self, what: String) {
        let mut strange = self.strange.borrow_mut();
        if strange.len() < STRANGE_MAX {
            strange.push(what);
        }
    }

    /// Counts a call to Telegram.
    pub fn count(&self, method: &str) {
        let mut calls = self.calls.borrow_mut();
        if let Some(count) = calls.get_mut(method) {
            *count += 1;
        } else {
            calls.insert(method.to_owned(), 1);
        }
    }

    /// Calls to Telegram so far, polls left out.
    pub fn calls(&self) -> u64 {
        self.calls.borrow().values().sum()
    }
}

/// The id of a new message.
pub fn next_message() -> i64 {
    NEXT_MESSAGE.fetch_add(1, Ordering::Relaxed)
}

/// Now, as Telegram dates messages.
pub fn unix_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
