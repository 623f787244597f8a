//! What the machine stands between: Telegram, the agents, the store, the time of day. The real
//! ones are made here; a simulation brings its own.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use tokio::time::sleep;
use tracing::error;

use crate::a2a::{self, A2aClient, SharedAgent};
use crate::actors::{RealWorld, World};
use crate::config::{Config, Flavor};
use crate::ids::AgentName;
use crate::store::{Ownership, SharedStore, Sqlite};
use crate::telegram::{self, BotApi, SharedTelegram};

/// The wait between two tries to open a store that is locked or full.
const OPEN_AGAIN: Duration = Duration::from_secs(2);

/// Makes the client of an agent.
pub type AgentMaker = Box<dyn Fn(&Config, &AgentName) -> Option<SharedAgent>>;

/// All that is outside of the machine.
pub struct Edges {
    /// The Bot API.
    pub telegram: SharedTelegram,
    /// Makes the clients of the configured agents, also of those that are configured later. A
    /// route to one that has none ignores what it gets.
    pub agents: AgentMaker,
    /// What must survive; it is ours already.
    pub store: SharedStore,
    /// The time of day, and chance.
    pub world: Rc<dyn World>,
}

impl Edges {
    /// The real ones. Waits until no other process owns the store.
    ///
    /// # Errors
    /// When the Bot API's client cannot be made or the store cannot be opened.
    pub async fn real(config: &Config) -> anyhow::Result<Self> {
        let telegram = BotApi::new(&telegram_settings(config))?;
        Ok(Self {
            telegram: Rc::new(telegram),
            agents: real_agents(),
            store: open_store(config).await?,
            world: Rc::new(RealWorld),
        })
    }
}

/// Makes clients that talk to the agents of the configuration.
pub(crate) fn real_agents() -> AgentMaker {
    Box::new(|config, name| {
        let settings = agent_settings(config, name)?;
        Some(Rc::new(A2aClient::new(settings)))
    })
}

/// What the Bot API client needs to know.
pub(crate) fn telegram_settings(config: &Config) -> telegram::Settings {
    telegram::Settings {
        token: config.telegram.token.clone(),
        api_url: config.telegram.api_url.clone(),
        proxy: config.telegram.proxy.clone(),
        ca_file: config.telegram.ca_file.clone(),
    }
}

/// What the client of an agent needs to know; none if there is no such agent.
pub(crate) fn agent_settings(config: &Config, name: &AgentName) -> Option<a2a::Settings> {
    let agent = config.agents.get(name)?;
    Some(a2a::Settings {
        url: agent.url.clone(),
        card_url: agent.card_url.clone(),
        path_of_card: agent.path_of_card,
        protocol: agent.protocol,
        headers: agent.headers.clone(),
        authorities: agent.authorities.clone(),
        proxy: agent.proxy.clone(),
        kagent: agent.flavor == Flavor::Kagent,
        connect_timeout: agent.connect_timeout,
        first_byte_timeout: agent.first_byte_timeout,
        total_timeout: config.longest_turn(name),
        response_bytes_max: agent.response_bytes_max,
        calls_max: agent.calls_max.get(),
    })
}

async fn open_store(config: &Config) -> anyhow::Result<SharedStore> {
    let path = &config.store.path;
    let what = || format!("store {}", path.display());
    let mut ownership = Ownership::wait(path).await.with_context(what)?;
    let bot = config.telegram.bot_id();
    loop {
        match Sqlite::open(path, bot, ownership).await {
            Ok(store) => return Ok(Rc::new(store)),
            Err(error) if error.passes() => {
                error!(store = %path.display(), %error, "the store cannot be opened, trying again");
                sleep(OPEN_AGAIN).await;
                ownership = Ownership::wait(path).await.with_context(what)?;
            }
            Err(error) => return Err(error).with_context(what),
        }
    }
}
