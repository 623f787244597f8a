//! Conversations as people find them again, in memory, as `store/recent.rs` says it in SQL.

use std::rc::Rc;

use super::tables::{Tables, TurnStands};
use crate::ids::{ConversationId, Timestamp, TurnId, UserId};
use crate::model::{Place, Recent, Turn};
use crate::store::{StoreError, recent};

impl Tables {
    /// A turn begins.
    pub(super) fn begun(&mut self, turn: &Turn, now: Timestamp) {
        let found = self.found.entry(turn.conversation).or_default();
        found.used_at = now;
        if found.words.is_none() {
            found.words = recent::words_of(turn.summary());
            found.words_of = Some(turn.id);
        }
    }

    /// A turn is over.
    pub(super) fn ended(&mut self, conversation: ConversationId, now: Timestamp) {
        if let Some(found) = self.found.get_mut(&conversation) {
            found.used_at = now;
        }
    }

    /// A turn says something else.
    pub(super) fn first_words(&mut self, turn: TurnId) {
        let Some(turn) = self.turns.get(&turn).map(|row| &row.turn) else {
            return;
        };
        let found = self.found.get_mut(&turn.conversation);
        let own = found.filter(|found| found.words_of == Some(turn.id) && found.words.is_some());
        if let Some(found) = own {
            found.words = recent::words_of(turn.summary());
        }
    }

    fn is_busy(&self, conversation: ConversationId) -> bool {
        self.turns.values().any(|row| {
            let open = matches!(row.stands, TurnStands::Open(_));
            open && row.turn.conversation == conversation
        })
    }

    /// A slot points at this conversation of its own again.
    pub(super) fn resume(&mut self, id: ConversationId, now: Timestamp) -> Result<(), StoreError> {
        const BUSY: StoreError = StoreError::Stale("a turn of the conversation is not over");
        let slot = &self.conversations.get(&id).ok_or(BUSY)?.slot;
        let key = (slot.place, slot.user, slot.agent.clone());
        let before = self.slots.get(&key).copied();
        if self.is_busy(id) || before.is_some_and(|before| self.is_busy(before)) {
            return Err(BUSY);
        }
        for (conversation, closed) in [(before, true), (Some(id), false)] {
            let row = conversation.and_then(|it| self.conversations.get_mut(&it));
            if let Some(row) = row {
                Rc::make_mut(row).closed = closed;
            }
        }
        self.found.entry(id).or_default().used_at = now;
        self.slots.insert(key, id);
        Ok(())
    }

    /// Those of a person in a place in which something was asked.
    pub(super) fn recent(&self, place: Place, user: UserId, max: usize) -> Vec<Recent> {
        let found = self.found.iter().filter_map(|(id, found)| {
            let conversation = self.conversations.get(id)?;
            let slot = &conversation.slot;
            let theirs = slot.user == user || slot.user == UserId::SHARED;
            (slot.place == place && theirs).then(|| Recent {
                conversation: (**conversation).clone(),
                words: found.words.clone(),
                used_at: found.used_at,
                busy: self.is_busy(*id),
            })
        });
        let mut recent: Vec<Recent> = found.collect();
        recent.sort_by_key(|recent| std::cmp::Reverse((recent.used_at, recent.conversation.id)));
        recent.truncate(max);
        recent
    }
}
