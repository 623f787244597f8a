//! What somebody writes to a chat, and the entities that Telegram finds in it.

use serde_json::{Value, json};

use super::files::Upload;
use super::message::{Author, ChatId, MessageId, ThreadId, UserId};

/// A message on its way into a chat, given to [`post`](super::BotApi::post).
#[derive(Clone, Debug)]
pub struct Incoming {
    pub(super) author: Author,
    pub(super) chat: ChatId,
    pub(super) text: String,
    pub(super) thread: Option<ThreadId>,
    pub(super) reply_to: Option<MessageId>,
    pub(super) entities: Vec<Value>,
    pub(super) file: Option<Upload>,
    pub(super) extra: Value,
}

impl Incoming {
    /// A text of a person in a chat; the private chat with the bot has the person's number.
    #[must_use]
    pub fn new(user: UserId, chat: ChatId, text: &str) -> Self {
        Self {
            author: Author::User(user),
            chat,
            text: text.to_owned(),
            thread: None,
            reply_to: None,
            entities: Vec::new(),
            file: None,
            extra: json!({}),
        }
    }

    /// In a topic.
    #[must_use]
    pub fn thread(mut self, thread: ThreadId) -> Self {
        self.thread = Some(thread);
        self
    }

    /// Answering a message.
    #[must_use]
    pub fn reply_to(mut self, message: MessageId) -> Self {
        self.reply_to = Some(message);
        self
    }

    /// Written by an admin as the group itself: `from` is `GroupAnonymousBot`.
    #[must_use]
    pub fn as_anonymous_admin(mut self) -> Self {
        self.author = Author::AnonymousAdmin;
        self
    }

    /// Written by a channel in the group.
    #[must_use]
    pub fn as_channel(mut self, channel: ChatId) -> Self {
        self.author = Author::Channel(channel);
        self
    }

    /// Written by another bot.
    #[must_use]
    pub fn as_bot(mut self, bot: UserId) -> Self {
        self.author = Author::OtherBot(bot);
        self
    }

    /// With a file; the text stands beneath it.
    #[must_use]
    pub fn file(mut self, file: Upload) -> Self {
        self.file = Some(file);
        self
    }

    /// One part of an album.
    #[must_use]
    pub fn album(self, group: &str) -> Self {
        self.field("media_group_id", json!(group))
    }

    /// With formatting of the person's own, beside the entities that Telegram finds.
    #[must_use]
    pub fn entity(mut self, entity: Value) -> Self {
        self.entities.push(entity);
        self
    }

    /// With any further field of a `Message` (`photo`, `caption`, `forward_origin`, ...).
    #[must_use]
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self.extra[name] = value;
        self
    }
}

/// The bot commands and mentions of a text, as entities.
pub(super) fn entities(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut place = 0;
    let mut before = ' ';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let free = !(before.is_alphanumeric() || matches!(before, '_' | '/' | '@'));
        let kind = match c {
            '/' if free => Some(("bot_command", command_length(rest))),
            '@' if free => Some(("mention", mention_length(rest))),
            _ => None,
        };
        let taken = match kind {
            Some((kind, length)) if length > 1 => {
                found.push(json!({"type": kind, "offset": place, "length": length}));
                length
            }
            _ => c.len_utf8(),
        };
        let (passed, later) = rest.split_at(taken);
        place += passed.encode_utf16().count();
        before = passed.chars().last().unwrap_or(' ');
        rest = later;
    }
    found
}

fn word_length(text: &str, max: usize) -> usize {
    let word = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
    let length = text.bytes().take_while(word).count();
    if length > max { 0 } else { length }
}

/// Bytes of `/command` or `/command@bot` at the start; 0 or 1 if there is none.
fn command_length(text: &str) -> usize {
    let name = word_length(&text[1..], 64);
    if name == 0 {
        return 0;
    }
    let rest = &text[1 + name..];
    match rest.strip_prefix('@').map(|bot| word_length(bot, 32)) {
        Some(bot) if bot >= 3 => 1 + name + 1 + bot,
        _ => 1 + name,
    }
}

/// Bytes of `@username` at the start; 0 if there is none.
fn mention_length(text: &str) -> usize {
    match word_length(&text[1..], 32) {
        0..3 => 0,
        name => 1 + name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, u64, u64)> {
        let number = |e: &Value, name: &str| e[name].as_u64().unwrap();
        let read = |e: &Value| {
            let kind = e["type"].as_str().unwrap().to_owned();
            (kind, number(e, "offset"), number(e, "length"))
        };
        entities(text).iter().map(read).collect()
    }

    #[test]
    fn commands_and_mentions_are_found_at_utf16_places() {
        assert_eq!(
            found("\u{1f600} /k8s@some_bot pods @other_bot"),
            [("bot_command".into(), 3, 13), ("mention".into(), 22, 10)]
        );
    }

    #[test]
    fn paths_and_addresses_are_neither() {
        assert_eq!(found("a/b me@example.com 1/2 //x"), []);
    }
}
