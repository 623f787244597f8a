//! Telegram itself: what waits for the bot, what every chat shows, who is in a penalty.

mod writing;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::ids::{ChatId, MessageId, TopicId, UpdateId, UserId};
use switchboard::model::Place;
use switchboard::telegram::{Button, RawUpdate, TelegramError};
use tokio::sync::Notify;
use tokio::time::Instant;

pub use self::writing::{Card, person, plain};
use crate::allowed::LEADS;
use crate::sim::Sim;

/// What a chat shows.
#[derive(Clone, Debug)]
pub struct Shown {
    pub topic: TopicId,
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
    /// Messages of the bot, those that are gone included.
    taken_in: usize,
    /// The bot's messages.
    chats: BTreeMap<ChatId, BTreeMap<MessageId, Shown>>,
    blocked: BTreeSet<ChatId>,
    penalties: BTreeMap<ChatId, Instant>,
    /// What people wrote: who, where, which message, and the text.
    said: Vec<(UserId, Place, i64, String)>,
    /// One that was confirmed, and comes again.
    again: Option<UpdateId>,
    /// Taps that were answered, by the ids that they came with.
    tap_answers: BTreeMap<String, u32>,
    /// Groups that the bot has left.
    left: Vec<ChatId>,
    /// Every button that there ever was, with its message.
    ever: Vec<(Card, Button)>,
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

    pub fn next_update(&self) -> i64 {
        let mut inside = self.inside.borrow_mut();
        // Ids rise, but jump.
        let jump = if self.sim.chance.permille(50) { 500 } else { 0 };
        inside.last_update += 1 + jump;
        inside.last_update
    }

    pub fn arrives(&self, number: i64, kind: &str, what: &Value) {
        self.arrives_as(number, json!({"update_id": number, kind: what}).to_string());
    }

    /// An update arrives, whatever it says.
    pub fn arrives_as(&self, number: i64, body: String) {
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
        let told = self.inside.borrow_mut().again.take();
        let inside = self.inside.borrow();
        let again = self.sim.mishap(40);
        let any = self.sim.chance.below(inside.confirmed.len() as u64);
        let any = usize::try_from(any).unwrap_or_default();
        let old = inside.confirmed.iter().nth(any).filter(|_| again);
        let old = told
            .and_then(|id| inside.confirmed.get_key_value(&id))
            .or(old);
        let waiting = inside.waiting.iter().take(limit);
        let raw = |(id, body): (&UpdateId, &String)| RawUpdate {
            id: *id,
            body: body.clone(),
        };
        old.into_iter().chain(waiting).map(raw).collect()
    }

    /// Whether nothing waits for the bot.
    pub fn is_empty(&self) -> bool {
        let inside = self.inside.borrow();
        inside.waiting.is_empty() && inside.again.is_none()
    }

    /// One of those that were confirmed comes again, at the next poll.
    pub fn repeats(&self, id: UpdateId) {
        self.inside.borrow_mut().again = Some(id);
        self.arrived.notify_waiters();
    }

    /// What was confirmed.
    pub fn confirmed(&self) -> Vec<UpdateId> {
        self.inside.borrow().confirmed.keys().copied().collect()
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
        let place = Place {
            chat,
            topic: shown.topic,
        };
        self.check(place, &shown.text)?;
        let mut inside = self.inside.borrow_mut();
        inside.last_message += 1;
        inside.taken_in += 1;
        let id = MessageId(inside.last_message);
        inside.remember(place, id, &shown.buttons);
        inside.chats.entry(chat).or_default().insert(id, shown);
        Ok(id)
    }

    /// Changes a message.
    pub fn edits(
        &self,
        chat: ChatId,
        message: MessageId,
        (text, buttons): (String, Vec<Button>),
    ) -> Result<(), TelegramError> {
        let topic = self.shown(chat, message).map(|there| there.topic);
        let topic = topic.unwrap_or(TopicId::NONE);
        let place = Place { chat, topic };
        self.check(place, &text)?;
        let mut inside = self.inside.borrow_mut();
        let there = inside.chats.entry(chat).or_default().get_mut(&message);
        let there = there.ok_or(TelegramError::MessageGone)?;
        if there.text == text && there.buttons == buttons {
            return Err(TelegramError::NotModified);
        }
        *there = Shown {
            topic,
            text,
            buttons: buttons.clone(),
        };
        inside.remember(place, message, &buttons);
        Ok(())
    }

    /// Takes a message away.
    pub fn deletes(&self, chat: ChatId, message: MessageId) -> Result<(), TelegramError> {
        let mut inside = self.inside.borrow_mut();
        let gone = inside.chats.entry(chat).or_default().remove(&message);
        gone.map(drop).ok_or(TelegramError::MessageGone)
    }

    fn check(&self, place: Place, text: &str) -> Result<(), TelegramError> {
        let chat = place.chat;
        let units = text.encode_utf16().count();
        if units == 0 || units > 4096 {
            self.sim
                .breaks(format_args!("a text of {units} units for {chat}"));
        }
        if self.inside.borrow().blocked.contains(&chat) {
            return Err(TelegramError::Forbidden("blocked".to_owned()));
        }
        self.belongs(place, text);
        Ok(())
    }

    /// What is about a question is shown where that was asked; only cards also go to the leads,
    /// and show what these write below them.
    pub fn belongs(&self, place: Place, text: &str) {
        let chat = place.chat;
        let card = text.starts_with('🔐');
        for number in numbers(text) {
            let asked = self.sim.witness.who_asked(number).map(|asked| asked.place);
            let here = asked.is_some_and(|asked| {
                self.sim.now_of(asked.chat) == chat && asked.topic == place.topic
            });
            let leads = chat == LEADS || asked.is_some_and(|asked| asked.chat == LEADS);
            let allowed = here || card && leads;
            if !allowed {
                self.sim.breaks(format_args!(
                    "the answer to {number} is shown in {chat}, where nobody asked it"
                ));
            }
        }
    }

    /// The spinner of a tap ends.
    pub fn answers_tap(&self, id: &str) {
        let mut inside = self.inside.borrow_mut();
        *inside.tap_answers.entry(id.to_owned()).or_default() += 1;
    }

    /// How often a tap was answered.
    pub fn tap_answers(&self, id: &str) -> u32 {
        let inside = self.inside.borrow();
        inside.tap_answers.get(id).copied().unwrap_or_default()
    }

    /// How many times taps were answered, all together.
    pub fn taps_answered(&self) -> u64 {
        let inside = self.inside.borrow();
        inside.tap_answers.values().copied().map(u64::from).sum()
    }

    /// The messages of the bot.
    pub fn messages(&self) -> Vec<Card> {
        let inside = self.inside.borrow();
        let chats = inside.chats.iter();
        let messages = chats.flat_map(|(chat, shown)| {
            shown.iter().map(|(message, shown)| {
                let topic = shown.topic;
                let place = Place { chat: *chat, topic };
                let message = *message;
                Card { place, message }
            })
        });
        messages.collect()
    }

    /// What people wrote: who, where, which message, and the text.
    pub fn said(&self) -> Vec<(UserId, Place, i64, String)> {
        self.inside.borrow().said.clone()
    }

    /// The bot leaves a group.
    pub fn leaves(&self, chat: ChatId) {
        self.inside.borrow_mut().left.push(chat);
    }

    /// The groups that the bot has left.
    pub fn left(&self) -> Vec<ChatId> {
        self.inside.borrow().left.clone()
    }

    /// How many messages of the bot there have been.
    pub fn taken_in(&self) -> usize {
        self.inside.borrow().taken_in
    }

    /// A message as it stands.
    pub fn shown(&self, chat: ChatId, message: MessageId) -> Option<Shown> {
        let inside = self.inside.borrow();
        inside.chats.get(&chat)?.get(&message).cloned()
    }

    /// Whether this can be read in a chat.
    pub fn reads(&self, chat: ChatId, text: &str) -> bool {
        let inside = self.inside.borrow();
        let chats = inside.chats.iter();
        let mut here = chats.filter(|(shown, _)| self.sim.now_of(**shown) == chat);
        here.any(|(_, shown)| shown.values().any(|it| it.text.contains(text)))
    }
}

impl Inside {
    fn remember(&mut self, place: Place, message: MessageId, buttons: &[Button]) {
        let card = Card { place, message };
        let buttons = buttons.iter().cloned();
        self.ever.extend(buttons.map(|button| (card, button)));
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
