//! A Telegram that enforces its limits to the letter, at the moment when a call arrives. It
//! shares no code with the schedule.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::ids::ChatId;

/// Messages that a chat takes at once after a rest.
const BURST: f64 = 3.0;

/// What one chat was sent: 1 a second with a burst of 3, in groups 20 in any 60 s as well.
#[derive(Clone, Default)]
pub(super) struct Chat {
    /// What is left of the burst, and since when.
    left: Option<(f64, Duration)>,
    minute: VecDeque<Duration>,
}

impl Chat {
    /// Whether it takes a message now.
    pub(super) fn would_take(&self, group: bool, now: Duration) -> bool {
        let begins = now.saturating_sub(Duration::from_mins(1));
        let recent = self
            .minute
            .iter()
            .filter(|at| now < Duration::from_mins(1) || **at > begins);
        self.left_at(now) > 1.0 - 1e-6 && !(group && recent.count() >= 20)
    }

    /// Counts a message.
    pub(super) fn takes(&mut self, now: Duration) {
        self.left = Some((self.left_at(now) - 1.0, now));
        self.minute.push_back(now);
        if self.minute.len() > 20 {
            self.minute.pop_front();
        }
    }

    fn left_at(&self, now: Duration) -> f64 {
        let (left, since) = self.left.unwrap_or((BURST, now));
        (left + now.abs_diff(since).as_secs_f64()).min(BURST)
    }
}

/// All of it: each chat, 30 in any second, and penalties of its own making.
#[derive(Default)]
pub(super) struct Telegram {
    chats: BTreeMap<ChatId, Chat>,
    second: VecDeque<Duration>,
    penalties: BTreeMap<ChatId, Duration>,
}

impl Telegram {
    /// Nothing goes to a chat for so long, whoever is to blame.
    pub(super) fn penalize(&mut self, chat: ChatId, until: Duration) {
        self.penalties.insert(chat, until);
    }

    /// The penalty that a message meets which arrives now.
    pub(super) fn penalty(&self, chat: ChatId, now: Duration) -> Option<Duration> {
        let until = self.penalties.get(&chat)?;
        until.checked_sub(now).filter(|left| !left.is_zero())
    }

    /// Takes a message that arrives now, or not.
    pub(super) fn takes(&mut self, chat: ChatId, now: Duration) -> bool {
        let second = Duration::from_secs(1);
        self.second.retain(|at| *at + second > now);
        let counts = self.chats.entry(chat).or_default();
        if self.second.len() >= 30 || !counts.would_take(chat.is_group(), now) {
            return false;
        }
        counts.takes(now);
        self.second.push_back(now);
        true
    }
}
