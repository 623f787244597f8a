//! What the machine stands between: Telegram, the agents, the store, the time of day. The real
//! ones are made here; a simulation brings its own.

use std::collections::BTreeMap;
use std::rc::Rc;

use std::time::Duration;

use anyhow::Context;
use tokio::time::sleep;
use tracing::error;

use crate::a2a::{self, A2aClient, SharedAgent};
use crate::actors::{RealWorld, World};
use crate::config::{self, Config, Flavor};
use crate::ids::AgentName;
use crate::store::{Ownership, SharedStore, Sqlite};
use crate::telegram::{self, BotApi, SharedTelegram};

/// The wait between two tries to open a store that is locked or full.
const OPEN_AGAIN: Duration = Duration::from_secs(2);

/// All that is outside of the machine.
pub struct Edges {
    /// The Bot API.
    pub telegram: SharedTelegram,
    /// The configured agents. A route to one that is missing here ignores what it gets.
    pub agents: BTreeMap<AgentName, SharedAgent>,
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
        let agents = config.agents.iter().map(|(name, agent)| {
            let client: SharedAgent = Rc::new(A2aClient::new(agent_settings(config, name, agent)));
            (name.clone(), client)
        });
        Ok(Self {
            telegram: Rc::new(telegram),
            agents: agents.collect(),
            store: open_store(config).await?,
            world: Rc::new(RealWorld),
        })
    }
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

/// What the client of an agent needs to know.
fn agent_settings(config: &Config, name: &AgentName, agent: &config::Agent) -> a2a::Settings {
    // One call may be all of a turn, and a route may give its turns more time.
    let routes = config.routes.iter().filter(|route| route.agent == *name);
    let longest = routes.map(|route| route.total_timeout).max();
    a2a::Settings {
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
        total_timeout: longest.unwrap_or_default().max(agent.total_timeout),
        response_bytes_max: agent.response_bytes_max,
        calls_max: agent.calls_max.get(),
    }
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
