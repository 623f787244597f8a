//! A world in which nothing goes wrong: one process, and one update at a time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use switchboard::app::{Edges, Machine};
use switchboard::config::{self, Config};
use switchboard::ids::{AgentName, UpdateId};
use switchboard::store::{MemStore, PostState, SharedStore};
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use super::breaking::Breaking;
use super::cases::{self, Case};
use super::{seen, writing};
use crate::a2a::SimCalls;
use crate::agents::{Ask, KINDS, Kind, SimAgent, Step, Tool, answer};
use crate::allowed::Rules;
use crate::bot_api::SimTelegram;
use crate::sim::{BOT, Process, Sim, SimWorld};
use crate::store::SimStore;
use crate::telegram::{Telegram, marked};

/// Updates, or albums of them, of one world.
const CASES: u32 = 60;
/// All that comes of an update has come by then, or is a long wait: an album may be 1 s in coming,
/// a file 4 s.
const QUIET: Duration = Duration::from_secs(10);
/// An update that has no outcome within this has none.
const NEVER: Duration = Duration::from_mins(5);
const CONFIG: &str = include_str!("world.toml");

/// What came of a world.
pub struct Report {
    pub seed: u64,
    pub broken: Vec<String>,
    pub trace: Vec<String>,
    /// What happened in it.
    pub had: Vec<String>,
}

/// Everything that there is.
pub struct World {
    pub sim: Rc<Sim>,
    pub telegram: Rc<Telegram>,
    pub agents: Vec<Rc<SimAgent>>,
    /// Whether the bot listens to all in the group, and whether it has a default.
    pub hears_all: bool,
    pub has_default: bool,
    had: RefCell<Vec<String>>,
}

/// Plays a seed; with one thing broken, if one is named.
pub fn play(seed: u64, breaking: Option<Breaking>) -> Report {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime can be made");
    let tasks = Rc::new(LocalSet::new());
    runtime.block_on(tasks.clone().run_until(async {
        let world = World::new(seed);
        world.run(&tasks, breaking).await;
        Report {
            seed,
            broken: world.sim.broken(),
            trace: world.sim.trace(),
            had: world.had.take(),
        }
    }))
}

impl World {
    fn new(seed: u64) -> Self {
        let sim = Rc::new(Sim::new(seed));
        sim.calm.set(true);
        sim.calls_max.set(64);
        let agents = KINDS.map(|kind| SimAgent::new(&sim, kind)).to_vec();
        for agent in &agents {
            agent.script.set(Some(script));
        }
        Self {
            telegram: Telegram::new(&sim),
            agents,
            hears_all: sim.chance.permille(300),
            has_default: sim.chance.permille(600),
            had: RefCell::default(),
            sim,
        }
    }

    fn config(&self) -> Config {
        let listen = if self.hears_all { "all" } else { "addressed" };
        let text = CONFIG
            .replace("LISTEN", listen)
            .replace("\"DEFAULT\"", &self.has_default.to_string());
        let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.write_all(text.as_bytes()).expect("it can be written");
        let token = "7000000001:AAexampleexampleexampleexample-_";
        let environment = [("TOKEN".to_owned(), token.to_owned())].into();
        config::load(file.path(), &environment)
            .expect("the configuration is good")
            .0
    }

    async fn run(&self, tasks: &Rc<LocalSet>, breaking: Option<Breaking>) {
        let mut process = Process::new(&self.sim, 1, false);
        process.rules = Rules::Wide;
        let edges = self.edges(&Rc::new(process), tasks, breaking);
        let started = Machine::start(self.config(), edges).await;
        let (machine, _fatal) = started.expect("it starts");
        for n in 0..CASES {
            let case = if n + 1 < CASES {
                cases::next(self)
            } else {
                writing::migrated(self)
            };
            self.judge(case).await;
            if self.sim.is_broken() {
                return;
            }
        }
        drop(machine);
    }

    fn edges(
        &self,
        process: &Rc<Process>,
        tasks: &Rc<LocalSet>,
        breaking: Option<Breaking>,
    ) -> Edges {
        let clock = self.sim.clone();
        let disk: SharedStore = Rc::new(MemStore::open(&self.sim.disk, BOT, move || clock.now()));
        process.epoch.set(self.sim.disk.epoch());
        let disk = Breaking::of_disk(breaking, disk);
        let telegram = Rc::new(SimTelegram::new(process, &self.telegram, tasks));
        let agents = self.agents.iter().map(|agent| {
            let calls: switchboard::a2a::SharedAgent =
                Rc::new(SimCalls::new(process, agent, tasks));
            (agent.kind.name.into(), calls)
        });
        let agents: BTreeMap<AgentName, _> = agents.collect();
        Edges {
            telegram: Breaking::of_telegram(breaking, telegram),
            agents: Box::new(move |_, name| agents.get(name).cloned()),
            store: Rc::new(SimStore::new(process, disk)),
            world: Rc::new(SimWorld(self.sim.clone())),
        }
    }

    /// Lets the updates of a case come to their ends, and looks at what came of them.
    async fn judge(&self, case: Case) {
        self.sim.note(format_args!("CASE {}", case.what));
        let before = seen::Look::at(self, &case);
        case.arrive(self);
        self.comes_to_rest(&case).await;
        for agent in &self.agents {
            agent.mishap.set(None);
        }
        let after = seen::Look::at(self, &case);
        self.had
            .borrow_mut()
            .extend(case.updates.iter().map(|_| case.kind.clone()));
        for broken in seen::broken(&case, &before, &after) {
            let (kind, what) = (&case.kind, &case.what);
            self.sim.breaks(format_args!("{kind}: {what}: {broken}"));
        }
    }

    async fn comes_to_rest(&self, case: &Case) {
        let end = Instant::now() + NEVER;
        let ended = |id: &UpdateId| {
            let tables = self.sim.disk.tables();
            tables.updates.get(id).is_some_and(|row| row.end.is_some())
        };
        let all_out = || {
            let tables = self.sim.disk.tables();
            let waits = |state| matches!(state, PostState::Pending | PostState::Sending);
            !tables.posts.values().any(|post| waits(post.state))
        };
        while Instant::now() < end {
            sleep(QUIET).await;
            let mut ids = case.updates.iter().map(|(id, _)| id);
            if ids.all(ended) && all_out() && self.telegram.is_empty() {
                return;
            }
        }
    }
}

/// What an agent does with a prompt: what its words ask for, within a second.
fn script(kind: &Kind, text: &str, asked: &[i64], serial: &str) -> Vec<(Instant, Step)> {
    let asks = |word: &str| text.contains(word);
    let about = asked
        .iter()
        .map(|it| marked(*it))
        .collect::<Vec<_>>()
        .join(" ");
    let tools = |count| {
        let tool = |n| Tool {
            id: format!("call-{serial}-{n}"),
            name: "restart",
            args: serde_json::json!({"for": about, "number": n}),
            via: None,
        };
        Step::Pause(Ask::Tools((0..count).map(tool).collect()))
    };
    let question = |multiple| {
        let question = (
            format!("Colour for {about}?"),
            vec!["red", "green"],
            multiple,
        );
        Step::Pause(Ask::Questions(format!("ask-{serial}"), vec![question]))
    };
    let words = Step::Pause(Ask::Words(format!("Which one, for {about}?")));
    let last = match kind.form {
        Some(_) if asks("dangers") => vec![tools(2)],
        Some(_) if asks("danger") => vec![tools(1)],
        Some(_) if asks("choices") => vec![question(true)],
        Some(_) if asks("choice") => vec![question(false)],
        _ if asks("words") => vec![words],
        _ if asks("fails") => vec![Step::End(switchboard::a2a::TaskState::Failed)],
        _ if asks("runs") => vec![Step::Working("it takes long".to_owned())],
        _ => vec![
            Step::Chunk(answer(asked, 1, 0)),
            Step::End(switchboard::a2a::TaskState::Completed),
        ],
    };
    let begin = Instant::now();
    let at = |n: usize| begin + Duration::from_millis(100 * u64::try_from(n).unwrap_or_default());
    let first = Step::Working("looking".to_owned());
    std::iter::once(first)
        .chain(last)
        .enumerate()
        .map(|(n, step)| (at(n), step))
        .collect()
}
