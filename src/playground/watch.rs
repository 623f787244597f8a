//! The emulated screens → what is new on them since the last look.

use std::collections::BTreeMap;
use std::time::Duration;

use switchboard_emulators::bot_api::{ChatId, Message, MessageId, World};
use tokio::time::Instant;

use crate::ids::AgentName;
use crate::rules::words;
use crate::terminal::screen::{Bubble, Key};

/// A chat action lasts at most 5 s (Bot API: `sendChatAction`).
const TYPING_LASTS: Duration = Duration::from_secs(5);

/// What is new.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum News {
    /// A message has come.
    Came(Bubble),
    /// A message has changed.
    Changed(Bubble),
    /// A message was deleted.
    Went(Key),
    /// A word in passing for whoever pressed a button; it may be empty.
    Tapped { query: String, text: String },
    /// The bot is typing.
    Typing,
}

/// What was seen so far.
pub(super) struct Watch {
    /// How the placeholders of the agents begin.
    drafts: Vec<String>,
    /// Each message with the one that it answers.
    known: BTreeMap<Key, (Bubble, Option<MessageId>)>,
    taps_seen: usize,
    /// The newest chat action of each chat.
    typed: BTreeMap<ChatId, Instant>,
    /// Where the bot shows as typing, and since when.
    typing: Option<(ChatId, Instant)>,
}

/// The text of a message, and a line for the file that it carries.
fn with_file(message: &Message) -> String {
    let Some(file) = message.file() else {
        return message.text.clone();
    };
    let size = words::size(file.bytes.len() as u64);
    let line = match file.picture {
        Some((width, height)) => format!("[picture {width}×{height}, {size}]"),
        None => format!("[file {}, {size}]", file.name),
    };
    format!("{}\n{line}", message.text).trim_start().to_owned()
}

impl Watch {
    /// Has seen nothing yet; these are the agents whose placeholders it must know.
    pub fn new(agents: impl Iterator<Item = AgentName>) -> Self {
        Self {
            drafts: agents
                .map(|agent| words::working(&agent, "").text)
                .collect(),
            known: BTreeMap::new(),
            taps_seen: 0,
            typed: BTreeMap::new(),
            typing: None,
        }
    }

    /// All that is new, if anything is.
    pub fn news(&mut self, world: &World) -> Option<Vec<News>> {
        let mut news = Vec::new();
        for chat in world.chats() {
            self.look_at_chat(world, chat, &mut news);
        }
        for answer in world.tap_answers().iter().skip(self.taps_seen) {
            self.taps_seen += 1;
            news.push(News::Tapped {
                query: answer.query.clone(),
                text: answer.text.clone(),
            });
        }
        (!news.is_empty()).then_some(news)
    }

    fn look_at_chat(&mut self, world: &World, chat: ChatId, news: &mut Vec<News>) {
        if let Some(typing) = world.typing(chat).last()
            && self.typed.insert(chat, typing.at) != Some(typing.at)
        {
            self.typing = Some((chat, typing.at));
            news.push(News::Typing);
        }
        let all = (chat, MessageId::MIN)..=(chat, MessageId::MAX);
        let gone = self.known.range(all).map(|(key, _)| *key);
        let gone = gone.filter(|(_, id)| world.message(chat, *id).is_none());
        for key in gone.collect::<Vec<_>>() {
            self.known.remove(&key);
            news.push(News::Went(key));
        }
        for message in world.messages(chat).filter(|message| message.from_bot()) {
            let bubble = self.bubble(message);
            let seen = (bubble.clone(), message.reply_to);
            let event = match self.known.insert(bubble.key, seen) {
                Some((before, _)) if before == bubble => continue,
                Some(_) => News::Changed(bubble),
                None => News::Came(bubble),
            };
            // As in Telegram: what was typed is there.
            self.typing = self.typing.filter(|(typing_in, _)| *typing_in != chat);
            news.push(event);
        }
    }

    fn bubble(&self, message: &Message) -> Bubble {
        let draft = |begin: &String| message.text.starts_with(begin.as_str());
        Bubble {
            key: (message.chat, message.id),
            text: with_file(message),
            entities: message.entities.clone(),
            buttons: message.labels(),
            buzzed: !message.silent,
            draft: self.drafts.iter().any(draft),
        }
    }

    /// Until when the bot shows as typing, if it does.
    pub fn typing_until(&self, now: Instant) -> Option<Instant> {
        let until = self.typing.map(|(_, at)| at + TYPING_LASTS);
        until.filter(|until| now < *until)
    }

    /// Whether an answer is announced and not there yet.
    pub fn has_draft(&self) -> bool {
        self.known.values().any(|(bubble, _)| bubble.draft)
    }

    /// Whether the bot has answered a message, be it by quoting it or by what it wrote next.
    pub fn answered(&self, (chat, message): Key) -> bool {
        let later = (chat, message)..=(chat, MessageId::MAX);
        let mut later = self.known.range(later).map(|(_, seen)| seen);
        later.any(|(bubble, answers)| !bubble.draft && answers.is_none_or(|to| to == message))
    }
}
