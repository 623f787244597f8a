//! Groups that have become supergroups: the same people in the same talk, under another id.
//!
//! Whatever still speaks of the old id is turned to the new one: questions in flight, updates
//! that come late, taps on old messages. Message ids belong to a chat, so what speaks of a
//! message of the old one speaks of none.

use std::collections::HashMap;

use crate::ids::{ChatId, MessageId};
use crate::model::Place;
use crate::model::Post;
use crate::store::Change;
use crate::telegram::{Update, What};

/// What the groups have become that are known to have moved.
#[derive(Debug, Default)]
pub struct Moves(HashMap<ChatId, ChatId>);

impl Moves {
    /// Those that are known already.
    #[must_use]
    pub fn new(known: Vec<(ChatId, ChatId)>) -> Self {
        Self(known.into_iter().collect())
    }

    /// A group has become a supergroup; false if that was known.
    pub fn note(&mut self, from: ChatId, to: ChatId) -> bool {
        from != to && self.0.insert(from, to) != Some(to)
    }

    /// What the chat is now, if it has moved.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> Option<ChatId> {
        self.0.get(&chat).copied()
    }

    /// The group that the chat was, if it has moved.
    #[must_use]
    pub fn before(&self, chat: ChatId) -> Option<ChatId> {
        let mut moves = self.all();
        moves.find(|(_, to)| *to == chat).map(|(from, _)| from)
    }

    /// Each old id and its new one.
    pub fn all(&self) -> impl Iterator<Item = (ChatId, ChatId)> {
        self.0.iter().map(|(from, to)| (*from, *to))
    }

    /// The place as it is now.
    #[must_use]
    pub fn place(&self, place: Place) -> Place {
        Place {
            chat: self.of(place.chat).unwrap_or(place.chat),
            ..place
        }
    }

    /// Turns a post to where its chat is now.
    pub fn redirect(&self, post: &mut Post) {
        if self.of(post.place.chat).is_some() {
            post.place = self.place(post.place);
            post.body.reply_to = None;
        }
    }

    /// Turns what is about to be committed to where its chat is now.
    pub fn redirect_all(&self, changes: &mut [Change]) {
        if self.0.is_empty() {
            return;
        }
        for change in changes {
            match change {
                Change::Post(post) => self.redirect(post),
                Change::OpenTurn(turn) if self.of(turn.place.chat).is_some() => {
                    turn.place = self.place(turn.place);
                    turn.reply_to = MessageId::NONE;
                    for piece in &mut turn.pieces {
                        piece.message = MessageId::NONE;
                    }
                }
                Change::OpenConversation(conversation) => {
                    conversation.slot.place = self.place(conversation.slot.place);
                }
                Change::SetCurrent { place, .. } => *place = self.place(*place),
                Change::ShowButton(button) => {
                    button.place = self.place(button.place);
                }
                _ => {}
            }
        }
    }

    /// Turns an update that speaks of the old chat to where it is now. The word that the
    /// group has moved stays as it is.
    pub fn redirect_update(&self, update: &mut Update) {
        match &mut update.what {
            What::Message(message) | What::Edited(message) if !message.service => {
                if let Some(now) = self.of(message.chat) {
                    message.chat = now;
                    message.message = MessageId::NONE;
                    message.reply_to = None;
                }
            }
            // Its message is in the old chat, and only the button's row counts.
            What::Callback(tap) => tap.chat = self.of(tap.chat).unwrap_or(tap.chat),
            _ => {}
        }
    }
}

/// The move that an update tells of: from where, to where.
#[must_use]
pub fn announced(update: &Update) -> Option<(ChatId, ChatId)> {
    let What::Message(message) = &update.what else {
        return None;
    };
    match (message.migrate_to_chat_id, message.migrate_from_chat_id) {
        (Some(to), _) => Some((message.chat, to)),
        (None, Some(from)) => Some((from, message.chat)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OutboxId, TopicId, UpdateId};
    use crate::model::{Body, Kind};
    use crate::rules::testing::{ANNA, ELSEWHERE, GROUP, message, reply_to};

    const NOW: ChatId = ChatId(-1_000_000_000_100);

    fn moves() -> Moves {
        let mut moves = Moves::default();
        assert!(moves.note(GROUP, NOW));
        assert!(!moves.note(GROUP, NOW), "it is known");
        assert_eq!(
            (moves.of(GROUP), moves.before(NOW)),
            (Some(NOW), Some(GROUP))
        );
        moves
    }

    fn post(chat: ChatId) -> Post {
        let place = Place {
            chat,
            topic: TopicId::NONE,
        };
        let body = Body {
            reply_to: Some(MessageId(5)),
            ..Body::default()
        };
        Post::new(OutboxId(1), place, Kind::Final, body)
    }

    #[test]
    fn a_post_goes_where_its_chat_is_now_and_quotes_nothing_of_the_old_one() {
        let (mut moved, mut other) = (post(GROUP), post(ELSEWHERE));
        moves().redirect(&mut moved);
        moves().redirect(&mut other);
        assert_eq!((moved.place.chat, moved.body.reply_to), (NOW, None));
        assert_eq!(other, post(ELSEWHERE));
    }

    #[test]
    fn a_late_message_of_the_old_chat_belongs_to_the_new_one_and_answers_none() {
        let mut late = message(ANNA, GROUP, "pods?");
        late.reply_to = Some(reply_to(1));
        let mut update = Update {
            id: UpdateId(1),
            what: What::Message(late),
        };
        moves().redirect_update(&mut update);
        let What::Message(late) = update.what else {
            panic!("it is a message");
        };
        assert_eq!((late.chat, late.message), (NOW, MessageId::NONE));
        assert_eq!(late.reply_to, None);
    }

    #[test]
    fn both_words_about_a_move_tell_the_same() {
        let told = |chat, to, from| {
            let mut word = message(ANNA, chat, "");
            word.service = true;
            (word.migrate_to_chat_id, word.migrate_from_chat_id) = (to, from);
            announced(&Update {
                id: UpdateId(1),
                what: What::Message(word),
            })
        };
        assert_eq!(told(GROUP, Some(NOW), None), Some((GROUP, NOW)));
        assert_eq!(told(NOW, None, Some(GROUP)), Some((GROUP, NOW)));
        assert_eq!(told(NOW, None, None), None);
    }
}
