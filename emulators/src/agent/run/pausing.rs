//! Pauses, as each flavor tells them.

use serde_json::json;

use super::super::model::{Message, Part, State};
use super::super::pause::{Ask, Pending, hitl, legacy};
use super::super::settings::Flavor;
use super::Run;

/// What kagent main says to a client that has not opted in to the extension.
const NOT_OPTED_IN: &str = "Human input is required before the agent can continue.";
/// What kagent main says to a text in a decision's place.
const NOT_ANSWERED: &str = "It was not provided a function response for the function call.";

impl Run {
    /// Pauses the task. Streams to it end, unless the settings keep them open.
    pub(super) fn asks(&mut self, ask: Ask) {
        match ask {
            Ask::Text(text) => self.pauses(State::InputRequired, vec![Part::Text(text)]),
            Ask::Auth(text) => self.pauses(State::AuthRequired, vec![Part::Text(text)]),
            Ask::Approval { tools, subagent } => {
                self.waits_for(&Pending::approval(&tools, subagent.as_deref()));
            }
            Ask::User {
                questions,
                subagent,
            } => self.waits_for(&Pending::user(questions, subagent.as_deref())),
        }
    }

    /// Says that the pause was not answered, and pauses again: what kagent main does with a text.
    /// The request itself is gone from the task by then, so no decision fits any more.
    pub fn stays_paused(mut self) {
        let message = Message::error(NOT_ANSWERED.to_owned(), None);
        self.voice.status(State::InputRequired, Some(message));
    }

    fn waits_for(&mut self, pending: &Pending) {
        let flavor = self.board.settings.flavor;
        // Kept before it is told: a reply may come at once.
        if flavor != Flavor::A2a {
            self.board.keep_pending(&self.task.ids, pending.clone());
        }
        match flavor {
            // A plain agent has no form for it but words.
            Flavor::A2a => self.pauses(State::InputRequired, vec![Part::Text(pending.hint())]),
            Flavor::Kagent => self.waits_as_legacy(pending),
            Flavor::KagentMain => self.waits_as_main(pending),
        }
    }

    fn waits_as_legacy(&mut self, pending: &Pending) {
        self.voice.says(pending.call_parts());
        let message = Message::agent(legacy::parts(pending));
        self.voice.status(State::Working, Some(message.clone()));
        self.voice.status(State::InputRequired, Some(message));
    }

    fn waits_as_main(&mut self, pending: &Pending) {
        self.voice.says(pending.call_parts());
        self.voice.ends_step();
        let asked = pending.call_parts().into_iter().filter_map(|part| {
            let Part::ToolCall { id, name, .. } = part else {
                return None;
            };
            let response = json!({"status": "confirmation_requested", "tool": name});
            Some(Part::ToolResponse { id, name, response })
        });
        self.voice.says(asked.collect());
        let mut message = Message::agent(vec![Part::Text(NOT_OPTED_IN.to_owned())]);
        if self.opted_in {
            message.parts = vec![Part::Text(hitl::text(pending))];
            message.hitl = Some(hitl::request(pending));
        }
        self.voice.status(State::InputRequired, Some(message));
    }

    fn pauses(&mut self, state: State, parts: Vec<Part>) {
        self.voice.status(state, Some(Message::agent(parts)));
    }
}
