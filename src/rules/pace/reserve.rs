//! A call that is kept for something that is not there yet.

use tokio::time::Instant;

use super::agenda::Shelf;
use super::{Cost, Pace};
use crate::ids::ChatId;

impl<T, K: Copy + PartialEq> Pace<T, K> {
    /// Takes the next call to a chat for what will come in a moment, if that could go now and
    /// nobody else could. The chat is busy until [`Pace::done`], and nothing overtakes: what is
    /// pushed meanwhile comes after.
    pub fn reserve(&mut self, chat: ChatId, cost: Cost, now: Instant) -> bool {
        self.wake(now);
        let costs = cost != Cost::Delete;
        let full = self.in_flight >= self.limits.in_flight_max.max(1)
            || costs && self.global.opens_at(now, 1) > now;
        let stopped = self.stopped_until.is_some_and(|until| until > now);
        let others = self.agenda.first(Shelf::Ready).is_some();
        let lane = self.lanes.get(&chat);
        if full || stopped || others || lane.is_some_and(|lane| !lane.is_open(costs, now)) {
            return false;
        }
        self.depart(chat, costs, now);
        true
    }
}
