//! A client that forgets one rule.

use std::time::Duration;

use bytes::Bytes;
use switchboard::ids::{ChatId, FileId, MessageId, TopicId, UpdateId};
use switchboard::model::{File, MenuScope, Shape};
use switchboard::telegram::{
    CallbackId, Command, EditMessage, Me, OutMessage, Outcome, RawUpdate, SharedTelegram, Telegram,
    TelegramCall, TelegramError,
};

use crate::allowed::{ANNA, STRANGER};
use crate::telegram::person;

/// The rule that is forgotten.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What is not stored is not acknowledged.
    Acknowledge,
    /// Each call that is made is counted.
    Once,
    /// A chat in its penalty is left alone.
    Penalty,
    /// Somebody is who Telegram says that they are.
    Sender,
    /// A tap is answered once.
    OneAnswer,
    /// A tap is answered.
    AnAnswer,
    /// What was edited was there before.
    Edits,
}

pub struct Broken {
    inner: SharedTelegram,
    forgets: Rule,
}

impl Broken {
    pub fn new(inner: SharedTelegram, forgets: Rule) -> Self {
        Self { inner, forgets }
    }

    /// What the bot hears of a call.
    fn hears<T>(&self, told: Result<T, TelegramError>) -> Result<T, TelegramError> {
        match told {
            Err(TelegramError::RetryAfter(_)) if self.forgets == Rule::Penalty => {
                Err(TelegramError::NotSent("no connection".to_owned()))
            }
            told => told,
        }
    }
}

impl Telegram for Broken {
    fn get_me(&self) -> TelegramCall<'_, Me> {
        self.inner.get_me()
    }

    fn get_updates(
        &self,
        offset: Option<UpdateId>,
        timeout: Duration,
        limit: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>> {
        Box::pin(async move {
            let mut batch = self.inner.get_updates(offset, timeout, limit).await?;
            if self.forgets == Rule::Sender {
                let stranger = format!("\"from\":{}", person(STRANGER));
                let somebody = format!("\"from\":{}", person(ANNA));
                for update in &mut batch {
                    update.body = update.body.replace(&stranger, &somebody);
                }
            }
            if self.forgets == Rule::Edits {
                for update in &mut batch {
                    update.body = update.body.replace("edited_message", "message");
                }
            }
            if let (Rule::Acknowledge, Some(last)) = (self.forgets, batch.last()) {
                let next = Some(UpdateId(last.id.0 + 1));
                let _ = self.inner.get_updates(next, Duration::ZERO, 1).await;
            }
            Ok(batch)
        })
    }

    fn send_message<'a>(&'a self, message: &'a OutMessage) -> TelegramCall<'a, MessageId> {
        Box::pin(async move {
            let told = self.inner.send_message(message).await;
            let unknown = |error: &TelegramError| error.outcome() == Outcome::Unknown;
            if self.forgets == Rule::Once && told.as_ref().is_err_and(unknown) {
                return self.inner.send_message(message).await;
            }
            self.hears(told)
        })
    }

    fn send_file<'a>(
        &'a self,
        message: &'a OutMessage,
        file: &'a File,
        shape: Shape,
    ) -> TelegramCall<'a, MessageId> {
        Box::pin(async move { self.hears(self.inner.send_file(message, file, shape).await) })
    }

    fn fetch_file<'a>(
        &'a self,
        file: &'a FileId,
        bytes_max: u64,
        within: Duration,
    ) -> TelegramCall<'a, Bytes> {
        self.inner.fetch_file(file, bytes_max, within)
    }

    fn edit_message_text<'a>(&'a self, edit: &'a EditMessage) -> TelegramCall<'a, ()> {
        Box::pin(async move { self.hears(self.inner.edit_message_text(edit).await) })
    }

    fn delete_message(&self, chat: ChatId, message: MessageId) -> TelegramCall<'_, ()> {
        Box::pin(async move { self.hears(self.inner.delete_message(chat, message).await) })
    }

    fn send_chat_action(&self, chat: ChatId, topic: TopicId) -> TelegramCall<'_, ()> {
        Box::pin(async move { self.hears(self.inner.send_chat_action(chat, topic).await) })
    }

    fn answer_callback_query<'a>(
        &'a self,
        id: &'a CallbackId,
        text: Option<&'a str>,
        alert: bool,
    ) -> TelegramCall<'a, ()> {
        Box::pin(async move {
            if self.forgets == Rule::AnAnswer {
                return Ok(());
            }
            if self.forgets == Rule::OneAnswer {
                let _ = self.inner.answer_callback_query(id, text, alert).await;
            }
            self.inner.answer_callback_query(id, text, alert).await
        })
    }

    fn set_my_commands<'a>(
        &'a self,
        scope: MenuScope,
        commands: &'a [Command],
    ) -> TelegramCall<'a, ()> {
        self.inner.set_my_commands(scope, commands)
    }

    fn leave_chat(&self, chat: ChatId) -> TelegramCall<'_, ()> {
        self.inner.leave_chat(chat)
    }
}
