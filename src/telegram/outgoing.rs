//! What goes out, in our own words, and how it becomes teloxide-core's payloads.

use teloxide_core::payloads::{
    EditMessageText, EditMessageTextSetters, SendMessage, SendMessageSetters,
};
use teloxide_core::types::{
    ChatId as TgChatId, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions,
    MessageEntity, MessageEntityKind, MessageId as TgMessageId, Recipient, ReplyParameters,
    ThreadId,
};

use super::error::TelegramError;
use crate::ids::{ChatId, MessageId, TopicId};
use crate::model::{Entity, EntityKind};

/// A message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutMessage {
    /// Where to.
    pub chat: ChatId,
    /// The topic in it, or [`TopicId::NONE`].
    pub topic: TopicId,
    /// Bot API: 1 to 4096 characters. It is never parsed.
    pub text: String,
    /// How parts of it look. Bot API: at most 100 count, on whole characters.
    pub entities: Vec<Entity>,
    /// The message that this one answers; if it is gone, the answer comes without it.
    pub reply_to: Option<MessageId>,
    /// Whether the phone stays quiet.
    pub silent: bool,
    /// Rows of buttons under the message.
    pub buttons: Vec<Vec<Button>>,
}

/// A message of ours to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditMessage {
    /// Where it is.
    pub chat: ChatId,
    /// Which one.
    pub message: MessageId,
    /// The whole new text, under the same limits as a new message.
    pub text: String,
    /// How parts of it look, under the same limits, too.
    pub entities: Vec<Entity>,
    /// The buttons from now on; none removes those that are there.
    pub buttons: Vec<Vec<Button>>,
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What comes back in the callback. Bot API: 1 to 64 bytes.
    pub data: String,
}

/// A command in the menu of the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Without the slash. Bot API: 1 to 32 of `a-z`, `0-9` and `_`.
    pub name: String,
    /// Bot API: 1 to 256 characters.
    pub description: String,
}

impl OutMessage {
    /// Plain text that notifies, with nothing else.
    #[must_use]
    pub fn text(chat: ChatId, topic: TopicId, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            chat,
            topic,
            text,
            entities: Vec::new(),
            reply_to: None,
            silent: false,
            buttons: Vec::new(),
        }
    }

    pub(super) fn payload(&self) -> Result<SendMessage, TelegramError> {
        let mut payload =
            SendMessage::new(recipient(self.chat), &self.text).link_preview_options(no_preview());
        if !self.entities.is_empty() {
            payload = payload.entities(entities(&self.entities));
        }
        if let Some(topic) = thread(self.topic)? {
            payload = payload.message_thread_id(topic);
        }
        if self.silent {
            payload = payload.disable_notification(true);
        }
        if let Some(message) = self.reply_to {
            let reply = ReplyParameters::new(message_id(message)?).allow_sending_without_reply();
            payload = payload.reply_parameters(reply);
        }
        if !self.buttons.is_empty() {
            payload = payload.reply_markup(keyboard(&self.buttons));
        }
        Ok(payload)
    }
}

impl EditMessage {
    pub(super) fn payload(&self) -> Result<EditMessageText, TelegramError> {
        let message = message_id(self.message)?;
        let mut payload = EditMessageText::new(recipient(self.chat), message, &self.text)
            .link_preview_options(no_preview());
        if !self.entities.is_empty() {
            payload = payload.entities(entities(&self.entities));
        }
        Ok(if self.buttons.is_empty() {
            payload
        } else {
            payload.reply_markup(keyboard(&self.buttons))
        })
    }
}

pub(super) fn recipient(chat: ChatId) -> Recipient {
    Recipient::Id(TgChatId(chat.0))
}

pub(super) fn message_id(message: MessageId) -> Result<TgMessageId, TelegramError> {
    narrow(message.0).map(TgMessageId)
}

/// The topic as Telegram wants it: a forum's General (1) must not be named.
pub(super) fn thread(topic: TopicId) -> Result<Option<ThreadId>, TelegramError> {
    match topic.0 {
        0 | 1 => Ok(None),
        id => narrow(id).map(|id| Some(ThreadId(TgMessageId(id)))),
    }
}

/// Ids of messages and updates have 32 bits on Telegram's side: a larger one names nothing.
pub(super) fn narrow(id: i64) -> Result<i32, TelegramError> {
    i32::try_from(id).map_err(|_| TelegramError::BadRequest(format!("{id} is no valid id")))
}

pub(super) fn keyboard(rows: &[Vec<Button>]) -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new(rows.iter().map(|row| {
        row.iter()
            .map(|button| InlineKeyboardButton::callback(&button.label, &button.data))
    }))
}

fn entities(entities: &[Entity]) -> Vec<MessageEntity> {
    let entities = entities.iter().filter_map(|entity| {
        let kind = match &entity.kind {
            EntityKind::Bold => MessageEntityKind::Bold,
            EntityKind::Italic => MessageEntityKind::Italic,
            EntityKind::Strikethrough => MessageEntityKind::Strikethrough,
            EntityKind::Code => MessageEntityKind::Code,
            EntityKind::Pre { language } => MessageEntityKind::Pre {
                language: Some(language.clone()).filter(|language| !language.is_empty()),
            },
            // An address that is none leaves a text that is no link.
            EntityKind::TextLink { url } => MessageEntityKind::TextLink {
                url: url.parse().ok()?,
            },
            EntityKind::Blockquote => MessageEntityKind::Blockquote,
            EntityKind::ExpandableBlockquote => MessageEntityKind::ExpandableBlockquote,
        };
        Some(MessageEntity::new(kind, entity.offset, entity.length))
    });
    entities.collect()
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(message: &OutMessage) -> Value {
        serde_json::to_value(message.payload().unwrap()).unwrap()
    }

    #[test]
    fn a_plain_message_says_nothing_it_need_not_say() {
        let plain = OutMessage::text(ChatId(-100), TopicId::NONE, "2 *pods*");
        let expected = json!({
            "chat_id": -100,
            "text": "2 *pods*",
            "link_preview_options": {"is_disabled": true},
        });
        assert_eq!(written(&plain), expected);
        assert_eq!(
            written(&OutMessage {
                topic: TopicId(1),
                ..plain
            }),
            expected,
            "General"
        );
    }

    #[test]
    fn a_message_with_everything_is_written_as_telegram_wants_it() {
        let message = OutMessage {
            reply_to: Some(MessageId(5)),
            silent: true,
            buttons: vec![vec![Button {
                label: "Stop".to_owned(),
                data: "b:1".to_owned(),
            }]],
            ..OutMessage::text(ChatId(7), TopicId(42), "working")
        };
        let expected = json!({
            "chat_id": 7,
            "message_thread_id": 42,
            "text": "working",
            "link_preview_options": {"is_disabled": true},
            "disable_notification": true,
            "reply_parameters": {"message_id": 5, "allow_sending_without_reply": true},
            "reply_markup": {"inline_keyboard": [[{"text": "Stop", "callback_data": "b:1"}]]},
        });
        assert_eq!(written(&message), expected);
    }

    #[test]
    fn looks_are_written_as_they_are_stored() {
        let pre = |language: &str| EntityKind::Pre {
            language: language.to_owned(),
        };
        let url = "https://a.io/x".to_owned();
        let kinds = [
            EntityKind::Blockquote,
            EntityKind::ExpandableBlockquote,
            EntityKind::Bold,
            EntityKind::Italic,
            EntityKind::Strikethrough,
            EntityKind::TextLink { url },
            EntityKind::Code,
            pre("yaml"),
            pre(""),
        ];
        let entities = kinds.into_iter().enumerate().map(|(offset, kind)| Entity {
            kind,
            offset,
            length: 1,
        });
        let message = OutMessage {
            entities: entities.collect(),
            ..OutMessage::text(ChatId(7), TopicId::NONE, "123456789")
        };
        let stored = serde_json::to_value(&message.entities).unwrap();
        assert_eq!(written(&message)["entities"], stored);
        assert_eq!(stored[5]["url"], "https://a.io/x");
        let kept: Vec<Entity> = serde_json::from_value(stored).unwrap();
        assert_eq!(kept, message.entities);
    }

    #[test]
    fn an_edit_names_its_message() {
        let edit = EditMessage {
            chat: ChatId(7),
            message: MessageId(5),
            text: "done".to_owned(),
            entities: Vec::new(),
            buttons: Vec::new(),
        };
        let expected = json!({
            "chat_id": 7,
            "message_id": 5,
            "text": "done",
            "link_preview_options": {"is_disabled": true},
        });
        assert_eq!(
            serde_json::to_value(edit.payload().unwrap()).unwrap(),
            expected
        );
        let nowhere = EditMessage {
            message: MessageId(1 << 40),
            ..edit
        };
        assert!(matches!(
            nowhere.payload(),
            Err(TelegramError::BadRequest(_))
        ));
    }
}
