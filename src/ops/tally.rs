//! Counts of what happens outside, from the start of the process. Every key is one of a few
//! names, or an agent of the configuration, so their number is bounded.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::histogram::{Histogram, MOMENTS, WAITS};
use super::turn_clock::{Note, TurnClock, TurnCounts};
use crate::a2a::A2aError;
use crate::a2a::Outcome as AgentOutcome;
use crate::ids::{AgentName, ChatId, MessageId};
use crate::model::Turn;
use crate::rules::mask::Kind;
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
    /// How long they took, by agent and call.
    pub agents_took: BTreeMap<(AgentName, &'static str), Histogram>,
    /// Prompts that were offered once more, by agent.
    pub prompts_again: BTreeMap<AgentName, u64>,
    /// How long the store took, by what it did.
    pub store_took: BTreeMap<&'static str, Histogram>,
    /// What was masked of what agents say, by the command of the route, one of the configuration or
    /// `other`, and by the name of its [`Kind`].
    pub masked: BTreeMap<(Arc<str>, &'static str), u64>,
    /// Turns, and the messages about them.
    pub turns: TurnCounts,
}

/// Where it is counted.
#[derive(Debug, Default)]
pub struct Tally(RefCell<Counts>, RefCell<TurnClock>);

impl Tally {
    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            turns: self.1.borrow().counts().clone(),
            ..self.0.borrow().clone()
        }
    }

    /// An earlier process has left this turn.
    pub fn takes_up(&self, turn: &Turn) {
        let route = turn.route.clone();
        self.1.borrow_mut().takes_up(turn.id, route);
    }

    /// This was committed.
    pub fn committed(&self, notes: Vec<Note>) {
        self.1.borrow_mut().committed(notes, Instant::now());
    }

    /// A message of ours was edited.
    pub fn edited(&self, chat: ChatId, message: MessageId) {
        self.1.borrow_mut().edited(chat, message, Instant::now());
    }

    /// The store took so long for this.
    pub fn stored(&self, what: &'static str, took: Duration) {
        let mut counts = self.0.borrow_mut();
        let times = counts.store_took.entry(what);
        times.or_insert_with(|| Histogram::new(MOMENTS)).saw(took);
    }

    /// This was taken out of what the agent of a route says.
    pub fn masked(&self, route: &str, kinds: &[Kind]) {
        let mut counts = self.0.borrow_mut();
        for kind in kinds {
            let key = (route.into(), kind.name());
            *counts.masked.entry(key).or_default() += 1;
        }
    }

    /// A prompt is offered to an agent once more.
    pub fn offered_again(&self, agent: &AgentName) {
        let mut counts = self.0.borrow_mut();
        *counts.prompts_again.entry(agent.clone()).or_default() += 1;
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
    pub fn asked(
        &self,
        agent: &AgentName,
        call: &'static str,
        error: Option<&A2aError>,
        took: Duration,
    ) {
        let outcome = match error.map(A2aError::outcome) {
            None => "ok",
            Some(AgentOutcome::NotSent) => "not_sent",
            Some(AgentOutcome::Refused) => "refused",
            Some(AgentOutcome::Unknown) => "unknown",
        };
        let mut counts = self.0.borrow_mut();
        let key = (agent.clone(), call, outcome);
        *counts.agents.entry(key).or_default() += 1;
        let times = counts.agents_took.entry((agent.clone(), call));
        times.or_insert_with(|| Histogram::new(WAITS)).saw(took);
    }
}

impl Counts {
    fn waits(&mut self, error: Option<&TelegramError>) {
        if let Some(TelegramError::RetryAfter(wait)) = error {
            self.penalty = self.penalty.saturating_add(*wait);
        }
    }
}
