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

mod edges;
mod farewell;
mod keeper;
mod recovery;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use actix::{Actor, Addr};
use anyhow::bail;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

pub use self::edges::Edges;
pub(crate) use self::edges::telegram_settings;
use crate::actors::agent::Agent;
use crate::actors::fetcher::Fetcher;
use crate::actors::overseer::Overseer;
use crate::actors::poller::{Poller, StopPolling};
use crate::actors::router::{Router, TakeUp, warn_of_move};
use crate::actors::sender::{Flush, Sender, TakeUpPenalties, TakeUpPosts};
use crate::actors::session::Drain;
use crate::actors::{Commons, Fatal, Shared};
use crate::config::Config;
use crate::ops::counted;
use crate::ops::http::Port;
use crate::ops::tally::Tally;
use crate::rules::moves::Moves;
use crate::rules::pace::PaceLimits;
use crate::rules::poll_watch::PollWatch;
use crate::rules::route::Me;
use crate::rules::words;
use crate::telegram::{Command, SharedTelegram, Telegram, TelegramError};

/// The longest wait between two tries to reach Telegram at the start.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Runs until `shutdown`, then drains.
///
/// # Errors
/// When it cannot begin, or has to end because a person must act.
pub async fn run(config: Config, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let port = Port::open(config.ops.listen)?;
    let ended = run_seen(config, shutdown, &port).await;
    port.close().await;
    ended
}

/// [`run`], while those who operate it can see what it does.
async fn run_seen(
    config: Config,
    shutdown: impl Future<Output = ()>,
    port: &Port,
) -> anyhow::Result<()> {
    tokio::pin!(shutdown);
    let begin = async {
        let edges = Edges::real(&config).await?;
        Machine::start(config, edges).await
    };
    let machine = tokio::select! {
        machine = begin => machine?,
        () = &mut shutdown => return Ok(()),
    };
    let (machine, mut fatal) = machine;
    port.shows(machine.overseer.clone());
    let why = tokio::select! {
        () = &mut shutdown => None,
        why = fatal.recv() => why,
    };
    port.shows_the_end();
    machine.drain(why.as_ref()).await;
    match why {
        Some(why) => Err(why.into()),
        None => Ok(()),
    }
}

/// The machine, once it runs.
pub struct Machine {
    commons: Commons,
    poller: Addr<Poller>,
    router: Addr<Router>,
    sender: Addr<Sender>,
    keeper: tokio::task::JoinHandle<()>,
    overseer: Addr<Overseer>,
}

impl Machine {
    /// Wires the actors between these edges, and takes up what an earlier process has left. It
    /// asks for its own end through the channel.
    ///
    /// # Errors
    /// When Telegram does not accept the token, or the store cannot be read.
    pub async fn start(
        config: Config,
        edges: Edges,
    ) -> anyhow::Result<(Self, mpsc::UnboundedReceiver<Fatal>)> {
        let Edges {
            telegram,
            mut agents,
            store,
            world,
        } = edges;
        let tally = Rc::<Tally>::default();
        let telegram = counted::telegram(telegram, tally.clone());
        let me = who_are_we(&*telegram).await?;
        recovery::restored(&store, &*world).await?;
        recovery::park(&store, &config).await?;
        let unfinished = store.unfinished().await?;
        let (fatal, fatal_heard) = mpsc::unbounded_channel();
        let commons: Commons = Rc::new(Shared {
            me,
            store,
            world,
            screen: RefCell::default(),
            moves: Moves::new(unfinished.moves).into(),
            polls: PollWatch::new(Instant::now()),
            stopping: false.into(),
            fatal,
            config: RefCell::new(Rc::new(config)),
        });

        for (from, to) in commons.moves.borrow().all() {
            warn_of_move(&commons, from, to);
        }
        let sender =
            Sender::new(commons.clone(), telegram.clone(), pace(&commons.config())).start();
        let fetcher = Fetcher::new(commons.clone(), telegram.clone()).start();
        let config = commons.config();
        let configured = config.agents.iter();
        let agents: HashMap<_, _> = configured
            .filter_map(|(name, settings)| {
                let calls = counted::agent(agents.remove(name)?, name, &tally);
                let agent = Agent::new(name.clone(), settings.clone(), calls);
                Some((name.clone(), agent.start()))
            })
            .collect();
        let seen = agents.values().cloned().collect();
        let router = Router::new(commons.clone(), agents, sender.clone(), fetcher).start();
        let overseer =
            Overseer::new(commons.clone(), tally, router.clone(), sender.clone(), seen).start();
        sender.send(TakeUpPenalties(unfinished.penalties)).await?;
        sender.send(TakeUpPosts(unfinished.posts)).await?;
        router.send(TakeUp(unfinished.turns)).await?;
        let updates = router.clone().recipient();
        let poller = Poller::new(commons.clone(), telegram.clone(), updates).start();

        actix_rt::spawn(show_menu(telegram, commons.clone()));
        let machine = Self {
            keeper: actix_rt::spawn(keeper::keep(commons.clone(), router.clone())),
            commons,
            poller,
            router,
            sender,
            overseer,
        };
        Ok((machine, fatal_heard))
    }

    /// Stops taking in, lets what is on its way arrive, and leaves running tasks to the
    /// next process.
    pub async fn drain(self, why: Option<&Fatal>) {
        info!("stopping");
        self.commons.stopping.set(true);
        self.keeper.abort();
        let grace = self.commons.config().grace;
        let whole = async {
            if why == Some(&Fatal::Deposed) {
                // The new owner does all of it.
                return;
            }
            let polled = self.poller.send(StopPolling).await;
            // Begins nothing from here on; those who wait are told meanwhile.
            let draining = self.router.send(Drain);
            let (submitted, ()) =
                tokio::join!(draining, farewell::say(&self.commons, &self.sender));
            let flushed = self.sender.send(Flush).await;
            if polled.is_err() || submitted.is_err() || flushed.is_err() {
                error!("an actor had ended before its time");
            }
        };
        if timeout(grace, whole).await.is_err() {
            warn!("the time to stop is up; the next process takes up the rest");
        }
        self.commons.store.close().await;
        info!("stopped");
    }
}

/// Asks Telegram who we are, as long as it takes.
async fn who_are_we(api: &dyn Telegram) -> anyhow::Result<Me> {
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
        chat_waiting_max: limits.chat_waiting_max,
        preview_every_private: chat.preview_every_private,
        preview_every_group: chat.preview_every_group,
        ..PaceLimits::default()
    }
}

/// The command list in everybody's menu; a menu that is missing harms nobody.
async fn show_menu(api: SharedTelegram, commons: Commons) {
    let config = commons.config();
    let routes = config.routes.iter().map(|route| Command {
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
