//! Taps on buttons.

use actix::Context;

use super::facts::{Facts, Pressed};
use super::{Router, Work, ends, noted, settled};
use crate::actors::sender::AnswerTap;
use crate::actors::session::Decide;
use crate::ids::{AgentName, UpdateId};
use crate::model::{Action, AuditLine, Button, Conversation, Turn, UpdateEnd};
use crate::rules::{access, words};
use crate::store::{Change, StoreError};
use crate::telegram::Callback;

impl Router {
    /// Hands a tap to its session if it may be pressed, else says why nothing happens.
    pub(super) fn tap(
        &mut self,
        id: UpdateId,
        tap: Callback,
        facts: &Facts,
        ctx: &mut Context<Self>,
    ) -> Work {
        let now = self.commons.now();
        let found = facts.buttons.get(&tap.data);
        let live = found.filter(|pressed| {
            pressed.button.place.chat == tap.chat && now <= pressed.button.expires_at
        });
        let over = Some(words::BUTTON_OVER);
        let Some(Pressed { button, about }) = live.cloned() else {
            return self.answer_tap(id, tap, over, "button over");
        };
        match about {
            Some((_, conversation)) if matches!(button.action, Action::Pause { .. }) => {
                self.tap_pause(id, tap, button, &conversation, ctx)
            }
            Some((turn, conversation)) => self.decide(id, tap, button, turn, &conversation, ctx),
            None => match button.action {
                Action::Resume { conversation } => {
                    self.resume_by_button(id, tap, &button, conversation, facts)
                }
                _ => self.say(id, tap, button, ctx),
            },
        }
    }

    /// What a button is about is a turn: its session does what the button says.
    fn decide(
        &mut self,
        id: UpdateId,
        tap: Callback,
        button: Button,
        turn: Turn,
        conversation: &Conversation,
        ctx: &mut Context<Self>,
    ) -> Work {
        let agent = &conversation.slot.agent;
        if !access::may_press(&self.commons.config(), agent, &button, tap.from.id) {
            return self.refuse_tap(id, tap, Some(agent));
        }
        let Some(session) = self.session(conversation, ctx) else {
            return self.answer_tap(id, tap, Some(words::BUTTON_OVER), "no such agent");
        };
        let decide = Decide {
            update: id,
            user: tap.from.id,
            button,
            turn,
        };
        let decided = Box::pin(async move { session.send(decide).await.unwrap_or(Ok(())) });
        self.answer_when_done(id, tap, decided)
    }

    /// Ends the tap's spinner when its work is done; if somebody was quicker, says so.
    pub(super) fn answer_when_done(&self, id: UpdateId, tap: Callback, work: Work) -> Work {
        let sender = self.sender.clone();
        let commons = self.commons.clone();
        Box::pin(async move {
            let decided = work.await;
            let late = matches!(decided, Err(StoreError::Stale(_)));
            let text = late.then_some(words::BUTTON_OVER.into());
            // A spinner that does not end is no reason to decide twice.
            let _ = sender.send(AnswerTap { id: tap.id, text }).await;
            if late {
                let rule = "button over";
                let line = noted(tap.chat, tap.from.id, "refused", None, Some(rule));
                let changes = vec![ends(id, UpdateEnd::Refused(rule)), line];
                return settled(commons.store.commit(changes).await);
            }
            decided
        })
    }

    /// Somebody has tapped what is not theirs.
    pub(super) fn refuse_tap(
        &self,
        id: UpdateId,
        tap: Callback,
        agent: Option<&AgentName>,
    ) -> Work {
        let rule = "button foreign";
        let refused = Change::Audit(AuditLine {
            agent: agent.cloned(),
            rule: Some(rule),
            ..AuditLine::new(tap.chat, tap.from.id, "refused")
        });
        let committed = self.commit(vec![ends(id, UpdateEnd::Refused(rule)), refused]);
        let sender = self.sender.clone();
        Box::pin(async move {
            committed.await?;
            let text = Some(words::BUTTON_FOREIGN.into());
            let _ = sender.send(AnswerTap { id: tap.id, text }).await;
            Ok(())
        })
    }

    pub(super) fn answer_tap(
        &self,
        id: UpdateId,
        tap: Callback,
        text: Option<&'static str>,
        rule: &'static str,
    ) -> Work {
        let line = noted(tap.chat, tap.from.id, "refused", None, Some(rule));
        let committed = self.commit(vec![ends(id, UpdateEnd::Refused(rule)), line]);
        let sender = self.sender.clone();
        Box::pin(async move {
            committed.await?;
            let text = text.map(Into::into);
            let _ = sender.send(AnswerTap { id: tap.id, text }).await;
            Ok(())
        })
    }
}
