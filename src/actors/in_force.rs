//! What is in force: the settings, and the agents that they name. Both change in one step, in
//! between those of the actors, so that nobody sees the one without the other.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;
use std::rc::Rc;

use actix::{Actor, Addr};
use tokio::time::Instant;

use super::agent::{Agent, Door};
use crate::config::Config;
use crate::ids::AgentName;
use crate::rules::status::{Broken, ChangeSeen, Loaded};

/// Changes of the configuration that are remembered for the status page.
const RECENT_MAX: usize = 10;

/// The agents of a configuration by name.
pub type Agents = BTreeMap<AgentName, Employed>;

/// An agent that is in force.
#[derive(Clone)]
pub struct Employed {
    /// The actor. To copy an address costs an allocation, to share it none.
    pub addr: Rc<Addr<Agent>>,
    /// Its door.
    pub door: Rc<Door>,
}

impl Employed {
    /// Begins its work.
    #[must_use]
    pub fn start(agent: Agent) -> Self {
        let door = agent.door();
        let addr = Rc::new(agent.start());
        Self { addr, door }
    }
}

impl Deref for Employed {
    type Target = Addr<Agent>;

    fn deref(&self) -> &Self::Target {
        &self.addr
    }
}

impl PartialEq for Employed {
    fn eq(&self, other: &Self) -> bool {
        self.addr == other.addr
    }
}

/// What is in force. Never borrowed across an await.
pub struct InForce(RefCell<Now>);

struct Now {
    config: Rc<Config>,
    agents: Agents,
    digest: String,
    began: Instant,
    /// Keys whose new values wait for a restart.
    restart: Vec<&'static str>,
    /// Why the configuration as it is written is not in force, and since when.
    broken: Option<(Instant, String)>,
    /// How often another one was loaded, and how often one was refused.
    counts: (u64, u64),
    /// What became of the last changes, newest first: a digest, or the first mistake.
    recent: VecDeque<(Instant, Result<String, String>)>,
}

impl Now {
    fn remember(&mut self, became: Result<String, String>) {
        self.recent.truncate(RECENT_MAX - 1);
        self.recent.push_front((Instant::now(), became));
    }
}

/// What a turn is worked on by, from its admission to its end.
#[derive(Clone)]
pub struct Pinned {
    /// The settings.
    pub config: Rc<Config>,
    /// Its agent, by these settings; none if they have no such agent.
    pub agent: Option<Employed>,
}

impl InForce {
    /// These settings, whose agents are still to come.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self(RefCell::new(Now {
            digest: config.digest(),
            config: Rc::new(config),
            agents: Agents::new(),
            began: Instant::now(),
            restart: Vec::new(),
            broken: None,
            counts: (0, 0),
            recent: VecDeque::new(),
        }))
    }

    /// The agents of the settings that the process begins with.
    pub fn begin(&self, agents: Agents) {
        self.0.borrow_mut().agents = agents;
    }

    /// Puts others in force.
    pub fn replace(&self, config: Config, agents: Agents) {
        let mut now = self.0.borrow_mut();
        now.digest = config.digest();
        now.config = Rc::new(config);
        now.agents = agents;
        now.began = Instant::now();
        now.counts.0 += 1;
        let digest = now.digest.clone();
        now.remember(Ok(digest));
    }

    /// The configuration as it is written is good; these keys wait for a restart.
    pub fn is_good(&self, restart: Vec<&'static str>) {
        let mut now = self.0.borrow_mut();
        now.restart = restart;
        now.broken = None;
    }

    /// The configuration as it is written is not good. Counted once for each reason.
    pub fn is_broken(&self, why: &str) {
        let mut now = self.0.borrow_mut();
        if now.broken.as_ref().is_none_or(|(_, known)| known != why) {
            now.counts.1 += 1;
            now.remember(Err(why.lines().next().unwrap_or_default().to_owned()));
            now.broken = Some((Instant::now(), why.to_owned()));
        }
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> Rc<Config> {
        self.0.borrow().config.clone()
    }

    /// All agents.
    #[must_use]
    pub fn agents(&self) -> Agents {
        self.0.borrow().agents.clone()
    }

    /// One agent.
    #[must_use]
    pub fn agent(&self, name: &AgentName) -> Option<Employed> {
        self.0.borrow().agents.get(name).cloned()
    }

    /// What a turn for this agent is worked on by, if it begins now.
    #[must_use]
    pub fn pin(&self, agent: &AgentName) -> Pinned {
        let now = self.0.borrow();
        Pinned {
            config: now.config.clone(),
            agent: now.agents.get(agent).cloned(),
        }
    }

    /// How it is seen from outside.
    #[must_use]
    pub fn seen(&self) -> Loaded {
        let now = self.0.borrow();
        Loaded {
            digest: now.digest.clone(),
            since: now.began.elapsed(),
            restart: now.restart.clone(),
            broken: now.broken.as_ref().map(|(since, why)| Broken {
                since: since.elapsed(),
                why: why.clone(),
            }),
            loads: now.counts.0,
            refusals: now.counts.1,
            recent: (now.recent.iter())
                .map(|(then, became)| ChangeSeen {
                    ago: then.elapsed(),
                    became: became.clone(),
                })
                .collect(),
        }
    }
}

impl Pinned {
    /// Whether the agent is the same one by other settings.
    #[must_use]
    pub fn same_agent(&self, other: &Self) -> bool {
        self.agent == other.agent
    }

    /// Whether the settings are the same.
    #[must_use]
    pub fn same_settings(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.config, &other.config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::config;

    #[test]
    fn the_last_changes_are_remembered_and_no_more_of_them() {
        let in_force = InForce::new(config());
        assert_eq!(in_force.seen().recent, []);
        for n in 0..100 {
            in_force.is_broken(&format!("mistake {n}\nanother one"));
            // The same one, looked at again.
            in_force.is_broken(&format!("mistake {n}\nanother one"));
        }
        in_force.is_good(Vec::new());
        in_force.replace(config(), Agents::new());
        let seen = in_force.seen();
        let became: Vec<_> = seen.recent.into_iter().map(|seen| seen.became).collect();
        assert_eq!(became.len(), RECENT_MAX);
        assert_eq!(became[0], Ok(seen.digest));
        assert_eq!(became[1], Err("mistake 99".to_owned()));
        assert_eq!(became[2], Err("mistake 98".to_owned()));
        assert_eq!((seen.loads, seen.refusals), (1, 100));
    }
}
