//! Other settings while the machine runs: read and checked as a whole, beside the actors' thread,
//! and put in force in one step on it. What is broken changes nothing, and those who operate the bot
//! are told. Turns in flight go on by the settings that they have begun with.

mod source;
mod watch;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use tokio::time::sleep;
use tracing::{error, info, warn};

use self::source::{Asked, Found};
pub use self::source::{Hook, Reloaded, Reloads, Source, Trigger};
use self::watch::Watch;
use super::edges::AgentMaker;
use crate::actors::agent::{Agent, Retire};
use crate::actors::herald::{Herald, Report};
use crate::actors::{Agents, Commons, Employed};
use crate::config::Config;
use crate::ids::AgentName;
use crate::ops::counted;
use crate::ops::tally::Tally;
use crate::rules::alerts::{Matter, Stands};
use crate::rules::reload::{self, Difference};
use crate::rules::words::operator;

/// The time between two looks without any sign of a change: some file systems give none, and
/// what the configuration names (a file with authorities) may be elsewhere.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// Whoever writes a file in place is done with it by then.
const SETTLE: Duration = Duration::from_millis(300);
/// Problems that are logged one by one.
const LOGGED_MAX: usize = 20;

/// Puts other settings in force.
pub(super) struct Reloader {
    commons: Commons,
    agents: AgentMaker,
    tally: Rc<Tally>,
    herald: Addr<Herald>,
}

/// Follows what becomes of the configuration, until it is dropped.
pub(super) async fn follow(reloads: Reloads, reloader: Rc<Reloader>) {
    let Reloads { source, mut asked } = reloads;
    let mut watch = Watch::of(source.path());
    // It may have changed since it was read.
    reloader.look(&source).await;
    loop {
        tokio::select! {
            Some(Asked(tell)) = asked.recv() => {
                let done = reloader.take(source.read().await, &source).await;
                // Whoever asked may not wait for it.
                let _ = tell.send(done);
            }
            () = watch.changed() => {
                reloader.take(source.read().await, &source).await;
            }
            () = sleep(LOOK_EVERY) => reloader.look(&source).await,
        }
    }
}

impl Reloader {
    /// Starts the agents of the settings in force.
    pub(super) fn new(
        commons: Commons,
        agents: AgentMaker,
        tally: Rc<Tally>,
        herald: Addr<Herald>,
    ) -> Self {
        let reloader = Self {
            commons,
            agents,
            tally,
            herald,
        };
        let config = reloader.commons.config();
        let agents = config.agents.keys();
        let agents = agents.filter_map(|name| reloader.agent(&config, name));
        reloader.commons.in_force.begin(agents.collect());
        reloader
    }

    /// Looks at the configuration without a sign of a change. One that is being written may look
    /// like another one.
    async fn look(&self, source: &Arc<Source>) {
        if self.is_news(&source.read().await) {
            sleep(SETTLE).await;
            self.take(source.read().await, source).await;
        }
    }

    fn is_news(&self, found: &Found) -> bool {
        let known = self.commons.in_force.seen();
        match found {
            Ok((config, _)) => {
                let (_, difference) = reload::after(&self.commons.config(), config.clone());
                difference.any || known.broken.is_some() || difference.restart != known.restart
            }
            Err(why) => known.broken.is_none_or(|broken| broken.why != *why),
        }
    }

    /// Loads what was found, or refuses it; says so where that is news.
    async fn take(&self, found: Found, source: &Source) -> Reloaded {
        let is_news = self.is_news(&found);
        let (config, warnings) = match found {
            Ok(good) => good,
            Err(why) => {
                if is_news {
                    for problem in why.lines().take(LOGGED_MAX) {
                        error!(%problem, "the configuration has mistakes and is not loaded");
                    }
                    self.commons.in_force.is_broken(&why);
                }
                let stands = Stands::Wrong(operator::config_broken(&why));
                self.report(Matter::Configuration, stands).await;
                return Reloaded::Refused(why);
            }
        };
        let was_broken = self.commons.in_force.seen().broken.is_some();
        let difference = self.put_in_force(config);
        if is_news {
            for warning in warnings {
                warn!(%warning, "configuration");
            }
        }
        let known = self.commons.in_force.seen();
        if difference.any {
            source.applied(&self.commons.config());
            let Difference {
                added,
                changed,
                gone,
                ..
            } = &difference;
            let digest = known.digest.as_str();
            info!(
                digest,
                ?added,
                ?changed,
                ?gone,
                "the configuration was loaded"
            );
            self.commons.menus.settings_changed();
        } else if was_broken {
            info!("the configuration has no mistakes any more, and is the one in force");
        }
        if is_news && !known.restart.is_empty() {
            warn!(keys = ?known.restart, "these changes of the configuration wait for a restart");
        }
        let good = Stands::Well(operator::config_good(&known.digest));
        self.report(Matter::Configuration, good).await;
        let restart = match &known.restart[..] {
            [] => Stands::Well(operator::NO_RESTART.to_owned()),
            keys => Stands::Wrong(operator::needs_restart(keys)),
        };
        self.report(Matter::Restart, restart).await;
        if difference.any {
            Reloaded::Loaded
        } else {
            Reloaded::Unchanged
        }
    }

    /// Settings and agents change here, with nothing in between.
    fn put_in_force(&self, config: Config) -> Difference {
        let in_force = &self.commons.in_force;
        let (config, difference) = reload::after(&in_force.config(), config);
        in_force.is_good(difference.restart.clone());
        if !difference.any {
            return difference;
        }
        let before = in_force.agents();
        let is_new = |name| difference.added.contains(name) || difference.changed.contains(name);
        let agents = config.agents.keys().filter_map(|name| {
            let kept = before.get(name).filter(|_| !is_new(name));
            match kept {
                Some(kept) => Some((name.clone(), kept.clone())),
                None => self.agent(&config, name),
            }
        });
        let agents: Agents = agents.collect();
        self.tally.keep_agents(|name| agents.contains_key(name));
        in_force.replace(config, agents.clone());
        for (name, agent) in before {
            let heir = agents.get(&name);
            if heir != Some(&agent) {
                let heir = heir.map(|heir| Addr::clone(heir));
                // It is held here until it knows, and by its turns until they are over.
                actix_rt::spawn(async move {
                    let _ = agent.send(Retire { heir }).await;
                });
            }
        }
        difference
    }

    fn agent(&self, config: &Config, name: &AgentName) -> Option<(AgentName, Employed)> {
        let settings = config.agents.get(name)?.clone();
        let calls = (self.agents)(config, name)?;
        let calls = counted::agent(calls, name, &self.tally);
        let agent = Agent::new(name.clone(), settings, calls);
        Some((name.clone(), Employed::start(agent)))
    }

    async fn report(&self, matter: Matter, stands: Stands) {
        // It ends only with the process.
        let _ = self.herald.send(Report { matter, stands }).await;
    }
}
