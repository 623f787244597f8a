//! Telegram itself: what waits for the bot, what every chat shows, who is in a penalty.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::ids::{ChatId, MessageId, UpdateId, UserId};
use switchboard::telegram::{Button, RawUpdate, TelegramError};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::sim::Sim;

/// What a chat shows.
#[derive(Clone, Debug)]
pub struct Shown {
    pub text: String,
    pub buttons: Vec<Button>,
}

/// All of Telegram.
pub struct Telegram {
    sim: Rc<Sim>,
    inside: RefCell<Inside>,
    /// Told when an update arrives.
    pub arrived: Notify,
}

#[derive(Default)]
struct Inside {
    /// What the bot has not confirmed.
    waiting: BTreeMap<UpdateId, String>,
    /// What it has.
    confirmed: BTreeMap<UpdateId, String>,
    last_update: i64,
    last_message: i64,
    /// The bot's messages.
    chats: BTreeMap<ChatId, BTreeMap<MessageId, Shown>>,
    blocked: BTreeSet<ChatId>,
    penalties: BTreeMap<ChatId, Instant>,
    /// What people wrote: who, where, which message, and the text.
    said: Vec<(UserId, ChatId, i64, String)>,
    /// Where each question was asked; its number is that of its update.
    questions: BTreeMap<i64, ChatId>,
}

impl Telegram {
    pub fn new(sim: &Rc<Sim>) -> Rc<Self> {
        let inside = Inside {
            last_update: 1000,
            last_message: 100,
            ..Inside::default()
        };
        Rc::new(Self {
            sim: sim.clone(),
            inside: RefCell::new(inside),
            arrived: Notify::new(),
        })
    }

    // What people do.

    /// Somebody writes; `text` gets the number of the question.
    pub fn says(&self, user: UserId, chat: ChatId, text: impl FnOnce(i64) -> String) {
        let number = self.next_update();
        let text = text(number);
        let mut inside = self.inside.borrow_mut();
        inside.last_message += 1;
        let message = inside.last_message;
        inside.questions.insert(number, chat);
        inside.said.push((user, chat, message, text.clone()));
        drop(inside);
        self.sim
            .note(format_args!("{user} in {chat} writes {number}: {text}"));
        let message = json!({
            "message_id": message, "date": self.sim.now().0 / 1000, "chat": chat_of(chat), "from": person(user),
            "text": text,
        });
        self.arrives(number, "message", &message);
    }

    /// Somebody changes one of the last things that were written.
    pub fn somebody_edits(&self) {
        let said = {
            let inside = self.inside.borrow();
            let recent = inside.said.len().saturating_sub(4);
            let recent = &inside.said[recent..];
            if recent.is_empty() {
                return;
            }
            self.sim.chance.pick(recent).clone()
        };
        let (user, chat, message, text) = said;
        let number = self.next_update();
        self.inside.borrow_mut().questions.insert(number, chat);
        let text = format!("{text} And {}?", marked(number));
        self.sim.note(format_args!(
            "{user} in {chat} edits {message} by {number}: {text}"
        ));
        let message = json!({
            "message_id": message, "date": self.sim.now().0 / 1000, "edit_date": 2, "chat": chat_of(chat),
            "from": person(user), "text": text,
        });
        self.arrives(number, "edited_message", &message);
    }

    /// A group becomes a supergroup, which is another chat.
    pub fn moves(&self, from: ChatId, to: ChatId) {
        if self.sim.now_of(from) != from {
            return;
        }
        self.sim.moved.borrow_mut().insert(from, to);
        for (chat, key, other) in [
            (from, "migrate_to_chat_id", to),
            (to, "migrate_from_chat_id", from),
        ] {
            let number = self.next_update();
            self.sim
                .note(format_args!("{chat} {key} {other} ({number})"));
            let message = json!({
                "message_id": 1, "date": self.sim.now().0 / 1000, "chat": chat_of(chat), "from": person(UserId(11)),
                key: other.0,
            });
            self.arrives(number, "message", &message);
        }
    }

    /// Somebody taps a button.
    pub fn taps(&self, user: UserId, chat: ChatId, message: MessageId, button: &Button) {
        let number = self.next_update();
        let label = &button.label;
        self.sim.note(format_args!(
            "{user} in {chat} taps {number} [{label}] under {message}"
        ));
        let tap = json!({
            "id": format!("tap-{number}"), "from": person(user), "chat_instance": "1",
            "message": {"message_id": message.0, "date": self.sim.now().0 / 1000, "chat": chat_of(chat)},
            "data": button.data,
        });
        self.arrives(number, "callback_query", &tap);
    }

    /// Somebody blocks the bot, or lets it in again.
    pub fn blocks(&self, chat: ChatId, blocks: bool) {
        self.sim
            .note(format_args!("{chat} blocks the bot: {blocks}"));
        let mut inside = self.inside.borrow_mut();
        if blocks {
            inside.blocked.insert(chat);
        } else {
            inside.blocked.remove(&chat);
        }
    }

    /// The buttons that can be seen, oldest first.
    pub fn buttons(&self) -> Vec<(ChatId, MessageId, Button)> {
        let inside = self.inside.borrow();
        let chats = inside.chats.iter();
        let chats = chats.filter(|(chat, _)| self.sim.now_of(**chat) == **chat);
        let messages = chats.flat_map(|(chat, shown)| shown.iter().map(move |it| (*chat, it)));
        messages
            .flat_map(|(chat, (id, shown))| {
                let buttons = shown.buttons.iter();
                buttons.map(move |button| (chat, *id, button.clone()))
            })
            .collect()
    }

    fn next_update(&self) -> i64 {
        let mut inside = self.inside.borrow_mut();
        // Ids rise, but jump.
        let jump = if self.sim.chance.permille(50) { 500 } else { 0 };
        inside.last_update += 1 + jump;
        inside.last_update
    }

    fn arrives(&self, number: i64, kind: &str, what: &Value) {
        let body = json!({"update_id": number, kind: what}).to_string();
        let mut inside = self.inside.borrow_mut();
        inside.waiting.insert(UpdateId(number), body);
        drop(inside);
        self.arrived.notify_waiters();
    }

    // What the bot asks for.

    /// Everything before the offset is forgotten: it has to be stored by now.
    pub fn confirm(&self, offset: Option<UpdateId>) {
        let Some(offset) = offset else { return };
        let mut inside = self.inside.borrow_mut();
        let later = inside.waiting.split_off(&offset);
        let confirmed = std::mem::replace(&mut inside.waiting, later);
        for id in confirmed.keys() {
            if !self.sim.disk.tables().updates.contains_key(id) {
                self.sim.breaks(format_args!(
                    "update {id} was acknowledged and is not stored"
                ));
            }
        }
        inside.confirmed.extend(confirmed);
    }

    /// What waits; sometimes one that was confirmed long ago comes again.
    pub fn batch(&self, limit: usize) -> Vec<RawUpdate> {
        let inside = self.inside.borrow();
        let again = self.sim.mishap(40);
        let any = self.sim.chance.below(inside.confirmed.len() as u64);
        let any = usize::try_from(any).unwrap_or_default();
        let old = inside.confirmed.iter().nth(any).filter(|_| again);
        let waiting = inside.waiting.iter().take(limit);
        let raw = |(id, body): (&UpdateId, &String)| RawUpdate {
            id: *id,
            body: body.clone(),
        };
        old.into_iter().chain(waiting).map(raw).collect()
    }

    /// Whether nothing waits for the bot.
    pub fn is_empty(&self) -> bool {
        self.inside.borrow().waiting.is_empty()
    }

    /// The wait, if the chat is in a penalty or gets one now.
    pub fn limits(&self, chat: ChatId) -> Result<(), TelegramError> {
        let moved = self.sim.now_of(chat);
        if moved != chat {
            return Err(TelegramError::Migrated(moved));
        }
        let mut inside = self.inside.borrow_mut();
        let now = Instant::now();
        let until = inside.penalties.get(&chat).copied();
        let until = until.filter(|until| *until > now).or_else(|| {
            let secs = 1 + self.sim.chance.below(20);
            let struck = self.sim.mishap(self.sim.odds.telegram / 4);
            struck.then(|| now + Duration::from_secs(secs))
        });
        let Some(until) = until else { return Ok(()) };
        inside.penalties.insert(chat, until);
        let left = (until - now).as_millis().div_ceil(1000);
        let left = Duration::from_secs(u64::try_from(left).unwrap_or(1));
        Err(TelegramError::RetryAfter(left))
    }

    /// Shows a message.
    pub fn shows(&self, chat: ChatId, shown: Shown) -> Result<MessageId, TelegramError> {
        self.check(chat, &shown.text)?;
        let mut inside = self.inside.borrow_mut();
        inside.last_message += 1;
        let id = MessageId(inside.last_message);
        inside.chats.entry(chat).or_default().insert(id, shown);
        Ok(id)
    }

    /// Changes a message.
    pub fn edits(
        &self,
        chat: ChatId,
        message: MessageId,
        shown: Shown,
    ) -> Result<(), TelegramError> {
        self.check(chat, &shown.text)?;
        let mut inside = self.inside.borrow_mut();
        let there = inside.chats.entry(chat).or_default().get_mut(&message);
        let there = there.ok_or(TelegramError::MessageGone)?;
        if there.text == shown.text && there.buttons == shown.buttons {
            return Err(TelegramError::NotModified);
        }
        *there = shown;
        Ok(())
    }

    /// Takes a message away.
    pub fn deletes(&self, chat: ChatId, message: MessageId) -> Result<(), TelegramError> {
        let mut inside = self.inside.borrow_mut();
        let gone = inside.chats.entry(chat).or_default().remove(&message);
        gone.map(drop).ok_or(TelegramError::MessageGone)
    }

    fn check(&self, chat: ChatId, text: &str) -> Result<(), TelegramError> {
        let units = text.encode_utf16().count();
        if units == 0 || units > 4096 {
            self.sim
                .breaks(format_args!("a text of {units} units for {chat}"));
        }
        let inside = self.inside.borrow();
        if inside.blocked.contains(&chat) {
            return Err(TelegramError::Forbidden("blocked".to_owned()));
        }
        for number in numbers(text) {
            let asked = inside.questions.get(&number);
            if asked.is_none_or(|asked| self.sim.now_of(*asked) != chat) {
                self.sim.breaks(format_args!(
                    "the answer to {number} is shown in {chat}, where nobody asked it"
                ));
            }
        }
        Ok(())
    }

    /// Whether this can be read in a chat.
    pub fn reads(&self, chat: ChatId, text: &str) -> bool {
        let inside = self.inside.borrow();
        let chats = inside.chats.iter();
        let mut here = chats.filter(|(shown, _)| self.sim.now_of(**shown) == chat);
        here.any(|(_, shown)| shown.values().any(|it| it.text.contains(text)))
    }
}

/// How a question or an answer names its number.
pub fn marked(number: i64) -> String {
    format!("qu{number}es")
}

/// The numbers in a text.
pub fn numbers(text: &str) -> Vec<i64> {
    let pieces = text.split("qu").skip(1);
    pieces
        .filter_map(|piece| piece.split_once("es")?.0.parse().ok())
        .collect()
}

fn chat_of(chat: ChatId) -> Value {
    let kind = if chat.is_group() {
        "supergroup"
    } else {
        "private"
    };
    json!({"id": chat.0, "type": kind})
}

fn person(user: UserId) -> Value {
    json!({"id": user.0, "is_bot": false, "first_name": "Somebody"})
}
