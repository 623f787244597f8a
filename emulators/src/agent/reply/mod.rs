//! What an agent does with a prompt: a list of steps, written by the test.

mod faults;
mod pauses;
mod step;

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::gate::Gate;
use super::model::{File, FileContent, Part};
pub use faults::Fault;
pub use step::Step;

/// The steps of one answer, in the order written. Empty: as [`Reply::empty`].
///
/// A task is made when the answer holds a step that needs one: any but delays, a message or a
/// fault; [`Reply::cut`] needs one too. So `reply().http_status(503, "")` is a prompt that was
/// never taken, and `reply().http_status(503, "").answers("2 pods")` one that was, while the
/// client was told otherwise.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    steps: Vec<Step>,
    cut_after: Option<usize>,
}

/// An answer without steps yet.
#[must_use]
pub fn reply() -> Reply {
    Reply::default()
}

/// The plain answer: the text as a status update, as the artifact, and the task is completed.
#[must_use]
pub fn replies(text: &str) -> Reply {
    reply().answers(text)
}

impl Reply {
    /// Appends a step.
    ///
    /// # Panics
    /// When the answer has ended already, so that the step would never run; when a message or
    /// a cut before the task comes after anything but delays.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        let has_ended = self.steps.last().is_some_and(Step::ends);
        assert!(!has_ended, "a step after the end of an answer: {step:?}");
        let comes_alone = matches!(step, Step::Message(_) | Step::Fault(Fault::CutBeforeAccept));
        let is_first = self.steps.iter().all(Step::is_delay);
        assert!(is_first || !comes_alone, "only delays may precede {step:?}");
        self.steps.push(step);
        self
    }

    /// Lets time pass before the next step.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        self.step(Step::After(delay))
    }

    /// Waits until the test opens the gate.
    #[must_use]
    pub fn held(self, gate: &Gate) -> Self {
        self.step(Step::Held(gate.clone()))
    }

    /// Tells of progress.
    #[must_use]
    pub fn working(self, text: &str) -> Self {
        self.step(Step::Working(text.to_owned()))
    }

    /// Shows a thought, which a client must leave out of the answer.
    #[must_use]
    pub fn thinks(self, text: &str) -> Self {
        self.step(Step::Thinks(text.to_owned()))
    }

    /// Streams deltas, then the whole text once more, as an agent with `stream: true` does.
    #[must_use]
    pub fn tokens(self, deltas: &[&str]) -> Self {
        self.tokens_every(Duration::ZERO, deltas)
    }

    /// As [`Self::tokens`], with a pause before each delta.
    #[must_use]
    pub fn tokens_every(self, every: Duration, deltas: &[&str]) -> Self {
        let deltas = deltas.iter().map(|&delta| delta.to_owned()).collect();
        self.step(Step::Tokens { deltas, every })
    }

    /// Shows a tool call.
    #[must_use]
    pub fn tool_call(self, name: &str, args: Value) -> Self {
        let name = name.to_owned();
        self.step(Step::ToolCall { name, args })
    }

    /// Shows what a tool returned.
    #[must_use]
    pub fn tool_result(self, name: &str, text: &str) -> Self {
        let (name, text) = (name.to_owned(), text.to_owned());
        self.step(Step::ToolResult { name, text })
    }

    /// Delivers the artifact: the final text, whole.
    #[must_use]
    pub fn artifact(self, text: &str) -> Self {
        self.step(Step::Artifact(text.to_owned()))
    }

    /// Delivers an artifact of these parts: files, data, anything.
    #[must_use]
    pub fn artifact_of(self, parts: &[Part]) -> Self {
        self.step(Step::Parts(parts.to_vec()))
    }

    /// Delivers an artifact with a file in it. The bytes are in Base64, of any alphabet: what
    /// is given goes on the wire.
    #[must_use]
    pub fn file_bytes(self, name: &str, media_type: &str, base64: &str) -> Self {
        let content = FileContent::Bytes(base64.to_owned());
        self.file(name, media_type, content)
    }

    /// Delivers an artifact with a file that is elsewhere.
    #[must_use]
    pub fn file_uri(self, name: &str, media_type: &str, uri: &str) -> Self {
        let content = FileContent::Uri(uri.to_owned());
        self.file(name, media_type, content)
    }

    fn file(self, name: &str, media_type: &str, content: FileContent) -> Self {
        self.artifact_of(&[Part::File(File {
            name: Some(name.to_owned()),
            media_type: Some(media_type.to_owned()),
            content,
        })])
    }

    /// Delivers one artifact in pieces: the first replaces, the others append, the last says so.
    #[must_use]
    pub fn chunks(self, pieces: &[&str]) -> Self {
        let id = Uuid::new_v4().to_string();
        let last = pieces.len().saturating_sub(1);
        let pieces = pieces.iter().enumerate();
        pieces.fold(self, |reply, (at, text)| {
            reply.piece(&id, text, at > 0, at == last)
        })
    }

    /// Delivers a piece of an artifact in any order and with any flags, also wrong ones.
    #[must_use]
    pub fn piece(self, id: &str, text: &str, append: bool, last: bool) -> Self {
        self.step(Step::Piece {
            id: id.to_owned(),
            text: text.to_owned(),
            append,
            last,
        })
    }

    /// Delivers several artifacts.
    #[must_use]
    pub fn artifacts(self, texts: &[&str]) -> Self {
        texts.iter().fold(self, |reply, text| reply.artifact(text))
    }

    /// Writes a comment on the stream, as the Python SDK does in each 15 s of silence.
    #[must_use]
    pub fn pings(self) -> Self {
        self.step(Step::Ping)
    }

    /// Delivers an artifact of exactly so many bytes of numbered lines.
    #[must_use]
    pub fn big_artifact(self, bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes + 8);
        for number in 0..=bytes / 8 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{number:07}");
        }
        text.truncate(bytes);
        self.step(Step::Artifact(text))
    }

    /// Ends the task well.
    #[must_use]
    pub fn completes(self) -> Self {
        self.step(Step::Completes)
    }

    /// Says the text, delivers it as the artifact and ends the task: kagent's usual answer.
    #[must_use]
    pub fn answers(self, text: &str) -> Self {
        self.working(text).artifact(text).completes()
    }

    /// As [`Self::answers`], the text in deltas first.
    #[must_use]
    pub fn streams(self, every: Duration, deltas: &[&str]) -> Self {
        self.tokens_every(every, deltas)
            .artifact(&deltas.concat())
            .completes()
    }

    /// Ends the task with an error.
    #[must_use]
    pub fn fails(self, message: &str) -> Self {
        self.step(Step::Fails(message.to_owned()))
    }

    /// Refuses the task.
    #[must_use]
    pub fn rejects(self, message: &str) -> Self {
        self.step(Step::Rejects(message.to_owned()))
    }

    /// Ends the run and leaves the task `working`, without an artifact: kagent's empty answer.
    #[must_use]
    pub fn empty(self) -> Self {
        self.step(Step::Empty)
    }

    /// Answers with a message and makes no task.
    #[must_use]
    pub fn message(self, text: &str) -> Self {
        self.step(Step::Message(text.to_owned()))
    }

    /// Cuts the prompt's own stream after so many events, those that every stream opens with
    /// included; with 0 after the head. The steps run on. An answer that is no stream is whole.
    #[must_use]
    pub fn cut_after(mut self, events: usize) -> Self {
        self.cut_after = Some(events);
        self
    }

    pub(super) fn cuts_after(&self) -> Option<usize> {
        self.cut_after
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// Whether a task is made for this answer.
    pub(super) fn needs_task(&self) -> bool {
        self.steps.iter().any(Step::needs_task) || self.steps.iter().all(Step::is_delay)
    }

    /// Whether a fault comes before all else that the client could see, so that it decides the
    /// response's head.
    pub(super) fn leads_with_fault(&self) -> bool {
        let first = self.steps.iter().find(|step| !step.is_delay());
        matches!(first, Some(Step::Fault(_)))
    }
}
