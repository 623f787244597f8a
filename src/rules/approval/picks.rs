//! What people have tapped so far. Nothing of it is sent before it is whole.

use serde::{Deserialize, Serialize};

use crate::pause::{Asks, Decision, Pause, Verdict};

/// An answer in somebody's own words is cut after so many characters.
const WORDS_MAX: usize = 4_096;

/// What was tapped so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picks {
    /// Which calls may run. To begin with, none.
    pub approved: Vec<bool>,
    /// The answers to the questions before the one at hand.
    pub answers: Vec<Vec<String>>,
    /// What is chosen of the question at hand, where more than one may be.
    pub chosen: Vec<usize>,
}

/// A tap, or words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The other verdict for this call.
    Toggle(usize),
    /// This choice of the question at hand.
    Choose(usize),
    /// The choices of the question at hand are made.
    Done,
    /// The answer to the question at hand.
    Say(String),
}

impl Picks {
    /// Nothing was tapped.
    #[must_use]
    pub fn new(pause: &Pause) -> Self {
        Self {
            approved: vec![false; pause.calls().len()],
            ..Self::default()
        }
    }

    /// The question at hand: its number, from 0.
    #[must_use]
    pub fn question(&self) -> usize {
        self.answers.len()
    }

    /// After this tap; none if there is nothing to be tapped so.
    #[must_use]
    pub fn pick(&self, pause: &Pause, pick: &Pick) -> Option<Self> {
        let mut picks = self.clone();
        match (&pause.asks, pick) {
            (Asks::Approval(_), Pick::Toggle(call)) => {
                let approved = picks.approved.get_mut(*call)?;
                *approved = !*approved;
            }
            (Asks::Answers { questions, .. }, pick) => {
                let question = questions.get(self.question())?;
                match pick {
                    Pick::Choose(choice) if question.multiple => {
                        question.choices.get(*choice)?;
                        let at = picks.chosen.iter().position(|chosen| chosen == choice);
                        match at {
                            Some(at) => drop(picks.chosen.remove(at)),
                            None => picks.chosen.push(*choice),
                        }
                    }
                    Pick::Choose(choice) => {
                        let answer = question.choices.get(*choice)?.clone();
                        picks.answer(vec![answer]);
                    }
                    Pick::Done if !self.chosen.is_empty() => {
                        let mut chosen = self.chosen.clone();
                        chosen.sort_unstable();
                        let chosen = chosen.iter().filter_map(|at| question.choices.get(*at));
                        picks.answer(chosen.cloned().collect());
                    }
                    Pick::Say(words) if !words.trim().is_empty() => {
                        picks.answer(vec![words.trim().chars().take(WORDS_MAX).collect()]);
                    }
                    _ => return None,
                }
            }
            _ => return None,
        }
        Some(picks)
    }

    fn answer(&mut self, answer: Vec<String>) {
        self.answers.push(answer);
        self.chosen.clear();
    }

    /// The decision that was tapped, once it is whole.
    #[must_use]
    pub fn decision(&self, pause: &Pause) -> Option<Decision> {
        let decision = match &pause.asks {
            Asks::Approval(calls) => {
                let verdicts = calls.iter().zip(&self.approved);
                let verdicts = verdicts.map(|(call, approved)| Verdict {
                    id: call.id.clone(),
                    approved: *approved,
                    reason: None,
                });
                Decision::Tools(verdicts.collect())
            }
            Asks::Answers { .. } => Decision::Answers(self.answers.clone()),
            Asks::Words(_) | Asks::Login(_) | Asks::Unclear { .. } => return None,
        };
        pause.is_answered_by(&decision).then_some(decision)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::ids::{CallId, TaskId};
    use crate::pause::{Form, Question, ToolCall};

    fn pause(asks: Asks) -> Pause {
        Pause {
            task: TaskId::from("t"),
            context: None,
            form: Form::Parts,
            asks,
        }
    }

    fn calls(count: usize) -> Pause {
        let call = |n| ToolCall {
            id: CallId::from(format!("c{n}")),
            name: "x".to_owned(),
            args: Value::Null,
            via: None,
        };
        pause(Asks::Approval((0..count).map(call).collect()))
    }

    fn questions() -> Pause {
        let question = |choices: &[&str], multiple| Question {
            text: "?".to_owned(),
            choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
            multiple,
        };
        pause(Asks::Answers {
            id: CallId::from("c"),
            via: None,
            questions: vec![
                question(&["a", "b"], false),
                question(&["p", "q", "r"], true),
                question(&[], false),
            ],
        })
    }

    #[test]
    fn each_call_is_rejected_until_it_is_tapped() {
        let pause = calls(2);
        let none = Picks::new(&pause);
        assert!(!none.decision(&pause).unwrap().approves());
        let one = none.pick(&pause, &Pick::Toggle(1)).unwrap();
        let Some(Decision::Tools(verdicts)) = one.decision(&pause) else {
            panic!();
        };
        let approved: Vec<bool> = verdicts.iter().map(|verdict| verdict.approved).collect();
        assert_eq!(approved, [false, true]);
        assert_eq!(one.pick(&pause, &Pick::Toggle(1)), Some(none.clone()));
        assert_eq!(none.pick(&pause, &Pick::Toggle(2)), None);
        assert_eq!(none.pick(&pause, &Pick::Say("yes".to_owned())), None);
    }

    #[test]
    fn questions_come_one_by_one_and_only_whole_answers_are_sent() {
        let pause = questions();
        let mut picks = Picks::new(&pause);
        let say = |text: &str| Pick::Say(text.to_owned());
        let steps = [
            (Pick::Done, false),
            (Pick::Choose(2), false),
            (Pick::Toggle(0), false),
            (Pick::Choose(1), true),
            (Pick::Done, false),
            (Pick::Choose(2), true),
            (Pick::Choose(0), true),
            (Pick::Choose(1), true),
            (Pick::Choose(1), true),
            (Pick::Done, true),
            (say("  "), false),
            (Pick::Choose(0), false),
        ];
        for (pick, taken) in steps {
            let after = picks.pick(&pause, &pick);
            assert_eq!(after.is_some(), taken, "{pick:?} after {picks:?}");
            picks = after.unwrap_or(picks);
            assert_eq!(picks.decision(&pause), None, "not whole: {picks:?}");
        }
        let picks = picks.pick(&pause, &say(" no ")).unwrap();
        let answers = [vec!["b"], vec!["p", "r"], vec!["no"]];
        let answers = answers.map(|texts| texts.into_iter().map(str::to_owned).collect());
        assert_eq!(
            picks.decision(&pause),
            Some(Decision::Answers(answers.into()))
        );
        assert_eq!(picks.pick(&pause, &say("more")), None);
    }

    #[test]
    fn what_was_chosen_of_one_question_is_not_chosen_of_the_next() {
        let question = |choices: [&str; 2]| Question {
            text: "?".to_owned(),
            choices: choices.map(str::to_owned).to_vec(),
            multiple: true,
        };
        let pause = pause(Asks::Answers {
            id: CallId::from("c"),
            via: None,
            questions: vec![question(["a", "b"]), question(["p", "q"])],
        });
        let taps = [Pick::Choose(0), Pick::Done, Pick::Choose(1), Pick::Done];
        let picks = taps.iter().fold(Picks::new(&pause), |picks, tap| {
            picks.pick(&pause, tap).unwrap()
        });
        assert_eq!(picks.answers, [["a"], ["q"]]);
    }

    #[test]
    fn a_question_with_choices_may_be_answered_in_words() {
        let pause = questions();
        let picks = Picks::new(&pause)
            .pick(&pause, &Pick::Say("c".to_owned()))
            .unwrap();
        assert_eq!(picks.answers, [["c"]]);
    }
}
