//! What agents say, in one shape for every version of the protocol. The codecs fill it; the rest
//! of the program never sees a wire form.

use bytes::Bytes;
use serde_json::Value;

use super::pause::Answer;
use crate::ids::{ContextId, Principal, PromptId, TaskId};

/// Free-form annotations of a message, a part or a task; the agent runtimes mark partial texts,
/// thoughts and tool calls in them (`adk_*`, `kagent_*`).
pub type Metadata = serde_json::Map<String, Value>;

/// What we send: one person's words to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The A2A message id, ours. It is no idempotency key for most agents; it is what proves,
    /// in a task's history, that the prompt arrived.
    pub id: PromptId,
    /// What the person wrote.
    pub text: String,
    /// What stands behind the text: files, whole, and files that are text.
    pub files: Vec<Content>,
    /// The context to go on in; none lets the agent open one.
    pub context: Option<ContextId>,
    /// The task that waits for this input. Never a finished task: agents refuse that.
    pub task: Option<TaskId>,
    /// The user that the agent knows the conversation by.
    pub principal: Principal,
    /// The decision that it carries, for a task that waits for one.
    pub answer: Option<Answer>,
}

/// What a whole (not streamed) send is answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A run that can be looked at again under its id.
    Task(Task),
    /// The whole answer, with no task behind it.
    Message(Message),
}

/// One run of an agent, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The agent's id of it.
    pub id: TaskId,
    /// The conversation that it belongs to.
    pub context_id: Option<ContextId>,
    /// Where it stands.
    pub state: TaskState,
    /// What the agent says about that state: progress, a question, or why it failed.
    pub status_message: Option<Message>,
    /// What the run has produced.
    pub artifacts: Vec<Artifact>,
    /// What was said so far, oldest first. Agents may leave it out, cut it, or repeat a message.
    pub history: Vec<Message>,
    /// The agent's annotations.
    pub metadata: Metadata,
}

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// Accepted, not begun.
    Submitted,
    /// Running. kagent also leaves a run with an empty answer in this state.
    Working,
    /// Waiting for a person: a question or an approval.
    InputRequired,
    /// Done.
    Completed,
    /// Stopped by someone.
    Canceled,
    /// Ended by an error.
    Failed,
    /// Refused by the agent.
    Rejected,
    /// Waiting for a credential that comes by another way.
    AuthRequired,
    /// A state this version does not know: neither an end nor a question, so keep looking.
    Other(String),
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Us, for a person. Streams may echo such messages.
    User,
    /// The agent.
    Agent,
}

/// Something said, by either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The speaker's id of it.
    pub id: Option<String>,
    /// Who says it.
    pub role: Role,
    /// The content, in order.
    pub parts: Vec<Part>,
    /// The conversation that it belongs to.
    pub context_id: Option<ContextId>,
    /// The task that it belongs to.
    pub task_id: Option<TaskId>,
    /// The agent's annotations.
    pub metadata: Metadata,
}

/// A piece of content.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The content itself.
    pub content: Content,
    /// The agent's annotations.
    pub metadata: Metadata,
}

/// The kinds of content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text, usually Markdown.
    Text(String),
    /// A file, whole.
    FileBytes {
        /// The decoded bytes.
        bytes: Bytes,
        /// A file name, as the agent gives it: never a path to write to.
        name: Option<String>,
        /// The media type.
        media_type: Option<String>,
    },
    /// A file, elsewhere. The address comes from the agent: it is not to be fetched unchecked.
    FileUri {
        /// The address.
        uri: String,
        /// A file name.
        name: Option<String>,
        /// The media type.
        media_type: Option<String>,
    },
    /// Structured data; kagent's tool calls and approvals are such parts.
    Data(Value),
    /// A part that could not be read: an unknown kind, or a file that is not base64.
    Unknown,
}

/// Something a run produced.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
    /// The agent's id of it; chunks of one artifact share it.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The content, in order.
    pub parts: Vec<Part>,
    /// The agent's annotations.
    pub metadata: Metadata,
}

/// What a stream brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The whole task as it is now.
    Task(Task),
    /// The whole answer, with no task behind it.
    Message(Message),
    /// A change of state, or progress within one.
    Status(StatusUpdate),
    /// An artifact, or a chunk of one.
    Artifact(ArtifactUpdate),
}

/// A change of a task's state, or something said while it lasts.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusUpdate {
    /// The task.
    pub task_id: Option<TaskId>,
    /// Its conversation.
    pub context_id: Option<ContextId>,
    /// Where it stands now.
    pub state: TaskState,
    /// What was said; it may be an echo of our own prompt.
    pub message: Option<Message>,
    /// The agent's word that nothing follows. Agents differ: look at the state, too.
    pub is_final: bool,
    /// The message is a piece of a text that will come whole later: for previews only.
    pub partial: bool,
    /// The agent's annotations.
    pub metadata: Metadata,
}

/// An artifact, or a chunk of one.
#[derive(Clone, Debug, PartialEq)]
pub struct ArtifactUpdate {
    /// The task.
    pub task_id: Option<TaskId>,
    /// Its conversation.
    pub context_id: Option<ContextId>,
    /// Add the parts to the artifact of this id; otherwise they replace it.
    pub append: bool,
    /// No more chunks of this artifact follow.
    pub last: bool,
    /// The artifact or chunk.
    pub artifact: Artifact,
    /// The agent's annotations of the chunk.
    pub metadata: Metadata,
}

impl TaskState {
    /// Reads a state as any version writes it; what is unknown is kept as it came.
    #[must_use]
    pub fn from_wire(wire: &str) -> Self {
        let name = wire.trim().to_ascii_lowercase().replace('_', "-");
        match name.strip_prefix("task-state-").unwrap_or(&name) {
            "submitted" => Self::Submitted,
            "working" => Self::Working,
            "input-required" => Self::InputRequired,
            "completed" => Self::Completed,
            "canceled" | "cancelled" => Self::Canceled,
            "failed" => Self::Failed,
            "rejected" => Self::Rejected,
            "auth-required" => Self::AuthRequired,
            _ => Self::Other(wire.to_owned()),
        }
    }

    /// The name that A2A 0.3 uses; also for logs and the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Submitted => "submitted",
            Self::Working => "working",
            Self::InputRequired => "input-required",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::AuthRequired => "auth-required",
            Self::Other(name) => name,
        }
    }

    /// Whether the run is over; such a task takes no more messages.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Canceled | Self::Failed | Self::Rejected
        )
    }

    /// Whether there is more to come by itself.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        !self.is_terminal() && !self.is_interrupted()
    }

    /// Whether the run waits for a person.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Self::InputRequired | Self::AuthRequired)
    }
}

impl std::fmt::Display for TaskState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Event {
    /// The task that the event is about, if it says so.
    #[must_use]
    pub fn task_id(&self) -> Option<&TaskId> {
        match self {
            Self::Task(task) => Some(&task.id),
            Self::Message(message) => message.task_id.as_ref(),
            Self::Status(status) => status.task_id.as_ref(),
            Self::Artifact(update) => update.task_id.as_ref(),
        }
    }

    /// The conversation that the event is about, if it says so.
    #[must_use]
    pub fn context_id(&self) -> Option<&ContextId> {
        match self {
            Self::Task(task) => task.context_id.as_ref(),
            Self::Message(message) => message.context_id.as_ref(),
            Self::Status(status) => status.context_id.as_ref(),
            Self::Artifact(update) => update.context_id.as_ref(),
        }
    }

    /// The state that the event reports, if it reports one.
    #[must_use]
    pub fn state(&self) -> Option<&TaskState> {
        match self {
            Self::Task(task) => Some(&task.state),
            Self::Status(status) => Some(&status.state),
            Self::Message(_) | Self::Artifact(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_both_versions_are_read_and_unknown_ones_are_neither_end_nor_question() {
        for (wire, state) in [
            ("completed", TaskState::Completed),
            ("TASK_STATE_INPUT_REQUIRED", TaskState::InputRequired),
            ("cancelled", TaskState::Canceled),
            ("auth-required", TaskState::AuthRequired),
            ("Paused!", TaskState::Other("Paused!".to_owned())),
        ] {
            assert_eq!(TaskState::from_wire(wire), state, "{wire}");
        }
        let strange = TaskState::from_wire("unknown");
        assert!(!strange.is_terminal() && !strange.is_interrupted());
        assert_eq!(strange.to_string(), "unknown");
        for state in ["completed", "canceled", "failed", "rejected"] {
            assert!(TaskState::from_wire(state).is_terminal(), "{state}");
        }
        for state in ["submitted", "working", "input-required", "auth-required"] {
            assert!(!TaskState::from_wire(state).is_terminal(), "{state}");
        }
    }
}
