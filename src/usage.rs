//! What the model behind an agent was given and gave.

use std::fmt;

/// Tokens, as the agent counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Given to the model.
    pub prompt: u64,
    /// Made by it, thoughts included.
    pub answer: u64,
    /// All of them; agents count here what is neither, such as cached or tool tokens.
    pub total: u64,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            prompt: self.prompt.saturating_add(other.prompt),
            answer: self.answer.saturating_add(other.answer),
            total: self.total.saturating_add(other.total),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {} = {}", self.prompt, self.answer, self.total)
    }
}
