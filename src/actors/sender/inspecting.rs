//! What can be seen of the Sender.

use actix::{Handler, Message, MessageResult};
use tokio::time::Instant;

use super::Sender;
use crate::rules::status::SenderSeen;

/// Asks what waits, and what Telegram has said about the pace.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "SenderSeen")]
pub struct InspectSender;

impl Handler<InspectSender> for Sender {
    type Result = MessageResult<InspectSender>;

    fn handle(&mut self, _: InspectSender, _: &mut Self::Context) -> Self::Result {
        let now = Instant::now();
        let stopped = self.pace.stopped_until(now);
        MessageResult(SenderSeen {
            waiting: self.pace.waiting(),
            penalties: self.pace.penalties(now),
            stopped: stopped.map(|until| until.saturating_duration_since(now)),
        })
    }
}
