//! What the log says of a turn: one line for each step, with all that it is known by.

use tracing::info;

use super::Session;
use crate::model::Turn;

impl Session {
    /// A turn has taken a step. The line of its run, the Agent's, has the same `turn`, and with
    /// `trace` what joins it to the traces of the agent.
    pub(super) fn log(&self, step: &'static str, turn: &Turn) {
        info!(
            turn = %turn.id.reference(),
            chat = %turn.place.chat,
            route = turn.route.as_ref().map(display),
            agent = %self.conversation.slot.agent,
            conversation = %self.conversation.id,
            attempt = turn.attempt,
            task = turn.task.as_ref().map(display),
            "{step}"
        );
    }
}
