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
mod lookout;
mod menus;
mod recovery;
mod reload;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use actix::{Actor, Addr};
use anyhow::bail;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

pub use self::edges::{AgentMaker, Edges};
pub(crate) use self::edges::{agent_settings, real_agents, telegram_settings};
use self::reload::Reloader;
pub use self::reload::{Hook, Reloaded, Reloads, Source, Trigger};
use crate::actors::fetcher::Fetcher;
use crate::actors::herald::Herald;
use crate::actors::menus::Menus;
use crate::actors::overseer::Overseer;
use crate::actors::poller::{Poller, StopPolling};
use crate::actors::router::{Router, TakeUp, warn_of_move};
use crate::actors::sender::{Flush, Sender, TakeUpPenalties, TakeUpPosts};
use crate::actors::session::Drain;
use crate::actors::trial::Trial;
use crate::actors::{Commons, Fatal, InForce, Shared};
use crate::config::Config;
use crate::ops::counted;
use crate::ops::health_file;
use crate::ops::http::Port;
use crate::ops::tally::Tally;
use crate::ops::watched::Watched;
use crate::rules::moves::Moves;
use crate::rules::poll_watch::PollWatch;
use crate::rules::route::Me;
use crate::store::Change;
use crate::telegram::{Telegram, TelegramError};

/// The longest wait between two tries to reach Telegram at the start.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Runs until `shutdown`, then drains. Meanwhile follows what becomes of the configuration, if told
/// where that is.
///
/// # Errors
/// When it cannot begin, or has to end because a person must act.
pub async fn run(
    config: Config,
    reloads: Option<Reloads>,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let port = Port::open(config.ops.listen)?;
    let health = config.ops.health_file.clone();
    let ended = tokio::select! {
        ended = run_seen(config, reloads, shutdown, &port) => ended,
        () = kept_healthy(health, &port) => Ok(()),
    };
    port.close().await;
    ended
}

/// Never ends.
async fn kept_healthy(file: Option<PathBuf>, port: &Port) {
    match file {
        Some(file) => health_file::keep(file, port).await,
        None => std::future::pending().await,
    }
}

/// [`run`], while those who operate it can see what it does.
async fn run_seen(
    config: Config,
    reloads: Option<Reloads>,
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
    let (mut machine, mut fatal) = machine;
    if let Some(reloads) = reloads {
        machine.follow(reloads);
    }
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
    menus: tokio::task::JoinHandle<()>,
    lookout: tokio::task::JoinHandle<()>,
    overseer: Addr<Overseer>,
    reloader: Rc<Reloader>,
    /// Follows what becomes of the configuration.
    following: Option<tokio::task::JoinHandle<()>>,
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
            agents,
            store,
            world,
        } = edges;
        let tally = Rc::<Tally>::default();
        let telegram = counted::telegram(telegram, tally.clone());
        let me = who_are_we(&*telegram).await?;
        recovery::restored(&store, &*world).await?;
        recovery::park(&store, &config).await?;
        let trial = Trial::of(recovery::suspects(&store, &config).await?);
        let unfinished = store.unfinished().await?;
        unfinished
            .turns
            .iter()
            .for_each(|(turn, _)| tally.takes_up(turn));
        let (fatal, fatal_heard) = mpsc::unbounded_channel();
        let commons: Commons = Rc::new(Shared {
            me,
            store: Watched::new(store, tally.clone()),
            tally: tally.clone(),
            world,
            screen: RefCell::default(),
            moves: Moves::new(unfinished.moves).into(),
            polls: PollWatch::new(Instant::now()),
            menus: Menus::default(),
            trial,
            stopping: false.into(),
            fatal,
            in_force: InForce::new(config),
        });

        for (from, to) in commons.moves.borrow().all() {
            warn_of_move(&commons, from, to);
        }
        let sender = Sender::new(commons.clone(), telegram.clone()).start();
        let fetcher = Fetcher::new(commons.clone(), telegram.clone()).start();
        let herald = Herald::new(commons.clone(), sender.clone()).start();
        let reports = herald.clone().recipient();
        let reloader = Reloader::new(commons.clone(), agents, tally.clone(), herald.clone());
        let router = Router::new(commons.clone(), sender.clone(), fetcher).start();
        let overseer =
            Overseer::new(commons.clone(), tally, router.clone(), sender.clone()).start();
        sender.send(TakeUpPenalties(unfinished.penalties)).await?;
        sender.send(TakeUpPosts(unfinished.posts)).await?;
        router.send(TakeUp(unfinished.turns)).await?;
        let updates = router.clone().recipient();
        let poller = Poller::new(commons.clone(), telegram.clone(), updates, reports).start();

        let machine = Self {
            menus: actix_rt::spawn(menus::keep(telegram, commons.clone())),
            lookout: actix_rt::spawn(lookout::keep(commons.clone(), herald)),
            keeper: actix_rt::spawn(keeper::keep(commons.clone(), router.clone())),
            commons,
            poller,
            router,
            sender,
            overseer,
            reloader: Rc::new(reloader),
            following: None,
        };
        Ok((machine, fatal_heard))
    }

    /// Follows what becomes of the configuration, from now until it drains.
    pub fn follow(&mut self, reloads: Reloads) {
        let followed = reload::follow(reloads, self.reloader.clone());
        self.following = Some(actix_rt::spawn(followed));
    }

    /// Stops taking in, lets what is on its way arrive, and leaves running tasks to the
    /// next process.
    pub async fn drain(self, why: Option<&Fatal>) {
        info!("stopping");
        self.commons.stopping.set(true);
        self.keeper.abort();
        self.menus.abort();
        self.lookout.abort();
        if let Some(following) = &self.following {
            following.abort();
        }
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
        if let Err(failure) = self.commons.store.commit(vec![Change::EndProcess]).await {
            warn!(%failure, "the next process takes this end for a death");
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
