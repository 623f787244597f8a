//! The sessions: which conversation has one, and when it is let go.

use actix::{Actor, Addr, AsyncContext, Context};

use super::{Known, Router, SEATS_MAX, conversations};
use crate::actors::session::Session;
use crate::model::{Conversation, Slot};

impl Router {
    /// The slot's current conversation; a new one if it has none.
    pub(super) fn conversation(&mut self, slot: &Slot) -> Conversation {
        let key = (slot.place, slot.user);
        let seat = self.seats.entry(key).or_default();
        let known = seat
            .conversations
            .iter()
            .find(|conversation| conversation.slot.agent == slot.agent);
        if let Some(known) = known {
            return known.clone();
        }
        let fresh = conversations::fresh_conversation(&self.commons, slot);
        seat.conversations.push(fresh.clone());
        self.unopened.insert(fresh.id);
        fresh
    }

    /// The session of a conversation; it begins if need be.
    pub(super) fn session(
        &mut self,
        conversation: &Conversation,
        ctx: &mut Context<Self>,
    ) -> Option<Addr<Session>> {
        let id = conversation.id;
        if let Some(known) = self.sessions.get_mut(&id) {
            known.sent += 1;
            return Some(known.session.clone());
        }
        // Without its agent there is nothing that it could do.
        self.commons.in_force.agent(&conversation.slot.agent)?;
        let opened = !self.unopened.remove(&id);
        let session = Session::new(
            self.commons.clone(),
            conversation.clone(),
            opened,
            (self.sender.clone(), self.fetcher.clone()),
            ctx.address().recipient(),
            self.open_turns.clone(),
        )
        .start();
        let known = Known {
            session: session.clone(),
            slot: conversation.slot.clone(),
            sent: 1,
        };
        self.sessions.insert(id, known);
        Some(session)
    }

    /// Lets go of idle sessions, unless something was sent to them meanwhile.
    pub(super) fn let_go(&mut self) {
        for idle in std::mem::take(&mut self.idle) {
            let known = self.sessions.get(&idle.conversation);
            if known.is_some_and(|known| known.sent == idle.seen) {
                self.sessions.remove(&idle.conversation);
                // The session has learned things (its context): the store has them.
                let place = self.commons.moves.borrow().place(idle.slot.place);
                self.seats.remove(&(place, idle.slot.user));
            }
        }
        if self.seats.len() >= SEATS_MAX {
            self.seats.clear();
        }
    }
}
