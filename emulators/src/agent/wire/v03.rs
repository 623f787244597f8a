//! A2A 0.3.

use serde_json::{Value, json};

use super::super::model::{
    Artifact, Event, File, FileContent, Ids, Message, Part, Role, State, Task,
};
use super::Wire;

pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Submitted => "submitted",
        State::Working => "working",
        State::InputRequired => "input-required",
        State::AuthRequired => "auth-required",
        State::Completed => "completed",
        State::Canceled => "canceled",
        State::Failed => "failed",
        State::Rejected => "rejected",
    }
}

pub(super) fn task(wire: &Wire, task: &Task) -> Value {
    let messages = task.history.iter();
    let history: Vec<Value> = messages
        .map(|shown| message(wire, shown, &task.ids))
        .collect();
    let mut shown = json!({
        "kind": "task",
        "id": task.ids.task,
        "contextId": task.ids.context,
        "history": history,
        "status": status(wire, task.state, task.message.as_ref(), &task.at, &task.ids),
    });
    if !task.artifacts.is_empty() {
        let artifacts = task.artifacts.iter();
        shown["artifacts"] = artifacts.map(|shown| artifact(wire, shown)).collect();
    }
    if !wire.metadata.is_plain() && task.state != State::Submitted {
        shown["metadata"] = wire.metadata.whole_run(&task.ids, true);
    }
    shown
}

pub(super) fn event(wire: &Wire, event: &Event, ids: &Ids) -> Value {
    match event {
        Event::Created(created) if wire.metadata.is_plain() => task(wire, created),
        Event::Created(task) => {
            let status = status(wire, task.state, task.message.as_ref(), &task.at, ids);
            status_update(&status, ids, false)
        }
        Event::Artifact {
            artifact: shown,
            append,
            last,
        } => {
            let mut update = json!({
                "kind": "artifact-update",
                "taskId": ids.task,
                "contextId": ids.context,
                "artifact": artifact(wire, shown),
                "lastChunk": last,
            });
            if *append || !last {
                update["append"] = json!(append);
            }
            update
        }
        Event::Status { state, message, at } => {
            let status = status(wire, *state, message.as_ref(), at, ids);
            let is_end = is_end(wire, *state);
            let mut update = status_update(&status, ids, is_end);
            if !wire.metadata.is_plain() {
                update["metadata"] = match message {
                    _ if is_end => wire.metadata.whole_run(ids, false),
                    Some(message) => wire.metadata.run(ids, message.partial, true),
                    None => wire.metadata.session(ids).into(),
                };
            }
            update
        }
    }
}

/// kagent's controller and the Python SDK see an end in input-required; only a plain agent
/// sees one in auth-required (of kagent: from reading code alone).
fn is_end(wire: &Wire, state: State) -> bool {
    match state {
        State::InputRequired => wire.final_on_pause,
        State::AuthRequired => wire.final_on_pause && wire.metadata.is_plain(),
        state => state.is_terminal(),
    }
}

/// A message, as an answer of its own (`ids.task` is empty) or inside a task.
pub(super) fn message(wire: &Wire, message: &Message, ids: &Ids) -> Value {
    let parts = message.parts.iter();
    let mut shown = json!({
        "kind": "message",
        "messageId": message.id,
        "role": match message.role { Role::User => "user", Role::Agent => "agent" },
        "parts": parts.map(|shown| part(wire, shown)).collect::<Vec<Value>>(),
    });
    let is_kagent = !wire.metadata.is_plain();
    if message.is_error && is_kagent {
        if let Some(code) = message.error_code {
            shown["metadata"] = json!({wire.metadata.key("error_code"): code});
        }
        return shown;
    }
    shown["contextId"] = json!(ids.context);
    if !ids.task.is_empty() {
        shown["taskId"] = json!(ids.task);
    }
    if message.role == Role::Agent && is_kagent {
        shown["metadata"] = wire.metadata.run(ids, message.partial, true);
    }
    shown
}

fn status(wire: &Wire, of: State, with: Option<&Message>, at: &str, ids: &Ids) -> Value {
    let mut status = json!({"state": state(of), "timestamp": at});
    if let Some(shown) = with {
        status["message"] = message(wire, shown, ids);
    }
    status
}

fn artifact(wire: &Wire, artifact: &Artifact) -> Value {
    let parts = artifact.parts.iter();
    let parts: Vec<Value> = parts.map(|shown| part(wire, shown)).collect();
    let mut shown = json!({"artifactId": artifact.id, "parts": parts});
    if let Some(name) = &artifact.name {
        shown["name"] = json!(name);
    }
    shown
}

fn part(wire: &Wire, part: &Part) -> Value {
    let key = |name: &str| wire.metadata.key(name);
    match part {
        Part::Text(text) => json!({"kind": "text", "text": text}),
        Part::Thought(text) => json!({
            "kind": "text", "text": text, "metadata": {key("thought"): true},
        }),
        Part::ToolCall { id, name, args } => json!({
            "kind": "data", "data": {"id": id, "name": name, "args": args},
            "metadata": {key("type"): "function_call"},
        }),
        Part::ToolResult { id, name, text } => json!({
            "kind": "data",
            "data": {"id": id, "name": name, "response": tool_output(text)},
            "metadata": {key("type"): "function_response"},
        }),
        Part::ToolResponse { id, name, response } => json!({
            "kind": "data", "data": {"id": id, "name": name, "response": response},
            "metadata": {key("type"): "function_response"},
        }),
        Part::Confirmation(data) => json!({
            "kind": "data", "data": data,
            "metadata": {key("type"): "function_call", key("is_long_running"): true},
        }),
        Part::Data(data) => json!({"kind": "data", "data": data}),
        Part::File(shown) => json!({"kind": "file", "file": file(shown)}),
    }
}

/// What an MCP tool's text looks like in kagent, in both versions.
pub(super) fn tool_output(text: &str) -> Value {
    json!({
        "content": [{"type": "text", "text": text}],
        "structuredContent": {"result": text},
        "isError": false,
    })
}

fn file(file: &File) -> Value {
    let mut shown = match &file.content {
        FileContent::Bytes(bytes) => json!({"bytes": bytes}),
        FileContent::Uri(uri) => json!({"uri": uri}),
    };
    if let Some(name) = &file.name {
        shown["name"] = json!(name);
    }
    if let Some(media_type) = &file.media_type {
        shown["mimeType"] = json!(media_type);
    }
    shown
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
