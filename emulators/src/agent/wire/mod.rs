//! Renders the model for one agent and one version of A2A, with kagent's metadata where the
//! flavor is kagent's.

mod card;
mod metadata;
mod v03;
mod v10;

use serde_json::{Value, json};

use super::model::{Event, Ids, Message, State, Task};
use super::protocol::Version;
use super::refusal::Refusal;
use super::settings::Settings;

pub(super) use card::card;

use metadata::Metadata;

/// The URI of kagent's extension for pauses.
pub(super) const HITL: &str = "https://kagent.dev/extensions/hitl/v1";

/// How the wire looks for one agent in one version.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub version: Version,
    metadata: Metadata,
    /// Whether a pause ends a 0.3 stream with `final: true`.
    final_on_pause: bool,
}

/// A JSON-RPC result.
pub(super) fn result(id: &Value, result: &Value) -> Value {
    json!({"id": id, "jsonrpc": "2.0", "result": result})
}

/// A JSON-RPC error.
pub(super) fn error(id: &Value, refusal: &Refusal) -> Value {
    let mut error = json!({"code": refusal.code, "message": refusal.message});
    if let Some(data) = &refusal.data {
        error["data"] = data.clone();
    }
    json!({"error": error, "id": id, "jsonrpc": "2.0"})
}

/// The word for a state.
pub(super) fn state(version: Version, state: State) -> &'static str {
    match version {
        Version::V03 => v03::state(state),
        Version::V10 => v10::state(state),
    }
}

impl Wire {
    pub fn new(settings: &Settings, version: Version) -> Self {
        Self {
            version,
            metadata: Metadata::new(settings),
            final_on_pause: settings.streams.final_on_pause,
        }
    }

    /// A task by itself, as get and cancel return it.
    pub fn task(&self, task: &Task) -> Value {
        match self.version {
            Version::V03 => v03::task(self, task),
            Version::V10 => v10::task(self, task),
        }
    }

    /// A task on a list. The Python SDK 1.3.0 writes the defaults there that it drops elsewhere.
    pub fn listed_task(&self, task: &Task) -> Value {
        let mut shown = self.task(task);
        if self.version == Version::V10 && self.metadata.is_plain() {
            v10::write_defaults(&mut shown);
        }
        shown
    }

    /// A task, as a send returns it and a subscription begins.
    pub fn sent_task(&self, task: &Task) -> Value {
        self.member("task", self.task(task))
    }

    /// A message in a task's place.
    pub fn sent_message(&self, message: &Message, context: &str) -> Value {
        let ids = Ids {
            task: String::new(),
            context: context.to_owned(),
            user: String::new(),
            invocation: String::new(),
        };
        match self.version {
            Version::V03 => v03::message(self, message, &ids),
            Version::V10 => self.member("message", v10::message(self, message, &ids)),
        }
    }

    /// An event of a stream.
    pub fn event(&self, event: &Event, ids: &Ids) -> Value {
        match self.version {
            Version::V03 => v03::event(self, event, ids),
            Version::V10 => v10::event(self, event, ids),
        }
    }

    /// The member of a 1.0 union; 0.3 has its `kind` inside.
    fn member(&self, name: &str, value: Value) -> Value {
        match self.version {
            Version::V03 => value,
            Version::V10 => json!({name: value}),
        }
    }
}
