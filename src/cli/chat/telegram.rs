//! The terminal as the bot's Telegram: what is typed becomes updates, what is sent is shown.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::ready;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{BOT, YOU};
use crate::ids::{AgentName, ChatId, FileId, MessageId, Timestamp, TopicId, UpdateId};
use crate::model::{Entity, File, MenuScope, Shape};
use crate::rules::words;
use crate::telegram::{
    Button, CallbackId, Command, EditMessage, Me, OutMessage, RawUpdate, Telegram, TelegramCall,
    TelegramError,
};
use crate::terminal::screen::{Bubble, Screen, Typed};

/// The chat with the person at the terminal.
const CHAT: ChatId = ChatId(YOU.0);

/// The bot's Telegram.
pub(super) struct Terminal<W> {
    screen: RefCell<Screen<W>>,
    /// Who speaks.
    label: String,
    /// How what grows begins.
    draft: String,
    /// Whether what stands there grows: that shows by itself that the agent is at work.
    grows: Cell<bool>,
    /// The buttons that a message has now.
    buttons: RefCell<BTreeMap<MessageId, Vec<Button>>>,
    updates: RefCell<VecDeque<RawUpdate>>,
    last_update: Cell<i64>,
    last_message: Cell<i64>,
    /// Whether the bot has taken in all that there was, and waits for more.
    waits: Cell<bool>,
    typed: Notify,
    /// Whether nobody can see anything any more.
    gone: Cell<bool>,
}

impl<W: Write> Terminal<W> {
    pub fn new(screen: Screen<W>, agent: &AgentName) -> Self {
        Self {
            screen: RefCell::new(screen),
            label: agent.to_string(),
            draft: words::working(agent, "").text,
            grows: Cell::new(false),
            buttons: RefCell::default(),
            updates: RefCell::default(),
            last_update: Cell::new(0),
            last_message: Cell::new(0),
            waits: Cell::new(false),
            typed: Notify::new(),
            gone: Cell::new(false),
        }
    }

    /// Something is said to the bot. While there are buttons, it is a reply to what stands above
    /// the newest: the answer to a question, or the reason of a rejection.
    pub fn say(&self, text: &str) {
        let mut message = message(self.new_message());
        message["from"] = person();
        message["text"] = json!(text);
        let mut words = text.split_whitespace();
        if let Some(command) = words.next().filter(|word| word.starts_with('/')) {
            let length = command.encode_utf16().count();
            message["entities"] = json!([{"type": "bot_command", "offset": 0, "length": length}]);
        } else if let Some((asks, _)) = self.buttons.borrow().last_key_value() {
            message["reply_to_message"] = self::message(*asks);
            message["reply_to_message"]["from"] = json!({"id": BOT.0, "is_bot": true});
        }
        self.push("message", &message);
    }

    /// Presses the button that had this number; whether it is there.
    pub fn press(&self, number: usize) -> bool {
        let screen = self.screen.borrow();
        let Some(((_, id), label)) = screen.button(number) else {
            return false;
        };
        let id = MessageId(*id);
        let buttons = self.buttons.borrow();
        let mut there = buttons.get(&id).into_iter().flatten();
        let Some(button) = there.find(|button| button.label == *label) else {
            return false;
        };
        let query = json!({
            "id": self.last_update.get().to_string(),
            "from": person(),
            "message": message(id),
            "chat_instance": "1",
            "data": button.data,
        });
        self.push("callback_query", &query);
        true
    }

    /// A word of the terminal's own.
    pub fn aside(&self, text: &str) {
        self.draw(|screen| screen.aside(text));
    }

    /// What the person says, where the terminal does not show it by itself.
    pub fn said(&self, text: &str) {
        self.draw(|screen| screen.said("you ▸ ", text));
    }

    /// The line that is being typed.
    pub fn line(&self, line: Option<Typed>) {
        self.draw(|screen| screen.line(line));
    }

    /// Whether the bot has taken in all that was typed.
    pub fn is_read(&self) -> bool {
        self.waits.get() && self.updates.borrow().is_empty()
    }

    /// Whether nobody can see anything any more, as after `| head`.
    pub fn is_gone(&self) -> bool {
        self.gone.get()
    }

    fn draw(&self, what: impl FnOnce(&mut Screen<W>) -> io::Result<()>) {
        if what(&mut self.screen.borrow_mut()).is_err() {
            self.gone.set(true);
        }
    }

    fn show(&self, id: MessageId, text: &str, entities: &[Entity], buttons: &[Vec<Button>]) {
        let draft = text.starts_with(&self.draft);
        // The button beneath what grows is Ctrl-C here.
        let rows = buttons.iter().filter(|_| !draft);
        let buttons: Vec<Button> = rows.flatten().cloned().collect();
        let bubble = Bubble {
            key: (CHAT.0, id.0),
            text: text.to_owned(),
            entities: entities
                .iter()
                .filter_map(|it| serde_json::to_value(it).ok())
                .collect(),
            buttons: buttons.iter().map(|button| button.label.clone()).collect(),
            buzzed: false,
            draft,
        };
        if buttons.is_empty() {
            self.buttons.borrow_mut().remove(&id);
        } else {
            self.buttons.borrow_mut().insert(id, buttons);
        }
        self.grows.set(draft);
        self.draw(|screen| {
            screen.typing(false)?;
            screen.bubble(&self.label, bubble)
        });
    }

    fn push(&self, kind: &str, what: &Value) {
        let id = UpdateId(self.last_update.get() + 1);
        self.last_update.set(id.0);
        let body = json!({"update_id": id, kind: what}).to_string();
        self.updates.borrow_mut().push_back(RawUpdate { id, body });
        self.waits.set(false);
        self.typed.notify_one();
    }

    fn new_message(&self) -> MessageId {
        self.last_message.set(self.last_message.get() + 1);
        MessageId(self.last_message.get())
    }

    async fn poll(&self, offset: Option<UpdateId>, wait: Duration, limit: u8) -> Vec<RawUpdate> {
        let first = offset.map_or(0, |offset| offset.0);
        let taken_in = |update: &RawUpdate| update.id.0 >= first;
        self.updates.borrow_mut().retain(taken_in);
        if self.updates.borrow().is_empty() {
            self.waits.set(true);
            // Time is up: the bot asks again.
            let _ = timeout(wait, self.typed.notified()).await;
        }
        let updates = self.updates.borrow();
        updates.iter().take(limit.into()).cloned().collect()
    }
}

fn message(id: MessageId) -> Value {
    json!({
        "message_id": id,
        "date": Timestamp::now().0 / 1000,
        "chat": {"id": CHAT, "type": "private", "first_name": "you"},
    })
}

fn person() -> Value {
    json!({"id": YOU, "is_bot": false, "first_name": "you"})
}

/// A call that is done at once.
fn done<'a, T: 'a>(with: T) -> TelegramCall<'a, T> {
    ready(Ok(with)).boxed_local()
}

impl<W: Write> Telegram for Terminal<W> {
    fn get_me(&self) -> TelegramCall<'_, Me> {
        done(Me {
            id: BOT,
            username: "terminal_bot".to_owned(),
            can_read_all_group_messages: false,
        })
    }

    fn get_updates(
        &self,
        offset: Option<UpdateId>,
        wait: Duration,
        limit: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>> {
        self.poll(offset, wait, limit).map(Ok).boxed_local()
    }

    fn send_message<'a>(&'a self, message: &'a OutMessage) -> TelegramCall<'a, MessageId> {
        let id = self.new_message();
        self.show(id, &message.text, &message.entities, &message.buttons);
        done(id)
    }

    fn send_file<'a>(
        &'a self,
        message: &'a OutMessage,
        file: &'a File,
        _: Shape,
    ) -> TelegramCall<'a, MessageId> {
        let id = self.new_message();
        let size = words::size(file.bytes.len() as u64);
        let text = format!("{}\n[file {}, {size}]", message.text, file.name);
        // Its caption comes first, or nothing does.
        let text = text.strip_prefix('\n').unwrap_or(&text);
        self.show(id, text, &message.entities, &message.buttons);
        done(id)
    }

    fn edit_message_text<'a>(&'a self, edit: &'a EditMessage) -> TelegramCall<'a, ()> {
        self.show(edit.message, &edit.text, &edit.entities, &edit.buttons);
        done(())
    }

    fn delete_message(&self, _: ChatId, message: MessageId) -> TelegramCall<'_, ()> {
        self.buttons.borrow_mut().remove(&message);
        self.draw(|screen| screen.forget((CHAT.0, message.0)));
        done(())
    }

    fn send_chat_action(&self, _: ChatId, _: TopicId) -> TelegramCall<'_, ()> {
        if !self.grows.get() {
            self.draw(|screen| screen.typing(true));
        }
        done(())
    }

    fn answer_callback_query<'a>(
        &'a self,
        _: &'a CallbackId,
        text: Option<&'a str>,
        _: bool,
    ) -> TelegramCall<'a, ()> {
        if let Some(text) = text {
            self.aside(text);
        }
        done(())
    }

    fn set_my_commands<'a>(&'a self, _: MenuScope, _: &'a [Command]) -> TelegramCall<'a, ()> {
        done(())
    }

    fn fetch_file<'a>(&'a self, _: &'a FileId, _: u64, _: Duration) -> TelegramCall<'a, Bytes> {
        let no_files = TelegramError::BadRequest("a terminal sends no files".to_owned());
        ready(Err(no_files)).boxed_local()
    }

    fn leave_chat(&self, _: ChatId) -> TelegramCall<'_, ()> {
        done(())
    }
}
