//! The Stage: the whole app on emulators, over real sockets, acted upon as people would.
//!
//! A test ends with [`Stage::ends`], which stops the bot and fails if an actor died, if
//! the bot made a call that Telegram would refuse, or if a turn, an update or a message was
//! left behind.

// Each test binary uses a part of it.
#![allow(dead_code)]

mod logs;
mod panics;
mod people;
mod reload;
pub mod rows;

pub use people::User;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use switchboard::app::Trigger;
use switchboard::ids::Timestamp;
use switchboard::{app, config};
use switchboard_emulators::agent::{AgentEmulator, Incoming, Reply, Settings as AgentSettings};
use switchboard_emulators::bot_api::{BotApi, Settings};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Longer than anything here takes; only a hanging test meets it.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// An agent under construction.
struct Planned {
    name: String,
    settings: AgentSettings,
    script: Box<dyn Fn(&Incoming) -> Reply + Send + Sync>,
    toml: String,
}

/// A Stage under construction.
pub struct Plan {
    telegram: Settings,
    agents: Vec<Planned>,
    /// TOML before all sections.
    top: String,
    /// TOML that goes into the section `[store]`.
    store: String,
    /// TOML that replaces the sections `[limits]` and `[chat]`.
    sections: String,
    allow: String,
    /// TOML for the routes, by agent.
    routes: BTreeMap<String, String>,
    /// Whether the first agent is the default.
    default: bool,
    existing: Vec<(String, String)>,
}

/// The app on emulators.
pub struct Stage {
    /// The emulated Telegram.
    pub telegram: BotApi,
    /// The emulated agents by name.
    pub agents: HashMap<String, AgentEmulator>,
    dir: TempDir,
    toml: String,
    /// Where the bot finds it.
    path: PathBuf,
    bot: Option<Running>,
    ended: bool,
}

struct Running {
    stop: oneshot::Sender<()>,
    reload: Trigger,
    thread: JoinHandle<anyhow::Result<()>>,
    name: String,
}

/// Limits that nobody meets, and a chat that shows everything at once.
pub const UNLIMITED: &str = "
[limits]
chat_per_second = 1000.0
chat_burst = 1000
group_per_minute = 60000
global_per_second = 10000
";

impl Stage {
    /// Nothing on it yet; people 1 to 999 may use every agent.
    pub fn plan() -> Plan {
        Plan {
            telegram: Settings::unlimited(),
            agents: Vec::new(),
            top: String::new(),
            store: String::new(),
            sections: UNLIMITED.to_owned(),
            allow: (1..=999)
                .map(|id: u32| id.to_string())
                .collect::<Vec<_>>()
                .join(","),
            routes: BTreeMap::new(),
            default: true,
            existing: Vec::new(),
        }
    }

    /// One kagent agent `k8s`, the default, with this script.
    pub async fn with(script: impl Fn(&Incoming) -> Reply + Send + Sync + 'static) -> Self {
        Self::plan().agent("k8s", script).start().await
    }

    /// The emulator of an agent.
    pub fn agent(&self, name: &str) -> &AgentEmulator {
        &self.agents[name]
    }

    /// A person, in the private chat with the bot.
    pub fn user(&self, id: i64) -> User<'_> {
        User::new(self, id)
    }

    /// The configuration file, for tests that start the binary.
    pub fn config_file(&self) -> PathBuf {
        std::fs::write(self.own_file(), &self.toml).expect("the temp dir can be written");
        self.path.clone()
    }

    /// What the stage itself writes: all of the configuration, or one file of its directory.
    fn own_file(&self) -> PathBuf {
        if self.path.is_dir() {
            self.path.join("10-stage.toml")
        } else {
            self.path.clone()
        }
    }

    /// Changes the settings that the next bot begins with.
    pub fn edit_config(&mut self, from: &str, to: &str) {
        assert!(self.toml.contains(from), "no {from:?} in {}", self.toml);
        self.toml = self.toml.replace(from, to);
    }

    /// The store's file.
    pub fn store(&self) -> PathBuf {
        self.dir.path().join("store.db")
    }

    /// What the running bot has logged.
    pub fn logged(&self) -> String {
        let bot = self.bot.as_ref().expect("the bot runs");
        logs::of(&bot.name)
    }

    /// Waits until the running bot has logged this.
    pub async fn logs(&self, fragment: &str) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !self.logged().contains(fragment) {
            let now = tokio::time::Instant::now();
            assert!(now < until, "no {fragment:?} in {}", self.logged());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The environment that the configuration needs.
    pub fn environment(&self) -> HashMap<String, String> {
        HashMap::from([("STAGE_TOKEN".to_owned(), self.telegram.token().to_owned())])
    }

    /// Starts the bot in a thread of its own.
    pub fn start_bot(&mut self) {
        panics::watch();
        let (config, _) = config::load(&self.config_file(), &self.environment())
            .unwrap_or_else(|problems| panic!("the stage's config: {problems}"));
        let (stop, stopped) = oneshot::channel::<()>();
        let source = app::Source::new(&self.path, self.environment());
        let (reloads, reload) = app::Reloads::of(source);
        let name = format!("bot-{}", uuid::Uuid::new_v4().simple());
        let thread = std::thread::Builder::new()
            .name(name.clone())
            .spawn(move || {
                switchboard::a2a::install_tls();
                actix_rt::System::new().block_on(app::run(config, Some(reloads), async move {
                    // A dropped sender stops the bot as well.
                    let _ = stopped.await;
                }))
            })
            .expect("a thread can be started");
        self.bot = Some(Running {
            stop,
            reload,
            thread,
            name,
        });
    }

    /// Stops the bot as SIGTERM does, and answers how it ended.
    pub async fn stop_bot(&mut self) -> anyhow::Result<()> {
        let Some(running) = self.bot.take() else {
            return Ok(());
        };
        // It may have ended by itself.
        let _ = running.stop.send(());
        let ended = tokio::task::spawn_blocking(|| running.thread.join());
        let ended = ended.await.expect("joining does not panic");
        let result = ended.unwrap_or_else(|_| panic!("the bot's thread panicked"));
        if let Some(words) = panics::of(&running.name) {
            panic!("an actor died: {words}");
        }
        result
    }

    /// Waits until the bot ends by itself.
    pub async fn bot_ends(&mut self) -> anyhow::Result<()> {
        let running = self.bot.take().expect("the bot was started");
        let ended = tokio::task::spawn_blocking(|| running.thread.join());
        let ended = tokio::time::timeout(PATIENCE, ended).await;
        drop(running.stop);
        ended
            .expect("the bot ends in time")
            .expect("joining does not panic")
            .unwrap_or_else(|_| panic!("the bot's thread panicked"))
    }

    /// Stops the bot and checks what it leaves behind.
    pub async fn ends(mut self) {
        self.settled().await;
        self.stop_bot().await.expect("the bot stops cleanly");
        self.ended = true;
        let violations = self.telegram.violations();
        assert!(
            violations.is_empty(),
            "refused by Telegram: {violations:#?}"
        );
        let left = rows::open(&self.store()).await;
        assert!(
            left.is_empty(),
            "left behind: {left:?}\n{}",
            self.telegram.dump()
        );
    }

    /// Ends a test that leaves something behind on purpose.
    pub async fn abandons(mut self) {
        self.stop_bot().await.expect("the bot stops cleanly");
        self.ended = true;
    }

    /// Waits until Telegram has delivered everything and nothing is open in the store.
    pub async fn settled(&self) {
        if self.bot.is_some() {
            self.telegram.drained().await;
        }
        rows::settled(&self.store()).await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let ended = self.ended || std::thread::panicking();
        assert!(ended, "a test must end its stage with ends()");
    }
}

impl Plan {
    /// A kagent agent with a route of the same name; the first one is the default.
    #[must_use]
    pub fn agent(
        self,
        name: &str,
        script: impl Fn(&Incoming) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.agent_as(
            name,
            AgentSettings::kagent(name),
            "flavor = \"kagent\"",
            script,
        )
    }

    /// An agent of any kind; `toml` goes into its section.
    #[must_use]
    pub fn agent_as(
        mut self,
        name: &str,
        settings: AgentSettings,
        toml: &str,
        script: impl Fn(&Incoming) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.agents.push(Planned {
            name: name.to_owned(),
            settings,
            script: Box::new(script),
            toml: toml.to_owned(),
        });
        self
    }

    /// A real agent at this address; `toml` goes into its section.
    #[must_use]
    pub fn existing_agent(mut self, name: &str, url: &str, toml: &str) -> Self {
        let section = format!("url = \"{url}\"\n{toml}");
        self.existing.push((name.to_owned(), section));
        self
    }

    /// How strict Telegram is.
    #[must_use]
    pub fn telegram(mut self, settings: Settings) -> Self {
        self.telegram = settings;
        self
    }

    /// TOML instead of the lifted `[limits]`.
    #[must_use]
    pub fn sections(mut self, toml: &str) -> Self {
        toml.clone_into(&mut self.sections);
        self
    }

    /// How long a stop may take.
    #[must_use]
    pub fn grace(mut self, time: &str) -> Self {
        self.top = format!("grace = \"{time}\"");
        self
    }

    /// TOML that goes into the section `[store]`.
    #[must_use]
    pub fn store_settings(mut self, toml: &str) -> Self {
        toml.clone_into(&mut self.store);
        self
    }

    /// Who may use the agents, as a list in TOML without its brackets.
    #[must_use]
    pub fn allow(mut self, allow: &str) -> Self {
        allow.clone_into(&mut self.allow);
        self
    }

    /// TOML for the route of an agent.
    #[must_use]
    pub fn route(mut self, name: &str, toml: &str) -> Self {
        self.routes.insert(name.to_owned(), toml.to_owned());
        self
    }

    /// No agent is the default.
    #[must_use]
    pub fn no_default(mut self) -> Self {
        self.default = false;
        self
    }

    /// Starts the emulators, not the bot.
    pub async fn build(self) -> Stage {
        let telegram = BotApi::start(self.telegram).await;
        let dir = tempfile::tempdir().expect("a temp dir can be made");
        let mut toml = format!(
            "admins = [1]\n{}\n[telegram]\ntoken_env = \"STAGE_TOKEN\"\napi_url = \"{}\"\n\
             [store]\nurl = \"sqlite://{}\"\n{}\n{}\n",
            self.top,
            telegram.url(),
            dir.path().join("store.db").display(),
            self.store,
            self.sections
        );
        let mut agents = HashMap::new();
        let mut names = Vec::new();
        for planned in self.agents {
            let emulator = AgentEmulator::start(planned.settings, planned.script)
                .expect("an agent can be started");
            let section = format!("url = \"{}\"\n{}", emulator.url(), planned.toml);
            names.push((planned.name.clone(), section));
            agents.insert(planned.name, emulator);
        }
        names.extend(self.existing);
        for (n, (name, section)) in names.into_iter().enumerate() {
            let _ = write!(
                toml,
                "[agents.{name}]\n{section}\n[[routes]]\ncommand = \"{name}\"\n\
                 agent = \"{name}\"\ndefault = {}\nallow = [{}]\n{}\n",
                n == 0 && self.default,
                self.allow,
                self.routes.get(&name).map_or("", String::as_str)
            );
        }
        Stage {
            telegram,
            agents,
            path: dir.path().join("switchboard.toml"),
            dir,
            toml,
            bot: None,
            ended: false,
        }
    }

    /// Starts everything.
    pub async fn start(self) -> Stage {
        let mut stage = self.build().await;
        stage.start_bot();
        stage
    }
}

/// Now, as Telegram dates a message.
pub fn unix_now() -> i64 {
    Timestamp::now().0 / 1000
}
