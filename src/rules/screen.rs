//! What is known of the screens of people: the newest message of each thread.
//!
//! A hint, kept in memory and bounded. Where nothing is known the careful answer follows:
//! an answer comes as a new message.

use std::collections::HashMap;

use crate::ids::{MessageId, OutboxId};
use crate::model::Place;

/// Threads and placeholders remembered; beyond that all is forgotten and learned again.
const REMEMBERED_MAX: usize = 10_000;

/// The newest message of each thread, and what our placeholders became.
#[derive(Debug, Default)]
pub struct Screen {
    newest: HashMap<Place, MessageId>,
    /// The newest message of each thread that a person wrote.
    said: HashMap<Place, MessageId>,
    placeholders: HashMap<OutboxId, MessageId>,
}

impl Screen {
    /// A message stands in a thread: a person's, or ours.
    pub fn saw(&mut self, place: Place, message: MessageId) {
        if self.newest.len() >= REMEMBERED_MAX {
            self.newest.clear();
        }
        let newest = self.newest.entry(place).or_insert(message);
        *newest = message.max(*newest);
    }

    /// A person wrote in a thread.
    pub fn heard(&mut self, place: Place, message: MessageId) {
        if self.said.len() >= REMEMBERED_MAX {
            self.said.clear();
        }
        self.said.insert(place, message);
        self.saw(place, message);
    }

    /// Whether an answer to this message quotes it: always in a group, where others talk;
    /// in private only where the person has written something since.
    #[must_use]
    pub fn quotes(&self, place: Place, question: MessageId) -> bool {
        place.chat.is_group() || self.said.get(&place) != Some(&question)
    }

    /// A placeholder has arrived.
    pub fn shows(&mut self, post: OutboxId, message: MessageId) {
        if self.placeholders.len() >= REMEMBERED_MAX {
            self.placeholders.clear();
        }
        self.placeholders.insert(post, message);
    }

    /// A placeholder is gone, or has become something else.
    pub fn forgets(&mut self, post: OutboxId) {
        self.placeholders.remove(&post);
    }

    /// The message that a placeholder is, if it is known to have arrived.
    #[must_use]
    pub fn placeholder(&self, post: OutboxId) -> Option<MessageId> {
        self.placeholders.get(&post).copied()
    }

    /// Whether the placeholder is the last thing in its thread.
    #[must_use]
    pub fn is_newest(&self, place: Place, post: OutboxId) -> bool {
        let shown = self.placeholder(post);
        shown.is_some() && self.newest.get(&place).copied() == shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ChatId, TopicId};

    #[test]
    fn an_answer_quotes_its_question_where_that_helps() {
        let at = |chat| Place {
            chat: ChatId(chat),
            topic: TopicId::NONE,
        };
        let mut screen = Screen::default();
        assert!(screen.quotes(at(1), MessageId(10)), "nothing is known");
        screen.heard(at(1), MessageId(10));
        screen.saw(at(1), MessageId(11));
        assert!(
            !screen.quotes(at(1), MessageId(10)),
            "it is the last thing said"
        );
        screen.heard(at(1), MessageId(12));
        assert!(screen.quotes(at(1), MessageId(10)));
        screen.heard(at(-1), MessageId(10));
        assert!(
            screen.quotes(at(-1), MessageId(10)),
            "others talk in a group"
        );
    }

    #[test]
    fn a_newer_message_in_the_thread_is_noticed_in_any_order_of_arrival() {
        let place = |topic| Place {
            chat: ChatId(1),
            topic: TopicId(topic),
        };
        let mut screen = Screen::default();
        assert!(!screen.is_newest(place(0), OutboxId(1)));
        screen.saw(place(0), MessageId(10));
        screen.shows(OutboxId(1), MessageId(11));
        screen.saw(place(0), MessageId(11));
        screen.saw(place(7), MessageId(12));
        assert!(screen.is_newest(place(0), OutboxId(1)));
        screen.saw(place(0), MessageId(10));
        assert!(screen.is_newest(place(0), OutboxId(1)));
        screen.saw(place(0), MessageId(13));
        assert!(!screen.is_newest(place(0), OutboxId(1)));
        screen.forgets(OutboxId(1));
        assert_eq!(screen.placeholder(OutboxId(1)), None);
    }
}
