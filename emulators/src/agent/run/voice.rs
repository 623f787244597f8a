//! How the agent tells what it does: kagent 0.10 and plain agents by status messages, kagent's
//! main branch by one artifact for each step.

use std::sync::Arc;

use uuid::Uuid;

use super::super::board::{Board, Signal};
use super::super::model::{Artifact, Event, Message, Part, State};
use super::super::settings::Flavor;

/// Tells the events of one task.
pub(super) struct Voice {
    board: Arc<Board>,
    task: String,
    /// The text said last, which kagent main does not say again as the answer.
    last_said: Option<String>,
}

impl Voice {
    pub fn new(board: Arc<Board>, task: String) -> Self {
        let last_said = None;
        Self {
            board,
            task,
            last_said,
        }
    }

    /// What the agent does in one step.
    pub fn says(&mut self, parts: Vec<Part>) {
        if self.flavor() == Flavor::KagentMain {
            self.last_said = match parts.as_slice() {
                [Part::Text(text)] => Some(text.clone()),
                _ => None,
            };
            return self.event(Event::artifact(Artifact::of(parts)));
        }
        self.status(State::Working, Some(Message::agent(parts)));
    }

    /// A text in pieces. Begin with [`Self::begins_text`]; the whole ends it.
    pub fn says_delta(&mut self, piece: &mut Piece, delta: String) {
        let parts = vec![Part::Text(delta)];
        if self.flavor() == Flavor::KagentMain {
            let artifact = piece.artifact(parts);
            let append = std::mem::replace(&mut piece.has_begun, true);
            return self.event(Event::Artifact {
                artifact,
                append,
                last: false,
            });
        }
        self.says_partial(parts, true);
    }

    /// The whole of a text that came in pieces; on kagent main it replaces them.
    pub fn says_whole(&mut self, piece: &Piece, whole: String) {
        let parts = vec![Part::Text(whole.clone())];
        if self.flavor() == Flavor::KagentMain {
            self.last_said = Some(whole);
            return self.event(Event::artifact(piece.artifact(parts)));
        }
        self.says_partial(parts, false);
    }

    fn says_partial(&mut self, parts: Vec<Part>, is_partial: bool) {
        let mut message = Message::agent(parts);
        message.partial = Some(is_partial);
        self.status(State::Working, Some(message));
    }

    /// The answer. kagent main has it said already, where it was the last text.
    pub fn answers(&mut self, artifact: Artifact) {
        let is_said = match (artifact.parts.as_slice(), &self.last_said) {
            ([Part::Text(text)], Some(said)) => text == said,
            _ => false,
        };
        if !is_said {
            self.event(Event::artifact(artifact));
        }
    }

    /// The end. kagent main tells it with an empty message first.
    pub fn completes(&mut self) {
        self.ends_step();
        self.status(State::Completed, None);
    }

    /// The end by an error. kagent 0.10 tells it twice: while working, and as the end.
    pub fn fails(&mut self, text: String, code: &'static str) {
        let message = Message::error(text, Some(code));
        if self.flavor() == Flavor::KagentMain {
            self.ends_step();
        } else {
            self.status(State::Working, Some(message.clone()));
        }
        self.status(State::Failed, Some(message));
    }

    /// The model said nothing. Only kagent main tells that.
    pub fn is_empty(&mut self) {
        if self.flavor() == Flavor::KagentMain {
            let text = "The model returned no content (finish_reason=STOP with empty parts).";
            self.fails(text.to_owned(), "MODEL_RETURNED_NO_CONTENT");
        }
    }

    /// A message without any part, with which kagent main ends a step.
    pub fn ends_step(&mut self) {
        if self.flavor() == Flavor::KagentMain {
            self.status(State::Working, Some(Message::agent(Vec::new())));
        }
    }

    pub fn status(&mut self, state: State, message: Option<Message>) {
        self.event(Event::status(state, message));
    }

    pub fn event(&mut self, event: Event) {
        self.signal(&Signal::Event(event));
    }

    pub fn signal(&self, signal: &Signal) {
        self.board.tell(&self.task, signal);
    }

    fn flavor(&self) -> Flavor {
        self.board.settings.flavor
    }
}

/// A text that comes in pieces.
pub(super) struct Piece {
    id: String,
    has_begun: bool,
}

impl Piece {
    pub fn new() -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            has_begun: false,
        }
    }

    fn artifact(&self, parts: Vec<Part>) -> Artifact {
        let id = self.id.clone();
        Artifact {
            id,
            ..Artifact::of(parts)
        }
    }
}
