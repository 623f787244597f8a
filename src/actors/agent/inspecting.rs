//! What can be seen of an agent.

use actix::{Handler, Message, MessageResult};
use tokio::time::Instant;

use super::Agent;
use crate::rules::agents::Described;
use crate::rules::card;
use crate::rules::health::State;
use crate::rules::mask::Mask;
use crate::rules::status::{AgentSeen, Seen};

/// Asks how it is, and who waits.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "AgentSeen")]
pub struct InspectAgent;

/// Asks what people may know of it, without what this mask takes out.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Described")]
pub struct DescribeAgent(pub Mask);

impl Agent {
    fn seen(&self) -> Seen {
        match self.door.health.borrow().state() {
            State::Unknown => Seen::Unknown,
            State::Up => Seen::Up,
            State::Failing { probe_at } => {
                Seen::Down(probe_at.saturating_duration_since(Instant::now()))
            }
        }
    }
}

impl Handler<DescribeAgent> for Agent {
    type Result = MessageResult<DescribeAgent>;

    fn handle(&mut self, asked: DescribeAgent, _: &mut Self::Context) -> Self::Result {
        let shown = self.door.card.borrow();
        let shown = shown.as_deref().map(|card| card::shown(card, &asked.0));
        MessageResult(Described {
            name: self.name.clone(),
            health: self.seen(),
            card: shown.unwrap_or_default(),
        })
    }
}

impl Handler<InspectAgent> for Agent {
    type Result = MessageResult<InspectAgent>;

    fn handle(&mut self, _: InspectAgent, _: &mut Self::Context) -> Self::Result {
        let most = self.door.settings.calls_max.get();
        MessageResult(AgentSeen {
            name: self.name.clone(),
            health: self.seen(),
            calls: (most - self.door.places.available_permits(), most),
            waiting: self.waiting.clone(),
        })
    }
}
