//! A run that is the same each time, for `.ci/instructions` to count what it costs: a thousand
//! questions of fifty people, answered by one agent, in one thread. The actors and the rules are
//! the real ones; the store is in memory, Telegram and the agent answer at once, and time stands.
//! What is sent to the agent is written, and what it answers is read, as on a wire.

mod agent;
mod telegram;

use std::cell::Cell;
use std::rc::Rc;

use anyhow::{Context, ensure};
use switchboard::a2a::SharedAgent;
use switchboard::actors::World;
use switchboard::app::{Edges, Machine};
use switchboard::config::{self, Config};
use switchboard::ids::{BotId, Timestamp};
use switchboard::store::{MemDisk, MemStore};
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use uuid::Uuid;

use agent::InstantAgent;
use telegram::InstantTelegram;

/// Questions of a run.
const MESSAGES: i64 = 1_000;
/// Who asks them: each the same number.
const PEOPLE: i64 = 50;
/// The first of them.
const FIRST: i64 = 1_001;

const BOT: BotId = BotId(7_000_000_001);
const NOON: Timestamp = Timestamp(1_700_000_000_000);

/// Limits and quotas are lifted, so that no time has to pass.
const CONFIG: &str = r#"
[telegram]
token_env = "TOKEN"
[store]
url = "sqlite:///nowhere.db"
[limits]
chat_per_second = 1000.0
chat_burst = 1000
global_per_second = 10000
in_flight_max = 1000
person_per_minute = 1000000
person_per_day = 1000000
route_per_minute = 1000000
route_per_day = 1000000
[agents.k8s]
url = "http://k8s/"
protocol = "0.3"
calls_max = 1000
[[routes]]
command = "k8s"
agent = "k8s"
default = true
allow = [ALLOW]
"#;

/// The time of day stands still, and chance counts.
struct Still(Cell<u128>);

impl World for Still {
    fn now(&self) -> Timestamp {
        NOON
    }

    fn random_id(&self) -> Uuid {
        self.0.set(self.0.get() + 1);
        Uuid::from_u128(self.0.get())
    }
}

fn main() -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    LocalSet::new().block_on(&runtime, run())
}

async fn run() -> anyhow::Result<()> {
    let telegram = Rc::new(InstantTelegram::new(MESSAGES));
    let agent: SharedAgent = Rc::new(InstantAgent::default());
    let store = MemStore::open(&MemDisk::in_place(), BOT, || NOON);
    let edges = Edges {
        telegram: telegram.clone(),
        agents: Box::new(move |_, _| Some(agent.clone())),
        store: Rc::new(store),
        world: Rc::new(Still(Cell::default())),
    };
    let (machine, _fatal) = Machine::start(settings()?, edges).await?;
    telegram.all_answered().await;
    machine.drain(None).await;
    let answers = telegram.answers();
    ensure!(answers == MESSAGES, "{answers} answers");
    Ok(())
}

fn settings() -> anyhow::Result<Config> {
    let people: Vec<String> = (FIRST..FIRST + PEOPLE).map(|id| id.to_string()).collect();
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), CONFIG.replace("ALLOW", &people.join(", ")))?;
    let token = "7000000001:AAexampleexampleexampleexample-_";
    let environment = [("TOKEN".to_owned(), token.to_owned())].into();
    let (config, _) = config::load(file.path(), &environment).context("the configuration")?;
    Ok(config)
}
