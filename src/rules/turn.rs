//! The states of a turn, and what is committed and said when it moves.
//!
//! ```text
//! queued ──▶ submitting ──▶ working ──▶ answered | told-failed | stopped
//!    ▲            │    │           └─ cannot be stopped ─▶ detached ──▶ (the same, late)
//!    │            │    └──────────────▶ answered | told-failed
//!    │            └─ nobody can know ─▶ unknown-told
//!    └── [Run again], with the next attempt ──┘
//! ```

use uuid::Uuid;

use crate::ids::{AgentName, BotId, OutboxId, PromptId, SaidId, TaskId, Timestamp, UpdateId};
use crate::model::{Action, BUTTON_LIFE, Body, Button, Kind, Outcome, Post, Shown, Turn, Whom};
use crate::pause::Pause;
use crate::rules::answer::{Answer, Piece};
use crate::rules::buttons::{self, Under};
use crate::rules::format::Formatted;
use crate::rules::phone::Ending;
use crate::rules::words;
use crate::store::Change;

/// The end of a turn, as the agent's edge saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The agent's answer; it may be empty.
    Answer(Answer),
    /// A question, or a wish, in words: the next words of whoever asked go to its task.
    Asked {
        /// What it says.
        answer: Answer,
        /// The task that waits for words.
        task: TaskId,
        /// The message that asks, where the agent gives it an id.
        said: Option<SaidId>,
    },
    /// It cannot be asked, and could not be the next time; a sentence that says why.
    Refused(String),
    /// Surely no answer; a sentence that says why.
    Failed(String),
    /// Nobody can know whether the agent has the prompt.
    Unknown,
    /// The agent had it, and knows nothing of its task any more.
    Forgotten,
    /// It waits for a person's decision: not over, but its run is.
    Paused(Box<Pause>),
    /// A decision did not get through, as far as is known: it still waits.
    Undecided {
        /// Whether the agent surely does not have it.
        surely: bool,
        /// A sentence that says why.
        why: String,
    },
    /// A person wanted it to stop, and it did.
    Stopped,
}

/// Fresh ids for what a rule brings into being.
pub trait Fresh {
    /// A row of the outbox.
    fn post(&mut self) -> OutboxId;
    /// A button's token: unguessable, at most 64 bytes.
    fn token(&mut self) -> String;
    /// The wall clock.
    fn now(&self) -> Timestamp;
}

/// The A2A message id of an attempt: the same after any crash, another one only when a
/// person says [Run again].
#[must_use]
pub fn prompt_id(bot: BotId, update: UpdateId, attempt: u32) -> PromptId {
    let name = format!("switchboard:{bot}:{update}:{attempt}");
    PromptId::from(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string())
}

/// A turn ends with an answer, already in messages.
#[must_use]
pub fn answered(
    turn: &Turn,
    pieces: Vec<Piece>,
    ending: Ending,
    fresh: &mut dyn Fresh,
) -> Vec<Change> {
    let mut changes = vec![Change::EndTurn {
        turn: turn.id,
        outcome: Outcome::Answered,
    }];
    for (n, piece) in pieces.into_iter().enumerate() {
        let (kind, target) = match ending {
            Ending::Edit if n == 0 => (Kind::FinalEdit, turn.placeholder),
            Ending::Edit | Ending::New | Ending::Replace => (Kind::Final, None),
        };
        let (formatted, file) = match piece {
            Piece::Text(formatted) => (formatted, None),
            Piece::File {
                file,
                carried,
                caption,
            } => (Formatted::plain(caption), Some((carried, file))),
        };
        let (carried, file) = file.unzip();
        let body = Body {
            text: formatted.text,
            entities: formatted.entities,
            reply_to: (n == 0).then_some(turn.reply_to),
            target,
            file: carried,
            ..Body::default()
        };
        let id = fresh.post();
        changes.push(Change::Post(post(turn, kind, body, id)));
        changes.extend(file.map(|file| Change::Attach { post: id, file }));
    }
    take_away_placeholder(turn, ending, &mut changes, fresh);
    changes
}

/// A turn ends without an answer; the person is told why and may run it again.
#[must_use]
pub fn failed(
    turn: &Turn,
    agent: &AgentName,
    why: &str,
    ending: Ending,
    fresh: &mut dyn Fresh,
) -> Vec<Change> {
    let text = words::failed(agent, why, turn.id);
    let end = Change::EndTurn {
        turn: turn.id,
        outcome: Outcome::ToldFailed,
    };
    let choices = vec![run_again(turn)];
    with_question(turn, end, text, choices, ending, fresh)
}

/// A turn ends because it cannot be asked as it is; running it again would change nothing.
#[must_use]
pub fn refused(
    turn: &Turn,
    agent: &AgentName,
    why: &str,
    ending: Ending,
    fresh: &mut dyn Fresh,
) -> Vec<Change> {
    let body = Body {
        text: words::failed(agent, why, turn.id),
        reply_to: Some(turn.reply_to),
        ..Body::default()
    };
    let end = Change::EndTurn {
        turn: turn.id,
        outcome: Outcome::ToldFailed,
    };
    let mut changes = vec![
        end,
        Change::Post(post(turn, Kind::Notice, body, fresh.post())),
    ];
    take_away_placeholder(turn, ending, &mut changes, fresh);
    changes
}

/// A turn cannot be stopped, though its time is up or a person wants it to: the person is
/// told (`text`), and nobody waits for it any more.
#[must_use]
pub fn detached(turn: &Turn, text: String, ending: Ending, fresh: &mut dyn Fresh) -> Vec<Change> {
    let body = Body {
        text,
        reply_to: Some(turn.reply_to),
        ..Body::default()
    };
    let mut changes = vec![
        Change::Detach { turn: turn.id },
        Change::Post(post(turn, Kind::Notice, body, fresh.post())),
    ];
    take_away_placeholder(turn, ending, &mut changes, fresh);
    changes
}

/// A turn ends because nobody can know; the person decides.
#[must_use]
pub fn unknown(
    turn: &Turn,
    agent: &AgentName,
    ending: Ending,
    fresh: &mut dyn Fresh,
) -> Vec<Change> {
    let text = words::unknown(agent, turn.id);
    let end = Change::EndTurn {
        turn: turn.id,
        outcome: Outcome::UnknownTold,
    };
    let (turn_id, attempt) = (turn.id, turn.attempt);
    let leave_it = Action::LeaveIt {
        turn: turn_id,
        attempt,
    };
    let choices = vec![run_again(turn), (words::LEAVE_IT, leave_it)];
    with_question(turn, end, text, choices, ending, fresh)
}

fn run_again(turn: &Turn) -> (&'static str, Action) {
    let (turn, attempt) = (turn.id, turn.attempt);
    (words::RUN_AGAIN, Action::RunAgain { turn, attempt })
}

fn with_question(
    turn: &Turn,
    end: Change,
    text: String,
    choices: Vec<(&str, Action)>,
    ending: Ending,
    fresh: &mut dyn Fresh,
) -> Vec<Change> {
    let under = Under {
        post: fresh.post(),
        place: turn.place,
        whom: Whom::Person(turn.asked_by),
    };
    let line = choices.into_iter();
    let line = line.map(|(label, action)| (label.to_owned(), action));
    let made = buttons::together(under, vec![line.collect()], fresh);
    let body = Body {
        text,
        reply_to: Some(turn.reply_to),
        buttons: made.shown,
        ..Body::default()
    };
    let mut changes = vec![
        end,
        Change::Post(post(turn, Kind::Notice, body, under.post)),
    ];
    changes.extend(made.changes);
    take_away_placeholder(turn, ending, &mut changes, fresh);
    changes
}

/// Takes the placeholder of a turn from the screen, before or after it got there.
pub fn take_away_placeholder(
    turn: &Turn,
    ending: Ending,
    changes: &mut Vec<Change>,
    fresh: &mut dyn Fresh,
) {
    let (Some(placeholder), Ending::New | Ending::Replace) = (turn.placeholder, ending) else {
        return;
    };
    // If it is still waiting it never goes out; if it is out, it is deleted.
    changes.insert(0, Change::Drop(placeholder));
    let body = Body {
        target: Some(placeholder),
        ..Body::default()
    };
    changes.push(Change::Post(post(turn, Kind::Delete, body, fresh.post())));
}

/// The placeholder of a turn, with what is known of its answer already, and \[Stop\] under it:
/// the post, the token of the button, and the changes that show both.
#[must_use]
pub fn placeholder(
    turn: &Turn,
    agent: &AgentName,
    progress: &str,
    fresh: &mut dyn Fresh,
) -> (OutboxId, String, Vec<Change>) {
    let id = fresh.post();
    let Formatted { text, entities } = words::working(agent, progress);
    let stop = Button {
        token: fresh.token(),
        place: turn.place,
        action: Action::Stop {
            turn: turn.id,
            attempt: turn.attempt,
        },
        whom: Whom::Person(turn.asked_by),
        post: id,
        group: 0,
        expires_at: fresh.now().plus(BUTTON_LIFE),
    };
    let token = stop.token.clone();
    let body = Body {
        text,
        entities,
        reply_to: Some(turn.reply_to),
        silent: true,
        buttons: stop_button(Some(&token)),
        ..Body::default()
    };
    let changes = vec![
        Change::Placeholder {
            turn: turn.id,
            post: id,
        },
        Change::Post(post(turn, Kind::Placeholder, body, id)),
        Change::ShowButton(stop),
    ];
    (id, token, changes)
}

/// \[Stop\], as it is shown under a placeholder and kept there while that is edited.
#[must_use]
pub fn stop_button(token: Option<&String>) -> Vec<Vec<Shown>> {
    let shown = token.map(|token| Shown {
        label: words::STOP.to_owned(),
        token: token.clone(),
    });
    shown.map(|shown| vec![vec![shown]]).unwrap_or_default()
}

/// The message with the button says what was decided, and its buttons are gone.
#[must_use]
pub fn decided(button: &Button, text: String, id: OutboxId) -> Change {
    let body = Body {
        text,
        target: Some(button.post),
        ..Body::default()
    };
    Change::Post(Post {
        turn: button.action.turn(),
        ..Post::new(id, button.place, Kind::Edit, body)
    })
}

fn post(turn: &Turn, kind: Kind, body: Body, id: OutboxId) -> Post {
    Post {
        id,
        place: turn.place,
        turn: Some(turn.id),
        kind,
        body,
        sends: 0,
    }
}

#[cfg(test)]
mod tests;
