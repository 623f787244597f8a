//! What happens to everything that is known of a chat at once, in memory, as
//! `store/apply/chats.rs` says it in SQL.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use super::tables::{PostRow, PostState, Tables, TurnStands};
use crate::ids::{AgentName, ChatId, ContextId, ConversationId, MessageId, Timestamp, TurnId};
use crate::model::{Awaited, Kind, Place};
use crate::rules::pace::Penalty;

impl Tables {
    /// Where somebody was quicker in the new chat than the news of it, the new chat counts.
    /// Message ids belong to a chat: those of the old one name nothing in the new one.
    pub(super) fn move_chat(&mut self, from: ChatId, to: ChatId) {
        let moved = |place: Place| Place { chat: to, ..place };
        for row in self.conversations.values_mut() {
            if row.slot.place.chat == from {
                let slot = &mut Rc::make_mut(row).slot;
                slot.place = moved(slot.place);
            }
        }
        let lost = rekey(&mut self.slots, |(place, user, agent)| {
            (place.chat == from).then(|| (moved(*place), *user, agent.clone()))
        });
        // No slot points at it any more.
        for conversation in lost {
            self.close_conversation(conversation);
        }
        rekey(&mut self.current_agents, |(place, user)| {
            (place.chat == from).then(|| (moved(*place), *user))
        });
        rekey(&mut self.penalties, |chat| {
            (*chat == Some(from)).then_some(Some(to))
        });
        rekey(&mut self.strangers, |who| (*who == from.0).then_some(to.0));
        for row in self.turns.values_mut() {
            if row.turn.place.chat == from {
                let turn = &mut Rc::make_mut(row).turn;
                turn.place = moved(turn.place);
                turn.reply_to = MessageId::NONE;
                if let [piece] = &mut turn.pieces[..]
                    && piece.is_plain()
                {
                    piece.message = MessageId::NONE;
                }
            }
        }
        if from != to {
            self.turn_messages.retain(|(chat, _), _| *chat != from);
        }
        for row in self.buttons.values_mut() {
            if row.button.place.chat == from && row.used_by.is_none() {
                let button = &mut Rc::make_mut(row).button;
                button.place = moved(button.place);
            }
        }
        self.move_posts(from, to);
        self.moves.insert(from, to);
    }

    pub(super) fn close_conversation(&mut self, id: ConversationId) {
        if let Some(row) = self.conversations.get_mut(&id) {
            Rc::make_mut(row).closed = true;
        }
    }

    pub(super) fn note_context(&mut self, id: ConversationId, context: &ContextId) {
        if let Some(row) = self.conversations.get_mut(&id) {
            Rc::make_mut(row).context = Some(context.clone());
        }
    }

    pub(super) fn note_awaited(&mut self, id: ConversationId, awaited: Option<&Awaited>) {
        if let Some(row) = self.conversations.get_mut(&id) {
            Rc::make_mut(row).awaited = awaited.cloned();
        }
    }

    pub(super) fn penalize(&mut self, Penalty { chat, until }: Penalty, now: Timestamp) {
        self.penalties.retain(|_, until| *until > now);
        let known = self.penalties.entry(chat).or_insert(until);
        *known = (*known).max(until);
    }

    fn move_posts(&mut self, from: ChatId, to: ChatId) {
        let there = self.posts.values();
        let there = there.filter(|row| row.place.chat == to && row.is_open());
        let last = there.map(|row| row.seq).max().unwrap_or(0);
        let here = self
            .posts
            .values_mut()
            .filter(|row| row.place.chat == from)
            .map(Rc::make_mut);
        for row in here {
            if row.is_open() {
                row.place.chat = to;
                row.seq += last;
                if let Some(body) = &mut row.body {
                    body.reply_to = None;
                }
            } else {
                row.message = None;
            }
        }
    }

    /// What waits for the chat is dropped, and the turns of which it speaks are undeliverable.
    pub(super) fn close_chat(&mut self, chat: ChatId) {
        let mut told = Vec::new();
        let waits =
            |row: &&mut Rc<PostRow>| row.place.chat == chat && row.state == PostState::Pending;
        for row in self.posts.values_mut().filter(waits) {
            if matches!(row.kind, Kind::Final | Kind::FinalEdit | Kind::Notice) {
                told.extend(row.turn);
            }
            Rc::make_mut(row).end(PostState::Dropped);
        }
        for turn in told {
            self.not_delivered(turn);
        }
    }

    /// Whether the turn was over, and is undeliverable now.
    pub(super) fn not_delivered(&mut self, turn: TurnId) -> bool {
        let row = self.turns.get_mut(&turn);
        let over = row.filter(|row| matches!(row.stands, TurnStands::Over(_)));
        let undeliverable = over.map(|row| Rc::make_mut(row).stands = TurnStands::Undeliverable);
        if undeliverable.is_some() {
            *self.turns_ended.entry("undeliverable").or_default() += 1;
        }
        undeliverable.is_some()
    }

    pub(super) fn agent_of(&self, chat: ChatId, message: MessageId) -> Option<AgentName> {
        let said = |row: &&Rc<PostRow>| row.place.chat == chat && row.message == Some(message);
        let turn = self.posts.values().rev().find(said)?.turn?;
        let conversation = self.turns.get(&turn)?.turn.conversation;
        let conversation = self.conversations.get(&conversation)?;
        Some(conversation.slot.agent.clone())
    }
}

/// Gives rows other keys; one that is there already stays as it is. Answers those that found
/// their place taken.
fn rekey<K: Ord + Clone, V>(rows: &mut BTreeMap<K, V>, other: impl Fn(&K) -> Option<K>) -> Vec<V> {
    let moving: Vec<(K, K)> = rows
        .keys()
        .filter_map(|key| Some((key.clone(), other(key)?)))
        .collect();
    let mut lost = Vec::new();
    for (key, other) in moving {
        if let Some(row) = rows.remove(&key) {
            match rows.entry(other) {
                Entry::Vacant(place) => drop(place.insert(row)),
                Entry::Occupied(_) => lost.push(row),
            }
        }
    }
    lost
}
