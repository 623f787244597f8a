//! What people say about what the agent waits for: taps, replies, and questions meanwhile.

use std::borrow::Cow;

use actix::{ActorFutureExt, Handler, Message, ResponseActFuture, WrapFuture, fut};
use tracing::info;

use super::{Ask, Session};
use crate::actors::StoreIds;
use crate::ids::{MessageId, TurnId, UpdateId, UserId};
use crate::model::{Action, Body, Button, Kind, Place, Post, Tap, UpdateEnd, Whom};
use crate::pause::{Asks, Decision};
use crate::rules::approval::{self, Tapped, Waiting};
use crate::rules::buttons::{self, Under};
use crate::rules::words;
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

/// Somebody has replied to a card.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Answered")]
pub struct ReplyToPause {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who.
    pub user: UserId,
    /// What it says.
    pub text: String,
    /// The turn that waits.
    pub turn: TurnId,
}

/// What somebody has said about a pause.
struct Said {
    update: UpdateId,
    user: UserId,
    turn: TurnId,
    /// The post of [Reject and ask this], which says what came of it.
    below: Option<Change>,
}

impl Session {
    /// Commits the next version of the pause, and keeps to it.
    pub(super) fn commits(
        &self,
        next: Waiting,
        changes: Vec<Change>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        let commons = self.commons.clone();
        let sender = self.sender.clone().recipient();
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

    fn take(&self, tapped: Tapped, said: Said) -> ResponseActFuture<Self, Answered> {
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
                info!(turn = %turn.reference(), %user, digest = %next.digest, event, "decided");
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

    /// Nothing can be said about it at the moment.
    fn not_now(&self, update: UpdateId, turn: Option<TurnId>) -> ResponseActFuture<Self, Answered> {
        let here = self.running.as_ref().map(|running| running.turn.id);
        let soon = turn.is_some() && here == turn && !self.is_deciding();
        let why = if soon {
            approvals::ONE_MOMENT
        } else {
            words::BUTTON_OVER
        };
        let end = UpdateEnd::Refused("nothing waits");
        let change = Change::EndUpdate { update, end };
        let kept = self.commons.store.commit(vec![change]);
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
        let sender = self.sender.clone().recipient();
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

    /// Whether a message is the answer to the question at hand: words of whoever asked, where the
    /// agent wants words.
    pub(super) fn is_answer(&self, ask: &Ask) -> bool {
        let Some(waiting) = self.waits_for().filter(|it| it.state.asks()) else {
            return false;
        };
        let Asks::Answers { questions, .. } = &waiting.pause.asks else {
            return false;
        };
        let question = questions.get(waiting.picks.question());
        ask.user == waiting.asked_by && question.is_some_and(|it| it.choices.is_empty())
    }

    /// A message that is the answer to the question at hand.
    pub(super) fn answers(&self, ask: &Ask) -> ResponseActFuture<Self, Result<(), StoreError>> {
        let Some(waiting) = self.waits_for() else {
            return Box::pin(fut::ready(Ok(())));
        };
        let now = self.commons.now();
        let tapped = approval::replied(
            &Self::case(&self.commons.config(), waiting),
            waiting,
            &ask.piece.text,
            ask.user,
            now,
        );
        let said = Said {
            update: ask.update,
            user: ask.user,
            turn: waiting.turn,
            below: None,
        };
        Box::pin(self.take(tapped, said).map(|done, _, _| done.map(|_| ())))
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
            return self.not_now(update, None);
        };
        let waits = |waiting: &&Waiting| waiting.id == pause && waiting.state.asks();
        let Some(waiting) = self.waits_for().filter(waits) else {
            return self.not_now(update, Some(turn));
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

impl Handler<ReplyToPause> for Session {
    type Result = ResponseActFuture<Self, Answered>;

    fn handle(&mut self, reply: ReplyToPause, _: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        let ReplyToPause {
            update,
            user,
            text,
            turn,
            ..
        } = reply;
        let Some(waiting) = self.waits_for().filter(|waiting| waiting.turn == turn) else {
            return self.not_now(update, Some(turn));
        };
        let now = self.commons.now();
        let tapped = approval::replied(
            &Self::case(&self.commons.config(), waiting),
            waiting,
            &text,
            user,
            now,
        );
        self.take(
            tapped,
            Said {
                update,
                user,
                turn,
                below: None,
            },
        )
    }
}
