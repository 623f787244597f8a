//! What a run shares: its dice, its clock, its trace, what was found broken; and the processes,
//! each of which may die at any of its steps.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use switchboard::actors::World;
use switchboard::ids::{BotId, ChatId, Epoch, OutboxId, Timestamp};
use switchboard::store::MemDisk;
use tokio::time::Instant;
use uuid::Uuid;

use crate::allowed::Rules;
use crate::chance::Chance;
use crate::checks::CALLS_MAX;
use crate::witness::Witness;

/// The bot of every run.
pub const BOT: BotId = BotId(7_000_000_001);
/// The wall clock at the beginning, in milliseconds: shortly before a midnight, so that days end.
const BEGIN: i64 = 1_700_006_300_000;

/// A run has a few thousand notes: one with so many goes round in circles.
const NOTES_MAX: usize = 40_000;

/// How bad the world is, each in a thousand of its occasions.
#[derive(Clone, Copy, Debug)]
pub struct Odds {
    /// A call to Telegram goes wrong.
    pub telegram: u64,
    /// A call to an agent goes wrong.
    pub agent: u64,
    /// A process dies at a random step of its first few hundred.
    pub death: u64,
    /// Something is done to the process or its disk every few seconds.
    pub trouble: u64,
}

/// One run.
pub struct Sim {
    pub chance: Chance,
    pub odds: Odds,
    pub disk: MemDisk,
    /// Nothing goes wrong any more, and nobody asks any more.
    pub calm: Cell<bool>,
    /// Calls that were begun for a row of the outbox and taken in by Telegram.
    pub taken: RefCell<BTreeMap<OutboxId, u32>>,
    /// What was seen from outside.
    pub witness: Witness,
    /// Prompts and streams that an agent may have in flight.
    pub calls_max: Cell<usize>,
    /// Groups that became supergroups.
    pub moved: RefCell<BTreeMap<ChatId, ChatId>>,
    begin: Instant,
    trace: RefCell<Vec<String>>,
    digest: RefCell<DefaultHasher>,
    broken: RefCell<Vec<String>>,
}

impl Sim {
    pub fn new(seed: u64) -> Self {
        let chance = Chance::new(seed);
        let odds = Odds {
            telegram: *chance.pick(&[0, 30, 30, 120, 300]),
            agent: *chance.pick(&[0, 50, 50, 150, 350]),
            death: *chance.pick(&[0, 600, 900, 1000]),
            trouble: *chance.pick(&[0, 0, 150, 300]),
        };
        Self {
            chance,
            odds,
            disk: MemDisk::default(),
            calm: Cell::new(false),
            taken: RefCell::default(),
            witness: Witness::default(),
            calls_max: Cell::new(CALLS_MAX),
            moved: RefCell::default(),
            begin: Instant::now(),
            trace: RefCell::default(),
            digest: RefCell::new(DefaultHasher::new()),
            broken: RefCell::default(),
        }
    }

    /// Whether something with these odds happens now.
    pub fn mishap(&self, odds: u64) -> bool {
        let rolled = self.chance.permille(odds);
        rolled && !self.calm.get()
    }

    pub fn now(&self) -> Timestamp {
        let passed = self.begin.elapsed().as_millis();
        Timestamp(BEGIN + i64::try_from(passed).unwrap_or(i64::MAX / 2))
    }

    /// The id that a chat has now.
    pub fn now_of(&self, chat: ChatId) -> ChatId {
        self.moved.borrow().get(&chat).copied().unwrap_or(chat)
    }

    /// Notes what happened.
    pub fn note(&self, what: impl Display) {
        let line = format!("{:>9} {what}", self.begin.elapsed().as_millis());
        line.hash(&mut *self.digest.borrow_mut());
        self.trace.borrow_mut().push(line);
        if self.trace.borrow().len() == NOTES_MAX {
            self.breaks("it does not come to rest");
        }
    }

    /// A promise was not kept.
    pub fn breaks(&self, what: impl Display) {
        self.note(format_args!("BROKEN: {what}"));
        self.broken.borrow_mut().push(what.to_string());
    }

    pub fn broken(&self) -> Vec<String> {
        self.broken.borrow().clone()
    }

    pub fn is_broken(&self) -> bool {
        !self.broken.borrow().is_empty()
    }

    /// A number for all that happened.
    pub fn digest(&self) -> u64 {
        self.digest.borrow().finish()
    }

    pub fn trace(&self) -> Vec<String> {
        self.trace.borrow().clone()
    }
}

/// One life of the bot.
pub struct Process {
    pub sim: Rc<Sim>,
    pub id: u32,
    /// The rules that it lives by.
    pub rules: Rules,
    /// It dies when it has taken so many steps.
    dies_at: Cell<u64>,
    steps: Cell<u64>,
    dead: Cell<bool>,
    /// The epoch in which it owns the store.
    pub epoch: Cell<Epoch>,
    /// What earlier ones were told of the pace, and had kept when it began.
    pub penalties: RefCell<BTreeMap<Option<ChatId>, Timestamp>>,
}

impl Process {
    pub fn new(sim: &Rc<Sim>, id: u32, may_die: bool) -> Self {
        let dies_at = if may_die && sim.mishap(sim.odds.death) {
            // Early deaths are deaths in the middle of recovery.
            let within = *sim.chance.pick(&[20, 100, 400]);
            1 + sim.chance.below(within)
        } else {
            u64::MAX
        };
        let narrow = sim.chance.permille(300);
        Self {
            sim: sim.clone(),
            id,
            rules: if narrow { Rules::Narrow } else { Rules::Wide },
            dies_at: Cell::new(dies_at),
            steps: Cell::new(0),
            dead: Cell::new(false),
            epoch: Cell::new(Epoch(0)),
            penalties: RefCell::default(),
        }
    }

    pub fn note(&self, what: impl Display) {
        self.sim.note(format_args!("p{} {what}", self.id));
    }

    /// A moment at which it may die: before and after everything that can be seen outside.
    pub async fn step(&self) {
        self.steps.set(self.steps.get() + 1);
        let dies = self.steps.get() >= self.dies_at.get() && !self.sim.calm.get();
        if dies && !self.dead.get() {
            self.kill();
        }
        if self.dead.get() {
            std::future::pending::<()>().await;
        }
    }

    pub fn kill(&self) {
        self.note("is killed");
        self.dead.set(true);
    }

    pub fn is_dead(&self) -> bool {
        self.dead.get()
    }
}

/// The time of day, and the dice.
pub struct SimWorld(pub Rc<Sim>);

impl World for SimWorld {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn random_id(&self) -> Uuid {
        Uuid::from_u64_pair(self.0.chance.next(), self.0.chance.next())
    }
}
