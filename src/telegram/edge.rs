//! The Bot API, as the actors see it: [`BotApi`], or something else that answers as it does.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use super::client::{BotApi, Me, RawUpdate};
use super::error::TelegramError;
use super::outgoing::{Command, EditMessage, OutMessage};
use super::update::CallbackId;
use crate::ids::{ChatId, FileId, MessageId, TopicId, UpdateId};
use crate::model::{File, MenuScope, Shape};

/// One call; [`TelegramError`] says what became of it where it fails.
pub type TelegramCall<'a, T> = LocalBoxFuture<'a, Result<T, TelegramError>>;

/// The calls that the actors make. Each does what the method of the same name of [`BotApi`]
/// does, with its limits and its errors: it never repeats and never waits for a limit.
pub trait Telegram {
    /// Who this bot is.
    fn get_me(&self) -> TelegramCall<'_, Me>;

    /// Waits for updates; `offset` confirms all before it.
    fn get_updates(
        &self,
        offset: Option<UpdateId>,
        timeout: Duration,
        limit: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>>;

    /// Sends a message.
    fn send_message<'a>(&'a self, message: &'a OutMessage) -> TelegramCall<'a, MessageId>;

    /// Sends a file; the text of the message is its caption.
    fn send_file<'a>(
        &'a self,
        message: &'a OutMessage,
        file: &'a File,
        shape: Shape,
    ) -> TelegramCall<'a, MessageId>;

    /// Replaces the text and the buttons of a message.
    fn edit_message_text<'a>(&'a self, edit: &'a EditMessage) -> TelegramCall<'a, ()>;

    /// Deletes a message.
    fn delete_message(&self, chat: ChatId, message: MessageId) -> TelegramCall<'_, ()>;

    /// Shows "typing".
    fn send_chat_action(&self, chat: ChatId, topic: TopicId) -> TelegramCall<'_, ()>;

    /// Ends the spinner on a button.
    fn answer_callback_query<'a>(
        &'a self,
        id: &'a CallbackId,
        text: Option<&'a str>,
        alert: bool,
    ) -> TelegramCall<'a, ()>;

    /// Replaces a list of commands, or removes it if there are none.
    fn set_my_commands<'a>(
        &'a self,
        scope: MenuScope,
        commands: &'a [Command],
    ) -> TelegramCall<'a, ()>;

    /// Fetches a file of at most so many bytes.
    fn fetch_file<'a>(
        &'a self,
        file: &'a FileId,
        bytes_max: u64,
        timeout: Duration,
    ) -> TelegramCall<'a, Bytes>;

    /// Leaves a group.
    fn leave_chat(&self, chat: ChatId) -> TelegramCall<'_, ()>;
}

/// The Bot API as it is handed around.
pub type SharedTelegram = Rc<dyn Telegram>;

impl Telegram for BotApi {
    fn get_me(&self) -> TelegramCall<'_, Me> {
        Box::pin(BotApi::get_me(self))
    }

    fn get_updates(
        &self,
        offset: Option<UpdateId>,
        timeout: Duration,
        limit: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>> {
        Box::pin(BotApi::get_updates(self, offset, timeout, limit))
    }

    fn send_message<'a>(&'a self, message: &'a OutMessage) -> TelegramCall<'a, MessageId> {
        Box::pin(BotApi::send_message(self, message))
    }

    fn send_file<'a>(
        &'a self,
        message: &'a OutMessage,
        file: &'a File,
        shape: Shape,
    ) -> TelegramCall<'a, MessageId> {
        Box::pin(BotApi::send_file(self, message, file, shape))
    }

    fn edit_message_text<'a>(&'a self, edit: &'a EditMessage) -> TelegramCall<'a, ()> {
        Box::pin(BotApi::edit_message_text(self, edit))
    }

    fn delete_message(&self, chat: ChatId, message: MessageId) -> TelegramCall<'_, ()> {
        Box::pin(BotApi::delete_message(self, chat, message))
    }

    fn send_chat_action(&self, chat: ChatId, topic: TopicId) -> TelegramCall<'_, ()> {
        Box::pin(BotApi::send_chat_action(self, chat, topic))
    }

    fn answer_callback_query<'a>(
        &'a self,
        id: &'a CallbackId,
        text: Option<&'a str>,
        alert: bool,
    ) -> TelegramCall<'a, ()> {
        Box::pin(BotApi::answer_callback_query(self, id, text, alert))
    }

    fn set_my_commands<'a>(
        &'a self,
        scope: MenuScope,
        commands: &'a [Command],
    ) -> TelegramCall<'a, ()> {
        Box::pin(BotApi::set_my_commands(self, scope, commands))
    }

    fn fetch_file<'a>(
        &'a self,
        file: &'a FileId,
        bytes_max: u64,
        timeout: Duration,
    ) -> TelegramCall<'a, Bytes> {
        Box::pin(BotApi::fetch_file(self, file, bytes_max, timeout))
    }

    fn leave_chat(&self, chat: ChatId) -> TelegramCall<'_, ()> {
        Box::pin(BotApi::leave_chat(self, chat))
    }
}
