//! What people send in parts: an album, a text that was split.

use actix::Context;
use tracing::debug;

use super::facts::{Facts, seat_key};
use super::{Router, Work};
use crate::actors::session::{Ask, Follows};
use crate::ids::{MessageId, RouteName, UpdateId};
use crate::model::{Conversation, Gathering, Turn, TurnState};
use crate::rules::gather::{self, Next, Quiet};
use crate::rules::{access, route};
use crate::telegram::Incoming;

/// A turn whose rest may still come.
pub(super) struct Open {
    conversation: Conversation,
    /// The route that it came by; none where that was not noted yet.
    route: Option<RouteName>,
    /// The update that opened the turn.
    first: UpdateId,
    /// Its message.
    question: MessageId,
    gathering: Gathering,
}

impl Router {
    /// The message as a further part of what its writer has begun to send. Its session decides
    /// whether that turn still waits; if not, the message is a question of its own.
    pub(super) fn joins(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        facts: &Facts,
        ctx: &mut Context<Self>,
    ) -> Option<Work> {
        let key = seat_key(message);
        let open = self.gathering.get(&key)?;
        let user = access::person(message)?;
        let commons = self.commons.clone();
        let (config, now) = (&commons.config(), commons.now());
        let quiet = Quiet::from(&config.chat);
        let (text, gathering) =
            match gather::next(&open.gathering, &commons.me, message, now, &quiet) {
                Next::Joins(text, gathering) => (text, gathering),
                Next::Ends => {
                    self.gathering.remove(&key);
                    return None;
                }
                Next::Apart => return None,
            };
        let agent = &open.conversation.slot.agent;
        let by = access::own_route(config, agent, open.route.as_ref(), user, message.chat)?;
        let rule = access::may_ask(by, user, message.chat)?;
        let ask = Ask {
            update: id,
            user,
            place: key.0,
            piece: gather::piece(&commons.me, message, text),
            route: by.name(),
            gathering: gathering.clone(),
            follows: Some(Follows {
                first: open.first,
                album: message.media_group_id.clone(),
            }),
            rule,
            late: facts.late(id, message, config.chat.stale_after),
            begun_after: None,
            beside: Vec::new(),
            renews: route::renews(self.seats.get(&key)?, agent, now),
        };
        debug!(update = %id, first = %open.first, "a further part");
        let mut screen = commons.screen.borrow_mut();
        screen.goes_on(key.0, open.question);
        drop(screen);
        let conversation = open.conversation.clone();
        self.note_asked(&ask, &conversation);
        match gathering {
            Some(gathering) => self.gathering.get_mut(&key)?.gathering = gathering,
            None => {
                self.gathering.remove(&key);
            }
        }
        let session = self.session(&conversation, ctx)?;
        Some(Box::pin(async move {
            session.send(ask).await.unwrap_or(Ok(()))
        }))
    }

    /// Notes that the rest of a question may follow.
    pub(super) fn wait_for_the_rest(&mut self, ask: &Ask, conversation: Conversation) {
        let Some(gathering) = ask.gathering.clone() else {
            return;
        };
        let open = Open {
            conversation,
            route: Some(ask.route.clone()),
            first: ask.update,
            question: ask.piece.message,
            gathering,
        };
        self.gathering.insert((ask.place, ask.user), open);
    }

    /// The same for a turn of an earlier process; what Telegram held meanwhile is about to come.
    pub(super) fn wait_again(&mut self, turn: &Turn, conversation: &Conversation) {
        let (Some(gathering), TurnState::Queued) = (&turn.gathering, turn.state) else {
            return;
        };
        let quiet = Quiet::from(&self.commons.config().chat);
        let until = self.commons.now().plus(quiet.of(gathering));
        let open = Open {
            conversation: conversation.clone(),
            route: turn.route.clone(),
            first: turn.update,
            question: turn.reply_to,
            gathering: Gathering {
                until,
                ..gathering.clone()
            },
        };
        self.gathering.insert((turn.place, turn.asked_by), open);
    }

    /// Forgets turns whose rest has not come for long.
    pub(super) fn forget_what_is_whole(&mut self) {
        let now = self.commons.now();
        self.gathering
            .retain(|_, open| now <= open.gathering.until.plus(gather::LATE_MAX));
    }
}
