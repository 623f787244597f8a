//! What `switchboard doctor` has seen → what it says about it. Pure.
//!
//! Each check judges its own facts and says one line. Where one thing keeps others from being
//! seen (no connection, no card), only that one is said.

mod agents;
mod fault;
mod people;
mod store;
mod telegram;
#[cfg(test)]
mod tests;

pub use agents::{AgentFacts, CardFacts, Trouble, agent, routes};
pub use fault::Fault;
pub use people::{ChatFacts, Role, people};
pub use store::{StoreFacts, store};
pub use telegram::{Looked, NoAnswer, TelegramFacts, telegram};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// It works, but hardly as somebody meant it.
    Warning,
    /// Something does not work until somebody does something.
    Wrong,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check.
    pub check: &'static str,
    /// Of which agent or route, if there are several.
    pub about: Option<String>,
    /// How it ended.
    pub verdict: Verdict,
    /// What is wrong; only where it is not fine.
    pub fault: Option<Fault>,
    /// What was seen.
    pub found: String,
    /// What to do about it; only where it is not fine.
    pub advice: Option<String>,
}

impl Finding {
    fn fine(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            about: None,
            verdict: Verdict::Fine,
            fault: None,
            found: found.into(),
            advice: None,
        }
    }

    fn warning(
        check: &'static str,
        fault: Fault,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Warning,
            fault: Some(fault),
            advice: Some(advice.into()),
            ..Self::fine(check, found)
        }
    }

    fn wrong(
        check: &'static str,
        fault: Fault,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Wrong,
            ..Self::warning(check, fault, found, advice)
        }
    }

    fn about(self, what: &str) -> Self {
        Self {
            about: Some(what.to_owned()),
            ..self
        }
    }
}
