//! Telegram, which has all the questions from the beginning and takes every answer at once.

use std::cell::Cell;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{pending, ready};
use switchboard::ids::{ChatId, FileId, MessageId, TopicId, UpdateId};
use switchboard::model::{File, MenuScope, Shape};
use switchboard::telegram::{
    CallbackId, Command, EditMessage, Me, OutMessage, RawUpdate, Telegram, TelegramCall,
    TelegramError,
};
use tokio::sync::Notify;

use crate::{BOT, FIRST, NOON, PEOPLE};

pub struct InstantTelegram {
    questions: i64,
    /// Questions that were fetched.
    fetched: Cell<i64>,
    answers: Cell<i64>,
    all_answered: Notify,
}

impl InstantTelegram {
    pub fn new(questions: i64) -> Self {
        Self {
            questions,
            fetched: Cell::new(0),
            answers: Cell::new(0),
            all_answered: Notify::new(),
        }
    }

    pub async fn all_answered(&self) {
        self.all_answered.notified().await;
    }

    pub fn answers(&self) -> i64 {
        self.answers.get()
    }
}

fn question(number: i64) -> RawUpdate {
    let (who, date) = (FIRST + number % PEOPLE, NOON.0 / 1_000);
    let body = format!(
        r#"{{"update_id": {number}, "message": {{"message_id": {number}, "date": {date},
            "from": {{"id": {who}, "is_bot": false, "first_name": "Anna", "language_code": "en"}},
            "chat": {{"id": {who}, "type": "private", "first_name": "Anna"}},
            "text": "question {number}: which nodes are ready, and was anything restarted?"}}}}"#
    );
    RawUpdate {
        id: UpdateId(number),
        body,
    }
}

fn done<T: 'static>(what: T) -> TelegramCall<'static, T> {
    ready(Ok(what)).boxed_local()
}

impl Telegram for InstantTelegram {
    fn get_me(&self) -> TelegramCall<'_, Me> {
        done(Me {
            id: BOT,
            username: "switchboard_bot".to_owned(),
            can_read_all_group_messages: false,
        })
    }

    fn get_updates(
        &self,
        _: Option<UpdateId>,
        timeout: Duration,
        limit: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>> {
        let first = self.fetched.get() + 1;
        let last = self.questions.min(self.fetched.get() + i64::from(limit));
        self.fetched.set(last);
        if first > last && !timeout.is_zero() {
            return pending().boxed_local();
        }
        done((first..=last).map(question).collect())
    }

    fn send_message<'a>(&'a self, message: &'a OutMessage) -> TelegramCall<'a, MessageId> {
        assert!(message.text.contains("all ready"), "{}", message.text);
        self.answers.set(self.answers.get() + 1);
        if self.answers.get() == self.questions {
            self.all_answered.notify_one();
        }
        done(MessageId(self.questions + self.answers.get()))
    }

    fn send_file<'a>(
        &'a self,
        _: &'a OutMessage,
        _: &'a File,
        _: Shape,
    ) -> TelegramCall<'a, MessageId> {
        ready(Err(TelegramError::BadRequest("no files".to_owned()))).boxed_local()
    }

    fn edit_message_text<'a>(&'a self, _: &'a EditMessage) -> TelegramCall<'a, ()> {
        done(())
    }

    fn delete_message(&self, _: ChatId, _: MessageId) -> TelegramCall<'_, ()> {
        done(())
    }

    fn send_chat_action(&self, _: ChatId, _: TopicId) -> TelegramCall<'_, ()> {
        done(())
    }

    fn answer_callback_query<'a>(
        &'a self,
        _: &'a CallbackId,
        _: Option<&'a str>,
        _: bool,
    ) -> TelegramCall<'a, ()> {
        done(())
    }

    fn set_my_commands<'a>(&'a self, _: MenuScope, _: &'a [Command]) -> TelegramCall<'a, ()> {
        done(())
    }

    fn fetch_file<'a>(&'a self, _: &'a FileId, _: u64, _: Duration) -> TelegramCall<'a, Bytes> {
        ready(Err(TelegramError::BadRequest("no files".to_owned()))).boxed_local()
    }

    fn leave_chat(&self, _: ChatId) -> TelegramCall<'_, ()> {
        done(())
    }
}
