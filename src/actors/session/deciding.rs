//! What people say about what the agent waits for: taps, replies, and questions meanwhile.

use std::borrow::Cow;

use actix::{ActorFutureExt, Handler, Message, ResponseActFuture, WrapFuture, fut};
use tracing::info;

use super::Session;
use crate::actors::StoreIds;
use crate::ids::{MessageId, TurnId, UpdateId, UserId};
use crate::model::{Action, Body, Button, Kind, Place, Post, Tap, UpdateEnd, Whom};
use crate::pause::Decision;
use crate::rules::approval::{self, Tapped, Waiting};
use crate::rules::buttons::{self, Under};
use crate::rules::words::approvals;
use crate::store::{Change, StoreError};

/// What is said to whoever has tapped or replied, if anything is.
pub type Answered = Result<Option<Cow<'static, str>>, StoreError>;

/// Somebody has tapped under a card.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Answered")]
pub struct TapPause {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who.
    pub user: UserId,
    /// The button.
    pub button: Button,
}

/// What somebody has said about a pause.
pub(super) struct Said {
    pub(super) update: UpdateId,
    pub(super) user: UserId,
    pub(super) turn: TurnId,
    /// The post of [Reject and ask this], which says what came of it.
    pub(super) below: Option<Change>,
}

impl Session {
    /// Commits the next version of the pause, and keeps to it.
    pub(super) fn commits(
        &self,
        next: Waiting,
        changes: Vec<Change>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let kept = async move { commons.commit(&sender, changes).await };
        Box::pin(kept.into_actor(self).map(move |kept, session, ctx| {
            if kept.is_ok() {
                session.holds(next, ctx);
            }
            kept
        }))
    }

    /// A decision is committed, then it leaves.
    pub(super) fn decide(
        &self,
        next: Waiting,
        mut changes: Vec<Change>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        changes.extend(self.at_desk(|desk| desk.redrawn(&next)));
        let committed = self.commits(next, changes);
        Box::pin(committed.map(|done, session, ctx| {
            if done.is_ok() {
                session.send_decision(ctx);
            }
            done
        }))
    }

    pub(super) fn take(&self, tapped: Tapped, said: Said) -> ResponseActFuture<Self, Answered> {
        let Said {
            update,
            user,
            turn,
            below,
        } = said;
        let end = |end| Change::EndUpdate { update, end };
        let done = match tapped {
            Tapped::Nothing(why) => {
                let waiting = self.waits_for();
                let refused = waiting
                    .map(|it| self.audit_pause(user, "decision_refused", it, Some(why.rule)));
                let mut changes = vec![end(UpdateEnd::Refused("may not decide"))];
                changes.extend(refused);
                let commons = self.commons.clone();
                let kept = async move { commons.store.commit(changes).await };
                return Box::pin(
                    kept.into_actor(self)
                        .map(move |kept, _, _| kept.map(|()| Some(why.said))),
                );
            }
            Tapped::Changed(next) => {
                let before = self.waits_for().map(|it| it.picks.question());
                if before.is_some_and(|before| before < next.picks.question()) {
                    self.counts_masked(&self.at_desk(|desk| desk.masked(&next)));
                }
                let mut changes = vec![end(UpdateEnd::Control)];
                changes.extend(self.at_desk(|desk| desk.redrawn(&next)));
                self.commits(next, changes)
            }
            Tapped::Decided(next) => {
                let made = next.made.as_ref().map(|made| &made.decision);
                let event = match made {
                    Some(Decision::Answers(_) | Decision::Words(_)) => "answered_question",
                    Some(decision) if decision.approves() => "approved",
                    _ => "rejected",
                };
                let running = self.running.as_ref().map(|running| &running.turn);
                info!(
                    turn = %turn.reference(),
                    chat = %self.conversation.slot.place.chat,
                    route = running.and_then(|turn| turn.route.as_ref()).map(display),
                    agent = %self.conversation.slot.agent,
                    task = running.and_then(|turn| turn.task.as_ref()).map(display),
                    %user,
                    digest = %next.digest,
                    event,
                    "decided"
                );
                let mut changes = vec![
                    end(UpdateEnd::Control),
                    self.audit_pause(user, event, &next, None),
                ];
                changes.extend(below);
                self.decide(next, changes)
            }
        };
        Box::pin(done.map(|done, _, _| done.map(|()| None)))
    }

    /// Nothing can be said about it any more.
    pub(super) fn too_late(
        &self,
        update: UpdateId,
        user: UserId,
        turn: TurnId,
        why: &'static str,
    ) -> ResponseActFuture<Self, Answered> {
        let rule = "nothing waits";
        let end = UpdateEnd::Refused(rule);
        let changes = vec![
            Change::EndUpdate { update, end },
            self.audit(user, "refused", turn, Some(rule)),
        ];
        let kept = self.commons.store.commit(changes);
        Box::pin(
            kept.into_actor(self)
                .map(move |kept, _, _| kept.map(|()| Some(why.into()))),
        )
    }

    /// The message of [Reject and ask this] says what was decided.
    fn told_below(&self, button: &Button, text: String) -> Change {
        let body = Body {
            text,
            target: Some(button.post),
            ..Body::default()
        };
        let id = self.commons.store.new_post();
        Change::Post(Post::new(id, button.place, Kind::Edit, body))
    }

    /// What is asked meanwhile goes on waiting.
    fn keeps_waiting(
        &self,
        update: UpdateId,
        user: UserId,
        button: &Button,
    ) -> ResponseActFuture<Self, Answered> {
        let agent = &self.conversation.slot.agent;
        let end = UpdateEnd::Control;
        let changes = vec![
            Change::EndUpdate { update, end },
            Change::UseButton {
                token: button.token.clone(),
                by: user,
            },
            self.told_below(button, approvals::kept_waiting(agent)),
        ];
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let kept = async move { commons.commit(&sender, changes).await };
        Box::pin(kept.into_actor(self).map(|kept, _, _| kept.map(|()| None)))
    }

    /// A question that comes while the agent waits: whoever asked it may let it come first.
    pub(super) fn waits_behind(
        &self,
        waiting: &Waiting,
        place: Place,
        message: MessageId,
    ) -> Vec<Change> {
        let agent = &self.conversation.slot.agent;
        let mut ids = StoreIds(&self.commons);
        let post = self.commons.store.new_post();
        let under = Under {
            post,
            place,
            whom: Whom::Deciders,
        };
        let button = |label: &str, tap| {
            let action = Action::Pause {
                turn: waiting.turn,
                pause: waiting.id,
                version: waiting.version,
                tap,
            };
            vec![(label.to_owned(), action)]
        };
        let lines = vec![
            button(approvals::REJECT_AND_ASK, Tap::RejectAndAsk),
            button(approvals::KEEP_WAITING, Tap::KeepWaiting),
        ];
        let made = buttons::together(under, lines, &mut ids);
        let body = Body {
            text: approvals::waits(agent),
            reply_to: Some(message),
            buttons: made.shown,
            ..Body::default()
        };
        let mut changes = vec![Change::Post(Post::new(post, place, Kind::Notice, body))];
        changes.extend(made.changes);
        changes
    }
}

impl Handler<TapPause> for Session {
    type Result = ResponseActFuture<Self, Answered>;

    fn handle(&mut self, pressed: TapPause, _: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        let TapPause {
            update,
            user,
            button,
        } = pressed;
        let Action::Pause {
            turn,
            pause,
            version,
            tap,
        } = button.action
        else {
            let why = StoreError::Stale("not a button of a pause");
            return Box::pin(fut::ready(Err(why)));
        };
        let waits = |waiting: &&Waiting| waiting.id == pause && waiting.state.asks();
        let Some(waiting) = self.waits_for().filter(waits) else {
            return self.too_late(update, user, turn, approvals::OVER);
        };
        let agent = &self.conversation.slot.agent;
        let config = self.commons.config();
        let case = Self::case(&config, waiting);
        let tapped = if tap == Tap::KeepWaiting {
            match approval::may_keep_waiting(&case, waiting, user) {
                Ok(()) => return self.keeps_waiting(update, user, &button),
                Err(why) => Tapped::Nothing(why),
            }
        } else {
            approval::tapped(&case, waiting, version, tap, user, self.commons.now())
        };
        let below = (tap == Tap::RejectAndAsk).then(|| approvals::rejected_for(agent));
        let below = below.map(|text| self.told_below(&button, text));
        self.take(
            tapped,
            Said {
                update,
                user,
                turn,
                below,
            },
        )
    }
}
