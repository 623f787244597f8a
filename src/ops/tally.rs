//! Counts of what happens outside, from the start of the process. Every key is one of a few
//! names, or an agent of the configuration, so their number is bounded.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::a2a::A2aError;
use crate::a2a::Outcome as AgentOutcome;
use crate::ids::AgentName;
use crate::telegram::{Outcome as TelegramOutcome, TelegramError};

/// How a poll can end.
pub const POLL_RESULTS: [&str; 5] = ["ok", "conflict", "limited", "unauthorized", "failed"];

/// What has happened since the start of the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Polls by their result, one of [`POLL_RESULTS`].
    pub polls: BTreeMap<&'static str, u64>,
    /// Calls to Telegram other than polls, by method and result.
    pub telegram: BTreeMap<(&'static str, &'static str), u64>,
    /// How long Telegram has told us to wait, in all.
    pub penalty: Duration,
    /// Calls to agents by agent, call and outcome.
    pub agents: BTreeMap<(AgentName, &'static str, &'static str), u64>,
}

/// Where it is counted.
#[derive(Debug, Default)]
pub struct Tally(RefCell<Counts>);

impl Tally {
    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.borrow().clone()
    }

    /// Forgets the calls to agents that are not configured any more.
    pub fn keep_agents(&self, configured: impl Fn(&AgentName) -> bool) {
        let mut counts = self.0.borrow_mut();
        counts.agents.retain(|(agent, _, _), _| configured(agent));
    }

    /// A poll has ended.
    pub fn polled(&self, error: Option<&TelegramError>) {
        let result = match error {
            None => "ok",
            Some(TelegramError::Conflict { .. }) => "conflict",
            Some(TelegramError::RetryAfter(_)) => "limited",
            Some(TelegramError::Unauthorized) => "unauthorized",
            Some(_) => "failed",
        };
        let mut counts = self.0.borrow_mut();
        *counts.polls.entry(result).or_default() += 1;
        counts.waits(error);
    }

    /// A call to Telegram other than a poll has ended.
    pub fn called(&self, method: &'static str, error: Option<&TelegramError>) {
        let result = match error {
            None => "ok",
            Some(TelegramError::RetryAfter(_)) => "limited",
            Some(error) => match error.outcome() {
                TelegramOutcome::Done => "ok",
                TelegramOutcome::NotSent => "not_sent",
                TelegramOutcome::Refused => "refused",
                TelegramOutcome::Unknown => "unknown",
            },
        };
        let mut counts = self.0.borrow_mut();
        *counts.telegram.entry((method, result)).or_default() += 1;
        counts.waits(error);
    }

    /// A call to an agent has ended; of a stream, its beginning.
    pub fn asked(&self, agent: &AgentName, call: &'static str, error: Option<&A2aError>) {
        let outcome = match error.map(A2aError::outcome) {
            None => "ok",
            Some(AgentOutcome::NotSent) => "not_sent",
            Some(AgentOutcome::Refused) => "refused",
            Some(AgentOutcome::Unknown) => "unknown",
        };
        let mut counts = self.0.borrow_mut();
        let key = (agent.clone(), call, outcome);
        *counts.agents.entry(key).or_default() += 1;
    }
}

impl Counts {
    fn waits(&mut self, error: Option<&TelegramError>) {
        if let Some(TelegramError::RetryAfter(wait)) = error {
            self.penalty = self.penalty.saturating_add(*wait);
        }
    }
}
