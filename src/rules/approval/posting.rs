//! Cards as they come into a chat: with a file of what they have no room for, and once more where
//! a group has moved.

use bytes::Bytes;

use super::desk::{Desk, post};
use super::waiting::{Posted, Waiting};
use crate::ids::MessageId;
use crate::model::{Body, Carried, File, FileName, Kind, Shape};
use crate::rules::moves::Moves;
use crate::rules::words::approvals as words;
use crate::store::Change;

/// Bytes of arguments that anybody looks through; what has more can only be rejected.
pub(super) const ARGUMENTS_MAX: usize = 32 * 1024;

impl Desk<'_> {
    /// These of its cards, new in their chats. `reply_to` goes for those where it was asked.
    pub(super) fn posted(
        &mut self,
        waiting: &Waiting,
        cards: &[Posted],
        reply_to: Option<MessageId>,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for at in cards {
            let body = Body {
                reply_to: reply_to.filter(|_| at.place == waiting.place),
                ..self.body(waiting, *at)
            };
            changes.push(post(waiting, *at, Kind::Notice, body));
            changes.extend(self.file_below(waiting, *at));
        }
        changes
    }

    /// All arguments, if the card has not room for them.
    fn file_below(&mut self, waiting: &Waiting, at: Posted) -> Vec<Change> {
        let Some(whole) = self.card(waiting).whole else {
            return Vec::new();
        };
        let name = format!("{}-{}.yaml", waiting.agent, waiting.turn.reference());
        let body = Body {
            silent: true,
            file: Some(Carried {
                shape: Shape::Document,
                otherwise: words::NO_FILE.to_owned(),
            }),
            ..Body::default()
        };
        let file = File {
            name: FileName::clean(&name, "arguments.yaml"),
            media_type: "application/yaml".to_owned(),
            bytes: Bytes::copy_from_slice(beginning(&whole).as_bytes()),
        };
        let id = self.fresh.post();
        let below = Posted { post: id, ..at };
        vec![
            post(waiting, below, Kind::Notice, body),
            Change::Attach { post: id, file },
        ]
    }

    /// Cards in a group that has become a supergroup are out of reach: they come once more where
    /// the group is now. None if all are where they were.
    pub fn reposted(&mut self, waiting: &Waiting, moves: &Moves) -> Option<(Waiting, Vec<Change>)> {
        let elsewhere = |card: &Posted| moves.place(card.place) != card.place;
        if !waiting.cards.iter().any(elsewhere) {
            return None;
        }
        let mut next = waiting.changed();
        next.place = moves.place(waiting.place);
        for card in next.cards.iter_mut().filter(|card| elsewhere(card)) {
            *card = Posted {
                post: self.fresh.post(),
                place: moves.place(card.place),
            };
        }
        let new = next.cards.iter().copied();
        let new: Vec<Posted> = new.filter(|card| !waiting.cards.contains(card)).collect();
        let mut changes = self.posted(&next, &new, None);
        changes.extend(self.redrawn_but(&next, &new));
        Some((next, changes))
    }
}

/// So much of it as anybody looks through.
fn beginning(whole: &str) -> &str {
    &whole[..whole.floor_char_boundary(ARGUMENTS_MAX)]
}
