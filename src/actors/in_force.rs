//! What is in force: the settings, and the agents that they name. Both change in one step, in
//! between those of the actors, so that nobody sees the one without the other.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use actix::Addr;
use tokio::time::Instant;

use super::agent::Agent;
use crate::config::Config;
use crate::ids::AgentName;
use crate::rules::status::{Broken, Loaded};

/// The agents of a configuration by name.
pub type Agents = BTreeMap<AgentName, Addr<Agent>>;

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
}

/// What a turn is worked on by, from its admission to its end.
#[derive(Clone)]
pub struct Pinned {
    /// The settings.
    pub config: Rc<Config>,
    /// Its agent, by these settings; none if they have no such agent.
    pub agent: Option<Addr<Agent>>,
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
    pub fn agent(&self, name: &AgentName) -> Option<Addr<Agent>> {
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
