//! What only somebody asks who looks whether all is well: the webhook, who can be written to, the
//! server's clock. No actor does.

use std::time::SystemTime;

use serde::Serialize;
use teloxide_core::payloads::{DeleteWebhook, GetChat, GetChatMember, GetMe, GetWebhookInfo};
use teloxide_core::requests::Payload;
use teloxide_core::types::UserId as TgUserId;

use super::call::{self, Answer};
use super::client::{BotApi, UNREADABLE};
use super::error::TelegramError;
use super::outgoing::recipient;
use crate::ids::ChatId;

/// What `getWebhookInfo` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Whether one is set: no poll works while it is.
    pub set: bool,
    /// How many updates wait for whoever asks next.
    pub waiting: i64,
}

impl BotApi {
    /// Whether a webhook is set, and how many updates wait (`getWebhookInfo`).
    ///
    /// # Errors
    /// As [`TelegramError`] says.
    pub async fn webhook(&self) -> Result<Webhook, TelegramError> {
        let answer = self.look(&GetWebhookInfo::new()).await?;
        let info = answer.object().ok_or(UNREADABLE)?;
        Ok(Webhook {
            set: info.text("url").is_some_and(|url| !url.is_empty()),
            waiting: info.number("pending_update_count").unwrap_or_default(),
        })
    }

    /// Removes the webhook; the updates that wait stay.
    ///
    /// # Errors
    /// As [`TelegramError`] says.
    pub async fn delete_webhook(&self) -> Result<(), TelegramError> {
        self.look(&DeleteWebhook::new()).await.map(drop)
    }

    /// Proves that a chat can be written to (`getChat`): a person has pressed Start, the bot is in
    /// a group.
    ///
    /// # Errors
    /// [`TelegramError::BadRequest`] or [`TelegramError::Forbidden`] if not.
    pub async fn knows_chat(&self, chat: ChatId) -> Result<(), TelegramError> {
        self.look(&GetChat::new(recipient(chat))).await.map(drop)
    }

    /// Whether this bot is an admin of a group (`getChatMember`).
    ///
    /// # Errors
    /// As [`TelegramError`] says.
    pub async fn is_admin_of(&self, group: ChatId) -> Result<bool, TelegramError> {
        let me = TgUserId(self.id().0.unsigned_abs());
        let answer = self.look(&GetChatMember::new(recipient(group), me)).await?;
        let member = answer.object().ok_or(UNREADABLE)?;
        let status = member.text("status").unwrap_or_default();
        Ok(matches!(status.as_str(), "administrator" | "creator"))
    }

    /// The time of day at the Bot API, to the second, if its answers tell.
    ///
    /// # Errors
    /// As [`TelegramError`] says, when no answer comes.
    pub async fn time_there(&self) -> Result<Option<SystemTime>, TelegramError> {
        call::date(&self.bot, &GetMe::new(), self.call_timeout).await
    }

    async fn look<P: Payload + Serialize>(&self, payload: &P) -> Result<Answer, TelegramError> {
        call::look(&self.bot, payload, self.call_timeout).await
    }
}
