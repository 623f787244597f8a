//! The bots side by side, and how each of them is started.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::process::Launch;

/// A token that any of them takes.
const TOKEN: &str = "7000001:AAbenchbenchbenchbenchbenchbenchbe";
/// The private chats, and people, begin here.
pub const FIRST_CHAT: i64 = 100_000_001;
/// Questions that a bot may have open at once; far above what is asked.
const OPEN_MAX: usize = 20_000;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The bare loop.
    Floor,
    /// The product.
    Ours,
    /// The product on a store full of old rows.
    OursFull,
    /// grammY with its runner.
    Node,
    /// python-telegram-bot.
    Python,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Floor,
        Self::Ours,
        Self::OursFull,
        Self::Node,
        Self::Python,
    ];

    /// On the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Ours => "ours",
            Self::OursFull => "full",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// Whether it is the product.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursFull)
    }

    /// Whether it takes one question at a time, whoever asks.
    pub fn is_sequential(self) -> bool {
        self == Self::Python
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Floor => "the floor",
            Self::Ours => "Switchboard",
            Self::OursFull => "Switchboard, full store",
            Self::Node => "grammY",
            Self::Python => "Python bot",
        })
    }
}

/// Where the programs are, and where they may write.
#[derive(Clone, Debug)]
pub struct Places {
    /// The product.
    pub product: PathBuf,
    /// The floor.
    pub floor: PathBuf,
    /// Node's bot with its packages.
    pub node: PathBuf,
    /// Python's bot.
    pub python: PathBuf,
    /// The interpreter with its packages.
    pub interpreter: PathBuf,
    /// The script that fills a store.
    pub fill: PathBuf,
    /// Configurations, stores and logs.
    pub work: PathBuf,
}

/// Where the two sides of a bot are.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// The Bot API.
    pub telegram: u16,
    /// The agent.
    pub agent: u16,
    /// For the product's own metrics.
    pub ops: u16,
}

impl Places {
    /// What to start, for so many people.
    ///
    /// # Errors
    /// If a configuration cannot be written.
    pub fn launch(&self, kind: Kind, ports: Ports, people: usize, store: &Path) -> Result<Launch> {
        let agent = format!("http://127.0.0.1:{}/api/a2a/kagent/k8s-agent/", ports.agent);
        let telegram = format!("http://127.0.0.1:{}", ports.telegram);
        let mut env = BTreeMap::from([
            ("TELEGRAM_BOT_TOKEN", TOKEN.to_owned()),
            ("TELEGRAM_API_URL", telegram.clone()),
            ("AGENT_URL", agent.clone()),
        ]);
        let (program, args) = match kind {
            Kind::Floor => (self.floor.clone(), Vec::new()),
            Kind::Python => (self.interpreter.clone(), vec![text(&self.python)]),
            Kind::Node => {
                env.insert("CONCURRENCY", OPEN_MAX.to_string());
                (PathBuf::from("node"), vec![text(&self.node)])
            }
            Kind::Ours | Kind::OursFull => {
                // Apart from the stores, as a mounted ConfigMap is: its directory is watched.
                let directory = self.work.join(kind.key());
                fs::create_dir_all(&directory)?;
                let file = directory.join("switchboard.toml");
                let ends = format!(
                    "[telegram]\ntoken_env = \"TELEGRAM_BOT_TOKEN\"\napi_url = \"{telegram}\"\n\
                     [store]\nurl = \"sqlite://{}\"\n\
                     [ops]\nlisten = \"127.0.0.1:{}\"\n\
                     [agents.k8s]\nurl = \"{agent}\"\n",
                    store.display(),
                    ports.ops
                );
                fs::write(&file, ends + LIFTED + &route(people)?)?;
                let args = ["run", "--config", &text(&file)].map(str::to_owned);
                (self.product.clone(), args.to_vec())
            }
        };
        Ok(Launch { program, args, env })
    }
}

/// What the product is told beside where things are: the bounds of the agent and `[limits]`, lifted.
pub const LIFTED: &str = r#"flavor = "kagent"
calls_max = 10000
waiting_max = 100000

[limits]
chat_per_second = 1000.0
chat_burst = 1000
global_per_second = 10000
in_flight_max = 1000
turns_max = 1000000
person_per_minute = 1000000
person_per_day = 1000000
person_at_once = 1000000
route_per_minute = 1000000
route_per_day = 1000000

"#;

/// The one route, for all who write.
fn route(people: usize) -> Result<String> {
    let mut route =
        String::from("[[routes]]\ncommand = \"k8s\"\nagent = \"k8s\"\ndefault = true\nallow = [");
    for person in (FIRST_CHAT..).take(people) {
        write!(route, "{person},")?;
    }
    route.push_str("]\n");
    Ok(route)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
