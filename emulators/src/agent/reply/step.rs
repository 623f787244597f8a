//! The steps that an answer is made of.

use std::time::Duration;

use serde_json::Value;

use super::super::gate::Gate;
use super::super::model::Part;
use super::super::pause::Ask;
use super::Fault;

/// One thing that the agent does. Built by the methods of [`Reply`](super::Reply).
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
    /// An artifact of any parts.
    Parts(Vec<Part>),
    /// A piece of an artifact.
    Piece {
        /// The artifact's id.
        id: String,
        /// The piece.
        text: String,
        /// Whether it goes to the end of what came, or replaces it.
        append: bool,
        /// Whether it is the last one.
        last: bool,
    },
    /// A comment on the stream, which keeps it alive and says nothing.
    Ping,
    /// The task is completed.
    Completes,
    /// The task fails with this error text.
    Fails(String),
    /// The agent refuses the task, with this text.
    Rejects(String),
    /// The run ends, the task stays `working`: kagent's answer when the model says nothing.
    Empty,
    /// Answers with a message instead of a task.
    Message(String),
    /// The task pauses; a reply to it asks the script again.
    Asks(Ask),
    /// The transport fails here.
    Fault(Fault),
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
                | Self::Rejects(_)
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
