//! The sessions: which conversation has one, and when it is let go.

use std::collections::BTreeMap;
use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, ResponseActFuture, WrapFuture,
};
use futures_util::future::join_all;
use tracing::{error, info};

use super::{Known, Router, SEATS_MAX, TakeUp, conversations};
use crate::actors::session::{Session, TakeUpTurns};
use crate::ids::ConversationId;
use crate::model::{Conversation, Slot, Turn};
use crate::rules::sessions;

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
        // Most people have one agent, and there is a seat for each of them.
        seat.conversations.reserve_exact(1);
        seat.conversations.push(fresh.clone());
        self.unopened.insert(fresh.id);
        fresh
    }

    /// The conversation that a question goes on in: the slot's current one, or a new one if that
    /// was not used for too long; then with for how long.
    pub(super) fn goes_on(&mut self, slot: &Slot) -> (Conversation, Option<Duration>) {
        let current = self.conversation(slot);
        if self.sessions.contains_key(&current.id) {
            // It has something to do, or had just now.
            return (current, None);
        }
        let (commons, key) = (self.commons.clone(), (slot.place, slot.user));
        let seat = self.seats.entry(key).or_default();
        let used_at = seat.used.get(&current.id).copied();
        let after = commons.config().chat.conversation_idle;
        let Some(idle) = sessions::idle(used_at, commons.now(), after) else {
            return (current, None);
        };
        let fresh = conversations::fresh_conversation(&commons, slot);
        seat.conversations.retain(|one| one.id != current.id);
        seat.conversations.push(fresh.clone());
        self.unopened.insert(fresh.id);
        (fresh, Some(idle))
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
        for key in std::mem::take(&mut *self.doubtful.borrow_mut()) {
            self.seats.remove(&key);
        }
        if self.seats.len() >= SEATS_MAX {
            self.seats.clear();
        }
    }
}

impl Handler<TakeUp> for Router {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, take_up: TakeUp, ctx: &mut Self::Context) -> Self::Result {
        let mut turns: BTreeMap<ConversationId, (Conversation, Vec<Turn>)> = BTreeMap::new();
        for (turn, conversation) in take_up.0 {
            info!(
                turn = %turn.id.reference(),
                chat = %turn.place.chat,
                route = turn.route.as_ref().map(display),
                agent = %conversation.slot.agent,
                conversation = %conversation.id,
                task = turn.task.as_ref().map(display),
                state = ?turn.state,
                "taking up a turn"
            );
            self.wait_again(&turn, &conversation);
            let entry = turns.entry(conversation.id);
            entry.or_insert((conversation, Vec::new())).1.push(turn);
        }
        let mut sent = Vec::new();
        for (conversation, turns) in turns.into_values() {
            let agent = &conversation.slot.agent;
            if let Some(session) = self.session(&conversation, ctx) {
                sent.push(session.send(TakeUpTurns(turns)));
            } else {
                error!(%agent, "turns wait for an agent that is not configured any more");
            }
        }
        Box::pin(join_all(sent).into_actor(self).map(|_, _, _| ()))
    }
}
