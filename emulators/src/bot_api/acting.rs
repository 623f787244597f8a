//! People who write: what they post, edit and delete, and whether the bot gets to see it.

use serde_json::{Value, json};

use super::BotApi;
use super::chat::{Kind, Standing};
use super::incoming::{self, Incoming};
use super::message::{Author, ChatId, Message, MessageId, UserId};
use super::world::{World, unix_now};

impl BotApi {
    /// A person writes a text; returns the message's number.
    ///
    /// # Panics
    /// When the chat is a group that was never added.
    pub fn say(&self, user: UserId, chat: ChatId, text: &str) -> MessageId {
        self.post(Incoming::new(user, chat, text))
    }

    /// Somebody writes a message of any sort; returns its number. Whether the bot gets an update
    /// depends on its standing, on privacy mode and on `allowed_updates`.
    ///
    /// # Panics
    /// When the chat is a group that was never added, or the person blocked the bot.
    pub fn post(&self, incoming: Incoming) -> MessageId {
        self.shared.with(|world| world.post(incoming))
    }

    /// A person changes a message of theirs; the bot gets `edited_message`.
    ///
    /// # Panics
    /// When there is no such message.
    pub fn edit(&self, chat: ChatId, message: MessageId, text: &str) {
        self.shared.with(|world| world.edit(chat, message, text));
    }

    /// A person deletes a message, of anybody's. The bot is not told: Telegram never does.
    ///
    /// # Panics
    /// When there is no such message.
    pub fn delete(&self, chat: ChatId, message: MessageId) {
        self.shared.with(|world| {
            let chat = world.chat(chat);
            let removed = chat.remove(message, false);
            assert!(removed.is_some(), "there is no message {message} to delete");
            chat.changed.send_modify(|n| *n = n.wrapping_add(1));
        });
    }
}

impl World {
    fn post(&mut self, mut incoming: Incoming) -> MessageId {
        if let Some(file) = incoming.file.take() {
            self.upload(&file, &mut incoming.extra);
        }
        match incoming.author {
            Author::User(user) => {
                self.user(user);
            }
            Author::OtherBot(bot) => {
                self.user(bot);
                if let Some(user) = self.users.get_mut(&bot) {
                    user.is_bot = true;
                }
            }
            _ => {}
        }
        let chat = self.chat(incoming.chat);
        let private = chat.kind == Kind::Private;
        assert!(
            !(private && chat.standing == Standing::Kicked),
            "user {} blocked the bot: unblock first",
            incoming.chat
        );
        chat.started |= private;
        let mut entities = incoming::entities(&incoming.text);
        entities.extend(incoming.entities);
        let message = Message {
            id: self.next_message_id(incoming.chat),
            chat: incoming.chat,
            author: incoming.author,
            date: unix_now(),
            edit_date: None,
            text: incoming.text,
            entities,
            buttons: Vec::new(),
            reply_to: incoming.reply_to,
            thread: incoming.thread,
            silent: false,
            extra: incoming.extra,
        };
        let id = message.id;
        self.deliver("message", &message);
        self.show(message);
        id
    }

    fn edit(&mut self, chat: ChatId, id: MessageId, text: &str) {
        let message = self.message(chat, id).cloned();
        let mut message = message.unwrap_or_else(|| panic!("there is no message {id} to edit"));
        text.clone_into(&mut message.text);
        message.entities = incoming::entities(text);
        message.edit_date = Some(unix_now());
        self.deliver("edited_message", &message);
        self.show(message);
    }

    /// Puts a message on the screen.
    pub(super) fn show(&mut self, message: Message) {
        let chat = self.chat(message.chat);
        chat.messages.insert(message.id, message);
        chat.changed.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Tells the bot about a message, if it gets to see it.
    fn deliver(&mut self, kind: &str, message: &Message) {
        if self.bot_sees(message) {
            let content = self.message_json(message);
            self.push_update(kind, content);
        }
    }

    /// Privacy mode: in groups where it is no admin the bot sees commands that are not another
    /// bot's, mentions of it and replies to it.
    fn bot_sees(&self, message: &Message) -> bool {
        let Some(chat) = self.chats.get(&message.chat) else {
            return false;
        };
        // Other bots' messages come like anybody's: since Bot API 10.0 bots can opt in to them.
        if !chat.standing.inside() {
            return false;
        }
        if chat.kind == Kind::Private
            || chat.standing == Standing::Admin
            || !self.settings.privacy_mode
        {
            return true;
        }
        let answered = message.reply_to.and_then(|id| chat.messages.get(&id));
        answered.is_some_and(Message::from_bot)
            || message.entities.iter().any(|e| self.addresses(message, e))
    }

    /// Whether an entity calls for this bot.
    fn addresses(&self, message: &Message, entity: &Value) -> bool {
        let number = |name: &str| entity[name].as_u64().and_then(|n| usize::try_from(n).ok());
        let start = number("offset").unwrap_or_default();
        let length = number("length").unwrap_or_default();
        let units = message.text.encode_utf16().skip(start).take(length);
        let part = String::from_utf16_lossy(&units.collect::<Vec<u16>>());
        let mine = |name: &str| name.eq_ignore_ascii_case(&self.settings.username);
        match entity["type"].as_str() {
            Some("bot_command") => part.split_once('@').is_none_or(|(_, bot)| mine(bot)),
            Some("mention") => part.strip_prefix('@').is_some_and(mine),
            Some("text_mention") => entity["user"]["id"] == json!(self.settings.bot_id()),
            _ => false,
        }
    }
}
