//! What the agent of the turn in flight waits for: asked, watched, settled.

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, ResponseActFuture, WrapFuture, fut};
use tokio::time::Instant;
use tracing::error;

use super::waiting_person::timing;
use super::{Running, Session};
use crate::a2a::run::{Begin, Stopper};
use crate::a2a::{Prompt, pause};
use crate::actors::StoreIds;
use crate::config::Config;
use crate::ids::{BotId, TurnId};
use crate::model::{Conversation, Kind, Post, TurnState};
use crate::pause::{Decision, Pause};
use crate::rules::approval::{self, Case, Desk, Event, State, Waiting};
use crate::rules::phone::Phone;
use crate::rules::turn::{self, End, Fresh};
use crate::rules::words::approvals as words;
use crate::store::Change;

/// A rejection in time that did not get through is tried again after this, then after twice as
/// long, up to [`EXPIRE_AGAIN_MAX`].
const EXPIRE_AGAIN: Duration = Duration::from_secs(30);
/// An agent that is away for long is not asked more often.
const EXPIRE_AGAIN_MAX: Duration = Duration::from_mins(15);
/// A reminder that could not be kept is tried again after this.
const REMIND_AGAIN: Duration = Duration::from_secs(1);

/// How long to wait for the next try after so many decisions that did not get through.
fn expire_again(attempts: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
    EXPIRE_AGAIN.saturating_mul(doubled).min(EXPIRE_AGAIN_MAX)
}

/// The prompt that carries the decision of this pause.
pub(super) fn decision(
    waiting: &Waiting,
    bot: BotId,
    conversation: &Conversation,
) -> Option<Prompt> {
    let made = waiting.made.as_ref()?;
    pause::prompt(
        &waiting.pause,
        &made.decision,
        waiting.prompt_id(bot),
        conversation.context.as_ref(),
        &conversation.principal,
    )
}

impl Session {
    /// What the turn in flight waits for, if it does.
    pub(super) fn waits_for(&self) -> Option<&Waiting> {
        self.running.as_ref()?.paused.as_deref()
    }

    /// The rules for what comes of this question.
    pub(super) fn case<'a>(config: &'a Config, waiting: &Waiting) -> Case<'a> {
        let (agent, route) = (&waiting.agent, waiting.route.as_ref());
        Case::new(config, agent, route, waiting.asked_by, waiting.place.chat)
    }

    /// Writes changes about a pause.
    pub(super) fn at_desk<T>(&self, write: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let mut ids = StoreIds(&self.commons);
        let now = self.commons.config();
        let running = self.running.as_ref();
        let begun = running.map_or_else(|| now.clone(), |it| it.by.config.clone());
        write(&mut Desk {
            config: &now,
            begun: &begun,
            mask: &self.mask,
            fresh: &mut ids,
        })
    }

    /// A run has ended because its agent waits: people are asked, unless they are already.
    pub(super) fn paused(&mut self, id: TurnId, pause: Pause) -> ResponseActFuture<Self, ()> {
        let Some(running) = self
            .running
            .as_ref()
            .filter(|running| running.turn.id == id)
        else {
            return Box::pin(fut::ready(()));
        };
        let mut changes = Vec::new();
        let before = running.paused.clone();
        let same = before
            .as_deref()
            .filter(|it| it.digest == approval::digest(&pause));
        let waiting = if let Some(same) = same {
            // A decision has left for it, and it still waits.
            match same.moved(Event::StillWaits) {
                Some(unknown) => {
                    changes.push(self.audit_outcome(&unknown, "decision_unknown"));
                    changes.extend(self.at_desk(|desk| desk.redrawn(&unknown)));
                    unknown
                }
                None => same.clone(),
            }
        } else {
            changes.extend(self.pause_is_gone(running, false));
            let agent = &self.conversation.slot.agent;
            let (turn, shown) = (&running.turn, self.shown(&running.turn));
            let mut ids = StoreIds(&self.commons);
            let ending = super::turn_in_flight::question_ending(shown);
            turn::take_away_placeholder(turn, ending, &mut changes, &mut ids);
            let (waiting, opened) = self.at_desk(|desk| desk.open(turn, agent, pause));
            self.counts_masked(&self.at_desk(|desk| desk.masked(&waiting)));
            changes.extend(opened);
            let hinders = self.at_desk(|desk| desk.hindrance(&waiting));
            let asker = waiting.asked_by;
            changes.push(self.audit_pause(asker, "approval_asked", &waiting, hinders));
            // What was asked meanwhile waits, too; its writer hears so once.
            if let Some(next) = self.waiting.back() {
                let (place, message) = (next.turn.place, next.turn.reply_to);
                changes.extend(self.waits_behind(&waiting, place, message));
            }
            waiting
        };
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let kept = async move { commons.commit_surely(&sender, changes).await };
        Box::pin(kept.into_actor(self).map(move |kept, session, ctx| {
            match kept {
                Ok(()) => {
                    if let Some(running) = &session.running {
                        session.log("it waits for a decision", &running.turn);
                    }
                }
                Err(failure) => error!(turn = %id.reference(), %failure, "the pause was not kept"),
            }
            session.holds(waiting, ctx);
        }))
    }

    /// From now on the turn in flight waits for this.
    pub(super) fn holds(&mut self, waiting: Waiting, ctx: &mut Context<Self>) {
        let Some(running) = self.running.as_mut() else {
            return;
        };
        running.decided_before = false;
        running.turn.placeholder = None;
        running.paused = Some(Box::new(waiting));
        if let Some(timer) = running.timer.take() {
            ctx.cancel_future(timer);
        }
        self.watch_pause(ctx);
        self.tell_drained();
        self.cards_follow(ctx);
    }

    /// Wakes when people are to be reminded, or the time is up.
    fn watch_pause(&mut self, ctx: &mut Context<Self>) {
        let now = self.commons.now();
        let Some(waiting) = self.waits_for().filter(|waiting| waiting.state.asks()) else {
            return;
        };
        let next = if waiting.reminded {
            waiting.expires_at
        } else {
            waiting.remind_at()
        };
        let wait = u64::try_from(next.0 - now.0).unwrap_or_default();
        self.wake_for_pause(Duration::from_millis(wait), ctx);
    }

    fn wake_for_pause(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        let timer = ctx.run_later(wait, Self::pause_due);
        let running = self.running.as_mut();
        if let Some(before) = running.and_then(|running| running.timer.replace(timer)) {
            ctx.cancel_future(before);
        }
    }

    fn pause_due(&mut self, ctx: &mut Context<Self>) {
        let now = self.commons.now();
        let Some(waiting) = self.waits_for().filter(|it| it.state.asks()).cloned() else {
            return;
        };
        if now >= waiting.expires_at {
            let Some(next) = approval::expired(&waiting, now) else {
                return;
            };
            let expired = self.audit_pause(waiting.asked_by, "approval_expired", &next, None);
            let decided = self.decide(next, vec![expired]);
            ctx.spawn(decided.map(|decided, session, ctx| {
                if decided.is_err() {
                    session.wake_for_pause(EXPIRE_AGAIN, ctx);
                }
            }));
            return;
        }
        if waiting.reminded || now < waiting.remind_at() {
            self.watch_pause(ctx);
            return;
        }
        let (next, changes) = self.at_desk(|desk| desk.reminded(&waiting));
        let committed = self.commits(next, changes);
        ctx.spawn(committed.map(|kept, session, ctx| {
            // Its time runs on, whether or not people could be reminded.
            if kept.is_err() {
                session.wake_for_pause(REMIND_AGAIN, ctx);
            }
        }));
    }

    /// Somebody wants something else: everything that waits is rejected, explicitly.
    pub(super) fn reject_pause(&mut self, reason: &str, ctx: &mut Context<Self>) {
        let now = self.commons.now();
        let Some(waiting) = self.waits_for().filter(|it| it.state.asks()) else {
            return;
        };
        let decision = Decision::RejectAll {
            reason: Some(reason.to_owned()),
        };
        let by = Some(waiting.asked_by);
        let Some(next) = approval::made(waiting, decision, by, now) else {
            return;
        };
        let rejected = self.audit_pause(waiting.asked_by, "rejected", &next, None);
        let decided = self.decide(next, vec![rejected]);
        if let Some(running) = self.running.as_mut() {
            // The run of the rejection is let come to its end.
            (running.stopper, running.signal) = Stopper::new(false);
        }
        ctx.spawn(decided.map(|decided, _, _| {
            if let Err(failure) = decided {
                error!(%failure, "what waits was not rejected");
            }
        }));
    }

    /// A decision of an earlier process, or what people were asked in it.
    pub(super) fn take_up_pause(&mut self, id: TurnId, begin: Begin, ctx: &mut Context<Self>) {
        let running = self.running.as_ref();
        let detached = running.is_some_and(|it| it.turn.state == TurnState::Detached);
        let found = self.commons.store.pause_of(id);
        let taken = found.into_actor(self).map(move |found, session, ctx| {
            match found {
                Ok(Some(waiting)) if waiting.state.asks() => {
                    session.holds(waiting, ctx);
                    session.rejects_what_nobody_wants(ctx);
                    return;
                }
                Ok(waiting) => {
                    if let Some(running) = session.running.as_mut() {
                        running.decided_before = waiting.is_some();
                        running.paused = waiting.map(Box::new);
                    }
                }
                Err(failure) => {
                    error!(turn = %id.reference(), %failure, "what it waits for cannot be read");
                }
            }
            if !detached {
                session.wake_for_phone(ctx);
            }
            session.begin(id, begin, ctx);
        });
        // Taps and words of meanwhile are about it: they wait for this one read of the store.
        ctx.wait(taken);
    }

    /// A stop or a new conversation of just before the death of an earlier process.
    fn rejects_what_nobody_wants(&mut self, ctx: &mut Context<Self>) {
        let stopping = self.running.as_ref().is_some_and(|it| it.turn.stopping);
        if stopping {
            self.reject_pause(words::STOPPED_REASON, ctx);
        } else if self.conversation.closed {
            self.reject_pause(words::NEW_REASON, ctx);
        }
    }

    /// The decision leaves: the task is looked at first.
    pub(super) fn send_decision(&mut self, ctx: &mut Context<Self>) {
        let Some(Running {
            turn,
            by,
            phone,
            paused: Some(waiting),
            timer,
            ..
        }) = self.running.as_mut()
        else {
            return;
        };
        *phone = Phone::new(timing(&by.config), Instant::now(), false);
        if let Some(timer) = timer.take() {
            ctx.cancel_future(timer);
        }
        let (id, begin) = (turn.id, Begin::Decide(Box::new(waiting.pause.clone())));
        self.wake_for_phone(ctx);
        self.begin(id, begin, ctx);
    }

    /// The agent has the decision, or only seems to: which of two it has then, nobody can tell.
    pub(super) fn delivered(&mut self, id: TurnId, inferred: bool) -> ResponseActFuture<Self, ()> {
        let waiting = self.waits_for().filter(|it| it.turn == id);
        let Some(next) = waiting.and_then(|it| it.arrived(inferred)) else {
            return Box::pin(fut::ready(()));
        };
        let changes = self.is_over(&next);
        if let Some(running) = self.running.as_mut() {
            running.paused = None;
        }
        self.tell_drained();
        self.note(id, changes)
    }

    /// The decision did not get through, as far as is known: people decide again.
    pub(super) fn undecided(
        &mut self,
        id: TurnId,
        surely: bool,
        why: &str,
    ) -> ResponseActFuture<Self, ()> {
        let (event, outcome) = if surely {
            (Event::NotSent, "decision_not_sent")
        } else {
            (Event::StillWaits, "decision_unknown")
        };
        let waiting = self.waits_for().filter(|it| it.turn == id);
        let Some(next) = waiting.and_then(|waiting| waiting.moved(event)) else {
            return self.ended(id, &End::Failed(why.to_owned()));
        };
        let mut changes = self.at_desk(|desk| desk.redrawn(&next));
        changes.push(self.audit_outcome(&next, outcome));
        // That nobody decided in time is sent again by itself: nobody can do anything about it.
        if surely && !next.is_expiring() {
            let body = crate::model::Body {
                text: words::not_sent(&self.without_secrets(why)),
                ..Default::default()
            };
            let post = self.commons.store.new_post();
            changes.push(Change::Post(Post::new(
                post,
                next.place,
                Kind::Notice,
                body,
            )));
        }
        if let Some(running) = &self.running {
            let mut ids = StoreIds(&self.commons);
            let ending = super::turn_in_flight::question_ending(self.shown(&running.turn));
            turn::take_away_placeholder(&running.turn, ending, &mut changes, &mut ids);
        }
        let noted = self.note(id, changes);
        Box::pin(noted.map(move |(), session, ctx| {
            let late = next.expires_at <= StoreIds(&session.commons).now();
            let again = expire_again(next.attempt);
            session.holds(next, ctx);
            if late {
                session.wake_for_pause(again, ctx);
            }
        }))
    }

    /// What is committed about a pause when the agent does not wait for it any more: nobody has
    /// decided, or the decision of an earlier process has arrived. That its task is `forgotten`
    /// says nothing about that.
    pub(super) fn pause_is_gone(&self, running: &Running, forgotten: bool) -> Vec<Change> {
        let waiting = running.paused.as_ref();
        let over = waiting.and_then(|it| match running.decided_before {
            true if !forgotten => it.arrived(true),
            left => it.gone(left),
        });
        over.map(|over| self.is_over(&over)).unwrap_or_default()
    }

    /// Its cards say what came of it, and so does the audit.
    fn is_over(&self, over: &Waiting) -> Vec<Change> {
        let outcome = match over.state {
            State::Gone => "approval_gone",
            _ => "decision_delivered",
        };
        let mut changes = self.at_desk(|desk| desk.redrawn(over));
        changes.push(self.audit_outcome(over, outcome));
        changes
    }

    /// Whether a decision is on its way to the agent.
    pub(super) fn is_deciding(&self) -> bool {
        self.waits_for()
            .is_some_and(|it| it.state == State::Deciding)
    }
}
