//! The task as the emulator keeps it, in no wire version's words.
//!
//! The codecs in `wire` render it; nothing here knows JSON-RPC.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::Value;
use uuid::Uuid;

use super::{clock, python};

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Taken, not begun.
    Submitted,
    /// Begun.
    Working,
    /// Paused for the person.
    InputRequired,
    /// Paused until somebody has logged in elsewhere.
    AuthRequired,
    /// Ended with an answer.
    Completed,
    /// Ended by tasks/cancel.
    Canceled,
    /// Ended by an error.
    Failed,
    /// Not done, by the agent's own decision.
    Rejected,
}

impl State {
    /// Whether a task in this state can never change again.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Canceled | Self::Failed | Self::Rejected
        )
    }

    /// Whether a task in this state waits for somebody outside.
    #[must_use]
    pub fn is_paused(self) -> bool {
        matches!(self, Self::InputRequired | Self::AuthRequired)
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The person, through the client under test.
    User,
    /// The agent.
    Agent,
}

/// A piece of a message or of an artifact.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text.
    Text(String),
    /// Text of the model to itself, which no person should see.
    Thought(String),
    /// The model calls a tool.
    ToolCall {
        /// Joins the call to its result.
        id: String,
        /// The tool.
        name: String,
        /// Its arguments, an object.
        args: Value,
    },
    /// What a tool returned.
    ToolResult {
        /// The call's id.
        id: String,
        /// The tool.
        name: String,
        /// Its output.
        text: String,
    },
    /// What a tool returned that is no text: kagent's own answers in a tool's place.
    ToolResponse {
        /// The call's id.
        id: String,
        /// The tool.
        name: String,
        /// What stands in place of its output.
        response: Value,
    },
    /// kagent 0.10 asks for a decision: an `adk_request_confirmation`.
    Confirmation(Value),
    /// Any other data, as it came.
    Data(Value),
    /// A file.
    File(File),
}

impl Part {
    /// The part on a line, for tests: a text as it is, a file as `[name type bytes]`.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::File(file) => file.shown(),
            other => format!("{other:?}"),
        }
    }
}

impl File {
    fn shown(&self) -> String {
        let size = match &self.content {
            FileContent::Uri(uri) => uri.clone(),
            FileContent::Bytes(text) => match BASE64.decode(text) {
                Ok(bytes) => bytes.len().to_string(),
                Err(error) => error.to_string(),
            },
        };
        let named = [&self.name, &self.media_type].map(|one| one.as_deref().unwrap_or("-"));
        format!("[{} {} {size}]", named[0], named[1])
    }
}

/// A file, in a message or an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, if any.
    pub name: Option<String>,
    /// Its media type, if any.
    pub media_type: Option<String>,
    /// Where it is.
    pub content: FileContent,
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// In the part itself, in Base64.
    Bytes(String),
    /// Elsewhere.
    Uri(String),
}

/// One message of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The message id; a user's is the client's own.
    pub id: String,
    /// Who wrote it.
    pub role: Role,
    /// What it holds.
    pub parts: Vec<Part>,
    /// Whether it is a delta (`Some(true)`), the whole after deltas (`Some(false)`) or neither.
    pub partial: Option<bool>,
    /// Whether it tells of an error: kagent then leaves the ids out.
    pub is_error: bool,
    /// kagent's word for the error, if it has one.
    pub error_code: Option<&'static str>,
    /// What the message says in the extension `hitl/v1`.
    pub hitl: Option<Value>,
}

impl Message {
    /// A message of the agent with a new id.
    #[must_use]
    pub fn agent(parts: Vec<Part>) -> Self {
        let id = Uuid::new_v4().to_string();
        Self::of(Role::Agent, id, parts)
    }

    /// A message with an id of its own.
    pub(super) fn of(role: Role, id: String, parts: Vec<Part>) -> Self {
        Self {
            id,
            role,
            parts,
            partial: None,
            is_error: false,
            error_code: None,
            hitl: None,
        }
    }

    /// An agent's error.
    pub(super) fn error(text: String, code: Option<&'static str>) -> Self {
        let mut message = Self::agent(vec![Part::Text(text)]);
        message.is_error = true;
        message.error_code = code;
        message
    }

    /// Its text parts, joined by line breaks.
    #[must_use]
    pub fn text(&self) -> String {
        texts(&self.parts, "\n")
    }

    /// What a kagent agent's model reads: data parts are JSON text.
    pub(super) fn text_for_model(&self) -> String {
        let shown = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Data(data) => Some(python::dumps(data)),
            _ => None,
        });
        shown.collect::<Vec<_>>().join("\n")
    }
}

/// An answer, or a piece of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
    /// The artifact's id.
    pub id: String,
    /// Its name, if any.
    pub name: Option<String>,
    /// What it holds.
    pub parts: Vec<Part>,
}

impl Artifact {
    /// An artifact of one text, with a new id.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self::of(vec![Part::Text(text)])
    }

    /// An artifact of these parts, with a new id.
    #[must_use]
    pub fn of(parts: Vec<Part>) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            name: None,
            parts,
        }
    }
}

/// Whose a task is; goes with each event that is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ids {
    /// The task.
    pub task: String,
    /// Its conversation.
    pub context: String,
    /// The user it was made for; tasks are scoped by it where the flavor does so.
    pub user: String,
    /// One run of the model, as kagent numbers them.
    pub invocation: String,
}

/// What changes a task and is told to those who listen.
#[derive(Clone, Debug)]
pub enum Event {
    /// The task was made. kagent shows it as a status, plain agents as the task.
    Created(Box<Task>),
    /// The status changed, or a message came with it.
    Status {
        /// The new state.
        state: State,
        /// The message that came, if any.
        message: Option<Message>,
        /// When, as it goes on the wire.
        at: String,
    },
    /// An artifact came, or a piece of one.
    Artifact {
        /// What came.
        artifact: Artifact,
        /// Whether it goes to the end of the artifact of this id, or replaces it.
        append: bool,
        /// Whether no more of this artifact will come.
        last: bool,
    },
}

impl Event {
    /// A status event of this moment.
    pub(super) fn status(state: State, message: Option<Message>) -> Self {
        let at = clock::now();
        Self::Status { state, message, at }
    }

    /// A whole artifact.
    pub(super) fn artifact(artifact: Artifact) -> Self {
        Self::Artifact {
            artifact,
            append: false,
            last: true,
        }
    }
}

/// One task, with all that a snapshot shows.
#[derive(Clone, Debug)]
pub struct Task {
    /// Counts the tasks of this emulator from 1, in the order of their making.
    pub number: u64,
    /// Whose it is.
    pub ids: Ids,
    /// Where it stands.
    pub state: State,
    /// The message that came with the state.
    pub message: Option<Message>,
    /// When the state was set.
    pub at: String,
    /// The messages before `message`. kagent shows the user's twice.
    pub history: Vec<Message>,
    /// The answer.
    pub artifacts: Vec<Artifact>,
    /// Whether nothing more will come, also where the state is not terminal (an empty answer).
    pub is_over: bool,
}

impl Task {
    /// A task just made from the user's message.
    pub(super) fn new(number: u64, ids: Ids, prompt: Message, echoes: bool) -> Self {
        Self {
            number,
            ids,
            state: State::Submitted,
            message: echoes.then(|| prompt.clone()),
            at: clock::now(),
            history: vec![prompt],
            artifacts: Vec::new(),
            is_over: false,
        }
    }

    /// The text of the artifacts.
    #[must_use]
    pub fn answer(&self) -> String {
        self.artifacts
            .iter()
            .map(|artifact| texts(&artifact.parts, ""))
            .collect()
    }

    /// Applies an event. A status message moves to the history when the next one comes, and
    /// deltas never do: as kagent's task store keeps them.
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::Created(_) => {}
            Event::Artifact {
                artifact, append, ..
            } => self.keep(artifact, *append),
            Event::Status { state, message, at } => {
                let earlier = self.message.take();
                self.history
                    .extend(earlier.filter(|earlier| earlier.partial != Some(true)));
                self.state = *state;
                self.message.clone_from(message);
                self.at.clone_from(at);
            }
        }
    }

    /// Takes the user's answer to a pause, and works on.
    pub(super) fn resume(&mut self, answer: Message) {
        self.history.extend(self.message.take());
        self.history.push(answer);
        self.state = State::Working;
        self.at = clock::now();
    }

    fn keep(&mut self, artifact: &Artifact, append: bool) {
        let mut known = self.artifacts.iter_mut();
        match known.find(|known| known.id == artifact.id) {
            Some(known) if append => known.parts.extend(artifact.parts.iter().cloned()),
            Some(known) => known.clone_from(artifact),
            None => self.artifacts.push(artifact.clone()),
        }
    }
}

fn texts(parts: &[Part], between: &str) -> String {
    let texts: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    texts.join(between)
}
