//! One run: processes live and die on one thread under one paused clock, until everybody has
//! what was promised.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use switchboard::app::{Edges, Machine};
use switchboard::ids::AgentName;
use switchboard::store::{MemStore, SharedStore};
use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use crate::a2a::SimCalls;
use crate::agents::{KINDS, SimAgent};
use crate::bot_api::SimTelegram;
use crate::breakage::Breakage;
use crate::checks;
use crate::people;
use crate::settings;
use crate::sim::{BOT, Process, Sim, SimWorld};
use crate::store::SimStore;
use crate::telegram::Telegram;

/// The longest that calming down may take: questions that were held wait for a day.
const CALM_MAX: Duration = Duration::from_hours(30);
/// Lives of the bot in one run that may end badly.
const LIVES_MAX: u32 = 8;

/// What came of a run.
pub struct Report {
    pub seed: u64,
    pub broken: Vec<String>,
    pub digest: u64,
    pub trace: Vec<String>,
}

/// Runs a seed; with one rule broken, if one is named.
pub fn run(seed: u64, breakage: Option<Breakage>) -> Report {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let stage = Stage::new(seed, breakage);
        let outside = stage.outside.clone();
        outside.run_until(stage.clone().play()).await;
        let sim = &stage.sim;
        Report {
            seed,
            broken: sim.broken(),
            digest: sim.digest(),
            trace: sim.trace(),
        }
    })
}

/// A process and all its tasks; dropping it is its death.
struct Life {
    process: Rc<Process>,
    tasks: LocalSet,
    /// Asks it to stop in good order.
    stop: Rc<Notify>,
    over: Rc<Cell<bool>>,
}

struct Stage {
    sim: Rc<Sim>,
    breakage: Option<Breakage>,
    telegram: Rc<Telegram>,
    agents: Vec<Rc<SimAgent>>,
    outside: Rc<LocalSet>,
    lives: RefCell<Vec<Life>>,
    begun: Cell<u32>,
    /// The store of the newest process.
    newest: Rc<RefCell<Option<SharedStore>>>,
    /// Told when a life has ended.
    ended: Notify,
}

impl Stage {
    fn new(seed: u64, breakage: Option<Breakage>) -> Rc<Self> {
        let sim = Rc::new(Sim::new(seed));
        Rc::new(Self {
            breakage,
            telegram: Telegram::new(&sim),
            agents: KINDS.map(|kind| SimAgent::new(&sim, kind)).to_vec(),
            outside: Rc::new(LocalSet::new()),
            lives: RefCell::default(),
            begun: Cell::new(0),
            newest: Rc::default(),
            ended: Notify::new(),
            sim,
        })
    }

    async fn play(self: Rc<Self>) {
        let mut keeper = Box::pin(self.keep_alive());
        let mut trouble = Box::pin(self.make_trouble());
        let mut story = Box::pin(self.story());
        std::future::poll_fn(|cx| {
            self.poll_lives(cx);
            let _ = keeper.as_mut().poll(cx);
            let _ = trouble.as_mut().poll(cx);
            if self.sim.is_broken() {
                return Poll::Ready(());
            }
            story.as_mut().poll(cx)
        })
        .await;
        self.lives.borrow_mut().clear();
    }

    fn poll_lives(&self, cx: &mut Context<'_>) {
        let mut lives = self.lives.borrow_mut();
        let before = lives.len();
        lives.retain_mut(|life| {
            let over = Pin::new(&mut life.tasks).poll(cx).is_ready();
            !over && !life.process.is_dead() && !life.over.get()
        });
        if lives.len() < before {
            self.ended.notify_one();
        }
    }

    /// People live; then all goes well, and everything must come to its end.
    async fn story(&self) {
        people::live(&self.sim, &self.telegram).await;
        sleep(self.sim.chance.millis(0, 60_000)).await;
        self.sim.note("calm");
        self.sim.calm.set(true);
        self.sim.disk.fail(None);
        for agent in &self.agents {
            agent.down.set(false);
        }
        let end = Instant::now() + CALM_MAX;
        self.settles(end).await;
        // It has to stay so: what comes late comes within this.
        sleep(Duration::from_mins(2)).await;
        self.settles(end).await;
        checks::at_the_end(&self.sim, &self.telegram, &self.agents);
    }

    async fn settles(&self, end: Instant) {
        let mut decided = BTreeSet::new();
        while !checks::is_settled(&self.sim, &self.telegram) && Instant::now() < end {
            sleep(Duration::from_secs(5)).await;
            people::decide(&self.sim, &self.telegram, &mut decided);
        }
    }

    /// There is always a process, after a while.
    async fn keep_alive(&self) {
        loop {
            if self.lives.borrow().is_empty() {
                sleep(self.sim.chance.millis(0, 5_000)).await;
                self.begin();
            }
            self.ended.notified().await;
        }
    }

    fn begin(&self) {
        let id = self.begun.get() + 1;
        self.begun.set(id);
        let process = Rc::new(Process::new(&self.sim, id, id <= LIVES_MAX));
        process.note(format_args!("begins by {:?} rules", process.rules));
        let life = Life {
            process: process.clone(),
            tasks: LocalSet::new(),
            stop: Rc::default(),
            over: Rc::default(),
        };
        let edges = self.edges(process.clone());
        let settings = match self.breakage {
            Some(Breakage::AnybodyApproves) => settings::anybody_approves(),
            _ => settings::of(process.rules),
        };
        let (stop, over) = (life.stop.clone(), life.over.clone());
        life.tasks.spawn_local(async move {
            let edges = edges();
            let started = Machine::start(settings, edges).await;
            match started {
                Ok((machine, mut fatal)) => {
                    process.note("has begun");
                    let why = tokio::select! {
                        biased;
                        why = fatal.recv() => why,
                        () = stop.notified() => None,
                    };
                    process.note(format_args!("stops: {why:?}"));
                    machine.drain(why.as_ref()).await;
                }
                Err(error) => process.note(format_args!("cannot begin: {error:#}")),
            }
            process.note("is over");
            over.set(true);
        });
        self.lives.borrow_mut().push(life);
    }

    /// The edges of a process, to be made among its own tasks.
    fn edges(&self, process: Rc<Process>) -> impl FnOnce() -> Edges + 'static {
        let (sim, telegram, outside) = (
            self.sim.clone(),
            self.telegram.clone(),
            self.outside.clone(),
        );
        let (agents, newest, breakage) = (self.agents.clone(), self.newest.clone(), self.breakage);
        move || {
            let clock = sim.clone();
            let disk: SharedStore = Rc::new(MemStore::open(&sim.disk, BOT, move || clock.now()));
            process.epoch.set(sim.disk.epoch());
            process
                .penalties
                .replace(sim.disk.tables().penalties.clone());
            *newest.borrow_mut() = Some(disk.clone());
            let disk = Breakage::of_disk(breakage, disk, &newest);
            let store: SharedStore = Rc::new(SimStore::new(&process, disk));
            let calls = SimTelegram::new(&process, &telegram, &outside);
            let agents = agents.iter().map(|agent| {
                let calls = SimCalls::new(&process, agent, &outside);
                let name = agent.kind.name.into();
                (name, Breakage::of_agent(breakage, Rc::new(calls)))
            });
            let agents: BTreeMap<AgentName, _> = agents.collect();
            Edges {
                telegram: Breakage::of_telegram(breakage, Rc::new(calls)),
                agents: Box::new(move |_, name| agents.get(name).cloned()),
                store: Breakage::of_store(breakage, store),
                world: Rc::new(SimWorld(sim)),
            }
        }
    }

    /// Disks fail, agents go away, processes are stopped, or a second one begins beside the first.
    async fn make_trouble(&self) {
        let (sim, chance) = (&self.sim, &self.sim.chance);
        while !sim.calm.get() {
            sleep(chance.millis(1_000, 10_000)).await;
            if !sim.mishap(sim.odds.trouble) {
                continue;
            }
            match chance.below(4) {
                0 => {
                    sim.note("the disk is full");
                    sim.disk.fail(Some("database or disk is full"));
                    sleep(chance.millis(100, 20_000)).await;
                    sim.note("the disk works");
                    sim.disk.fail(None);
                }
                1 => {
                    let agent = chance.pick(&self.agents);
                    sim.note(format_args!("{} is down", agent.kind.name));
                    agent.down.set(true);
                    sleep(chance.millis(1_000, 60_000)).await;
                    sim.note(format_args!("{} is up", agent.kind.name));
                    agent.down.set(false);
                }
                2 => {
                    if let Some(life) = self.lives.borrow().first() {
                        life.process.note("is asked to stop");
                        life.stop.notify_one();
                    }
                }
                _ => {
                    if self.lives.borrow().len() == 1 && self.begun.get() < LIVES_MAX {
                        self.begin();
                    }
                }
            }
        }
        std::future::pending::<()>().await;
    }
}
