//! Which chat is next: every chat with something to do stands on exactly one shelf.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::ids::ChatId;

/// A place in line: a moment, and the order of arrival where moments are equal.
pub(super) type Key = (Instant, u64);

/// What a chat waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// Until the moment of its key: its own limits or a penalty keep it.
    Later,
    /// For a place among all chats, with something that must arrive.
    Ready,
    /// For a place among all chats, with a preview.
    Preview,
    /// To be forgotten: it has nothing to send, and its limits do not matter any more.
    Idle,
}

/// Where a chat stands, if anywhere.
pub(super) type Slot = Option<(Shelf, Key)>;

/// The shelves, each in order.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    shelves: [BTreeMap<Key, ChatId>; 4],
}

impl Agenda {
    /// Takes a chat from where it stands and puts it elsewhere.
    pub(super) fn put(&mut self, chat: ChatId, from: &mut Slot, to: Slot) {
        if let Some((shelf, key)) = from.take() {
            self.shelves[shelf as usize].remove(&key);
        }
        if let Some((shelf, key)) = to {
            self.shelves[shelf as usize].insert(key, chat);
        }
        *from = to;
    }

    /// The first of a shelf.
    pub(super) fn first(&self, on: Shelf) -> Option<(Key, ChatId)> {
        let first = self.shelves[on as usize].first_key_value();
        first.map(|(key, chat)| (*key, *chat))
    }

    /// The first of a shelf if its moment has come.
    pub(super) fn due(&self, on: Shelf, now: Instant) -> Option<(Key, ChatId)> {
        self.first(on).filter(|((at, _), _)| *at <= now)
    }
}
