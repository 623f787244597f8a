//! The log of calls that reached the server, bounded.

use std::collections::VecDeque;

use serde_json::Value;
use tokio::time::Instant;

use super::message::ChatId;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Still being worked on: a long poll, a held or slow call.
    Pending,
    /// Accepted and answered.
    Done,
    /// Refused with this status and description.
    Refused(u16, String),
    /// A fault hit the call before it was accepted: nothing happened.
    Lost,
    /// A fault hit the answer: the call took effect, its client does not know.
    AnswerLost,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method as documented (`sendMessage`), whatever case it came in.
    pub method: String,
    /// Its parameters.
    pub params: Value,
    /// The chat that it names.
    pub chat: Option<ChatId>,
    /// When it arrived.
    pub at: Instant,
    /// What became of it.
    pub outcome: Outcome,
}

/// The last calls, oldest first.
#[derive(Debug, Default)]
pub(super) struct CallLog {
    kept: VecDeque<Call>,
    /// Number of the first kept call.
    first: u64,
    max: usize,
}

impl CallLog {
    /// A log of at most `max` calls.
    pub fn new(max: usize) -> Self {
        Self {
            max,
            ..Self::default()
        }
    }

    /// Whether calls are kept at all.
    pub fn on(&self) -> bool {
        self.max > 0
    }

    /// Keeps a call; returns its number.
    pub fn add(&mut self, call: Call) -> u64 {
        self.kept.push_back(call);
        while self.kept.len() > self.max {
            self.kept.pop_front();
            self.first += 1;
        }
        self.first + self.kept.len() as u64 - 1
    }

    /// Says what became of a call, if it is still kept.
    pub fn end(&mut self, number: u64, outcome: Outcome) {
        let place = number.checked_sub(self.first).map(usize::try_from);
        if let Some(Ok(place)) = place
            && let Some(call) = self.kept.get_mut(place)
        {
            call.outcome = outcome;
        }
    }

    /// The kept calls, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Call> {
        self.kept.iter()
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.first += self.kept.len() as u64;
        self.kept.clear();
    }
}
