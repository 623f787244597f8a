//! What was asked and what became of it: one row a question, and what a bot got wrong.
//!
//! Questions are numbered in the order in which people ask; a question and its answer carry the
//! number in their text. So whoever sees either knows which it is, whatever way it came.

use std::collections::HashMap;
use std::ops::AddAssign;
use std::time::Duration;

use tokio::time::Instant;

/// One question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who asks: the private chat.
    pub chat: i64,
    /// When an answer to a poll had it, first.
    pub delivered: Option<Instant>,
    /// When the agent had it, first.
    pub called: Option<Instant>,
    /// When the agent gave its answer.
    pub done: Option<Instant>,
    /// When Telegram had the answer, first.
    pub answered: Option<Instant>,
}

impl Question {
    /// The time that the bot itself has added: from the update to the agent, and from the agent's
    /// answer to the message.
    pub fn added(&self) -> Option<Duration> {
        let before = self.called?.duration_since(self.delivered?);
        Some(before + self.answered?.duration_since(self.done?))
    }
}

/// What a bot got wrong, in numbers of questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Never answered.
    pub lost: usize,
    /// Asked or answered more than once.
    pub doubled: usize,
    /// Asked or answered before an earlier one of the same person.
    pub misordered: usize,
    /// Asked in a context that is not the person's, or answered in another chat.
    pub misplaced: usize,
}

impl AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.misordered += other.misordered;
        self.misplaced += other.misplaced;
    }
}

/// What is known of one person's conversation.
#[derive(Default)]
struct Talk {
    context: Option<String>,
    asked: usize,
    answered: usize,
}

/// All questions of one bot.
#[derive(Default)]
pub struct Ledger {
    questions: Vec<Question>,
    talks: HashMap<i64, Talk>,
    /// Whose context it is.
    owners: HashMap<String, i64>,
    faults: Faults,
    called: usize,
    answered: usize,
}

impl Ledger {
    /// A new question; its number.
    pub fn ask(&mut self, chat: i64) -> usize {
        self.questions.push(Question {
            chat,
            delivered: None,
            called: None,
            done: None,
            answered: None,
        });
        self.questions.len() - 1
    }

    /// The questions from this number on.
    pub fn since(&self, number: usize) -> &[Question] {
        &self.questions[number..]
    }

    /// How many there are.
    pub fn asked(&self) -> usize {
        self.questions.len()
    }

    /// How many an agent has had.
    pub fn called(&self) -> usize {
        self.called
    }

    /// How many are answered.
    pub fn answered(&self) -> usize {
        self.answered
    }

    /// An answer to a poll has it.
    pub fn deliver(&mut self, number: usize, now: Instant) {
        self.questions[number].delivered.get_or_insert(now);
    }

    /// The agent has it, in this context. Returns the context that its answer names; none if the
    /// number is nobody's.
    pub fn call(&mut self, number: usize, context: Option<&str>, now: Instant) -> Option<String> {
        let question = self.questions.get_mut(number)?;
        if question.called.is_some() {
            self.faults.doubled += 1;
        } else {
            question.called = Some(now);
            self.called += 1;
        }
        let chat = question.chat;
        let talk = self.talks.entry(chat).or_default();
        if number < talk.asked {
            self.faults.misordered += 1;
        }
        talk.asked = talk.asked.max(number);
        let context = context.filter(|context| !context.is_empty());
        let own = talk.context.as_deref();
        if own.is_some_and(|own| context != Some(own)) {
            self.faults.misplaced += 1;
        }
        let context = context.map_or_else(|| format!("context-{number}"), str::to_owned);
        if *self.owners.entry(context.clone()).or_insert(chat) != chat {
            self.faults.misplaced += 1;
        }
        talk.context.get_or_insert_with(|| context.clone());
        Some(context)
    }

    /// The agent gives its answer.
    pub fn done(&mut self, number: usize, now: Instant) {
        self.questions[number].done.get_or_insert(now);
    }

    /// Telegram has the answer. Returns who asked, if this is the first time.
    pub fn answer(&mut self, number: usize, chat: i64, now: Instant) -> Option<i64> {
        let question = self.questions.get_mut(number)?;
        if question.chat != chat {
            self.faults.misplaced += 1;
        }
        if question.answered.is_some() {
            self.faults.doubled += 1;
            return None;
        }
        question.answered = Some(now);
        self.answered += 1;
        let asker = question.chat;
        let talk = self.talks.entry(asker).or_default();
        if number < talk.answered {
            self.faults.misordered += 1;
        }
        talk.answered = talk.answered.max(number);
        Some(asker)
    }

    /// What went wrong, if nothing comes any more.
    pub fn faults(&self) -> Faults {
        let mut faults = self.faults;
        faults.lost = self.questions.len() - self.answered;
        faults
    }
}

/// The number that stands after `word` at the first place where a number does.
pub fn number_after(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).find_map(|(at, _)| {
        let rest = text[at + word.len()..].trim_start_matches(' ');
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        rest[..digits].parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(play: impl FnOnce(&mut Ledger)) -> Faults {
        let mut ledger = Ledger::default();
        for chat in [7, 7, 8] {
            ledger.ask(chat);
        }
        play(&mut ledger);
        ledger.faults()
    }

    fn right(ledger: &mut Ledger, number: usize, chat: i64) {
        let now = Instant::now();
        ledger.call(number, Some(&format!("of {chat}")), now);
        assert_eq!(ledger.answer(number, chat, now), Some(chat));
    }

    #[test]
    fn all_is_well() {
        let seen = faults(|ledger| {
            right(ledger, 0, 7);
            right(ledger, 2, 8);
            right(ledger, 1, 7);
        });
        assert_eq!(seen, Faults::default());
    }

    #[test]
    fn what_is_never_answered_is_lost() {
        let seen = faults(|ledger| right(ledger, 0, 7));
        assert_eq!(
            seen,
            Faults {
                lost: 2,
                ..Faults::default()
            }
        );
    }

    #[test]
    fn each_second_time_is_doubled() {
        let seen = faults(|ledger| {
            right(ledger, 0, 7);
            ledger.call(0, Some("of 7"), Instant::now());
            assert_eq!(ledger.answer(0, 7, Instant::now()), None);
        });
        assert_eq!(
            seen,
            Faults {
                lost: 2,
                doubled: 2,
                ..Faults::default()
            }
        );
    }

    #[test]
    fn the_order_of_one_person_counts_to_the_agent_and_back() {
        let seen = faults(|ledger| {
            right(ledger, 1, 7);
            right(ledger, 0, 7);
            right(ledger, 2, 8);
        });
        assert_eq!(
            seen,
            Faults {
                misordered: 2,
                ..Faults::default()
            }
        );
    }

    #[test]
    fn a_context_belongs_to_one_person_and_a_person_has_one() {
        let now = Instant::now();
        let seen = faults(|ledger| {
            let made = ledger.call(0, None, now);
            assert_eq!(made.as_deref(), Some("context-0"));
            // Not the one that it was told.
            ledger.call(1, None, now);
            // Somebody else's.
            ledger.call(2, Some("context-0"), now);
        });
        assert_eq!(
            seen,
            Faults {
                lost: 3,
                misplaced: 2,
                ..Faults::default()
            }
        );
    }

    #[test]
    fn an_answer_in_another_chat_is_misplaced() {
        let seen = faults(|ledger| {
            ledger.answer(2, 7, Instant::now());
        });
        assert_eq!(
            seen,
            Faults {
                lost: 2,
                misplaced: 1,
                ..Faults::default()
            }
        );
    }

    #[test]
    fn the_number_is_found_in_any_text() {
        assert_eq!(number_after("Question 12: why?", "Question "), Some(12));
        assert_eq!(
            number_after("No Answer yet. Answer 3: x", "Answer "),
            Some(3)
        );
        assert_eq!(number_after("Thinking...", "Answer "), None);
    }
}
