//! The session between its turns: when it is let go, when it has nothing on its way, and the word
//! that its agent is back.

use actix::{ActorFutureExt, AsyncContext, Context, Handler, ResponseActFuture, WrapFuture};
use tokio::sync::oneshot;
use tracing::debug;

use super::{Drain, Session, SessionIdle};
use crate::actors::agent::AgentBack;
use crate::model::{Body, Kind, Post, TurnState};
use crate::rules::words;
use crate::store::Change;

impl Session {
    /// After a while without turns the Router lets go of this session.
    pub(super) fn rest(&mut self, ctx: &mut Context<Self>) {
        let seen = self.seen;
        let idle = self.commons.config.limits.session_idle;
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

    pub(super) fn tell_drained(&mut self) {
        let submitting = self
            .running
            .as_ref()
            .is_some_and(|running| running.turn.state == TurnState::Submitting);
        if let (false, Some(drained)) = (submitting, self.drained.as_mut()) {
            for waiting in drained.drain(..) {
                // Whoever waited may have given up.
                let _ = waiting.send(());
            }
        }
    }
}

impl Handler<AgentBack> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: AgentBack, _: &mut Self::Context) -> Self::Result {
        let slot = &self.conversation.slot;
        let body = Body {
            text: words::back(&slot.agent),
            ..Body::default()
        };
        let id = self.commons.store.new_post();
        let word = Change::Post(Post::new(id, slot.place, Kind::Notice, body));
        let commons = self.commons.clone();
        let sender = self.sender.clone().recipient();
        let told = async move {
            if let Err(failure) = commons.commit(&sender, vec![word]).await {
                debug!(%failure, "nobody was told that the agent is back");
            }
        };
        Box::pin(told.into_actor(self))
    }
}

impl Handler<Drain> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        let (told, drained) = oneshot::channel();
        self.drained.get_or_insert_default().push(told);
        self.tell_drained();
        let wait = async move {
            // An error means that the session ended: then nothing is on its way.
            let _ = drained.await;
        };
        Box::pin(wait.into_actor(self))
    }
}
