//! The end of a session that has nothing to do.

use actix::{ActorFutureExt, AsyncContext, Context, Message, WrapFuture};

use super::Session;
use crate::ids::ConversationId;
use crate::model::Slot;

/// Tells the Router that this conversation has had nothing to do for a while, and how
/// many messages it has seen from it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SessionIdle {
    /// Which.
    pub conversation: ConversationId,
    /// Whose; what the Router remembers of it is out of date.
    pub slot: Slot,
    /// Messages of the Router that were taken in.
    pub seen: u64,
}

impl Session {
    /// After a while without turns the Router lets go of this session.
    pub(super) fn rest(&mut self, ctx: &mut Context<Self>) {
        let seen = self.seen;
        let idle = self.commons.config().limits.session_idle;
        if let Some(before) = self.resting.take() {
            ctx.cancel_future(before);
        }
        self.resting = Some(ctx.run_later(idle, move |session, ctx| {
            session.resting = None;
            let resting = session.waiting.is_empty() && session.running.is_none();
            if !resting || session.seen != seen {
                return;
            }
            let idle = session.router.send(SessionIdle {
                conversation: session.conversation.id,
                slot: session.conversation.slot.clone(),
                seen,
            });
            ctx.spawn(idle.into_actor(session).map(|_, _, _| ()));
        }));
    }
}
