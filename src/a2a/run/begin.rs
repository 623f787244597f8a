//! How a run begins.

use crate::ids::TaskId;
use crate::pause::Pause;

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Give the prompt to the agent: once.
    Submit,
    /// It may have the prompt: look, never prompt again.
    LookFor,
    /// It has the prompt: go on with this task.
    TakeUp(TaskId),
    /// Its task waits for this: if it still does, the prompt is the decision.
    Decide(Box<Pause>),
}

impl Begin {
    /// Its name in the log, which never has what an agent asks.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::LookFor => "look for",
            Self::TakeUp(_) => "take up",
            Self::Decide(_) => "decide",
        }
    }
}
