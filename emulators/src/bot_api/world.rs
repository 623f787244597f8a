//! The state of the emulated Telegram: people, chats, queue, limits, faults, logs. It changes
//! only under one lock, in one step a call.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::calls::{Call, CallLog, Outcome};
use super::chat::{Chat, Kind, User};
use super::faults::{Faults, Plan};
use super::files::{self, Kept};
use super::limiter::Limiter;
use super::message::{
    Author, Buzz, CHANNEL_BOT, ChatId, Message, MessageId, Sent, TapAnswer, Typing, UserId,
};
use super::methods::commands::CommandTable;
use super::params::Params;
use super::polling::PollState;
use super::queue::UpdateQueue;
use super::refusal::{Refusal, Refused, Violation};
use super::settings::Settings;

/// Most refusals and violations that are kept.
const KEPT_MAX: usize = 10_000;

/// A callback query that waits for `answerCallbackQuery`.
#[derive(Debug)]
pub(super) struct Tap {
    pub user: UserId,
    pub open: bool,
}

/// Everything that the emulated Telegram knows. Tests look at it in
/// [`wait_for`](super::BotApi::wait_for); only calls and people change it.
#[derive(Debug)]
pub struct World {
    pub(super) settings: Settings,
    pub(super) users: HashMap<UserId, User>,
    pub(super) chats: HashMap<ChatId, Chat>,
    pub(super) queue: UpdateQueue,
    pub(super) poll: PollState,
    /// By `file_id`.
    pub(super) files: HashMap<String, Kept>,
    pub(super) taps: HashMap<String, Tap>,
    pub(super) tap_answers: Vec<TapAnswer>,
    pub(super) commands: CommandTable,
    pub(super) limiter: Limiter,
    pub(super) faults: Faults,
    pub(super) log: CallLog,
    pub(super) webhook: String,
    pub(super) refusals: Vec<Refusal>,
    pub(super) violations: Vec<Violation>,
    pub(super) expected: Vec<String>,
    /// Things let pass by the call being worked on.
    pub(super) notes: Vec<String>,
    next_private_id: MessageId,
    next_tap: u64,
}

impl World {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            users: HashMap::new(),
            chats: HashMap::new(),
            queue: UpdateQueue::new(settings.first_update_id),
            poll: PollState::default(),
            files: HashMap::new(),
            taps: HashMap::new(),
            tap_answers: Vec::new(),
            commands: CommandTable::default(),
            limiter: Limiter::new(settings.limits),
            faults: Faults::default(),
            log: CallLog::new(settings.calls_max),
            webhook: String::new(),
            refusals: Vec::new(),
            violations: Vec::new(),
            expected: Vec::new(),
            notes: Vec::new(),
            next_private_id: 2,
            next_tap: 4_000_000_000_000_000_001,
            settings,
        }
    }

    // ---- looking ----

    /// What stands in a chat now, oldest first.
    pub fn messages(&self, chat: ChatId) -> impl DoubleEndedIterator<Item = &Message> {
        let chat = self.chats.get(&chat);
        chat.into_iter().flat_map(|c| c.messages.values())
    }

    /// One message, if it stands on the screen.
    #[must_use]
    pub fn message(&self, chat: ChatId, id: MessageId) -> Option<&Message> {
        self.chats.get(&chat)?.messages.get(&id)
    }

    /// Everything that the bot ever showed in a chat, oldest first.
    #[must_use]
    pub fn sent(&self, chat: ChatId) -> &[Sent] {
        self.chats.get(&chat).map_or(&[], |c| &c.sent)
    }

    /// The list of commands of a scope, for people without a language; see [`BotApi::commands`].
    ///
    /// [`BotApi::commands`]: super::BotApi::commands
    #[must_use]
    pub fn menu(&self, scope: &str) -> Vec<(String, String)> {
        self.commands.list(scope, "")
    }

    /// The messages of the bot that made phones buzz.
    #[must_use]
    pub fn buzzes(&self, chat: ChatId) -> &[Buzz] {
        self.chats.get(&chat).map_or(&[], |c| &c.buzzes)
    }

    /// The last chat actions.
    #[must_use]
    pub fn typing(&self, chat: ChatId) -> &[Typing] {
        self.chats.get(&chat).map_or(&[], |c| &c.typing)
    }

    /// The kept calls, oldest first.
    pub fn calls(&self) -> impl DoubleEndedIterator<Item = &Call> {
        self.log.iter()
    }

    /// The answers to taps, oldest first.
    #[must_use]
    pub fn tap_answers(&self) -> &[TapAnswer] {
        &self.tap_answers
    }

    /// All refusals (400, 403, 404, 409, 429), oldest first.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// What a correct client never does and no test expected.
    pub fn violations(&self) -> impl Iterator<Item = &Violation> {
        let expected = |v: &&Violation| !self.expected.iter().any(|e| v.what.contains(e));
        self.violations.iter().filter(expected)
    }

    /// How many updates wait for the bot.
    #[must_use]
    pub fn pending_updates(&self) -> usize {
        self.queue.len()
    }

    /// Whether a long poll is open now.
    #[must_use]
    pub fn poll_open(&self) -> bool {
        self.poll.open()
    }

    /// How many `getUpdates` calls came so far.
    #[must_use]
    pub fn polls(&self) -> u64 {
        self.poll.count
    }

    /// The numbers of all chats, in order.
    #[must_use]
    pub fn chats(&self) -> Vec<ChatId> {
        let mut chats: Vec<ChatId> = self.chats.keys().copied().collect();
        chats.sort_unstable();
        chats
    }

    // ---- one call ----

    /// Notes a call and decides what faults hit it.
    pub(super) fn arrive(&mut self, method: &str, params: &Params) -> (Option<u64>, Plan) {
        let number = self.log.on().then(|| {
            self.log.add(Call {
                method: method.to_owned(),
                params: params.to_value(),
                chat: params.chat(),
                at: Instant::now(),
                outcome: Outcome::Pending,
            })
        });
        (number, self.faults.plan(method, params))
    }

    /// Notes how a call ended.
    pub(super) fn end(&mut self, number: Option<u64>, outcome: Outcome) {
        if let Some(number) = number {
            self.log.end(number, outcome);
        }
    }

    /// Keeps a refusal, and counts it as a violation if the client could have avoided it.
    pub(super) fn note_refusal(&mut self, method: &str, params: &Params, refused: &Refused) {
        if refused.avoidable {
            self.note_violation(method, params, refused.description.clone());
        }
        if self.refusals.len() < KEPT_MAX {
            self.refusals.push(Refusal {
                method: method.to_owned(),
                params: params.to_value(),
                code: refused.code,
                description: refused.description.clone(),
            });
        }
    }

    /// Keeps a violation.
    pub(super) fn note_violation(&mut self, method: &str, params: &Params, what: String) {
        if self.violations.len() < KEPT_MAX {
            self.violations.push(Violation {
                method: method.to_owned(),
                params: params.to_value(),
                what,
            });
        }
    }

    // ---- changing ----

    /// A chat that a call names.
    pub(super) fn known_chat(&mut self, id: ChatId) -> Result<&mut Chat, Refused> {
        self.chats
            .get_mut(&id)
            .ok_or_else(|| Refused::bad("chat not found"))
    }

    /// A person, made up if new.
    pub(super) fn user(&mut self, id: UserId) -> &User {
        self.users.entry(id).or_insert_with(|| User {
            id,
            name: format!("User {id}"),
            username: None,
            is_bot: false,
            language: "en".into(),
        })
    }

    /// A chat that a person acts in; a private one is made if new.
    ///
    /// # Panics
    /// When a group was never added.
    pub(super) fn chat(&mut self, id: ChatId) -> &mut Chat {
        if id > 0 && !self.chats.contains_key(&id) {
            let name = self.user(id).name.clone();
            self.chats.insert(id, Chat::new(id, Kind::Private, &name));
        }
        let chat = self.chats.get_mut(&id);
        chat.unwrap_or_else(|| panic!("there is no group {id}: add it first"))
    }

    /// The next message number of a chat. Private chats and basic groups share one sequence,
    /// supergroups have their own: numbers repeat between chats.
    pub(super) fn next_message_id(&mut self, chat: ChatId) -> MessageId {
        let next = match self.chats.get_mut(&chat) {
            Some(chat) if matches!(chat.kind, Kind::Supergroup { .. }) => &mut chat.next_id,
            _ => &mut self.next_private_id,
        };
        *next += 1;
        *next - 1
    }

    /// The next number of a callback query.
    pub(super) fn next_tap(&mut self) -> String {
        self.next_tap += 1;
        self.next_tap.to_string()
    }

    /// Gives the bot an update.
    pub(super) fn push_update(&mut self, kind: &str, content: Value) -> Option<i64> {
        let id = self.queue.push(kind, content);
        if id.is_some() {
            self.poll.wake();
        }
        id
    }

    // ---- as JSON ----

    /// The bot as a `User` object.
    pub(super) fn me(&self) -> Value {
        let settings = &self.settings;
        json!({
            "id": settings.bot_id(),
            "is_bot": true,
            "first_name": settings.name,
            "username": settings.username,
        })
    }

    /// The `Message` object.
    pub(super) fn message_json(&self, message: &Message) -> Value {
        let mut json = self.bare_message(message);
        let chat = self.chats.get(&message.chat);
        if let Some(answered) = message.reply_to {
            if let Some(answered) = self.message(message.chat, answered) {
                json["reply_to_message"] = self.bare_message(answered);
            }
        } else if let Some(thread) = message.thread
            && let Some(topic) = chat.and_then(|c| c.topics.get(&thread))
        {
            // What Telegram really does: a message in a topic "answers" the topic's opening.
            json["reply_to_message"] = json!({
                "message_id": thread,
                "date": message.date,
                "chat": json["chat"],
                "message_thread_id": thread,
                "is_topic_message": true,
                "forum_topic_created": {"name": topic.name, "icon_color": 7_322_096},
            });
        }
        json
    }

    /// A `Message` object without the message that it answers.
    fn bare_message(&self, message: &Message) -> Value {
        let chat = self.chats.get(&message.chat).map(Chat::to_json);
        let mut json = json!({
            "message_id": message.id,
            "date": message.date,
            "chat": chat,
            "from": self.author_json(message),
        });
        let (text, entities) = if files::has_caption(&message.extra) {
            ("caption", "caption_entities")
        } else {
            ("text", "entities")
        };
        if !message.text.is_empty() {
            json[text] = json!(message.text);
        }
        if !message.entities.is_empty() {
            json[entities] = json!(message.entities);
        }
        if let Some(date) = message.edit_date {
            json["edit_date"] = json!(date);
        }
        if let Some(thread) = message.thread {
            json["message_thread_id"] = json!(thread);
            json["is_topic_message"] = json!(true);
        } else if let Some(root) = message.reply_to
            && let Some(Kind::Supergroup { forum: false }) =
                self.chats.get(&message.chat).map(|c| c.kind)
        {
            // Replies in a plain supergroup carry a thread id too, which is no topic.
            json["message_thread_id"] = json!(root);
        }
        match message.author {
            Author::AnonymousAdmin => json["sender_chat"] = json["chat"].clone(),
            Author::Channel(channel) => {
                json["sender_chat"] =
                    json!({"id": channel, "type": "channel", "title": "A channel"});
            }
            _ => {}
        }
        if let Some(extra) = message.extra.as_object() {
            for (name, value) in extra {
                json[name] = without_bytes(value.clone());
            }
        }
        json
    }

    fn author_json(&self, message: &Message) -> Value {
        let stand_in = |id: UserId, username: &str, name: &str| json!({"id": id, "is_bot": true, "first_name": name, "username": username});
        match message.author {
            Author::Bot => self.me(),
            Author::User(id) | Author::OtherBot(id) => {
                self.users.get(&id).map_or(Value::Null, User::to_json)
            }
            Author::AnonymousAdmin => {
                stand_in(super::ANONYMOUS_ADMIN, "GroupAnonymousBot", "Group")
            }
            Author::Channel(_) => stand_in(CHANNEL_BOT, "Channel_Bot", "Channel"),
        }
    }
}

/// A field as the wire shows it: of a file all but what is in it.
fn without_bytes(mut field: Value) -> Value {
    let files = match &mut field {
        Value::Array(sizes) => sizes.iter_mut().collect(),
        one => vec![one],
    };
    for file in files.into_iter().filter_map(Value::as_object_mut) {
        if file.contains_key("file_id") {
            file.remove("text");
            file.remove("base64");
        }
    }
    field
}

/// Now, in Unix seconds.
pub(super) fn unix_now() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    passed.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}
