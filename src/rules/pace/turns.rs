//! The inner workings of the schedule: who stands on which shelf, and how a call departs.

use tokio::time::Instant;

use super::agenda::Shelf;
use super::lane::Lane;
use super::{Cost, Next, Pace, TRANSIT_MAX};
use crate::ids::ChatId;

impl<T, K: Copy + PartialEq> Pace<T, K> {
    pub(super) fn tick(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    pub(super) fn lane(&mut self, chat: ChatId) -> &mut Lane<T, K> {
        let limits = &self.limits;
        self.lanes
            .entry(chat)
            .or_insert_with(|| Lane::new(chat, limits))
    }

    /// Puts a chat where it belongs, after its first thing or its limits have changed.
    pub(super) fn place(&mut self, chat: ChatId, from: Instant) {
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return;
        };
        if lane.flight.is_some() {
            self.agenda.put(chat, &mut lane.slot, None);
        } else if let Some(key) = lane.opens_at(from) {
            self.agenda
                .put(chat, &mut lane.slot, Some((Shelf::Later, key)));
        } else {
            self.retire(chat);
        }
    }

    /// Puts a chat where nothing waits aside until its limits may be forgotten.
    pub(super) fn retire(&mut self, chat: ChatId) {
        let count = self.tick();
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return;
        };
        let idle = lane.flight.is_none().then(|| lane.forget_at()).flatten();
        let slot = idle.map(|at| (Shelf::Idle, (at, count)));
        self.agenda.put(chat, &mut lane.slot, slot);
        if lane.flight.is_none() && slot.is_none() {
            self.lanes.remove(&chat);
        }
    }

    /// Moves the chats whose moment has come. A chat is in line from that moment on, so
    /// that the chats take turns.
    pub(super) fn wake(&mut self, now: Instant) {
        while let Some(((at, arrival), chat)) = self.agenda.due(Shelf::Later, now) {
            let Some(lane) = self.lanes.get_mut(&chat) else {
                return;
            };
            let slot = match lane.waiting.front() {
                Some(head) => (Shelf::Ready, (at + head.class.handicap(), arrival)),
                None => (Shelf::Preview, (at, arrival)),
            };
            self.agenda.put(chat, &mut lane.slot, Some(slot));
        }
        while let Some((_, chat)) = self.agenda.due(Shelf::Idle, now) {
            let Some(mut lane) = self.lanes.remove(&chat) else {
                return;
            };
            self.agenda.put(chat, &mut lane.slot, None);
        }
    }

    /// Sends what must arrive, or tells when there is a place for it among all chats.
    pub(super) fn send_waiting(&mut self, chat: ChatId, now: Instant) -> Result<Next<T>, Instant> {
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return Err(now);
        };
        let costs = lane
            .waiting
            .front()
            .is_some_and(|head| head.cost != Cost::Delete);
        let opens = self.global.opens_at(now, 1);
        if costs && opens > now {
            return Err(opens);
        }
        let Some(head) = lane.waiting.pop_front() else {
            return Err(now);
        };
        self.waiting -= 1;
        self.depart(chat, costs, now);
        Ok(Next::Send {
            chat,
            item: head.item,
        })
    }

    /// Sends a preview, or tells when there is room enough for it among all chats.
    pub(super) fn send_preview(&mut self, chat: ChatId, now: Instant) -> Result<Next<T>, Instant> {
        let opens = self
            .global
            .opens_at(now, self.limits.global_reserve.saturating_add(1));
        if opens > now {
            return Err(opens);
        }
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return Err(now);
        };
        let Some(head) = lane.previews.pop_front() else {
            return Err(now);
        };
        let every = if chat.is_group() {
            self.limits.preview_every_group
        } else {
            self.limits.preview_every_private
        };
        lane.preview_from = Some(now + every);
        self.previews -= 1;
        self.depart(chat, true, now);
        Ok(Next::Send {
            chat,
            item: head.item,
        })
    }

    /// Sends the first typing that still may go, and drops those that may not.
    pub(super) fn send_typing(&mut self, now: Instant) -> Option<Next<T>> {
        while let Some(typing) = self.typing.pop_front() {
            if typing.until < now {
                continue;
            }
            let typing_from = now + self.limits.typing_every;
            let lane = self.lane(typing.chat);
            if !lane.may_type(now) {
                continue;
            }
            lane.typing_from = Some(typing_from);
            let id = self.depart(typing.chat, false, now);
            self.typed.take(id, now);
            return Some(Next::Send {
                chat: typing.chat,
                item: typing.item,
            });
        }
        None
    }

    pub(super) fn depart(&mut self, chat: ChatId, costs: bool, now: Instant) -> u64 {
        let id = self.tick();
        if costs {
            self.global.take(id, now);
            self.global.settle(id, now, now + TRANSIT_MAX);
        }
        let lane = self.lane(chat);
        lane.depart(id, costs, now);
        self.in_flight += 1;
        self.place(chat, now);
        id
    }
}
