//! The buttons under the cards: what each says, and what a tap on it does.

use super::desk::{Desk, cut};
use super::moves::State;
use super::waiting::{Posted, Waiting};
use super::yaml::visible;
use crate::model::{Action, BUTTON_LIFE, Button, Shown as Label, Tap, Whom};
use crate::pause::Asks;
use crate::rules::words::approvals as words;
use crate::store::Change;

/// A button's label is cut after so many characters.
const LABEL_MAX: usize = 48;

impl Desk<'_> {
    /// The buttons under this card, line by line.
    pub(super) fn shown_buttons(&self, waiting: &Waiting, at: Posted) -> Vec<Vec<Label>> {
        let lines = self.lines(waiting).into_iter();
        let shown = lines.map(|line| {
            let labels = line.into_iter().map(|(label, tap)| Label {
                label,
                token: token(waiting, at, tap),
            });
            labels.collect()
        });
        shown.collect()
    }

    /// The rows of the buttons under every card, for this version.
    pub(super) fn buttons(&mut self, waiting: &Waiting) -> Vec<Change> {
        let mut changes = Vec::new();
        for at in &waiting.cards {
            for (_, tap) in self.lines(waiting).into_iter().flatten() {
                changes.push(Change::ShowButton(Button {
                    token: token(waiting, *at, tap),
                    place: at.place,
                    action: action(waiting, tap),
                    whom: Whom::Deciders,
                    post: at.post,
                    group: waiting.version,
                    expires_at: waiting.expires_at.plus(BUTTON_LIFE),
                }));
            }
        }
        changes
    }

    /// Labels and what they do, line by line.
    fn lines(&self, waiting: &Waiting) -> Vec<Vec<(String, Tap)>> {
        let button = |label: &str, tap| (label.to_owned(), tap);
        let reject = || vec![button(words::REJECT, Tap::Reject)];
        match (waiting.state, &waiting.pause.asks) {
            _ if waiting.is_expiring() => Vec::new(),
            (State::Unknown, _) => vec![vec![
                button(words::SEND_AGAIN, Tap::Again),
                button(words::REJECT, Tap::Reject),
            ]],
            (State::Open, Asks::Unclear { .. }) => vec![reject()],
            (State::Open, Asks::Approval(calls)) => {
                if !waiting.can_be_approved() {
                    return vec![reject()];
                }
                if calls.len() == 1 {
                    return vec![vec![
                        button(words::APPROVE, Tap::Approve),
                        button(words::REJECT, Tap::Reject),
                    ]];
                }
                let mut lines: Vec<Vec<(String, Tap)>> = calls
                    .iter()
                    .enumerate()
                    .map(|(n, call)| {
                        let on = waiting.picks.approved.get(n).copied().unwrap_or_default();
                        let mark = if on { "✅" } else { "🚫" };
                        let name = self.label(&call.name);
                        let label = format!("{mark} {}. {name}", n + 1);
                        vec![(cut(&label, LABEL_MAX), Tap::Toggle(n))]
                    })
                    .collect();
                lines.push(vec![
                    button(words::APPROVE_ALL, Tap::Approve),
                    button(words::REJECT_ALL, Tap::Reject),
                ]);
                lines.push(vec![button(words::SEND, Tap::Done)]);
                lines
            }
            (State::Open, Asks::Answers { questions, .. }) => {
                let Some(question) = questions.get(waiting.picks.question()) else {
                    return vec![reject()];
                };
                let choices = question.choices.iter().enumerate();
                let mut lines: Vec<Vec<(String, Tap)>> = choices
                    .map(|(n, choice)| {
                        let on = waiting.picks.chosen.contains(&n);
                        let mark = if on { "✅ " } else { "" };
                        let choice = self.label(choice);
                        vec![(cut(&format!("{mark}{choice}"), LABEL_MAX), Tap::Choose(n))]
                    })
                    .collect();
                if question.multiple {
                    lines.push(vec![button(words::DONE, Tap::Done)]);
                }
                lines.push(vec![button(words::NO_ANSWER, Tap::Reject)]);
                lines
            }
            _ => Vec::new(),
        }
    }

    /// What an agent calls something, as a button may say it.
    fn label(&self, text: &str) -> String {
        let line: Vec<&str> = text.split_whitespace().collect();
        let without = self.mask.whole(&line.join(" ")).text.into_owned();
        visible(&without)
    }
}

fn action(waiting: &Waiting, tap: Tap) -> Action {
    Action::Pause {
        turn: waiting.turn,
        pause: waiting.id,
        version: waiting.version,
        tap,
    }
}

/// A button's token: it names its row, and the row's version is what protects it.
fn token(waiting: &Waiting, at: Posted, tap: Tap) -> String {
    let name = format!(
        "{}:{}:{}:{}:{tap:?}",
        waiting.digest, waiting.id, waiting.version, at.post
    );
    let token = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes());
    token.simple().to_string()
}
