//! The steps that an answer is made of.

use std::time::Duration;

use serde_json::Value;

use super::super::gate::Gate;
use super::super::pause::Ask;

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
    /// The task pauses; a reply to it asks the script again.
    Asks(Ask),
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

impl Step {
    pub(super) fn is_delay(&self) -> bool {
        matches!(self, Self::After(_) | Self::Held(_))
    }

    pub(super) fn ends(&self) -> bool {
        matches!(
            self,
            Self::Completes
                | Self::Fails(_)
                | Self::Empty
                | Self::Message(_)
                | Self::Fault(Fault::CutBeforeAccept)
                | Self::Asks(Ask::Approval { .. } | Ask::User { .. } | Ask::Text(_))
        )
    }

    pub(super) fn needs_task(&self) -> bool {
        match self {
            Self::Fault(fault) => *fault == Fault::Cut,
            Self::Message(_) => false,
            other => !other.is_delay(),
        }
    }
}
