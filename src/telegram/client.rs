//! The handle through which everything goes to the Bot API. Its methods never retry and
//! never wait for a limit: who calls, and when, is decided by the `Sender` and the
//! `Poller`. What is in flight is bounded by them too.

mod menu;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::value::RawValue;
use teloxide_core::Bot;
use teloxide_core::net::default_reqwest_settings;
use teloxide_core::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters, DeleteMessage, GetMe, GetUpdates,
    GetUpdatesSetters, LeaveChat, SendChatAction, SendChatActionSetters,
};
use teloxide_core::requests::Payload;
use teloxide_core::types::{
    AllowedUpdate, CallbackQueryId, ChatAction, MessageId as TgMessageId, ThreadId,
};
use thiserror::Error;
use tracing::warn;
use url::Url;

use super::call::{Answer, call};
use super::error::{TelegramError, causes};
use super::lenient::Object;
use super::outgoing::{EditMessage, OutMessage, message_id, narrow, recipient, thread};
use super::update::CallbackId;
use crate::ids::{BotId, ChatId, MessageId, TopicId, UpdateId};

/// Resolving, connecting and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Every call but the poll, from connecting to the last byte of the answer.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// What a poll may take beyond its own time; a shorter client timeout turns each idle
/// poll into an error.
const POLL_GRACE: Duration = Duration::from_secs(15);
/// How long a connection is kept for the next call. Short, because a call that meets a
/// connection which just died has an unknown outcome.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// The longest poll. Bot API server: a longer one is cut to 50 s.
pub const POLL_TIMEOUT_MAX: Duration = Duration::from_secs(50);

/// What a [`BotApi`] is made of. It has no `Debug`: a proxy's address may hold a password.
#[derive(Clone)]
pub struct Settings {
    /// `<number>:<secret>`, as Telegram gave it.
    pub token: SecretString,
    /// `https://api.telegram.org`, or a self-hosted Bot API server.
    pub api_url: Url,
    /// An HTTP or HTTPS proxy; it may hold a password. The environment's proxies are not used.
    pub proxy: Option<SecretString>,
    /// A PEM file with certificates to trust beside the bundled ones.
    pub ca_file: Option<PathBuf>,
}

/// Why a [`BotApi`] cannot be made. It names no secret.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The token is not `<number>:<secret>`.
    #[error("the bot token does not look like one: it must be <number>:<secret>")]
    Token,
    /// The address of the Bot API is not HTTP.
    #[error("api_url must be an http or https address")]
    ApiUrl,
    /// The proxy is of a kind that is not supported.
    #[error("proxy must be an http or https address")]
    Proxy,
    /// The certificates cannot be read.
    #[error("cannot read ca_file {}: {source}", path.display())]
    CaFile {
        /// Where they should be.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file holds no certificate.
    #[error("ca_file {} holds no usable PEM certificate", .0.display())]
    CaPem(PathBuf),
    /// The HTTP client cannot be made.
    #[error("cannot set up the HTTP client: {0}")]
    Client(String),
}

/// The longest time that a poll of `timeout` takes, on a dead connection, too.
#[must_use]
pub fn longest_poll(timeout: Duration) -> Duration {
    timeout.min(POLL_TIMEOUT_MAX) + POLL_GRACE
}

/// The bot itself, as `getMe` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// Its id.
    pub id: BotId,
    /// Its name after the `@`; empty if Telegram tells none.
    pub username: String,
    /// Whether it sees everything in groups (privacy mode off).
    pub can_read_all_group_messages: bool,
}

/// One update as Telegram delivered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawUpdate {
    /// Its id: unique for the bot, rising, with jumps.
    pub id: UpdateId,
    /// Its JSON text, unchanged; [`Update::read`](super::Update::read) reads it.
    pub body: String,
}

/// A handle on the Bot API; clones share their connections.
#[derive(Clone)]
pub struct BotApi {
    pub(super) bot: Bot,
    id: BotId,
    /// What a call may take; shorter in tests.
    pub(super) call_timeout: Duration,
    /// What a poll may take beyond its own time; shorter in tests.
    pub(super) poll_grace: Duration,
}

impl fmt::Debug for BotApi {
    /// Without the token, which teloxide-core's `Bot` would print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotApi")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl BotApi {
    /// Prepares the client; nothing is sent yet. Reads `ca_file`.
    ///
    /// # Errors
    /// If a setting cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, SetupError> {
        let token = settings.token.expose_secret();
        let id = bot_id(token).ok_or(SetupError::Token)?;
        if !is_http(&settings.api_url) {
            return Err(SetupError::ApiUrl);
        }
        let bot =
            Bot::with_client(token, http_client(settings)?).set_api_url(settings.api_url.clone());
        Ok(Self {
            bot,
            id,
            call_timeout: CALL_TIMEOUT,
            poll_grace: POLL_GRACE,
        })
    }

    /// The bot's id, read from its token.
    #[must_use]
    pub fn id(&self) -> BotId {
        self.id
    }

    /// Who this bot is: the call that proves the token.
    ///
    /// # Errors
    /// As [`TelegramError`] says.
    pub async fn get_me(&self) -> Result<Me, TelegramError> {
        let answer = self.call(&GetMe::new()).await?;
        let me = answer.object().ok_or(UNREADABLE)?;
        Ok(Me {
            id: me.number("id").map_or(self.id, BotId),
            username: me.text("username").unwrap_or_default(),
            can_read_all_group_messages: me.flag("can_read_all_group_messages") == Some(true),
        })
    }

    /// Waits up to `timeout` (at most [`POLL_TIMEOUT_MAX`]) for up to `limit` (at most
    /// 100) updates. `offset` confirms all updates before it: Telegram deletes them.
    ///
    /// # Errors
    /// As [`TelegramError`] says; an answer without a list is [`TelegramError::Server`].
    pub async fn get_updates(
        &self,
        offset: Option<UpdateId>,
        timeout: Duration,
        limit: u8,
    ) -> Result<Vec<RawUpdate>, TelegramError> {
        let timeout = timeout.min(POLL_TIMEOUT_MAX);
        let mut payload = GetUpdates::new()
            .limit(limit)
            .timeout(u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX))
            // Telegram remembers the last list for the bot: it is always told.
            .allowed_updates([
                AllowedUpdate::Message,
                AllowedUpdate::EditedMessage,
                AllowedUpdate::CallbackQuery,
                AllowedUpdate::MyChatMember,
            ]);
        if let Some(UpdateId(offset)) = offset {
            payload = payload.offset(narrow(offset)?);
        }
        let answer = call(&self.bot, &payload, timeout + self.poll_grace).await?;
        split(answer.0.as_deref().unwrap_or_default()).ok_or(UNREADABLE)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// As [`TelegramError`] says; [`TelegramError::SentUnread`] if it was sent, but
    /// nobody knows under which id.
    pub async fn send_message(&self, message: &OutMessage) -> Result<MessageId, TelegramError> {
        let answer = self.call(&message.payload()?).await?;
        let id = answer.object().and_then(|sent| sent.number("message_id"));
        id.map(MessageId).ok_or(TelegramError::SentUnread)
    }

    /// Replaces the text and the buttons of a message.
    ///
    /// # Errors
    /// As [`TelegramError`] says; [`TelegramError::NotModified`] if it already is so.
    pub async fn edit_message_text(&self, edit: &EditMessage) -> Result<(), TelegramError> {
        self.done(&edit.payload()?).await
    }

    /// Deletes a message. Bot API: only within 48 hours.
    ///
    /// # Errors
    /// As [`TelegramError`] says; [`TelegramError::MessageGone`] if there is none.
    pub async fn delete_message(
        &self,
        chat: ChatId,
        message: MessageId,
    ) -> Result<(), TelegramError> {
        self.done(&DeleteMessage::new(recipient(chat), message_id(message)?))
            .await
    }

    /// Shows "typing" for five seconds or until the next message. Unlike a message, it has to
    /// name a forum's General ([`TopicId::GENERAL`]).
    ///
    /// # Errors
    /// As [`TelegramError`] says.
    pub async fn send_chat_action(
        &self,
        chat: ChatId,
        topic: TopicId,
    ) -> Result<(), TelegramError> {
        let payload = SendChatAction::new(recipient(chat), ChatAction::Typing);
        let general = (topic == TopicId::GENERAL).then_some(ThreadId(TgMessageId(1)));
        match thread(topic)?.or(general) {
            Some(topic) => self.done(&payload.message_thread_id(topic)).await,
            None => self.done(&payload).await,
        }
    }

    /// Ends the spinner on a button, with a note (Bot API: at most 200 characters) that
    /// `alert` turns into a dialogue.
    ///
    /// # Errors
    /// As [`TelegramError`] says; a query that waited too long is refused.
    pub async fn answer_callback_query(
        &self,
        id: &CallbackId,
        text: Option<&str>,
        alert: bool,
    ) -> Result<(), TelegramError> {
        let mut payload = AnswerCallbackQuery::new(CallbackQueryId(id.0.clone()));
        if let Some(text) = text {
            payload = payload.text(text).show_alert(alert);
        }
        self.done(&payload).await
    }

    /// Leaves a group.
    ///
    /// # Errors
    /// As [`TelegramError`] says.
    pub async fn leave_chat(&self, chat: ChatId) -> Result<(), TelegramError> {
        self.done(&LeaveChat::new(recipient(chat))).await
    }

    pub(super) fn bot(&self) -> &Bot {
        &self.bot
    }

    async fn call<P: Payload + Serialize>(&self, payload: &P) -> Result<Answer, TelegramError> {
        call(&self.bot, payload, self.call_timeout).await
    }

    /// A call of which only the success matters.
    async fn done<P: Payload + Serialize>(&self, payload: &P) -> Result<(), TelegramError> {
        self.call(payload).await.map(drop)
    }
}

/// The result of a question cannot be read: as good as no answer.
pub(super) const UNREADABLE: TelegramError = TelegramError::Server { status: 200 };

fn http_client(settings: &Settings) -> Result<Client, SetupError> {
    let mut builder = default_reqwest_settings()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        // A redirect would carry the token to another host.
        .redirect(Policy::none())
        .no_proxy();
    if let Some(proxy) = &settings.proxy {
        let url = Url::parse(proxy.expose_secret()).ok().filter(is_http);
        let proxy = url.and_then(|url| Proxy::all(url).ok());
        builder = builder.proxy(proxy.ok_or(SetupError::Proxy)?);
    }
    if let Some(path) = &settings.ca_file {
        let pem = std::fs::read(path).map_err(|source| SetupError::CaFile {
            path: path.clone(),
            source,
        })?;
        let found = Certificate::from_pem_bundle(&pem).unwrap_or_default();
        if found.is_empty() {
            return Err(SetupError::CaPem(path.clone()));
        }
        for certificate in found {
            builder = builder.add_root_certificate(certificate);
        }
    }
    // reqwest looks into a certificate only here.
    builder.build().map_err(|error| match &settings.ca_file {
        Some(path) => SetupError::CaPem(path.clone()),
        None => SetupError::Client(causes(&error.without_url())),
    })
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// The number before the colon, if the whole looks like a token.
fn bot_id(token: &str) -> Option<BotId> {
    let (number, secret) = token.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!secret.is_empty() && secret.chars().all(plain)).then_some(())?;
    number.parse().ok().map(BotId)
}

/// The updates of a poll, each as it was written. One without an id cannot be stored
/// under it, nor confirmed, and is left out.
fn split(list: &str) -> Option<Vec<RawUpdate>> {
    let elements: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let updates = elements.into_iter().filter_map(|element| {
        let id = Object::parse(element.get()).and_then(|update| update.number("update_id"));
        if id.is_none() {
            warn!("left out an update without an id");
        }
        Some(RawUpdate {
            id: UpdateId(id?),
            body: element.get().to_owned(),
        })
    });
    Some(updates.collect())
}
