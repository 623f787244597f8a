//! The bot and all that it talks to.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, bail};
use serde_json::json;
use switchboard_emulators::agent::AgentEmulator;
use switchboard_emulators::agent::demo::Demo;
use switchboard_emulators::bot_api::{BotApi, ChatId, Settings, UserId};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use crate::app;
use crate::config::{self, Config, Environment};

/// The person at the keyboard; everybody else is a stranger to the bot.
pub(super) const YOU: UserId = 1001;
/// A group with the bot in it.
pub(super) const GROUP: ChatId = -1_001_000_000_001;

const TOKEN_VARIABLE: &str = "TELEGRAM_BOT_TOKEN";

/// The bot and all that it talks to.
pub(super) struct Machine {
    /// The emulated Telegram.
    pub telegram: BotApi,
    /// The demo agents.
    pub agents: Vec<(Demo, AgentEmulator)>,
    /// The bot's log.
    pub log: PathBuf,
    /// Gets the bot's end, when it comes.
    ended: oneshot::Receiver<anyhow::Result<()>>,
    /// Sent or dropped: the bot stops.
    stop: Option<oneshot::Sender<()>>,
    /// Holds store, configuration and log; goes with this.
    dir: Option<TempDir>,
}

impl Machine {
    pub async fn start(log_filter: &str) -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("switchboard-").tempdir();
        let dir = dir.context("no temporary directory can be made")?;
        let telegram = BotApi::start(Settings::default()).await;
        telegram.add_user(YOU, "You");
        telegram.add_supergroup(GROUP, "Playground");
        let mut agents = Vec::new();
        for demo in Demo::ALL {
            let agent = demo.start();
            let agent = agent.with_context(|| format!("no demo agent {}", demo.command()))?;
            agents.push((demo, agent));
        }
        let config = configure(dir.path(), &telegram, &agents, log_filter)?;
        let log = dir.path().join("bot.log");
        begin_log(&config, &log)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell_end, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("bot".to_owned())
            .spawn(move || {
                let shutdown = async {
                    // An error means that the playground is gone: reason enough.
                    let _ = stopped.await;
                };
                let end = actix_rt::System::new().block_on(app::run(config, None, shutdown));
                // Nobody may be there to hear it.
                let _ = tell_end.send(end);
            })?;
        Ok(Self {
            telegram,
            agents,
            log,
            ended,
            stop: Some(stop),
            dir: Some(dir),
        })
    }

    /// A demo agent by its command.
    pub fn agent(&self, name: &str) -> Option<&AgentEmulator> {
        let named = self.agents.iter().find(|(demo, _)| demo.command() == name);
        named.map(|(_, agent)| agent)
    }

    /// Waits until the bot ends, which it should not do by itself; then its log is kept.
    pub async fn bot_ended(&mut self) -> anyhow::Error {
        let end = (&mut self.ended).await;
        self.stop = None;
        let kept = self.dir.take().map(TempDir::keep);
        let log = kept.map_or_else(PathBuf::new, |_| self.log.clone());
        let why = match end {
            Ok(Err(why)) => why,
            Ok(Ok(())) => anyhow::anyhow!("it was not told to"),
            Err(_) => anyhow::anyhow!("it broke"),
        };
        why.context(format!("the bot stopped; its log is {}", log.display()))
    }

    /// Stops the bot as SIGTERM would: what is on its way arrives.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        // None: it has ended already, and that was told.
        let Some(stop) = self.stop.take() else {
            return Ok(());
        };
        drop(stop);
        match self.ended.await {
            Ok(end) => end.context("the bot did not stop well"),
            Err(_) => bail!("the bot broke while it stopped"),
        }
    }
}

/// The settings, by way of a file and an environment like anybody's.
fn configure(
    dir: &Path,
    telegram: &BotApi,
    agents: &[(Demo, AgentEmulator)],
    log_filter: &str,
) -> anyhow::Result<Config> {
    let file = dir.join("switchboard.toml");
    let text = settings(dir, telegram.url(), agents, log_filter)?;
    fs::write(&file, text).context("the configuration cannot be written")?;
    let token = (TOKEN_VARIABLE.to_owned(), telegram.token().to_owned());
    let (config, _) = config::load(&file, &Environment::from([token]))?;
    Ok(config)
}

fn settings(
    dir: &Path,
    api_url: &str,
    agents: &[(Demo, AgentEmulator)],
    log_filter: &str,
) -> Result<String, std::fmt::Error> {
    // What JSON can say as a string or a list of strings means the same in TOML.
    let store = json!(format!("sqlite://{}/switchboard.db", dir.display()));
    let (api_url, log_filter) = (json!(api_url), json!(log_filter));
    let mut text = String::new();
    writeln!(
        text,
        "[telegram]\ntoken_env = \"{TOKEN_VARIABLE}\"\napi_url = {api_url}\n\
         [store]\nurl = {store}\n[log]\nfilter = {log_filter}\n[people]\nyou = {YOU}"
    )?;
    for (demo, agent) in agents {
        let (name, url) = (demo.command(), json!(agent.url()));
        let (description, examples) = (json!(demo.description()), json!(demo.examples()));
        let default = *demo == Demo::K8s;
        writeln!(
            text,
            "[agents.{name}]\nurl = {url}\nflavor = \"kagent\"\n\
             [[routes]]\ncommand = \"{name}\"\nagent = \"{name}\"\ndefault = {default}\n\
             description = {description}\nexamples = {examples}\n\
             allow = [\"you\"]\napprovers = [\"requester\"]"
        )?;
    }
    Ok(text)
}

/// To a file, because the screen is for the chat.
fn begin_log(config: &Config, path: &Path) -> anyhow::Result<()> {
    let file = File::create(path).context("the log file cannot be made")?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&config.log.filter)?)
        .with_ansi(false)
        .with_writer(Mutex::new(file));
    // An error means that somebody logs already: theirs stands.
    drop(log.try_init());
    Ok(())
}
