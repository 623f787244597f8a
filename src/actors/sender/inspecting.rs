//! What can be seen of the Sender.

use actix::{Handler, Message, MessageResult};
use tokio::time::Instant;

use super::Sender;
use crate::ids::ChatId;
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

/// Asks which of these chats have as much waiting as they may: they take no new work.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Vec<ChatId>")]
pub struct WhichAreFull(pub Vec<ChatId>);

impl Handler<WhichAreFull> for Sender {
    type Result = MessageResult<WhichAreFull>;

    fn handle(&mut self, asked: WhichAreFull, _: &mut Self::Context) -> Self::Result {
        self.keeps_to_the_settings();
        let full = asked.0.into_iter().filter(|chat| self.pace.is_full(*chat));
        MessageResult(full.collect())
    }
}
