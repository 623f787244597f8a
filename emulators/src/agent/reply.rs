//! What an agent does with a prompt: a list of steps, written by the test.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::gate::Gate;

/// One thing that the agent does. Built by the methods of [`Reply`].
#[derive(Clone, Debug)]
pub enum Step {
    /// Lets time pass.
    After(Duration),
    /// Waits until the test opens the gate.
    Held(Gate),
    /// A status update with a text: progress, or the answer as kagent says it first.
    Working(String),
    /// A status update with a thought of the model.
    Thinks(String),
    /// A status update for each delta, then one with the whole text.
    Tokens {
        /// The deltas.
        deltas: Vec<String>,
        /// The time before each.
        every: Duration,
    },
    /// A status update that shows a tool call.
    ToolCall {
        /// The tool.
        name: String,
        /// Its arguments, an object.
        args: Value,
    },
    /// A status update that shows what a tool returned.
    ToolResult {
        /// The tool; its id is that of the latest call of this name.
        name: String,
        /// Its output.
        text: String,
    },
    /// The whole answer, as one artifact of one text.
    Artifact(String),
    /// The task is completed.
    Completes,
    /// The task fails with this error text.
    Fails(String),
    /// The run ends, the task stays `working`: kagent's answer when the model says nothing.
    Empty,
    /// Answers with a message instead of a task.
    Message(String),
    /// The transport fails here.
    Fault(Fault),
}

/// How a transport fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another HTTP answer than the protocol's. In the middle of a stream: as [`Fault::Cut`].
    Http {
        /// The status code.
        status: u16,
        /// The content type.
        content_type: &'static str,
        /// More headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// HTTP 200 without a body. In the middle of a stream: its clean end, without a final event.
    EmptyBody,
    /// A JSON-RPC error; on a stream it is an event, and the last one.
    JsonRpc {
        /// The code.
        code: i64,
        /// The message.
        message: String,
    },
    /// The first half of a JSON answer, with a content length that fits the half.
    TruncatedJson,
    /// The connection is closed in the middle of the answer.
    Cut,
    /// The request is read and the connection closed: no answer, no task.
    CutBeforeAccept,
}

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

    /// Fails in the way given.
    #[must_use]
    pub fn fault(self, fault: Fault) -> Self {
        self.step(Step::Fault(fault))
    }

    /// Answers with an HTTP status and a plain text.
    #[must_use]
    pub fn http_status(self, status: u16, text: &str) -> Self {
        self.fault(Fault::Http {
            status,
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
            body: text.to_owned(),
        })
    }

    /// Answers HTTP 429 with a `Retry-After` of so many seconds.
    #[must_use]
    pub fn too_many_requests(self, retry_after_secs: u32) -> Self {
        self.fault(Fault::Http {
            status: 429,
            content_type: "application/json",
            headers: vec![("Retry-After".to_owned(), retry_after_secs.to_string())],
            body: r#"{"error":"too many requests"}"#.to_owned(),
        })
    }

    /// Answers HTTP 200 with a web page, as a login proxy or a wrong path does.
    #[must_use]
    pub fn html(self) -> Self {
        self.fault(Fault::Http {
            status: 200,
            content_type: "text/html; charset=utf-8",
            headers: Vec::new(),
            body: "<!doctype html><html><title>Sign in</title></html>".to_owned(),
        })
    }

    /// Answers HTTP 200 without a body; ends a stream that has begun without a final event.
    #[must_use]
    pub fn empty_body(self) -> Self {
        self.fault(Fault::EmptyBody)
    }

    /// Answers with a JSON-RPC error.
    #[must_use]
    pub fn jsonrpc_error(self, code: i64, message: &str) -> Self {
        let message = message.to_owned();
        self.fault(Fault::JsonRpc { code, message })
    }

    /// Answers with the first half of the JSON.
    #[must_use]
    pub fn truncated_json(self) -> Self {
        self.fault(Fault::TruncatedJson)
    }

    /// Cuts the connection here; the task exists and the steps that follow still run.
    #[must_use]
    pub fn cut(self) -> Self {
        self.fault(Fault::Cut)
    }

    /// Cuts the prompt's own stream after so many events, those that every stream opens with
    /// included; with 0 after the head. The steps run on. An answer that is no stream is whole.
    #[must_use]
    pub fn cut_after(mut self, events: usize) -> Self {
        self.cut_after = Some(events);
        self
    }

    /// Reads the request and closes the connection; no task is made.
    #[must_use]
    pub fn cut_before_accept(self) -> Self {
        self.fault(Fault::CutBeforeAccept)
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn cuts_after(&self) -> Option<usize> {
        self.cut_after
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

impl Step {
    fn is_delay(&self) -> bool {
        matches!(self, Self::After(_) | Self::Held(_))
    }

    fn ends(&self) -> bool {
        matches!(
            self,
            Self::Completes
                | Self::Fails(_)
                | Self::Empty
                | Self::Message(_)
                | Self::Fault(Fault::CutBeforeAccept)
        )
    }

    fn needs_task(&self) -> bool {
        match self {
            Self::Fault(fault) => *fault == Fault::Cut,
            Self::Message(_) => false,
            other => !other.is_delay(),
        }
    }
}
