//! What the emulator saw, kept for assertions.

use serde_json::Value;

use super::pause::Decision;

/// What a script gets to see of a prompt.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The text parts, joined by line breaks. kagent's agents see data parts as JSON there.
    pub text: String,
    /// Its parts as they came, one a line: a text as it is, a file as `[name type bytes]`.
    pub parts: Vec<String>,
    /// The decision that it is, if a pause waited for one.
    pub decision: Option<Decision>,
    /// The message id.
    pub message_id: String,
    /// The conversation: the client's own, or the one just made.
    pub context_id: String,
    /// The task that the prompt named, if any.
    pub task_id: Option<String>,
    /// The user: `X-User-Id`, or what the flavor takes without it.
    pub user: String,
    /// Which prompt this is in the user's conversation, from 1.
    pub turn: u32,
    /// The latest prompts before it in the same conversation, oldest first; at most 20.
    pub earlier: Vec<String>,
}

/// One request to the agent: a JSON-RPC call, or a fetch of the card (method `agent-card`).
#[derive(Clone, Debug)]
pub struct Call {
    /// Counts all calls from 1, in the order of arrival.
    pub number: u64,
    /// The JSON-RPC method; empty where the request had none.
    pub method: String,
    /// The path that was called.
    pub path: String,
    /// The parameters; null where there were none.
    pub params: Value,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// `X-User-Id`, as sent.
    pub user: Option<String>,
    /// The message's id.
    pub message_id: Option<String>,
    /// The message's context id.
    pub context_id: Option<String>,
    /// The task id, of the message or of the parameters.
    pub task_id: Option<String>,
    /// The message's text.
    pub text: Option<String>,
}

impl Call {
    /// The first header of this name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(key, _)| key == name)?;
        Some(value)
    }
}

/// One well-formed message: a prompt, or a reply to a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Its text.
    pub text: String,
    /// Its parts as they came, as in [`Incoming::parts`].
    pub parts: Vec<String>,
    /// The decision that it was, if any.
    pub decision: Option<Decision>,
    /// Its message id.
    pub message_id: String,
    /// The context id that the client sent.
    pub context_id: Option<String>,
    /// The user.
    pub user: String,
    /// Which prompt of the user's conversation it was, from 1.
    pub turn: u32,
    /// The task that was made for it, or goes on with it. None: the agent never took the
    /// prompt, or answered with a message.
    pub task_id: Option<String>,
}
