//! All that can be seen of a running machine at one moment. No message text, no id of a person.

use std::sync::Arc;
use std::time::Duration;

use super::tally::Counts;
use crate::ids::{AgentName, Timestamp};
use crate::rules::poll_watch::Rival;
use crate::rules::status::{AgentSeen, RouterSeen, SenderSeen, Totals};

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the machine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Whether every actor that was asked has answered.
    pub answers: bool,
    /// Whether a poll, or the wait for the next one, takes longer than it may.
    pub poll_hangs: bool,
    /// Whether what was written last was kept.
    pub store_works: bool,
}

impl Pulse {
    /// Of a machine in which somebody does not answer.
    pub const DEAD: Self = Self {
        answers: false,
        poll_hangs: false,
        store_works: false,
    };

    /// Whether a restart would not help.
    ///
    /// # Errors
    /// Why it would.
    pub fn lives(self) -> Result<(), &'static str> {
        match self {
            Self { answers: false, .. } => Err("an actor does not answer"),
            Self {
                poll_hangs: true, ..
            } => Err("the poll hangs"),
            _ => Ok(()),
        }
    }

    /// Whether messages that come now are taken in.
    ///
    /// # Errors
    /// Why not.
    pub fn is_ready(self) -> Result<(), &'static str> {
        self.lives()?;
        if self.store_works {
            return Ok(());
        }
        Err("the store does not work")
    }
}

/// A route, as people may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSeen {
    /// The command without its slash.
    pub command: Arc<str>,
    /// The agent that it reaches.
    pub agent: AgentName,
    /// What the menu says about it.
    pub description: String,
    /// Whether plain text comes here.
    pub default: bool,
}

/// A running machine at one moment.
#[derive(Clone, Debug)]
pub struct Overview {
    /// When it began.
    pub started: Timestamp,
    /// How long ago that is.
    pub runs_for: Duration,
    /// Whether it lives.
    pub pulse: Pulse,
    /// Its Router.
    pub router: RouterSeen,
    /// Its Sender.
    pub sender: SenderSeen,
    /// Its agents, by name.
    pub agents: Vec<AgentSeen>,
    /// Its routes, in the order of the configuration.
    pub routes: Vec<RouteSeen>,
    /// How long ago the last poll ended, if one has.
    pub last_poll: Option<Duration>,
    /// How long ago a poll was refused because of somebody else, if one was.
    pub poll_refused: Option<Duration>,
    /// Who gets what people write, beside us or in our place.
    pub rival: Option<Rival>,
    /// What has happened since the start of the process.
    pub counts: Counts,
    /// The sums of the store; none if they could not be read.
    pub totals: Option<Totals>,
}

impl Overview {
    /// Whether messages that come now are taken in.
    ///
    /// # Errors
    /// Why not.
    pub fn is_ready(&self) -> Result<(), &'static str> {
        self.pulse.is_ready()
    }
}
