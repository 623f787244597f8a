//! What becomes of a message.

use super::destination::Why;
use crate::config::Route;
use crate::ids::UserId;
use crate::rules::access::Rule;

/// What is to be done with a message.
#[derive(Clone, Debug)]
pub enum Decision<'a> {
    /// Nobody waits for an answer.
    Ignore(&'static str),
    /// Its sender cannot be told: no right can belong to them.
    Nobody {
        /// A person hides behind it, and spoke to us.
        waits: bool,
    },
    /// Its sender may use nothing here. Whether that is said is another rule's matter.
    Stranger(UserId),
    /// Its sender may use other routes, not this one.
    Forbidden(UserId, &'a Route),
    /// A question for an agent.
    Ask {
        /// Who asks.
        user: UserId,
        /// The route that was found.
        route: &'a Route,
        /// What goes to the agent.
        text: String,
        /// Why it is this route.
        why: Why,
        /// The rule that allows it.
        rule: Rule,
    },
    /// A route's command alone: its agent is the person's current one here.
    Switch(UserId, &'a Route),
    /// The same in a topic that belongs to another agent, whose route comes first: it stays so.
    Bound(UserId, &'a Route, &'a Route),
    /// `/start`, `/help`
    Help(UserId),
    /// `/agents`
    Agents(UserId),
    /// `/sessions`
    Sessions(UserId),
    /// `/resume`, with the number of a conversation in the list of `/sessions`.
    Resume(UserId, usize),
    /// `/whoami`
    WhoAmI(UserId),
    /// `/new`, for this agent.
    New(UserId, &'a Route),
    /// `/status`
    Status(UserId),
    /// `/stop`, for this agent or whatever runs.
    Stop(UserId, Option<&'a Route>),
    /// A command that nobody knows, said to us; for `/new` and `/stop`, with what stands behind it.
    Unknown(UserId, String),
    /// Plain text where no agent is the current or the default one.
    /// With the text, if it is one that waits for the choice.
    Choose(UserId, Option<String>),
    /// Something other than text and files.
    Media(UserId, String),
}

impl Decision<'_> {
    /// Whether it brings more messages into its chat. `/stop` never waits, and strangers hear
    /// one word a day.
    #[must_use]
    pub fn adds(&self) -> bool {
        !matches!(
            self,
            Self::Ignore(_) | Self::Nobody { .. } | Self::Stranger(_) | Self::Stop(..)
        )
    }
}
