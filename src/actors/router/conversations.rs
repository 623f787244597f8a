//! Slots and the conversations that they point at.

use tracing::debug;

use super::{Router, Work, noted, reply};
use crate::actors::Commons;
use crate::actors::session::Close;
use crate::config::{Flavor, Route};
use crate::ids::{ContextId, UpdateId, UserId};
use crate::model::{Conversation, Slot};
use crate::rules::sessions;
use crate::rules::words;
use crate::store::Change;
use crate::telegram::Incoming;

impl Router {
    /// `/new`: the slot points at a fresh conversation from now on.
    pub(super) fn new_conversation(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        route: &Route,
    ) -> Work {
        let slot = sessions::slot(route, message.place(), user);
        let shared = slot.user == UserId::SHARED;
        let fresh = fresh_conversation(&self.commons, &slot);
        let seat = self.seats.entry((slot.place, slot.user)).or_default();
        let before = seat
            .conversations
            .iter_mut()
            .find(|conversation| conversation.slot.agent == slot.agent);
        let text = if shared {
            words::fresh_for_all(&route.agent)
        } else {
            words::fresh(&route.agent)
        };
        let mut changes = reply(id, message, text, &self.commons);
        changes.push(Change::OpenConversation(fresh.clone()));
        let agent = Some(&slot.agent);
        changes.push(noted(message.chat, user, "conversation", agent, None));
        let mut closing = None;
        match before {
            Some(before) => {
                if !self.unopened.remove(&before.id) {
                    changes.push(Change::CloseConversation(before.id));
                }
                closing = self.sessions.get_mut(&before.id).map(|known| {
                    known.sent += 1;
                    known.session.clone()
                });
                *before = fresh;
            }
            None => seat.conversations.push(fresh),
        }
        let committed = self.commit(changes);
        Box::pin(async move {
            committed.await?;
            if let Some(session) = closing
                && session.send(Close).await.is_err()
            {
                debug!("the session was over already");
            }
            Ok(())
        })
    }
}

pub(super) fn fresh_conversation(commons: &Commons, slot: &Slot) -> Conversation {
    let config = commons.config();
    let agent = config.agents.get(&slot.agent);
    let kagent = agent.is_some_and(|agent| agent.flavor == Flavor::Kagent);
    // Plain A2A: the agent makes the context id, and none is invented.
    let context = kagent.then(|| ContextId::from(commons.world.random_id().to_string()));
    let principal = match slot.user {
        UserId::SHARED => format!("telegram:chat:{}", slot.place.chat),
        user => format!("telegram:{user}"),
    };
    Conversation {
        id: commons.store.new_conversation(),
        slot: slot.clone(),
        principal: principal.into(),
        context,
        closed: false,
        awaited: None,
    }
}
