//! What is known of the screens of people: the newest message of each thread.
//!
//! A hint, kept in memory and bounded. Where nothing is known the careful answer follows:
//! an answer comes as a new message.

use std::collections::{HashMap, HashSet};

use crate::ids::{ChatId, MessageId, OutboxId, TopicId};
use crate::model::{Place, Shown};
use crate::rules::format::Formatted;

/// Threads and placeholders remembered; beyond that all is forgotten and learned again.
const REMEMBERED_MAX: usize = 10_000;

/// The newest message of each thread, and what our placeholders became.
#[derive(Debug, Default)]
pub struct Screen {
    newest: HashMap<Place, MessageId>,
    /// The newest message of each thread that a person wrote, after the one before it.
    said: HashMap<Place, (Option<MessageId>, MessageId)>,
    placeholders: HashMap<OutboxId, Placeholder>,
    /// Groups with topics.
    forums: HashSet<ChatId>,
}

/// A placeholder that has arrived.
#[derive(Debug)]
struct Placeholder {
    chat: ChatId,
    message: MessageId,
    /// What stands in it; none if nobody knows.
    reads: Option<Reads>,
}

/// What is to be read in a placeholder, and the buttons under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// The text.
    pub text: Formatted,
    /// The buttons.
    pub buttons: Vec<Vec<Shown>>,
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
        let before = self.said.get(&place).map(|(_, before)| *before);
        self.said.insert(place, (before, message));
        self.saw(place, message);
    }

    /// What was heard last goes on with this question: that is what was said last, unless
    /// something else came in between.
    pub fn goes_on(&mut self, place: Place, question: MessageId) {
        if let Some(said) = self.said.get_mut(&place)
            && said.0 == Some(question)
        {
            *said = (None, question);
        }
    }

    /// Whether an answer to this message quotes it: always in a group, where others talk;
    /// in private only where the person has written something since. Nothing to quote is left
    /// of what was asked before the group became a supergroup.
    #[must_use]
    pub fn quotes(&self, place: Place, question: MessageId) -> bool {
        let here = place.chat.is_group()
            || self
                .said
                .get(&place)
                .is_none_or(|(_, said)| *said != question);
        here && question != MessageId::NONE
    }

    /// The group has topics.
    pub fn is_forum(&mut self, chat: ChatId) {
        if self.forums.len() >= REMEMBERED_MAX {
            self.forums.clear();
        }
        self.forums.insert(chat);
    }

    /// The topic that "typing" shows in. Unlike messages, it has to name a forum's General.
    #[must_use]
    pub fn typing_topic(&self, place: Place) -> TopicId {
        let general = place.topic == TopicId::NONE && self.forums.contains(&place.chat);
        if general {
            TopicId::GENERAL
        } else {
            place.topic
        }
    }

    /// Nothing that stands in this chat can be reached any more.
    pub fn leaves(&mut self, chat: ChatId) {
        self.newest.retain(|place, _| place.chat != chat);
        self.said.retain(|place, _| place.chat != chat);
        self.placeholders.retain(|_, shown| shown.chat != chat);
    }

    /// A placeholder has arrived.
    pub fn shows(&mut self, chat: ChatId, post: OutboxId, message: MessageId) {
        if self.placeholders.len() >= REMEMBERED_MAX {
            self.placeholders.clear();
        }
        let shown = Placeholder {
            chat,
            message,
            reads: None,
        };
        self.placeholders.insert(post, shown);
    }

    /// What stands in a placeholder now; none if nobody knows.
    pub fn reads(&mut self, post: OutboxId, reads: Option<Reads>) {
        if let Some(shown) = self.placeholders.get_mut(&post) {
            shown.reads = reads;
        }
    }

    /// Whether exactly this stands in a placeholder: Telegram refuses to change nothing.
    #[must_use]
    pub fn already_reads(&self, post: OutboxId, reads: &Reads) -> bool {
        let shown = self.placeholders.get(&post);
        shown.is_some_and(|shown| shown.reads.as_ref() == Some(reads))
    }

    /// A placeholder is gone, or has become something else.
    pub fn forgets(&mut self, post: OutboxId) {
        self.placeholders.remove(&post);
    }

    /// The message that a placeholder is, if it is known to have arrived.
    #[must_use]
    pub fn placeholder(&self, post: OutboxId) -> Option<MessageId> {
        self.placeholders.get(&post).map(|shown| shown.message)
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
        screen.goes_on(at(1), MessageId(10));
        screen.heard(at(1), MessageId(13));
        screen.goes_on(at(1), MessageId(10));
        assert!(
            !screen.quotes(at(1), MessageId(10)),
            "only its own parts came since"
        );
        screen.heard(at(1), MessageId(14));
        screen.heard(at(1), MessageId(15));
        screen.goes_on(at(1), MessageId(10));
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
        screen.shows(ChatId(1), OutboxId(1), MessageId(11));
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

    #[test]
    fn what_stands_in_a_placeholder_is_known_until_nobody_can_know() {
        let reads = |text: &str, label: &str| Reads {
            text: Formatted::plain(text.to_owned()),
            buttons: vec![vec![Shown {
                label: label.to_owned(),
                token: "t".to_owned(),
            }]],
        };
        let (mut screen, post) = (Screen::default(), OutboxId(1));
        screen.reads(post, Some(reads("a", "Stop")));
        assert!(
            !screen.already_reads(post, &reads("a", "Stop")),
            "not there yet"
        );
        screen.shows(ChatId(1), post, MessageId(11));
        assert!(
            !screen.already_reads(post, &reads("a", "Stop")),
            "nobody said"
        );
        screen.reads(post, Some(reads("a", "Stop")));
        assert!(screen.already_reads(post, &reads("a", "Stop")));
        assert!(!screen.already_reads(post, &reads("b", "Stop")));
        assert!(
            !screen.already_reads(post, &reads("a", "Run")),
            "the buttons count"
        );
        screen.reads(post, None);
        assert!(!screen.already_reads(post, &reads("a", "Stop")));
    }

    #[test]
    fn of_a_chat_that_was_left_nothing_can_be_reached() {
        let place = |chat| Place {
            chat: ChatId(chat),
            topic: TopicId::NONE,
        };
        let mut screen = Screen::default();
        for chat in [-1, -2] {
            screen.heard(place(chat), MessageId(10));
            screen.shows(ChatId(chat), OutboxId(-chat), MessageId(11));
        }
        screen.leaves(ChatId(-1));
        assert_eq!(screen.placeholder(OutboxId(1)), None);
        assert_eq!(screen.placeholder(OutboxId(2)), Some(MessageId(11)));
        assert!(!screen.quotes(place(-2), MessageId::NONE));
    }

    #[test]
    fn typing_names_the_general_topic_of_a_forum_and_no_other_chat() {
        let at = |chat, topic| Place {
            chat: ChatId(chat),
            topic: TopicId(topic),
        };
        let mut screen = Screen::default();
        screen.is_forum(ChatId(-1));
        for (place, topic) in [
            (at(-1, 0), 1),
            (at(-1, 7), 7),
            (at(-2, 0), 0),
            (at(1, 0), 0),
        ] {
            assert_eq!(screen.typing_topic(place), TopicId(topic), "{place:?}");
        }
    }
}
