//! What Telegram says of the pace is kept for the next process.

use std::time::Duration;

use actix::{AsyncContext, Context, Handler, Message, WrapFuture};
use tokio::time::Instant;
use tracing::{error, info};

use super::Sender;
use crate::ids::ChatId;
use crate::rules::pace::Penalty;
use crate::store::Change;

/// What an earlier process was told. To be sent before there is anything to send.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct TakeUpPenalties(pub Vec<Penalty>);

impl Sender {
    /// Telegram said 429: the chat waits, and so does a process that may come after this one.
    pub(super) fn keep_to(&mut self, chat: ChatId, wait: Duration, ctx: &mut Context<Self>) {
        let told = self.pace.refused(chat, wait, Instant::now());
        let penalties = told.penalties(chat, self.commons.now()).into_iter();
        let changes = penalties.map(Change::Penalize).collect();
        let commons = self.commons.clone();
        let kept = async move {
            if let Err(error) = commons.keep_surely(changes).await {
                error!(%chat, %error, "a penalty was not kept");
            }
        };
        ctx.spawn(kept.into_actor(self));
    }
}

impl Handler<TakeUpPenalties> for Sender {
    type Result = ();

    fn handle(&mut self, taken: TakeUpPenalties, ctx: &mut Self::Context) {
        let (wall, now) = (self.commons.now(), Instant::now());
        self.pace.take_up(&taken.0, wall, now);
        let penalized = self.pace.penalties(now).len();
        if penalized > 0 || self.pace.stopped_until(now).is_some() {
            info!(penalized, "keeps to what Telegram told the process before");
        }
        self.pump(ctx);
    }
}
