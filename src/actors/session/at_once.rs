//! A question that its agent can have at once: the turn opens as submitted, in one commit. Whatever
//! stands in its way, it opens as queued and takes the way of all others.

use actix::{ActorFutureExt, AsyncContext, Context, ResponseActFuture, WrapFuture};

use super::Session;
use super::counted::Counted;
use super::handing_over::{Leaving, start_run};
use crate::a2a::run::Begin;
use crate::actors::Pinned;
use crate::actors::agent::Permit;
use crate::ids::TurnId;
use crate::model::Turn;
use crate::poison::Work;
use crate::rules::access;
use crate::store::{Change, StoreError};

/// The place of a turn that is not even queued.
pub(super) struct Entering {
    by: Pinned,
    permit: Permit,
    counted: Counted,
}

impl Session {
    /// A place for a new turn, if nothing has to be waited for or looked up before it may begin.
    pub(super) fn enters(&self, turn: &Turn) -> Option<Entering> {
        let is_next = self.running.is_none() && self.waiting.is_empty() && self.drained.is_none();
        let is_whole = turn.gathering.is_none() && turn.held.is_none();
        let has_files = turn.pieces.iter().any(|piece| piece.file.is_some());
        let suspected = self.commons.trial.suspects(Work::Turn(turn.id));
        if !is_next || !is_whole || has_files || suspected {
            return None;
        }
        let counted = self.open_turns.one_more();
        let by = self.commons.in_force.pin(&self.conversation.slot.agent);
        let agent = by.agent.as_ref();
        let agent = agent.filter(|_| self.surely_may(turn, &by))?;
        let permit = agent.door.enter()?;
        Some(Entering {
            by,
            permit,
            counted,
        })
    }

    /// Whether its person may ask, and no quota can be used up.
    fn surely_may(&self, turn: &Turn, by: &Pinned) -> bool {
        let (agent, came_by) = (&self.conversation.slot.agent, turn.route.as_ref());
        let (user, chat) = (turn.asked_by, turn.place.chat);
        let route = access::own_route(&by.config, agent, came_by, user, chat);
        route.is_some_and(|route| {
            let quotas = (&by.config.limits.quotas, route.quotas);
            self.has_room(turn.id, user, &route.name(), quotas)
        })
    }

    /// Opens the turn and submits it in one commit, then lets its prompt go.
    pub(super) fn open_submitted(
        &mut self,
        turn: Turn,
        entering: Entering,
        mut changes: Vec<Change>,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        let Entering {
            by,
            permit,
            counted,
        } = entering;
        let id = turn.id;
        let unsure = self.open_turns.made(turn.asked_by, turn.route.as_ref());
        self.take_on(turn, by, counted);
        let leaving = self.leave(id, Begin::Submit, permit, Vec::new(), ctx);
        let submit = leaving.as_ref().and_then(|leaving| leaving.submit.clone());
        changes.extend(submit);
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        let committed = async move { commons.commit(&sender, changes).await };
        Box::pin(committed.into_actor(self).map(move |done, session, ctx| {
            drop(unsure);
            match (&done, leaving) {
                (Ok(()), Some(leaving)) => session.opened_submitted(leaving, ctx),
                // It was queued, then.
                (Ok(()), None) => session.begin(id, Begin::Submit, ctx),
                (Err(_), _) => session.not_opened(id, ctx),
            }
            done
        }))
    }

    fn opened_submitted(&mut self, leaving: Leaving, ctx: &mut Context<Self>) {
        self.opened = true;
        if let Some(running) = &self.running {
            self.log("asked", &running.turn);
        }
        self.wake_for_phone(ctx);
        let started = start_run(leaving.agent, leaving.start);
        ctx.spawn(started.into_actor(self));
    }

    /// The store did not take it: the update is still to be dealt with.
    fn not_opened(&mut self, id: TurnId, ctx: &mut Context<Self>) {
        let gone = self.running.take_if(|running| running.turn.id == id);
        self.still_awaits(gone.map(|gone| gone.turn));
        self.tell_drained();
        self.pump(ctx);
    }
}
