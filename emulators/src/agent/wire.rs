//! Renders the model as A2A 0.3, with kagent's metadata where the flavor is kagent.
//!
//! A 1.0 codec would be a second file beside this one.

use serde_json::{Map, Value, json};

use super::model::{Artifact, Event, Ids, Message, Part, Role, State, Task};
use super::request::Refusal;
use super::settings::{Card, Flavor, Runtime, Settings};

/// How the wire looks for one agent.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    flavor: Flavor,
    runtime: Runtime,
    author: String,
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
pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Submitted => "submitted",
        State::Working => "working",
        State::InputRequired => "input-required",
        State::Completed => "completed",
        State::Canceled => "canceled",
        State::Failed => "failed",
    }
}

/// The agent card: the 0.3 fields and the 1.0 list of interfaces in one, as kagent writes it.
/// Unlike kagent's it lists 0.3 alone, for 1.0 is not spoken here.
pub(super) fn card(card: &Card, own_url: &str) -> Value {
    let url = card.url.as_deref().unwrap_or(own_url);
    let skills: Vec<Value> = card
        .skills
        .iter()
        .map(|skill| {
            json!({"id": skill.id, "name": skill.name, "description": skill.description,
                   "examples": skill.examples, "tags": []})
        })
        .collect();
    json!({
        "name": card.name,
        "description": card.description,
        "version": "1.0.0",
        "protocolVersion": "0.3.0",
        "preferredTransport": "JSONRPC",
        "url": url,
        "supportedInterfaces": [
            {"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "0.3"}
        ],
        "capabilities": {"streaming": card.streaming, "pushNotifications": false},
        "defaultInputModes": ["text"],
        "defaultOutputModes": ["text"],
        "skills": skills,
    })
}

impl Wire {
    pub fn new(settings: &Settings) -> Self {
        Self {
            flavor: settings.flavor,
            runtime: settings.runtime,
            author: settings.card.name.clone(),
        }
    }

    /// A task, as message/send and tasks/get return it.
    pub fn task(&self, task: &Task) -> Value {
        let messages = task.history.iter();
        let history: Vec<Value> = messages
            .map(|message| self.message(message, &task.ids))
            .collect();
        let mut shown = json!({
            "kind": "task",
            "id": task.ids.task,
            "contextId": task.ids.context,
            "history": history,
            "status": self.status(task.state, task.message.as_ref(), &task.at, &task.ids),
        });
        if !task.artifacts.is_empty() {
            let artifacts = task.artifacts.iter();
            shown["artifacts"] = artifacts.map(|artifact| self.artifact(artifact)).collect();
        }
        if self.flavor == Flavor::Kagent && task.state != State::Submitted {
            shown["metadata"] = self.run_metadata(&task.ids, None, true);
        }
        shown
    }

    /// An event of a stream.
    pub fn event(&self, event: &Event, ids: &Ids) -> Value {
        match event {
            Event::Created(task) if self.flavor == Flavor::A2a => self.task(task),
            Event::Created(task) => {
                let status = self.status(task.state, task.message.as_ref(), &task.at, ids);
                status_update(&status, ids, false)
            }
            Event::Artifact(artifact) => json!({
                "kind": "artifact-update",
                "taskId": ids.task,
                "contextId": ids.context,
                "artifact": self.artifact(artifact),
                "lastChunk": true,
            }),
            Event::Status { state, message, at } => {
                let status = self.status(*state, message.as_ref(), at, ids);
                let is_final = state.is_terminal() || *state == State::InputRequired;
                let mut update = status_update(&status, ids, is_final);
                if self.flavor == Flavor::Kagent {
                    update["metadata"] = match message {
                        Some(message) => self.run_metadata(ids, message.partial, !is_final),
                        None => self.session_metadata(ids).into(),
                    };
                }
                update
            }
        }
    }

    /// A message, as an answer of its own (`ids.task` is empty) or inside a task.
    pub fn message(&self, message: &Message, ids: &Ids) -> Value {
        let parts = message.parts.iter();
        let mut shown = json!({
            "kind": "message",
            "messageId": message.id,
            "role": match message.role { Role::User => "user", Role::Agent => "agent" },
            "parts": parts.map(|part| self.part(part)).collect::<Vec<Value>>(),
        });
        if message.is_error && self.flavor == Flavor::Kagent {
            shown["metadata"] = json!({self.key("error_code"): "API_ERROR"});
            return shown;
        }
        shown["contextId"] = json!(ids.context);
        if !ids.task.is_empty() {
            shown["taskId"] = json!(ids.task);
        }
        if message.role == Role::Agent && self.flavor == Flavor::Kagent {
            shown["metadata"] = self.run_metadata(ids, message.partial, true);
        }
        shown
    }

    fn status(&self, of: State, message: Option<&Message>, at: &str, ids: &Ids) -> Value {
        let mut status = json!({"state": state(of), "timestamp": at});
        if let Some(message) = message {
            status["message"] = self.message(message, ids);
        }
        status
    }

    fn artifact(&self, artifact: &Artifact) -> Value {
        let parts = artifact.parts.iter();
        let parts: Vec<Value> = parts.map(|part| self.part(part)).collect();
        json!({"artifactId": artifact.id, "parts": parts})
    }

    fn part(&self, part: &Part) -> Value {
        match part {
            Part::Text(text) => json!({"kind": "text", "text": text}),
            Part::Thought(text) => json!({
                "kind": "text", "text": text, "metadata": {self.key("thought"): true},
            }),
            Part::ToolCall { id, name, args } => json!({
                "kind": "data", "data": {"id": id, "name": name, "args": args},
                "metadata": {self.key("type"): "function_call"},
            }),
            Part::ToolResult { id, name, text } => json!({
                "kind": "data",
                "data": {"id": id, "name": name, "response": {
                    "content": [{"type": "text", "text": text}],
                    "structuredContent": {"result": text},
                    "isError": false,
                }},
                "metadata": {self.key("type"): "function_response"},
            }),
            Part::Data(data) => json!({"kind": "data", "data": data}),
            Part::File(file) => json!({"kind": "file", "file": file}),
        }
    }

    fn run_metadata(&self, ids: &Ids, partial: Option<bool>, by_model: bool) -> Value {
        let mut metadata = self.session_metadata(ids);
        metadata.insert(self.key("invocation_id"), json!(ids.invocation));
        if by_model {
            metadata.insert(self.key("partial"), json!(partial));
            metadata.insert(self.key("author"), json!(self.author));
        }
        Value::Object(metadata)
    }

    fn session_metadata(&self, ids: &Ids) -> Map<String, Value> {
        let app = format!("kagent__NS__{}", self.author);
        let mut metadata = Map::new();
        metadata.insert(self.key("app_name"), json!(app));
        metadata.insert(self.key("user_id"), json!(ids.user));
        metadata.insert(self.key("session_id"), json!(ids.context));
        metadata
    }

    /// The metadata key of this name; the Python runtime spells `partial` in its own way.
    fn key(&self, name: &str) -> String {
        match (self.runtime, name) {
            (Runtime::Go, name) => format!("adk_{name}"),
            (Runtime::Python, "partial") => "kagent_adk_partial".to_owned(),
            (Runtime::Python, name) => format!("kagent_{name}"),
        }
    }
}

fn status_update(status: &Value, ids: &Ids, is_final: bool) -> Value {
    json!({
        "kind": "status-update",
        "taskId": ids.task,
        "contextId": ids.context,
        "final": is_final,
        "status": status,
    })
}
