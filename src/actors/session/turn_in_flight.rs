//! What happens to the turn in flight, and what is committed and said at its end.

use actix::{ActorFutureExt, AsyncContext, Context, ResponseActFuture, WrapFuture, fut};
use tokio::time::Instant;
use tracing::field::display;
use tracing::{error, info, warn};

use super::{Running, Session};
use crate::a2a::run::News;
use crate::actors::StoreIds;
use crate::actors::sender::commit_and_send;
use crate::ids::{ContextId, TurnId};
use crate::model::{Seat, Turn, TurnState};
use crate::rules::answer::{self, Showing};
use crate::rules::phone::{Ending, Shown};
use crate::rules::route;
use crate::rules::stop;
use crate::rules::turn::{self, End};
use crate::rules::words;
use crate::store::Change;

impl Session {
    pub(super) fn started(&mut self, id: TurnId, news: News) -> ResponseActFuture<Self, ()> {
        let News::Started {
            task,
            context,
            protocol,
            over,
        } = news
        else {
            return Box::pin(fut::ready(()));
        };
        let Some(running) = self
            .running
            .as_mut()
            .filter(|running| running.turn.id == id)
        else {
            return Box::pin(fut::ready(()));
        };
        let mut changes = Vec::new();
        if running.turn.state != TurnState::Detached {
            running.turn.state = TurnState::Working;
            running.turn.task = Some(task.clone());
            running.turn.protocol = Some(protocol);
            // A task that is over is never taken up again: nobody has to know it.
            let working = Change::Working {
                turn: id,
                task,
                protocol,
            };
            changes.extend((!over).then_some(working));
        }
        if let Some(context) = context {
            changes.extend(self.learns(context));
        }
        self.tell_drained();
        if let (true, Some(running)) = (over, &mut self.running) {
            // Its end comes at once, and takes along what else is new.
            running.with_end = changes;
            return Box::pin(fut::ready(()));
        }
        if let Some(running) = &self.running {
            self.log("the agent has it", &running.turn);
        }
        self.note(id, changes)
    }

    /// The agent's own id of this conversation, to be sent from now on.
    pub(super) fn learns(&mut self, context: ContextId) -> Vec<Change> {
        if self.conversation.context.as_ref() == Some(&context) {
            return Vec::new();
        }
        self.conversation.context = Some(context.clone());
        vec![Change::Context {
            conversation: self.conversation.id,
            context,
        }]
    }

    /// Commits what the agent told of a turn.
    pub(super) fn note(&self, id: TurnId, changes: Vec<Change>) -> ResponseActFuture<Self, ()> {
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let noted = async move {
            if let Err(failure) = commons.commit_surely(&sender, changes).await {
                error!(turn = %id.reference(), %failure, "what the agent told was not noted");
            }
        };
        Box::pin(noted.into_actor(self))
    }

    pub(super) fn ended(&mut self, id: TurnId, end: &End) -> ResponseActFuture<Self, ()> {
        let running = self.running.as_mut();
        let Some(running) = running.filter(|running| running.turn.id == id && !running.ending)
        else {
            return Box::pin(fut::ready(()));
        };
        running.ending = true;
        if !matches!(end, End::Answer(_) | End::Asked { .. }) {
            return self.commit_end(id, end, &Seat::default());
        }
        let (place, user) = (running.turn.place, running.turn.asked_by);
        if !route::depends_on_seat(&self.commons.config(), place, user) {
            return self.commit_end(id, end, &Seat::default());
        }
        let seat = self.seat_of(place, user).into_actor(self);
        let end = end.clone();
        Box::pin(seat.then(move |seat, session, _| session.commit_end(id, &end, &seat)))
    }

    /// Commits the end of the turn in flight; `seat` says whether an answer names its agent.
    fn commit_end(&mut self, id: TurnId, end: &End, seat: &Seat) -> ResponseActFuture<Self, ()> {
        let awaits = self.awaits(end);
        let Some(running) = &mut self.running else {
            return Box::pin(fut::ready(()));
        };
        let mut changes = std::mem::take(&mut running.with_end);
        let Some(running) = &self.running else {
            return Box::pin(fut::ready(()));
        };
        changes.extend(self.pause_is_gone(running, *end == End::Forgotten));
        changes.extend(awaits);
        changes.extend(self.changes_of(running, end, seat));
        if matches!(end, End::Refused(_)) {
            let asker = running.turn.asked_by;
            changes.push(self.audit(asker, "refused", id, Some("its files cannot be passed on")));
        }
        let usage = running.usage;
        changes.extend(usage.map(|usage| Change::Used { turn: id, usage }));
        let tokens = usage.map(display);
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        // A placeholder may be on its way to the Sender still: what takes it away comes after it.
        let overtakes = running.turn.placeholder.is_none();
        let kind = match end {
            End::Answer(_) => "answered",
            End::Asked { .. } => "asked",
            End::Refused(_) => "refused",
            End::Failed(_) | End::Forgotten => "failed",
            End::Unknown | End::Paused(_) | End::Undecided { .. } => "unknown",
            End::Stopped => "stopped",
        };
        let agent = self.conversation.slot.agent.clone();
        let turn = &running.turn;
        let (chat, route, task) = (turn.place.chat, turn.route.clone(), turn.task.clone());
        let told = async move {
            let committed = if overtakes {
                commit_and_send(&commons, &sender, changes).await
            } else {
                commons.commit_surely(&sender, changes).await
            };
            match committed {
                Ok(()) => {
                    let (turn, route) = (id.reference(), route.as_ref().map(display));
                    let task = task.as_ref().map(display);
                    info!(%turn, %chat, route, %agent, task, end = kind, tokens, "the turn is over");
                }
                Err(failure) => {
                    error!(turn = %id.reference(), %failure, "its end was not committed");
                }
            }
        };
        Box::pin(told.into_actor(self).map(|(), session, ctx| {
            if let Some(timer) = session.running.take().and_then(|running| running.timer) {
                ctx.cancel_future(timer);
            }
            session.tell_drained();
            session.pump(ctx);
        }))
    }

    /// What the answer of a turn comes from.
    fn origin(&self, turn: &Turn) -> words::From {
        match turn.state {
            _ if self.conversation.closed => words::From::Earlier,
            TurnState::Detached => words::From::Late,
            _ => words::From::Now,
        }
    }

    /// The turn cannot be stopped, though its time is up or somebody wants it to: nobody waits
    /// for it any more, but its conversation stays closed until it ends.
    pub(super) fn detached(
        &mut self,
        id: TurnId,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, ()> {
        let (shown, waits) = match &self.running {
            Some(running) if running.turn.id == id => {
                (self.shown(&running.turn), self.waits(&running.turn))
            }
            _ => return Box::pin(fut::ready(())),
        };
        let Some(running) = self.running.as_mut() else {
            return Box::pin(fut::ready(()));
        };
        let agent = &self.conversation.slot.agent;
        let settings = running.by.config.agents.get(agent);
        let waited = waits.map(|waits| waits.total);
        let waited = waited.or_else(|| Some(settings?.total_timeout));
        let waited = waited.unwrap_or_default();
        let mut ids = StoreIds(&self.commons);
        let ending = question_ending(shown);
        let text = if running.turn.stopping {
            words::cannot_stop(agent, id)
        } else {
            words::detached(agent, waited, id)
        };
        let changes = turn::detached(&running.turn, text, ending, &mut ids);
        running.turn.state = TurnState::Detached;
        running.turn.placeholder = None;
        let asked = running.turn.stopping;
        if let Some(timer) = running.timer.take() {
            ctx.cancel_future(timer);
        }
        if asked {
            warn!(turn = %id.reference(), %agent, "it cannot be stopped as somebody wants");
        } else {
            warn!(turn = %id.reference(), %agent, "its time is up and it cannot be stopped");
        }
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let told = async move {
            if let Err(failure) = commons.commit_surely(&sender, changes).await {
                error!(turn = %id.reference(), %failure, "it was not noted as detached");
            }
        };
        Box::pin(told.into_actor(self))
    }

    /// What is committed and said at the end of the turn.
    fn changes_of(&self, running: &Running, end: &End, seat: &Seat) -> Vec<Change> {
        let turn = &running.turn;
        let agent = &self.conversation.slot.agent;
        let shown = self.shown(turn);
        let now = Instant::now();
        let mut ids = StoreIds(&self.commons);
        match end {
            End::Answer(answer) | End::Asked { answer, .. } => {
                let (answer, masked) = self.masked(answer);
                let showing = Showing {
                    label: self.label(turn, seat),
                    from: self.origin(turn),
                    agent,
                    turn: turn.id,
                    masked,
                    limits: &running.by.config.limits,
                    chat: &running.by.config.chat,
                };
                let pieces = answer::pieces(answer, showing);
                let ending = running.phone.ending(now, answer::count(&pieces), shown);
                turn::answered(turn, pieces, ending, &mut ids)
            }
            End::Refused(why) => {
                let why = self.without_secrets(why);
                turn::refused(turn, agent, &why, question_ending(shown), &mut ids)
            }
            End::Failed(why) => {
                let why = self.without_secrets(why);
                turn::failed(turn, agent, &why, question_ending(shown), &mut ids)
            }
            End::Forgotten => turn::failed(
                turn,
                agent,
                words::FORGOTTEN,
                question_ending(shown),
                &mut ids,
            ),
            // Two of these are no ends of a turn: see `pausing`.
            End::Unknown | End::Paused(_) | End::Undecided { .. } => {
                turn::unknown(turn, agent, question_ending(shown), &mut ids)
            }
            End::Stopped => stop::stopped(turn, agent, &running.progress, shown, &mut ids),
        }
    }
}

/// A question to the person always comes as a new message: it has to be noticed.
pub(super) fn question_ending(shown: Shown) -> Ending {
    match shown {
        Shown::Nothing => Ending::New,
        Shown::Perhaps | Shown::Stands { .. } => Ending::Replace,
    }
}
