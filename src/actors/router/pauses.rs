//! Taps under the cards of pauses, and replies to them: who may decide is the session's question,
//! so that an approver need not be allowed to ask.

use actix::Context;

use super::facts::Facts;
use super::{Router, Work, ends, noted, refused, reply, settled};
use crate::actors::Commons;
use crate::actors::sender::AnswerTap;
use crate::actors::session::{ReplyToPause, TapPause};
use crate::ids::{UpdateId, UserId};
use crate::model::{Button, Conversation, UpdateEnd};
use crate::rules::access;
use crate::rules::approval::{self, Reply};
use crate::rules::words::{self, approvals};
use crate::store::{Change, StoreError};
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
                    let text = Some(approvals::CHANGED.into());
                    (text, settled(commons.store.commit(changes).await))
                }
                Err(failure) => (None, Err(failure)),
            };
            // A spinner that does not end is no reason to decide twice.
            let _ = sender.send(AnswerTap { id: tap.id, text }).await;
            done
        })
    }

    /// Hands a reply to a card to the session that waits, or says what came of it; none if it is
    /// no reply to one, or a command.
    pub(super) fn reply_to_pause(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        facts: &Facts,
        ctx: &mut Context<Self>,
    ) -> Option<Work> {
        let replied = message.reply_to.as_ref()?.message;
        let (under, conversation) = facts.cards.get(&(message.chat, replied))?;
        let user = access::person(message)?;
        let config = self.commons.config();
        let text = match approval::reply(&self.commons.me, message) {
            _ if !approval::is_heard(&config, user, message.chat) => return None,
            Reply::Elsewhere => return None,
            Reply::Words(text) => Some(text.to_owned()),
            Reply::NoWords => None,
        };
        let session = self.session(conversation, ctx);
        let Some(session) = session.filter(|_| !under.state.is_over()) else {
            let closed = under.closed.as_ref();
            let came = closed.map(|closed| closed.said(|user| config.called(user)));
            let agent = &conversation.slot.agent;
            let why = approvals::replied_late(agent, came.as_deref());
            return Some(self.refuse_reply(id, message, user, why));
        };
        let said = ReplyToPause {
            update: id,
            user,
            text,
            turn: under.turn,
            pause: under.pause,
        };
        let (sender, commons) = (self.sender.clone(), self.commons.clone());
        let (message, again) = (message.clone(), self.is_same_album(message));
        Some(Box::pin(async move {
            match session.send(said).await.unwrap_or(Ok(None)) {
                Ok(None) => Ok(()),
                // The update has ended; what is said of it is a post of its own.
                Ok(Some(why)) => {
                    let told = reply(id, &message, why.into_owned(), &commons).split_off(1);
                    let told = if again { Vec::new() } else { told };
                    commons.commit(&sender, told).await
                }
                Err(StoreError::Stale(_)) => {
                    let why = approvals::REPLY_LATE.to_owned();
                    let changes = refused_reply(id, &message, user, why, &commons);
                    settled(commons.commit(&sender, changes).await)
                }
                Err(failure) => Err(failure),
            }
        }))
    }

    fn refuse_reply(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        why: String,
    ) -> Work {
        let mut changes = refused_reply(id, message, user, why, &self.commons);
        if self.is_same_album(message) {
            changes.retain(|change| change.post().is_none());
        }
        self.commit(changes)
    }

    /// Whether the message before, too, was of this album: then its sender was told already.
    fn is_same_album(&mut self, message: &Incoming) -> bool {
        let album = message.media_group_id.clone();
        let same = album.is_some() && self.told_album == album;
        self.told_album = album;
        same
    }
}

/// A reply to a card that is over.
fn refused_reply(
    id: UpdateId,
    message: &Incoming,
    user: UserId,
    why: String,
    commons: &Commons,
) -> Vec<Change> {
    let rule = "card over";
    let mut changes = reply(id, message, why, commons);
    changes[0] = ends(id, UpdateEnd::Refused(rule));
    changes.push(refused(message, user, None, rule));
    changes
}
