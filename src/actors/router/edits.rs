//! Messages that people change after they were sent.

use actix::Context;

use super::facts::{Facts, seat_key};
use super::{Router, Work};
use crate::actors::session::Edit;
use crate::ids::UpdateId;
use crate::model::Conversation;
use crate::rules::access;
use crate::rules::route::{self, Known};
use crate::store::Asked;
use crate::telegram::Incoming;

impl Router {
    /// Hands an edit to the session of the question that the message is part of; any other is
    /// nobody's business.
    pub(super) fn edited(
        &mut self,
        id: UpdateId,
        message: Incoming,
        facts: &Facts,
        ctx: &mut Context<Self>,
    ) -> Work {
        let key = (message.chat, message.message);
        let user = access::person(&message);
        // What came with the same batch is not in the store yet.
        let asked = self.asked.get(&key).or_else(|| facts.asked.get(&key));
        let Some(asked) = asked.filter(|asked| Some(asked.by) == user).cloned() else {
            return self.ignore(id, "an edit of no question");
        };
        let (place, user) = seat_key(&message);
        let now = self.commons.now();
        let seat = self.seats.get(&(place, user)).cloned().unwrap_or_default();
        let known = Known {
            seat: &seat,
            answered: None,
        };
        let config = self.commons.config();
        let expected = route::expected(&config, place, known, user, now);
        let edit = Edit {
            update: id,
            place,
            expected: expected.map(|to| to.route.agent.clone()),
            told: asked.told,
            message,
        };
        let Some(session) = self.session(&asked.conversation, ctx) else {
            return self.ignore(id, "no such agent");
        };
        Box::pin(async move { session.send(edit).await.unwrap_or(Ok(())) })
    }

    /// Notes which question a message of this batch is part of.
    pub(super) fn note_asked(&mut self, ask: &super::Ask, conversation: &Conversation) {
        let asked = Asked {
            by: ask.user,
            conversation: conversation.clone(),
            told: false,
        };
        let key = (ask.place.chat, ask.piece.message);
        self.asked.insert(key, asked);
    }
}
