//! The tables in memory, back into what the rules know.

use super::tables::{PostState, Tables, TurnRow, TurnStands};
use crate::ids::{ConversationId, TurnId, UserId};
use crate::model::{Button, Conversation, Place, Post, Seat, Slot, Turn, TurnState};
use crate::rules::pace::Penalty;
use crate::store::{StoredUpdate, Unfinished};

impl Tables {
    pub(super) fn new_updates(&self, max: usize) -> Vec<StoredUpdate> {
        let new = self.updates.iter().filter(|(_, row)| row.end.is_none());
        let new = new.map(|(id, row)| StoredUpdate {
            id: *id,
            received_at: row.received_at,
            body: row.body.clone().unwrap_or_default(),
        });
        new.take(max).collect()
    }

    pub(super) fn unfinished(&self) -> Unfinished {
        let open = |row: &&std::rc::Rc<TurnRow>| matches!(row.stands, TurnStands::Open(_));
        let turns = self.turns.values().filter(open);
        let mut posts: Vec<_> = self
            .posts
            .iter()
            .filter(|(_, row)| matches!(row.state, PostState::Pending | PostState::Sending))
            .collect();
        posts.sort_by_key(|(_, row)| (row.place.chat, row.seq));
        let penalties = self.penalties.iter().map(|(chat, until)| Penalty {
            chat: *chat,
            until: *until,
        });
        Unfinished {
            penalties: penalties.collect(),
            turns: turns
                .filter_map(|row| self.with_conversation(row))
                .collect(),
            posts: posts
                .into_iter()
                .map(|(id, row)| {
                    let post = Post {
                        id: *id,
                        place: row.place,
                        turn: row.turn,
                        kind: row.kind,
                        body: row.body.clone().unwrap_or_default(),
                        sends: row.sends,
                    };
                    (post, row.state == PostState::Sending)
                })
                .collect(),
            moves: self.moves.iter().map(|(old, new)| (*old, *new)).collect(),
        }
    }

    pub(super) fn turn(&self, turn: TurnId) -> Option<(Turn, Conversation)> {
        self.with_conversation(self.turns.get(&turn)?)
    }

    pub(super) fn seat(&self, place: Place, user: UserId) -> Seat {
        let slots = self.slots.iter();
        let here = slots.filter(|((at, who, _), _)| (*at, *who) == (place, user));
        let here: Vec<ConversationId> = here.map(|(_, id)| *id).collect();
        let conversations = here.iter().filter_map(|id| self.conversations.get(id));
        let moments = here
            .iter()
            .filter_map(|id| Some((*id, self.found.get(id)?.used_at)));
        Seat {
            current: self.current_agents.get(&(place, user)).cloned(),
            conversations: conversations.map(|row| (**row).clone()).collect(),
            used: moments.collect(),
        }
    }

    pub(super) fn button(&self, token: &str) -> Option<Button> {
        let row = self.buttons.get(token)?;
        row.used_by.is_none().then(|| row.button.clone())
    }

    fn with_conversation(&self, row: &TurnRow) -> Option<(Turn, Conversation)> {
        let turn = &row.turn;
        let state = match row.stands {
            TurnStands::Open(state) => state,
            // A turn that is over is read only to wait again.
            TurnStands::Over(_) | TurnStands::Undeliverable => TurnState::Queued,
        };
        let mut buttons = self.buttons.values();
        let stop =
            buttons.find(|row| row.used_by.is_none() && Some(row.button.post) == turn.placeholder);
        let turn = Turn {
            state,
            stop: stop.map(|row| row.button.token.clone()),
            ..turn.clone()
        };
        let conversation = self.conversations.get(&turn.conversation)?;
        let conversation = Conversation {
            slot: Slot {
                place: turn.place,
                ..conversation.slot.clone()
            },
            ..(**conversation).clone()
        };
        Some((turn, conversation))
    }
}
