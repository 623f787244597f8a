//! What can be seen of a session.

use actix::{Handler, Message, MessageResult};

use super::{Running, Session};
use crate::model::{Turn, TurnState};
use crate::rules::status::{SessionSeen, Stands, TurnSeen};

/// Asks what there is to do, and how far it is.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "SessionSeen")]
pub struct InspectSession;

impl Handler<InspectSession> for Session {
    type Result = MessageResult<InspectSession>;

    fn handle(&mut self, _: InspectSession, _: &mut Self::Context) -> Self::Result {
        let running = self
            .running
            .iter()
            .map(|running| seen(&running.turn, runs(running)));
        let waiting = self.waiting.iter().map(|next| {
            let stands = match next.turn.held {
                Some(_) => Stands::Held,
                None => Stands::Behind,
            };
            seen(&next.turn, stands)
        });
        MessageResult(SessionSeen {
            agent: self.conversation.slot.agent.clone(),
            turns: running.chain(waiting).collect(),
        })
    }
}

fn seen(turn: &Turn, stands: Stands) -> TurnSeen {
    TurnSeen {
        turn: turn.id,
        asked_by: turn.asked_by,
        text: turn.text.clone(),
        stands,
    }
}

fn runs(running: &Running) -> Stands {
    let waiting = running.paused.as_ref().filter(|it| it.state.asks());
    let stopping = running.turn.stopping || running.turn.state == TurnState::Detached;
    if let Some(waiting) = waiting.filter(|_| !stopping) {
        let (asks, until) = (waiting.is_question(), waiting.expires_at);
        return Stands::Waits { asks, until };
    }
    match running.turn.state {
        TurnState::Detached => Stands::Detached,
        _ if running.turn.stopping => Stands::Stops,
        TurnState::Queued => Stands::Admission,
        TurnState::Submitting | TurnState::Working => Stands::Works(running.began.elapsed()),
    }
}
