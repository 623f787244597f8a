//! One chat: who may write, what stands on the screen, what the bot ever showed.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::message::{Buzz, ChatId, Message, MessageId, Sent, ThreadId, Typing, UserId};
use super::refusal::Refused;

/// Most chat actions remembered for a chat.
const TYPING_MAX: usize = 1000;

/// What sort of chat it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Private,
    Group,
    Supergroup { forum: bool },
}

/// The bot's standing in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Member,
    Admin,
    Left,
    Kicked,
}

impl Standing {
    /// The word of `ChatMember.status`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "administrator",
            Self::Left => "left",
            Self::Kicked => "kicked",
        }
    }

    /// Whether the bot is in the group.
    pub fn inside(self) -> bool {
        matches!(self, Self::Member | Self::Admin)
    }
}

#[derive(Debug)]
pub(super) struct Topic {
    pub name: String,
    pub closed: bool,
    pub deleted: bool,
}

#[derive(Debug)]
pub(super) struct Chat {
    pub id: ChatId,
    pub kind: Kind,
    pub title: String,
    /// In a private chat: [`Standing::Kicked`] is a block.
    pub standing: Standing,
    /// Private chats: whether the person ever wrote or pressed Start.
    pub started: bool,
    pub migrated_to: Option<ChatId>,
    pub messages: BTreeMap<MessageId, Message>,
    /// Deleted messages, and whether the bot deleted them.
    pub removed: HashMap<MessageId, bool>,
    pub sent: Vec<Sent>,
    sent_places: HashMap<MessageId, usize>,
    pub buzzes: Vec<Buzz>,
    pub typing: Vec<Typing>,
    pub topics: BTreeMap<ThreadId, Topic>,
    /// Supergroups number their own messages.
    pub next_id: MessageId,
    pub changed: watch::Sender<u64>,
}

impl Chat {
    pub fn new(id: ChatId, kind: Kind, title: &str) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            standing: Standing::Member,
            started: false,
            migrated_to: None,
            messages: BTreeMap::new(),
            removed: HashMap::new(),
            sent: Vec::new(),
            sent_places: HashMap::new(),
            buzzes: Vec::new(),
            typing: Vec::new(),
            topics: BTreeMap::new(),
            // 1 was the message that made the chat; General's thread id is 1 too.
            next_id: 2,
            changed: watch::Sender::new(0),
        }
    }

    /// The word that 403s use for it.
    fn word(&self) -> &'static str {
        match self.kind {
            Kind::Private => "private",
            Kind::Group => "group",
            Kind::Supergroup { .. } => "supergroup",
        }
    }

    /// The `Chat` object.
    pub fn to_json(&self) -> Value {
        let mut chat = json!({"id": self.id, "type": self.word()});
        match self.kind {
            Kind::Private => chat["first_name"] = json!(self.title),
            _ => chat["title"] = json!(self.title),
        }
        if self.kind == (Kind::Supergroup { forum: true }) {
            chat["is_forum"] = json!(true);
        }
        chat
    }

    /// Whether the bot may see and change what is there already.
    pub fn may_touch(&self) -> Result<(), Refused> {
        if let Some(to) = self.migrated_to {
            return Err(Refused::migrated(to));
        }
        let word = self.word();
        match self.standing {
            Standing::Kicked if self.kind != Kind::Private => Err(Refused::forbidden(format!(
                "bot was kicked from the {word} chat"
            ))),
            Standing::Left => Err(Refused::forbidden(format!(
                "bot is not a member of the {word} chat"
            ))),
            _ => Ok(()),
        }
    }

    /// Whether the bot may send something new.
    pub fn may_send(&self) -> Result<(), Refused> {
        self.may_touch()?;
        if self.standing == Standing::Kicked {
            return Err(Refused::forbidden("bot was blocked by the user"));
        }
        if self.kind == Kind::Private && !self.started {
            return Err(Refused::forbidden(
                "bot can't initiate conversation with a user",
            ));
        }
        Ok(())
    }

    /// Whether the bot may write in this topic; a closed one takes messages of admins alone.
    pub fn may_send_in(&self, thread: Option<ThreadId>) -> Result<(), Refused> {
        let topic = thread.and_then(|thread| self.topics.get(&thread));
        let closed = topic.is_some_and(|topic| topic.closed);
        if closed && self.standing != Standing::Admin {
            return Err(Refused::gone("TOPIC_CLOSED"));
        }
        Ok(())
    }

    /// Checks `message_thread_id`. General's 1 must be left out when sending.
    pub fn topic(&self, thread: Option<ThreadId>) -> Result<Option<ThreadId>, Refused> {
        let Some(thread) = thread.filter(|t| *t != 0) else {
            return Ok(None);
        };
        match self.topics.get(&thread) {
            Some(topic) if !topic.deleted => Ok(Some(thread)),
            Some(_) => Err(Refused::gone("message thread not found")),
            None => Err(Refused::bad("message thread not found")),
        }
    }

    /// A message that the bot names; `missing` is the refusal's text. A message that somebody
    /// deleted is nobody's fault, one that never was or that the bot deleted itself is.
    pub fn find(&self, id: MessageId, missing: &str) -> Result<&Message, Refused> {
        self.messages
            .get(&id)
            .ok_or_else(|| match self.removed.get(&id) {
                Some(false) => Refused::gone(missing),
                _ => Refused::bad(missing),
            })
    }

    /// Puts a message of the bot on the screen and into the history.
    pub fn show_sent(&mut self, message: Message, now: Instant) {
        self.sent_places.insert(message.id, self.sent.len());
        self.sent.push(Sent {
            id: message.id,
            texts: vec![message.text.clone()],
            deleted: false,
            silent: message.silent,
            thread: message.thread,
            at: now,
        });
        if !message.silent {
            self.buzzes.push(Buzz {
                message: message.id,
                text: message.text.clone(),
                at: now,
            });
        }
        self.messages.insert(message.id, message);
    }

    /// Notes an edit in the history.
    pub fn note_edit(&mut self, id: MessageId, text: &str) {
        if let Some(place) = self.sent_places.get(&id) {
            let texts = &mut self.sent[*place].texts;
            if texts.last().is_none_or(|last| last != text) {
                texts.push(text.to_owned());
            }
        }
    }

    /// Takes a message off the screen; the history keeps it.
    pub fn remove(&mut self, id: MessageId, by_bot: bool) -> Option<Message> {
        let message = self.messages.remove(&id)?;
        self.removed.insert(id, by_bot);
        if let Some(place) = self.sent_places.get(&id) {
            self.sent[*place].deleted = true;
        }
        Some(message)
    }

    /// Notes a chat action.
    pub fn note_typing(&mut self, typing: Typing) {
        if self.typing.len() >= TYPING_MAX {
            self.typing.remove(0);
        }
        self.typing.push(typing);
    }
}

/// A person or another bot.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub id: UserId,
    pub name: String,
    pub username: Option<String>,
    pub is_bot: bool,
    pub language: String,
}

impl User {
    /// The `User` object.
    pub fn to_json(&self) -> Value {
        let mut user = json!({"id": self.id, "is_bot": self.is_bot, "first_name": self.name});
        if let Some(username) = &self.username {
            user["username"] = json!(username);
        }
        if !self.is_bot {
            user["language_code"] = json!(self.language);
        }
        user
    }
}
