//! What somebody did in Telegram, read leniently from an update's JSON: no update is too
//! odd to be read, and an odd part is lost alone, never the text beside it.

use super::files::file_of;
use super::lenient::Object;
use super::parts::{is_event, media_of};
use crate::ids::{ChatId, MessageId, TopicId, UpdateId, UserId};
use crate::model::{Attachment, Place};

/// Who Telegram puts in `from` where no person shows: an anonymous admin, a channel's
/// post in its group, and somebody who writes as a channel.
const NOBODIES: [UserId; 3] = [UserId(1_087_968_824), UserId(777_000), UserId(136_817_688)];

/// An update that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its id.
    pub id: UpdateId,
    /// What happened.
    pub what: What,
}

/// What an update is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody wrote.
    Message(Incoming),
    /// Somebody changed what they wrote.
    Edited(Incoming),
    /// Somebody tapped a button.
    Callback(Callback),
    /// The bot was added, removed, blocked or unblocked.
    MyChatMember(Membership),
    /// Any other kind, or one from above without the ids that it needs: its name.
    Other(String),
}

/// A message that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Where it was written.
    pub chat: ChatId,
    /// What kind of chat that is.
    pub chat_kind: ChatKind,
    /// Whether the chat has topics.
    pub is_forum: bool,
    /// Its topic; none in a forum's General and in plain reply threads.
    pub topic: TopicId,
    /// Its id; 0 if unreadable.
    pub message: MessageId,
    /// When it was written, in seconds since 1970; 0 if unreadable.
    pub date: i64,
    /// Who wrote it.
    pub from: Option<Sender>,
    /// The chat as which it was written, instead of as a person; 0 if unreadable.
    pub sender_chat: Option<ChatId>,
    /// The text, or the caption of media.
    pub text: Option<String>,
    /// What is marked in the text.
    pub entities: Vec<Entity>,
    /// The message that it answers.
    pub reply_to: Option<ReplyTo>,
    /// The kind of what it carries beside text (`photo`, `document`), or the name of a
    /// part that is not known here.
    pub media: Option<String>,
    /// The file that it carries, if it is one that can be passed on.
    pub file: Option<Attachment>,
    /// What the messages of one album share.
    pub media_group_id: Option<String>,
    /// In the last message of a group: the supergroup that it became.
    pub migrate_to_chat_id: Option<ChatId>,
    /// In the first message of a supergroup: the group that it was.
    pub migrate_from_chat_id: Option<ChatId>,
    /// Whether it only tells of an event in the chat.
    pub service: bool,
}

/// A kind of chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatKind {
    /// One person and the bot.
    Private,
    /// A plain group.
    Group,
    /// A supergroup, with topics or without.
    Supergroup,
    /// A channel.
    Channel,
}

/// A Telegram user who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Their id.
    pub id: UserId,
    /// Whether it is a bot.
    pub is_bot: bool,
    /// Their first name; empty if unreadable.
    pub first_name: String,
    /// Their name after the `@`.
    pub username: Option<String>,
    /// The language of their app, as an IETF tag.
    pub language_code: Option<String>,
}

/// A marked stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// What it is: `bot_command`, `mention`, or a kind that is not known here.
    pub kind: String,
    /// Where it begins, in UTF-16 code units.
    pub offset: usize,
    /// How long it is, in UTF-16 code units.
    pub length: usize,
    /// Whom it names, where their name is no user name (`text_mention`).
    pub user: Option<UserId>,
}

/// The message that another one answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    /// Its id.
    pub message: MessageId,
    /// Who wrote it.
    pub from_id: Option<UserId>,
    /// Whether a bot wrote it.
    pub is_bot: bool,
}

/// The id by which a tap on a button is answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallbackId(pub String);

/// A tap on a button of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// What to answer it by.
    pub id: CallbackId,
    /// Who tapped.
    pub from: Sender,
    /// Where.
    pub chat: ChatId,
    /// The topic of the message with the button.
    pub topic: TopicId,
    /// The message with the button.
    pub message: MessageId,
    /// What the button carries; empty if unreadable.
    pub data: String,
}

/// What became of the bot in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The chat.
    pub chat: ChatId,
    /// What kind of chat that is.
    pub chat_kind: ChatKind,
    /// Who did it.
    pub from: Option<Sender>,
    /// `member`, `administrator`, `restricted`, `left`, `kicked` (blocked, in a private
    /// chat), or a status that is not known here; empty if unreadable.
    pub new_status: String,
}

impl Update {
    /// Reads the update whose JSON text is `body`.
    #[must_use]
    pub fn read(id: UpdateId, body: &str) -> Self {
        let what = Object::parse(body).map_or_else(
            || What::Other("unreadable".to_owned()),
            |update| What::read(&update),
        );
        Self { id, what }
    }
}

impl What {
    fn read(update: &Object<'_>) -> Self {
        let part = |name| update.object(name);
        let known = (part("message")
            .and_then(|m| Incoming::read(&m))
            .map(Self::Message))
        .or_else(|| {
            part("edited_message")
                .and_then(|m| Incoming::read(&m))
                .map(Self::Edited)
        })
        .or_else(|| {
            part("callback_query")
                .and_then(|c| Callback::read(&c))
                .map(Self::Callback)
        })
        .or_else(|| {
            part("my_chat_member")
                .and_then(|m| Membership::read(&m))
                .map(Self::MyChatMember)
        });
        known.unwrap_or_else(|| {
            let name = update.names().find(|name| *name != "update_id");
            Self::Other(name.unwrap_or("empty").to_owned())
        })
    }
}

impl Incoming {
    /// Only a message without a readable chat id is none: nobody could be answered.
    fn read(message: &Object<'_>) -> Option<Self> {
        let chat_part = message.object("chat")?;
        let (chat, chat_kind) = chat_of(&chat_part)?;
        let (text, entities) = match message.text("text") {
            Some(text) => (Some(text), "entities"),
            None => (message.text("caption"), "caption_entities"),
        };
        let service = is_event(message);
        Some(Self {
            chat,
            chat_kind,
            is_forum: chat_part.flag("is_forum") == Some(true),
            topic: topic_of(message),
            message: MessageId(message.number("message_id").unwrap_or(0)),
            date: message.number("date").unwrap_or(0),
            from: message.object("from").and_then(|from| Sender::read(&from)),
            sender_chat: message.has("sender_chat").then(|| {
                let chat = message
                    .object("sender_chat")
                    .and_then(|chat| chat.number("id"));
                ChatId(chat.unwrap_or(0))
            }),
            entities: message
                .list(entities)
                .into_iter()
                .filter_map(Entity::read)
                .collect(),
            reply_to: message
                .object("reply_to_message")
                .and_then(|m| ReplyTo::read(&m)),
            media: media_of(message, text.is_some() || service),
            file: file_of(message),
            media_group_id: message.text("media_group_id"),
            migrate_to_chat_id: message.number("migrate_to_chat_id").map(ChatId),
            migrate_from_chat_id: message.number("migrate_from_chat_id").map(ChatId),
            text,
            service,
        })
    }

    /// The chat, and its topic.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            chat: self.chat,
            topic: self.topic,
        }
    }

    /// Whether no person can be held to it: an anonymous admin, a channel, a chat or a
    /// bot wrote it. Nobody is ever allowed anything.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.sender_chat.is_some() || self.from.as_ref().is_none_or(Sender::is_nobody)
    }
}

impl Sender {
    fn read(user: &Object<'_>) -> Option<Self> {
        Some(Self {
            id: UserId(user.number("id")?),
            is_bot: user.flag("is_bot") == Some(true),
            first_name: user.text("first_name").unwrap_or_default(),
            username: user.text("username"),
            language_code: user.text("language_code"),
        })
    }

    /// Whether this is a bot, or an id that stands for no person.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.is_bot || NOBODIES.contains(&self.id)
    }
}

impl Entity {
    fn read(text: &str) -> Option<Self> {
        let entity = Object::parse(text)?;
        let units = |name| {
            entity
                .number(name)
                .and_then(|units| usize::try_from(units).ok())
        };
        Some(Self {
            kind: entity.text("type")?,
            offset: units("offset")?,
            length: units("length")?,
            user: entity
                .object("user")
                .and_then(|user| user.number("id"))
                .map(UserId),
        })
    }
}

impl ReplyTo {
    fn read(message: &Object<'_>) -> Option<Self> {
        // What is merely written in a topic comes as a reply to the topic's creation.
        if message.has("forum_topic_created") {
            return None;
        }
        let from = message.object("from").and_then(|from| Sender::read(&from));
        Some(Self {
            message: MessageId(message.number("message_id")?),
            from_id: from.as_ref().map(|from| from.id),
            is_bot: from.is_some_and(|from| from.is_bot),
        })
    }
}

impl Callback {
    fn read(query: &Object<'_>) -> Option<Self> {
        let message = query.object("message")?;
        Some(Self {
            id: CallbackId(query.text("id")?),
            from: Sender::read(&query.object("from")?)?,
            chat: chat_of(&message.object("chat")?)?.0,
            topic: topic_of(&message),
            message: MessageId(message.number("message_id")?),
            data: query.text("data").unwrap_or_default(),
        })
    }
}

impl Membership {
    fn read(change: &Object<'_>) -> Option<Self> {
        let (chat, chat_kind) = chat_of(&change.object("chat")?)?;
        let status = change
            .object("new_chat_member")
            .and_then(|member| member.text("status"));
        Some(Self {
            chat,
            chat_kind,
            from: change.object("from").and_then(|from| Sender::read(&from)),
            new_status: status.unwrap_or_default(),
        })
    }
}

/// A chat's id and kind. A kind that is not known here is guessed from the id: private
/// ids are positive, those of supergroups begin at -100 and ten digits.
fn chat_of(chat: &Object<'_>) -> Option<(ChatId, ChatKind)> {
    let id = chat.number("id")?;
    let kind = match chat.text("type").as_deref() {
        Some("private") => ChatKind::Private,
        Some("group") => ChatKind::Group,
        Some("supergroup") => ChatKind::Supergroup,
        Some("channel") => ChatKind::Channel,
        _ if id > 0 => ChatKind::Private,
        _ if id > -1_000_000_000_000 => ChatKind::Group,
        _ => ChatKind::Supergroup,
    };
    Some((ChatId(id), kind))
}

/// The thread id counts only in a topic: replies in a plain supergroup have one too.
fn topic_of(message: &Object<'_>) -> TopicId {
    match message.number("message_thread_id") {
        Some(id) if id != 1 && message.flag("is_topic_message") == Some(true) => TopicId(id),
        _ => TopicId::NONE,
    }
}
