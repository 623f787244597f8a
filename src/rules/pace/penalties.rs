//! What Telegram says of the pace itself: a 429 for a chat, several of them for the bot as a whole;
//! and what a new process has to know of those that its predecessor was told.

use std::time::Duration;

use tokio::time::Instant;

use super::Pace;
use super::lane::Lane;
use crate::ids::{ChatId, Timestamp};

/// Added to each `retry_after`: Telegram tells whole seconds, and its clock is not ours.
pub(super) const PENALTY_MARGIN: Duration = Duration::from_millis(250);
/// The longest penalty that is believed; it only keeps the clock from overflowing.
pub(super) const PENALTY_MAX: Duration = Duration::from_hours(366 * 24);
/// This many chats refused within `STORM_SPAN` mean that the bot as a whole is too fast.
const STORM_CHATS: usize = 3;
const STORM_SPAN: Duration = Duration::from_secs(1);

/// A time in which nothing may be sent, as it is kept over processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Penalty {
    /// Where; none is everywhere.
    pub chat: Option<ChatId>,
    /// Until when, by the wall clock.
    pub until: Timestamp,
}

/// What came of a 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// How long nothing goes to the chat.
    pub chat: Duration,
    /// How long nothing goes to anyone, if that has become longer by it.
    pub all: Option<Duration>,
}

impl Told {
    /// What has to be kept of it.
    #[must_use]
    pub fn penalties(self, chat: ChatId, now: Timestamp) -> Vec<Penalty> {
        let of = |chat, left| Penalty {
            chat,
            until: now.plus(left),
        };
        let all = self.all.map(|left| of(None, left));
        [of(Some(chat), self.chat)].into_iter().chain(all).collect()
    }
}

impl<T, K: Copy + PartialEq> Pace<T, K> {
    /// Telegram said 429: nothing goes to the chat for as long as it told, and nothing to
    /// anyone if several chats are told so within a second. The call itself still ends with
    /// [`Pace::done`].
    pub fn refused(&mut self, chat: ChatId, retry_after: Duration, now: Instant) -> Told {
        let until = now + retry_after.min(PENALTY_MAX) + PENALTY_MARGIN;
        let lane = self.lane(chat);
        let longest = lane.penalty_until.map_or(until, |known| known.max(until));
        lane.penalty_until = Some(longest);
        self.place(chat, now);
        self.refusals
            .retain(|(at, other, _)| *at + STORM_SPAN > now && *other != chat);
        self.refusals.push_back((now, chat, until));
        if self.refusals.len() >= STORM_CHATS {
            let latest = self.refusals.iter().map(|(_, _, until)| *until).max();
            self.stopped_until = self.stopped_until.max(latest);
            self.typing.clear();
        }
        let stormy = self.refusals.len() >= STORM_CHATS;
        let stopped = self.stopped_until.filter(|_| stormy);
        Told {
            chat: longest - now,
            all: stopped.map(|until| until.saturating_duration_since(now)),
        }
    }

    /// Keeps to what an earlier process was told; what is over by now counts for nothing.
    pub fn take_up(&mut self, penalties: &[Penalty], wall: Timestamp, now: Instant) {
        for Penalty { chat, until } in penalties {
            let left = until.since(wall).min(PENALTY_MAX);
            if left.is_zero() {
                continue;
            }
            let until = Some(now + left);
            let Some(chat) = *chat else {
                self.stopped_until = self.stopped_until.max(until);
                continue;
            };
            let lane = self.lane(chat);
            lane.penalty_until = lane.penalty_until.max(until);
            self.place(chat, now);
        }
    }

    /// The chats in a penalty and what is left of it, lowest id first. It looks at each chat.
    #[must_use]
    pub fn penalties(&self, now: Instant) -> Vec<(ChatId, Duration)> {
        let left = |lane: &Lane<T, K>| lane.penalty_until?.checked_duration_since(now);
        let mut penalties: Vec<_> = self
            .lanes
            .iter()
            .filter_map(|(chat, lane)| Some((*chat, left(lane).filter(|left| !left.is_zero())?)))
            .collect();
        penalties.sort_unstable();
        penalties
    }

    /// Until when the whole bot stands still, if it does.
    #[must_use]
    pub fn stopped_until(&self, now: Instant) -> Option<Instant> {
        self.stopped_until.filter(|until| *until > now)
    }
}
