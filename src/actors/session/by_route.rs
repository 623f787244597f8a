//! What the route of a turn says about it.

use super::Session;
use crate::actors::agent::Waits;
use crate::config::{Route, Stream};
use crate::ids::{ChatId, UserId};
use crate::model::Turn;
use crate::rules::access;

impl Session {
    /// What the route says by which this person asks here; nothing where there is none any more.
    fn by_route<T>(&self, user: UserId, chat: ChatId, says: impl FnOnce(&Route) -> T) -> Option<T> {
        let config = self.commons.config();
        let agent = &self.conversation.slot.agent;
        access::route_to(&config, agent, user, chat).map(says)
    }

    fn by_route_of<T>(&self, turn: &Turn, says: impl FnOnce(&Route) -> T) -> Option<T> {
        let place = self.commons.moves.borrow().place(turn.place);
        self.by_route(turn.asked_by, place.chat, says)
    }

    /// How many turns may wait in this conversation.
    pub(super) fn waiting_max(&self, user: UserId, chat: ChatId) -> usize {
        let of_route = self.by_route(user, chat, |route| route.conversation_waiting_max);
        of_route.unwrap_or_else(|| self.commons.config().limits.conversation_waiting_max)
    }

    /// Whether nothing is shown of an answer before it is whole.
    pub(super) fn shows_nothing(&self, turn: &Turn) -> bool {
        let stream = self.by_route_of(turn, |route| route.stream);
        stream.is_some_and(|stream| stream == Stream::Off)
    }

    /// How long the turn is waited for; nothing: as its agent says.
    pub(super) fn waits(&self, turn: &Turn) -> Option<Waits> {
        self.by_route_of(turn, |route| Waits {
            total: route.total_timeout,
            look_after: route.look_after,
        })
    }

    /// What goes to the agent. What answers a question of the agent's stays as it is.
    pub(super) fn asked_text(&self, turn: &Turn) -> String {
        let prefix = self
            .by_route_of(turn, |route| route.prefix.clone())
            .flatten();
        match prefix.filter(|_| turn.answers.is_none()) {
            Some(prefix) => format!("{prefix}\n\n{}", turn.text).trim_end().to_owned(),
            None => turn.text.clone(),
        }
    }
}
