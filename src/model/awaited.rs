//! Questions that agents ask in words.

use serde::{Deserialize, Serialize};

use super::Protocol;
use crate::ids::{SaidId, TaskId, UserId};

/// A task that waits for somebody's words (A2A: input-required, auth-required). The message that
/// answers it names it; one that does not begins a task of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The task.
    pub task: TaskId,
    /// The version of the protocol that the task was made in: its answer is said in no other.
    pub protocol: Protocol,
    /// Whose words.
    pub of: UserId,
    /// The message that asks, where the agent gives it an id.
    #[serde(default)]
    pub said: Option<SaidId>,
}

impl Awaited {
    /// The id of the message that asks, if it has one.
    #[must_use]
    pub fn said_in(&self) -> Option<&str> {
        self.said.as_ref().map(SaidId::as_str)
    }
}
