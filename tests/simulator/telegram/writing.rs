//! What people do in their chats: each is an update that waits for the bot.

use serde_json::{Value, json};
use switchboard::ids::{ChatId, MessageId, TopicId, UserId};
use switchboard::model::Place;
use switchboard::telegram::Button;

use super::{Telegram, marked};
use crate::allowed::FORUM;
use crate::sim::BOT;

/// A message of the bot.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    pub place: Place,
    pub message: MessageId,
}

impl Telegram {
    /// Somebody writes; `text` gets the number of the question.
    pub fn says(&self, user: UserId, place: Place, text: impl FnOnce(i64) -> String) {
        let number = self.next_update();
        let text = text(number);
        let written = self.writes(user, place, number, &text);
        let mut message = self.message(user, place, written);
        message["text"] = json!(text);
        self.arrives(number, "message", &message);
    }

    /// Somebody answers a message of the bot.
    pub fn replies(&self, user: UserId, card: Card, text: impl FnOnce(i64) -> String) {
        let number = self.next_update();
        let text = text(number);
        let written = self.writes(user, card.place, number, &text);
        let mut message = self.message(user, card.place, written);
        message["text"] = json!(text);
        message["reply_to_message"] = json!({
            "message_id": card.message.0, "date": 1, "chat": chat_of(card.place.chat),
            "from": {"id": BOT.0, "is_bot": true, "first_name": "Bot"},
        });
        self.arrives(number, "message", &message);
    }

    /// Somebody sends a file, or one of an album; its bytes name the number of the question.
    pub fn sends_file(
        &self,
        user: UserId,
        place: Place,
        album: Option<&str>,
        caption: impl FnOnce(i64) -> String,
    ) {
        let number = self.next_update();
        let caption = caption(number);
        let written = self.writes(user, place, number, &caption);
        let mut message = self.message(user, place, written);
        message["caption"] = json!(caption);
        let file = json!({"file_id": marked(number), "file_size": 20, "width": 90, "height": 90});
        if let Some(album) = album {
            message["media_group_id"] = json!(album);
            message["photo"] = json!([file]);
        } else {
            message["document"] = file;
            message["document"]["file_name"] = json!("pods.txt");
        }
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
        let (user, place, message, text) = said;
        let number = self.next_update();
        self.sim.witness.asks(number, user, place);
        let text = format!("{text} And {}?", marked(number));
        let chat = place.chat;
        self.sim.note(format_args!(
            "{user} in {chat} edits {message} by {number}: {text}"
        ));
        let mut edited = self.message(user, place, message);
        edited["edit_date"] = json!(2);
        edited["text"] = json!(text);
        self.arrives(number, "edited_message", &edited);
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
            let mut message = self.message(UserId(11), plain(chat), 1);
            message[key] = json!(other.0);
            self.arrives(number, "message", &message);
        }
    }

    /// Somebody taps a button.
    pub fn taps(&self, user: UserId, card: Card, button: &Button) {
        let number = self.next_update();
        let (label, message) = (&button.label, card.message);
        let chat = card.place.chat;
        self.sim.note(format_args!(
            "{user} in {chat} taps {number} [{label}] under {message}"
        ));
        let tapped = (user, button.data.clone());
        self.sim.witness.taps.borrow_mut().push(tapped);
        let tap = json!({
            "id": format!("tap-{number}"), "from": person(user), "chat_instance": "1",
            "message": self.message(UserId(BOT.0), card.place, message.0),
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
    pub fn buttons(&self) -> Vec<(Card, Button)> {
        let inside = self.inside.borrow();
        let chats = inside.chats.iter();
        let chats = chats.filter(|(chat, _)| self.sim.now_of(**chat) == **chat);
        let messages = chats.flat_map(|(chat, shown)| shown.iter().map(move |it| (*chat, it)));
        messages
            .flat_map(|(chat, (message, shown))| {
                let place = Place {
                    chat,
                    topic: shown.topic,
                };
                let card = Card {
                    place,
                    message: *message,
                };
                let buttons = shown.buttons.iter();
                buttons.map(move |button| (card, button.clone()))
            })
            .collect()
    }

    /// The buttons that could ever be seen: somebody may still look at an old copy.
    pub fn buttons_ever(&self) -> Vec<(Card, Button)> {
        let inside = self.inside.borrow();
        let ever = inside.ever.iter();
        let here = ever.filter(|(card, _)| self.sim.now_of(card.place.chat) == card.place.chat);
        here.cloned().collect()
    }

    /// A question is written; answers the number of its message.
    pub fn writes(&self, user: UserId, place: Place, number: i64, text: &str) -> i64 {
        let mut inside = self.inside.borrow_mut();
        inside.last_message += 1;
        let message = inside.last_message;
        inside.said.push((user, place, message, text.to_owned()));
        drop(inside);
        self.sim.witness.asks(number, user, place);
        let (chat, topic) = (place.chat, place.topic);
        self.sim.note(format_args!(
            "{user} in {chat}/{topic} writes {number}: {text}"
        ));
        message
    }

    pub fn message(&self, user: UserId, place: Place, message: i64) -> Value {
        let mut message = json!({
            "message_id": message, "date": self.sim.now().0 / 1000, "chat": chat_of(place.chat),
            "from": person(user),
        });
        if place.topic != TopicId::NONE {
            message["message_thread_id"] = json!(place.topic.0);
            message["is_topic_message"] = json!(true);
        }
        message
    }
}

/// A chat outside topics.
pub fn plain(chat: ChatId) -> Place {
    Place {
        chat,
        topic: TopicId::NONE,
    }
}

fn chat_of(chat: ChatId) -> Value {
    let kind = if chat.is_group() {
        "supergroup"
    } else {
        "private"
    };
    json!({"id": chat.0, "type": kind, "is_forum": chat == FORUM})
}

/// A person, as Telegram says who they are.
pub fn person(user: UserId) -> Value {
    let is_bot = user.0 == BOT.0;
    json!({"id": user.0, "is_bot": is_bot, "first_name": "Somebody"})
}
