//! Taps under the cards of pauses, and replies to them: who may decide is the session's question,
//! so that an approver need not be allowed to ask.

use actix::Context;

use super::facts::Facts;
use super::{Router, Work, ends, noted, reply, settled};
use crate::actors::sender::AnswerTap;
use crate::actors::session::{ReplyToPause, TapPause};
use crate::ids::UpdateId;
use crate::model::{Button, Conversation, UpdateEnd};
use crate::rules::{access, words};
use crate::store::StoreError;
use crate::telegram::{Callback, Incoming};

impl Router {
    /// Hands a tap to the session that waits for it, and says what comes of it.
    pub(super) fn tap_pause(
        &mut self,
        id: UpdateId,
        tap: Callback,
        button: Button,
        conversation: &Conversation,
        ctx: &mut Context<Self>,
    ) -> Work {
        let Some(session) = self.session(conversation, ctx) else {
            return self.answer_tap(id, tap, Some(words::BUTTON_OVER), "no such agent");
        };
        let pressed = TapPause {
            update: id,
            user: tap.from.id,
            button,
        };
        let (sender, commons) = (self.sender.clone(), self.commons.clone());
        Box::pin(async move {
            let answered = session.send(pressed).await.unwrap_or(Ok(None));
            let (text, done) = match answered {
                Ok(text) => (text, Ok(())),
                Err(StoreError::Stale(_)) => {
                    let rule = "button over";
                    let line = noted(tap.chat, tap.from.id, "refused", None, Some(rule));
                    let changes = vec![ends(id, UpdateEnd::Refused(rule)), line];
                    let text = Some(words::approvals::CHANGED.into());
                    (text, settled(commons.store.commit(changes).await))
                }
                Err(failure) => (None, Err(failure)),
            };
            // A spinner that does not end is no reason to decide twice.
            let _ = sender.send(AnswerTap { id: tap.id, text }).await;
            done
        })
    }

    /// Hands a reply to a card to the session that waits; none if it is no reply to one.
    pub(super) fn reply_to_pause(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        facts: &Facts,
        ctx: &mut Context<Self>,
    ) -> Option<Work> {
        let replied = message.reply_to.as_ref()?.message;
        let (turn, conversation) = facts.cards.get(&(message.chat, replied))?;
        let user = access::person(message)?;
        let text = message
            .text
            .clone()
            .filter(|text| !text.trim().is_empty())?;
        let session = self.session(conversation, ctx)?;
        let said = ReplyToPause {
            update: id,
            user,
            text,
            turn: turn.id,
        };
        let (sender, commons) = (self.sender.clone().recipient(), self.commons.clone());
        let message = message.clone();
        Some(Box::pin(async move {
            match session.send(said).await.unwrap_or(Ok(None)) {
                Ok(None) => Ok(()),
                // The update has ended; what is said of it is a post of its own.
                Ok(Some(why)) => {
                    let told = reply(id, &message, why.into_owned(), &commons).split_off(1);
                    commons.commit(&sender, told).await
                }
                Err(StoreError::Stale(_)) => {
                    let why = words::approvals::CHANGED.to_owned();
                    settled(
                        commons
                            .commit(&sender, reply(id, &message, why, &commons))
                            .await,
                    )
                }
                Err(failure) => Err(failure),
            }
        }))
    }
}
