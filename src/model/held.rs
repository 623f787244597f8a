//! Turns that wait for somebody's word.

use crate::ids::{OutboxId, Timestamp};

/// Why a queued turn is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldFor {
    /// Telegram brought its message late: is it still wanted?
    Stale,
    /// What was before it has been stopped: is this to go on?
    Stop,
}

impl HeldFor {
    /// Every reason, for the store.
    pub const ALL: [Self; 2] = [Self::Stale, Self::Stop];

    /// Its name in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Stop => "stop",
        }
    }
}

/// A queued turn waits for somebody's word; what is behind it does not wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Why.
    pub why: HeldFor,
    /// Until then; without a word it is dropped.
    pub until: Timestamp,
    /// The post that asks. What it says goes for every turn that it holds.
    pub post: OutboxId,
}
