//! What agents wait for, in memory, as `store/apply/pauses.rs` says it in SQL.

use std::rc::Rc;
use std::time::Duration;

use super::apply::unfit;
use super::tables::{Tables, TurnStands};
use crate::ids::{ChatId, MessageId, OutboxId, RouteName, Timestamp, TurnId, UserId};
use crate::rules::approval::{Closed, State, Under, Waiting};
use crate::rules::quota::Used;
use crate::store::StoreError;

const STALE: StoreError = StoreError::Stale("the pause has changed");

impl Tables {
    pub(super) fn keep_pause(&mut self, waiting: &Waiting) -> Result<(), StoreError> {
        if waiting.version == 1 {
            if self.pause_of(waiting.turn).is_some() {
                return Err(STALE);
            }
            if !self.turns.contains_key(&waiting.turn) || self.pauses.contains_key(&waiting.id) {
                return Err(unfit("a pause of no turn, or twice the same"));
            }
        } else {
            let before = self.pauses.get(&waiting.id);
            let fits = |before: &&Rc<Waiting>| {
                before.version + 1 == waiting.version && !before.state.is_over()
            };
            before.filter(fits).ok_or(STALE)?;
        }
        if let (Some(made), State::Deciding) = (&waiting.made, waiting.state) {
            let decision = (waiting.digest.clone(), made.clone());
            let key = (waiting.id, waiting.attempt);
            if self.decisions.insert(key, decision).is_some() {
                return Err(unfit("twice the same decision"));
            }
        }
        self.pauses.insert(waiting.id, Rc::new(waiting.clone()));
        Ok(())
    }

    pub(super) fn pause_of(&self, turn: TurnId) -> Option<Waiting> {
        let mut pauses = self.pauses.values();
        let found = pauses.find(|waiting| waiting.turn == turn && !waiting.state.is_over());
        found.map(|waiting| (**waiting).clone())
    }

    pub(super) fn waits_under(&self, chat: ChatId, message: MessageId) -> Option<Under> {
        let is_card = |post: OutboxId| {
            let row = self.posts.get(&post);
            row.is_some_and(|row| row.place.chat == chat && row.message == Some(message))
        };
        let mut pauses = self.pauses.values();
        let found = pauses.find(|it| it.cards.iter().any(|card| is_card(card.post)));
        found.map(|waiting| Under {
            turn: waiting.turn,
            pause: waiting.id,
            state: waiting.state,
            closed: Closed::of(waiting),
        })
    }

    pub(super) fn used(
        &self,
        user: UserId,
        route: &RouteName,
        before: TurnId,
        now: Timestamp,
    ) -> Used {
        let minute = now.minus(Duration::from_mins(1));
        let day = now.minus(Duration::from_hours(24));
        let mut counted = Used::default();
        for (_, row) in self.turns.range(..before) {
            let own = row.turn.asked_by == user;
            let by_route = row.turn.route.as_ref() == Some(route);
            let (in_minute, in_day) = (row.opened_at > minute, row.opened_at > day);
            if in_day {
                counted.first.get_or_insert(row.turn.id);
            }
            counted.person_minute += u32::from(own && in_minute);
            counted.person_day += u32::from(own && in_day);
            counted.route_minute += u32::from(by_route && in_minute);
            counted.route_day += u32::from(by_route && in_day);
            counted.person_open += u32::from(own && matches!(row.stands, TurnStands::Open(_)));
        }
        counted
    }
}
