//! THE WIRING: the whole machine on one screen.
//!
//! ```text
//! Telegram ──getUpdates──▶ Poller ──▶ Router ──▶ Session ──▶ Agent ──A2A──▶ agent
//!                             │          │           │  ▲        │
//!                             ▼          ▼           ▼  └────────┘ news of the run
//!                          [ store: updates, conversations, turns, buttons, outbox, audit ]
//!                                                    │
//! Telegram ◀──sendMessage/editMessageText── Sender ◀─┘
//! ```

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use actix::{Actor, Addr};
use anyhow::{Context, bail};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use crate::actors::agent::Agent;
use crate::actors::fetcher::Fetcher;
use crate::actors::poller::{Poller, StopPolling};
use crate::actors::router::{Router, TakeUp};
use crate::actors::sender::{Flush, Sender, TakeUpPosts};
use crate::actors::session::Drain;
use crate::actors::{Commons, Fatal, Shared};
use crate::config::Config;
use crate::rules::pace::PaceLimits;
use crate::rules::route::Me;
use crate::rules::words;
use crate::store::{Ownership, SharedStore, Sqlite};
use crate::telegram::{BotApi, Command, Settings, TelegramError};

/// What a stop may take; a pod's grace period has to be longer.
const GRACE: Duration = Duration::from_secs(20);
/// The longest wait between two tries to reach Telegram at the start.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Runs until `shutdown`, then drains.
///
/// # Errors
/// When it cannot begin, or has to end because a person must act.
pub async fn run(config: Config, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    tokio::pin!(shutdown);
    let begin = begin(config);
    let running = tokio::select! {
        running = begin => running?,
        () = &mut shutdown => return Ok(()),
    };
    let (running, mut fatal) = running;
    let why = tokio::select! {
        () = &mut shutdown => None,
        why = fatal.recv() => why,
    };
    running.drain(why.as_ref()).await;
    match why {
        Some(why) => Err(why.into()),
        None => Ok(()),
    }
}

/// The machine, once it runs.
struct Running {
    commons: Commons,
    poller: Addr<Poller>,
    router: Addr<Router>,
    sender: Addr<Sender>,
}

async fn begin(config: Config) -> anyhow::Result<(Running, mpsc::UnboundedReceiver<Fatal>)> {
    let api = BotApi::new(&telegram_settings(&config))?;
    let store = open_store(&config).await?;
    let me = who_are_we(&api).await?;
    let unfinished = store.unfinished().await?;
    let (fatal, fatal_heard) = mpsc::unbounded_channel();
    let commons: Commons = Rc::new(Shared {
        me,
        store,
        screen: std::cell::RefCell::default(),
        fatal,
        config,
    });

    let sender = Sender::new(commons.clone(), api.clone(), pace(&commons.config)).start();
    let fetcher = Fetcher::new(commons.clone(), api.clone()).start();
    let agents: HashMap<_, _> = commons
        .config
        .agents
        .iter()
        .map(|(name, agent)| {
            (
                name.clone(),
                Agent::new(name.clone(), agent.clone()).start(),
            )
        })
        .collect();
    let router = Router::new(commons.clone(), agents, sender.clone(), fetcher).start();
    sender.send(TakeUpPosts(unfinished.posts)).await?;
    router.send(TakeUp(unfinished.turns)).await?;
    let poller = Poller::new(commons.clone(), api.clone(), router.clone().recipient()).start();

    actix_rt::spawn(show_menu(api, commons.clone()));
    let running = Running {
        commons,
        poller,
        router,
        sender,
    };
    Ok((running, fatal_heard))
}

impl Running {
    /// Stops taking in, lets what is on its way arrive, and leaves running tasks to the
    /// next process.
    async fn drain(self, why: Option<&Fatal>) {
        info!("stopping");
        let whole = async {
            if why == Some(&Fatal::Deposed) {
                // The new owner does all of it.
                return;
            }
            let polled = self.poller.send(StopPolling).await;
            let submitted = self.router.send(Drain).await;
            let flushed = self.sender.send(Flush).await;
            if polled.is_err() || submitted.is_err() || flushed.is_err() {
                error!("an actor had ended before its time");
            }
        };
        if timeout(GRACE, whole).await.is_err() {
            warn!("the time to stop is up; the next process takes up the rest");
        }
        self.commons.store.close().await;
        info!("stopped");
    }
}

/// What the Bot API client needs to know.
pub(crate) fn telegram_settings(config: &Config) -> Settings {
    Settings {
        token: config.telegram.token.clone(),
        api_url: config.telegram.api_url.clone(),
        proxy: config.telegram.proxy.clone(),
        ca_file: config.telegram.ca_file.clone(),
    }
}

async fn open_store(config: &Config) -> anyhow::Result<SharedStore> {
    let path = &config.store.path;
    let what = || format!("store {}", path.display());
    let ownership = Ownership::wait(path).await.with_context(what)?;
    let bot = config.telegram.bot_id();
    let store = Sqlite::open(path, bot, ownership)
        .await
        .with_context(what)?;
    Ok(Rc::new(store))
}

/// Asks Telegram who we are, as long as it takes.
async fn who_are_we(api: &BotApi) -> anyhow::Result<Me> {
    let mut wait = Duration::from_secs(1);
    loop {
        match api.get_me().await {
            Ok(me) => {
                info!(bot = %me.id, username = %me.username, "telegram knows us");
                return Ok(Me {
                    id: me.id,
                    username: me.username,
                });
            }
            Err(TelegramError::Unauthorized) => bail!(Fatal::Unauthorized),
            Err(failure) => {
                warn!(%failure, "telegram does not answer, trying again");
                sleep(wait).await;
                wait = (wait * 2).min(WAIT_MAX);
            }
        }
    }
}

fn pace(config: &Config) -> PaceLimits {
    let (limits, chat) = (&config.limits, &config.chat);
    PaceLimits {
        chat_per_second: limits.chat_per_second,
        chat_burst: limits.chat_burst,
        group_per_minute: limits.group_per_minute,
        global_per_second: limits.global_per_second,
        in_flight_max: limits.in_flight_max,
        preview_every_private: chat.preview_every_private,
        preview_every_group: chat.preview_every_group,
        ..PaceLimits::default()
    }
}

/// The command list in everybody's menu; a menu that is missing harms nobody.
async fn show_menu(api: BotApi, commons: Commons) {
    let routes = commons.config.routes.iter().map(|route| Command {
        name: route.command.clone(),
        description: route.description.clone(),
    });
    let built_in = words::MENU.iter().map(|(name, description)| Command {
        name: (*name).to_owned(),
        description: (*description).to_owned(),
    });
    let commands: Vec<Command> = routes.chain(built_in).take(100).collect();
    if let Err(failure) = api.set_my_commands(&commands).await {
        warn!(%failure, "the command menu was not set");
    }
}
