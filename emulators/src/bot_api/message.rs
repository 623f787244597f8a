//! What there is to see in a chat: messages, buttons, buzzes, typing, answers to taps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::time::Instant;

/// A chat's number: positive for a private chat, negative for a group.
pub type ChatId = i64;
/// A user's number.
pub type UserId = i64;
/// A message's number, unique in its chat only.
pub type MessageId = i64;
/// A topic's number: the id of the message that opened it.
pub type ThreadId = i64;

/// `from.id` of a message that an admin wrote as the group itself.
pub const ANONYMOUS_ADMIN: UserId = 1_087_968_824;
/// `from.id` of a message that a channel wrote in a group.
pub const CHANNEL_BOT: UserId = 136_817_688;
/// `from.id` of a linked channel's automatic post.
pub const TELEGRAM: UserId = 777_000;

/// Who a message shows as its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The bot under test.
    Bot,
    /// A person.
    User(UserId),
    /// An admin who writes as the group (`sender_chat` = the group).
    AnonymousAdmin,
    /// A channel that writes in the group (`sender_chat` = the channel).
    Channel(ChatId),
    /// Another bot.
    OtherBot(UserId),
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// The label.
    pub text: String,
    /// What a tap sends to the bot, if it sends something.
    pub data: Option<String>,
    /// What a tap opens, if it opens something.
    pub url: Option<String>,
}

/// A message as it stands on the screen now.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its number in its chat.
    pub id: MessageId,
    /// Its chat.
    pub chat: ChatId,
    /// Who wrote it.
    pub author: Author,
    /// When it was sent, in Unix seconds.
    pub date: i64,
    /// When it was last edited, in Unix seconds.
    pub edit_date: Option<i64>,
    /// Its text, cleaned and trimmed as Telegram does it.
    pub text: String,
    /// Formatting, offsets in UTF-16 code units of `text`.
    pub entities: Vec<Value>,
    /// Rows of inline buttons.
    pub buttons: Vec<Vec<Button>>,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// The topic that it stands in; none for General and for chats without topics.
    pub thread: Option<ThreadId>,
    /// Sent with `disable_notification`.
    pub silent: bool,
    /// Fields that only the wire shows (`reply_markup`, `media_group_id`, service fields).
    pub(super) extra: Value,
}

impl Message {
    /// Whether the bot under test wrote it.
    #[must_use]
    pub fn from_bot(&self) -> bool {
        self.author == Author::Bot
    }

    /// Whether it has been edited.
    #[must_use]
    pub fn edited(&self) -> bool {
        self.edit_date.is_some()
    }

    /// The first button with this label.
    #[must_use]
    pub fn button(&self, label: &str) -> Option<&Button> {
        self.buttons.iter().flatten().find(|b| b.text == label)
    }

    /// The file that it carries: its name, and its content if that is text.
    #[must_use]
    pub fn document(&self) -> Option<(&str, Option<&str>)> {
        let file = self.extra.get("document")?;
        Some((file["file_name"].as_str()?, file["text"].as_str()))
    }

    /// The file that it carries, whatever it is shown as.
    #[must_use]
    pub fn file(&self) -> Option<SentFile> {
        let photo = self.extra.get("photo").map(|sizes| &sizes[0]);
        let file = photo.or_else(|| self.extra.get("document"))?;
        let side = |name: &str| u32::try_from(file[name].as_u64()?).ok();
        let bytes = match file["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => STANDARD.decode(file["base64"].as_str()?).ok()?,
        };
        Some(SentFile {
            name: file["file_name"].as_str()?.to_owned(),
            bytes,
            media_type: file["mime_type"].as_str().map(str::to_owned),
            picture: photo.and(side("width").zip(side("height"))),
        })
    }

    /// All labels, row by row.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let buttons = self.buttons.iter().flatten();
        buttons.map(|b| b.text.clone()).collect()
    }
}

/// A file that a message carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// What the client called it; of a picture the real server keeps no name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What the client said that it is.
    pub media_type: Option<String>,
    /// Width and height in pixels, if it is shown as a picture.
    pub picture: Option<(u32, u32)>,
}

/// Everything that one message of the bot has ever shown; it stays when the message is deleted.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its number in its chat.
    pub id: MessageId,
    /// Its texts, the first as sent, then one for each edit that changed it.
    pub texts: Vec<String>,
    /// Whether it has been deleted.
    pub deleted: bool,
    /// Sent with `disable_notification`.
    pub silent: bool,
    /// Its topic.
    pub thread: Option<ThreadId>,
    /// When it was accepted.
    pub at: Instant,
}

/// A message of the bot that made the phone buzz.
#[derive(Clone, Debug)]
pub struct Buzz {
    /// The message.
    pub message: MessageId,
    /// Its text when it was sent.
    pub text: String,
    /// When it was accepted.
    pub at: Instant,
}

/// One `sendChatAction`.
#[derive(Clone, Debug)]
pub struct Typing {
    /// The action, such as `typing`.
    pub action: String,
    /// The topic.
    pub thread: Option<ThreadId>,
    /// When it was accepted.
    pub at: Instant,
}

/// What the person who tapped a button was shown.
#[derive(Clone, Debug)]
pub struct TapAnswer {
    /// The callback query.
    pub query: String,
    /// Who tapped.
    pub user: UserId,
    /// The text, empty if only the button's spinner stopped.
    pub text: String,
    /// A dialog to dismiss rather than a toast.
    pub alert: bool,
}
