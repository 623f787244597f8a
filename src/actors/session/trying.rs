//! A turn that may have ended several processes asks for no place before it is let in alone.

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};

use super::Session;
use crate::a2a::run::Begin;
use crate::actors::trial::{self, Alone};
use crate::ids::TurnId;
use crate::poison::Work;

/// Whether the turn in flight is let in.
pub(super) enum Tried {
    /// As all are.
    In,
    /// It waits for its turn.
    Waits,
    /// It is alone, for a while.
    Alone(#[expect(dead_code, reason = "held until the turn is over")] Alone),
}

impl Session {
    /// Asks the agent for a place, when it may.
    pub(super) fn admit(&mut self, id: TurnId, begin: Begin, ctx: &mut Context<Self>) {
        let work = Work::Turn(id);
        if !self.commons.trial.suspects(work) {
            self.admit_now(id, begin, ctx);
            return;
        }
        if let Some(running) = self.running.as_mut() {
            running.tried = Tried::Waits;
        }
        let alone = trial::let_in(self.commons.clone(), work).into_actor(self);
        ctx.spawn(alone.map(move |alone, session, ctx| {
            let running = session.running.as_mut();
            // Somebody may have stopped it meanwhile.
            let Some(running) = running.filter(|it| it.turn.id == id && !it.ending) else {
                return;
            };
            running.tried = Tried::Alone(alone);
            session.admit_now(id, begin, ctx);
        }));
    }

    /// Whether the turn in flight has not been let in yet: nothing of it is on its way.
    pub(super) fn waits_to_be_let_in(&self) -> bool {
        let running = self.running.as_ref();
        running.is_some_and(|running| matches!(running.tried, Tried::Waits))
    }
}
