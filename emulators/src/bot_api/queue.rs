//! The queue of updates that wait for the bot: pure, with the offset rules of the real server
//! (`Client::do_get_updates` of telegram-bot-api, `TQueue` of its library).

use std::collections::VecDeque;

use serde_json::Value;

/// Most updates that wait at once; what comes after is lost. Bot API server: 100,000.
const WAITING_MAX: usize = 100_000;
/// An offset further than this beyond the tail counts as the head.
const FUTURE_MAX: i64 = 10;
/// Kinds that come only when asked for.
const ON_REQUEST: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// Kinds that `allowed_updates` may name; other names are ignored.
const KNOWN: [&str; 27] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "guest_message",
    "managed_bot",
    "subscription",
    "stopped_message_generation",
];

/// Updates in order of their id, and which kinds may enter.
#[derive(Debug)]
pub(super) struct UpdateQueue {
    waiting: VecDeque<(i64, Value)>,
    next_id: i64,
    /// None: everything but the kinds of [`ON_REQUEST`].
    allowed: Option<Vec<String>>,
}

impl UpdateQueue {
    /// An empty queue whose first update gets `first_id`.
    pub fn new(first_id: i64) -> Self {
        Self {
            waiting: VecDeque::new(),
            next_id: first_id,
            allowed: None,
        }
    }

    /// Puts an update at the tail, if its kind is allowed; returns its id.
    pub fn push(&mut self, kind: &str, content: Value) -> Option<i64> {
        if !self.allows(kind) {
            return None;
        }
        let mut update = serde_json::Map::new();
        update.insert(kind.to_owned(), content);
        self.push_raw(Value::Object(update))
    }

    /// Puts an update of any shape at the tail, past `allowed_updates`. An `update_id` of its
    /// own is kept, and may repeat or go backwards.
    pub fn push_raw(&mut self, mut update: Value) -> Option<i64> {
        if self.waiting.len() >= WAITING_MAX {
            return None;
        }
        let own = update.get("update_id").and_then(Value::as_i64);
        let id = own.unwrap_or(self.next_id);
        self.next_id = self.next_id.max(id + 1);
        update["update_id"] = Value::from(id);
        let place = self.waiting.partition_point(|(other, _)| *other <= id);
        self.waiting.insert(place, (id, update));
        Some(id)
    }

    /// Confirms and reads, as one `getUpdates` does.
    pub fn take(&mut self, offset: i64, limit: usize) -> Vec<Value> {
        let from = if offset < 0 {
            self.next_id.saturating_add(offset)
        } else if offset > self.next_id + FUTURE_MAX {
            0
        } else {
            offset
        };
        while self.waiting.front().is_some_and(|(id, _)| *id < from) {
            self.waiting.pop_front();
        }
        let first = self.waiting.iter().take(limit);
        first.map(|(_, update)| update.clone()).collect()
    }

    /// Remembers `allowed_updates`. Unknown names are ignored; none known is the default.
    pub fn allow(&mut self, kinds: &[String]) {
        let known = kinds.iter().filter(|k| KNOWN.contains(&k.as_str()));
        let known: Vec<String> = known.cloned().collect();
        self.allowed = (!known.is_empty()).then_some(known);
    }

    /// The kinds asked for, if the default was changed.
    pub fn allowed(&self) -> Option<&[String]> {
        self.allowed.as_deref()
    }

    fn allows(&self, kind: &str) -> bool {
        match &self.allowed {
            Some(kinds) => kinds.iter().any(|k| k == kind),
            None => !ON_REQUEST.contains(&kind),
        }
    }

    /// Moves the next id, as Telegram does after a week without updates.
    pub fn jump(&mut self, next_id: i64) {
        self.next_id = next_id;
    }

    /// Drops what waits, as the 24 hours' limit or `drop_pending_updates` do.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// What waits, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = &Value> {
        self.waiting.iter().map(|(_, update)| update)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }
}
