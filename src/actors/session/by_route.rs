//! What the route of a turn says about it.

use super::{Ask, Session};
use crate::actors::agent::Waits;
use crate::config::{Route, Stream};
use crate::model::Turn;
use crate::rules::{access, route};

impl Session {
    /// What the route says that the turn was asked by, in the settings that it is worked on by;
    /// nothing where it is no more. Rights are no part of that: they are those of the moment, and
    /// these settings may be older.
    fn by_route_of<T>(&self, turn: &Turn, says: impl FnOnce(&Route) -> T) -> Option<T> {
        let running = self.running.as_ref();
        let by = running.filter(|running| running.turn.id == turn.id);
        let config = by.map_or_else(|| self.commons.config(), |it| it.by.config.clone());
        let agent = &self.conversation.slot.agent;
        let chat = self.commons.moves.borrow().place(turn.place).chat;
        let route = match &turn.route {
            Some(name) => access::route_named(&config, agent, name),
            None => access::route_to(&config, agent, turn.asked_by, chat),
        };
        route.map(says)
    }

    /// How many turns may wait in this conversation before this question.
    pub(super) fn waiting_max(&self, ask: &Ask) -> usize {
        let config = self.commons.config();
        let route = route::route_of(&config, ask.route.as_str());
        let of_route = route.map(|route| route.conversation_waiting_max);
        of_route.unwrap_or(config.limits.conversation_waiting_max)
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
