//! A2A 1.0, as `ProtoJSON` writes it: defaults and empty lists are dropped, and the integers of
//! free-form data become doubles.

use serde_json::{Value, json};

use super::super::model::{
    Artifact, Event, File, FileContent, Ids, Message, Part, Role, State, Task,
};
use super::super::settings::Flavor;
use super::{HITL, Wire, v03};

pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Submitted => "TASK_STATE_SUBMITTED",
        State::Working => "TASK_STATE_WORKING",
        State::InputRequired => "TASK_STATE_INPUT_REQUIRED",
        State::AuthRequired => "TASK_STATE_AUTH_REQUIRED",
        State::Completed => "TASK_STATE_COMPLETED",
        State::Canceled => "TASK_STATE_CANCELED",
        State::Failed => "TASK_STATE_FAILED",
        State::Rejected => "TASK_STATE_REJECTED",
    }
}

pub(super) fn task(wire: &Wire, task: &Task) -> Value {
    let messages = task.history.iter();
    let history: Vec<Value> = messages
        .map(|shown| message(wire, shown, &task.ids))
        .collect();
    let mut shown = json!({
        "id": task.ids.task,
        "contextId": task.ids.context,
        "status": status(wire, task.state, task.message.as_ref(), &task.at, &task.ids),
    });
    if !task.artifacts.is_empty() {
        let artifacts = task.artifacts.iter();
        let artifacts = artifacts.map(|shown| artifact(wire, shown, &task.ids, true));
        shown["artifacts"] = artifacts.collect();
    }
    if !history.is_empty() {
        shown["history"] = Value::Array(history);
    }
    let is_over = task.state.is_terminal() || task.state.is_paused();
    let metadata = match wire.metadata.flavor {
        Flavor::A2a => None,
        Flavor::KagentMain => Some(wire.metadata.main(&task.ids, is_over)),
        Flavor::Kagent if task.state == State::Submitted => None,
        Flavor::Kagent => Some(wire.metadata.whole_run(&task.ids, true)),
    };
    if let Some(mut metadata) = metadata {
        with_doubles(&mut metadata);
        shown["metadata"] = metadata;
    }
    shown
}

pub(super) fn event(wire: &Wire, event: &Event, ids: &Ids) -> Value {
    const STATUS: (&str, &str) = ("statusUpdate", "status");
    match event {
        // kagent 0.10's controller translates the pod's 0.3 status update (from reading code).
        Event::Created(task) if wire.metadata.flavor == Flavor::Kagent => {
            let status = status(wire, task.state, task.message.as_ref(), &task.at, ids);
            update(wire, STATUS, &status, ids, false)
        }
        Event::Created(created) => json!({"task": task(wire, created)}),
        Event::Artifact {
            artifact: shown,
            append,
            last,
        } => {
            let shown = artifact(wire, shown, ids, *last);
            let names = ("artifactUpdate", "artifact");
            let mut update = update(wire, names, &shown, ids, false);
            if *append {
                update["artifactUpdate"]["append"] = json!(true);
            }
            if *last {
                update["artifactUpdate"]["lastChunk"] = json!(true);
            }
            update
        }
        Event::Status { state, message, at } => {
            let is_end = state.is_terminal() || state.is_paused();
            let status = status(wire, *state, message.as_ref(), at, ids);
            update(wire, STATUS, &status, ids, is_end)
        }
    }
}

/// An event of a task: `member` is the union's, `field` what it tells.
fn update(
    wire: &Wire,
    (member, field): (&str, &str),
    value: &Value,
    ids: &Ids,
    is_end: bool,
) -> Value {
    let mut update = json!({"taskId": ids.task, "contextId": ids.context, field: value});
    match wire.metadata.flavor {
        Flavor::A2a => {}
        Flavor::KagentMain => update["metadata"] = wire.metadata.main(ids, is_end),
        Flavor::Kagent => update["metadata"] = wire.metadata.run(ids, None, false),
    }
    if let Some(metadata) = update.get_mut("metadata") {
        with_doubles(metadata);
    }
    json!({member: update})
}

/// A message, as an answer of its own (`ids.task` is empty) or inside a task.
pub(super) fn message(wire: &Wire, message: &Message, ids: &Ids) -> Value {
    let mut shown = json!({
        "messageId": message.id,
        "role": match message.role { Role::User => "ROLE_USER", Role::Agent => "ROLE_AGENT" },
    });
    if !message.parts.is_empty() {
        let parts = message.parts.iter();
        shown["parts"] = parts.map(|shown| part(wire, shown)).collect();
    }
    let is_main = wire.metadata.flavor == Flavor::KagentMain;
    let has_ids = wire.metadata.is_plain() || !message.is_error && !message.parts.is_empty();
    if has_ids {
        shown["contextId"] = json!(ids.context);
        if !ids.task.is_empty() {
            shown["taskId"] = json!(ids.task);
        }
    }
    if let Some(hitl) = &message.hitl {
        shown["extensions"] = json!([HITL]);
        shown["metadata"] = json!({HITL: hitl});
    } else if message.role == Role::Agent && !wire.metadata.is_plain() {
        let metadata = match message.error_code {
            None if is_main && has_ids || message.is_error => None,
            None if is_main => Some(wire.metadata.step(ids, &message.id, false)),
            None => Some(wire.metadata.run(ids, message.partial, true)),
            Some(code) => Some(json!({wire.metadata.key("error_code"): code})),
        };
        if let Some(metadata) = metadata {
            shown["metadata"] = metadata;
        }
    }
    if let Some(metadata) = shown.get_mut("metadata") {
        with_doubles(metadata);
    }
    shown
}

fn status(wire: &Wire, of: State, with: Option<&Message>, at: &str, ids: &Ids) -> Value {
    let mut status = json!({"state": state(of)});
    // The Python SDK writes no time before the agent has begun.
    if of != State::Submitted || !wire.metadata.is_plain() {
        status["timestamp"] = json!(at.replace("+00:00", "Z"));
    }
    if let Some(shown) = with {
        status["message"] = message(wire, shown, ids);
    }
    status
}

fn artifact(wire: &Wire, artifact: &Artifact, ids: &Ids, is_whole: bool) -> Value {
    let mut shown = json!({"artifactId": artifact.id});
    if let Some(name) = &artifact.name {
        shown["name"] = json!(name);
    }
    if !artifact.parts.is_empty() {
        let parts = artifact.parts.iter();
        shown["parts"] = parts.map(|shown| part(wire, shown)).collect();
    }
    if wire.metadata.flavor == Flavor::KagentMain {
        let by_tool = |part: &Part| matches!(part, Part::ToolResult { .. });
        let by_model = is_whole && !artifact.parts.iter().any(by_tool);
        shown["metadata"] = wire.metadata.step(ids, &artifact.id, by_model);
        with_doubles(&mut shown["metadata"]);
    }
    shown
}

fn part(wire: &Wire, part: &Part) -> Value {
    let key = |name: &str| wire.metadata.key(name);
    let data = |data: Value, metadata: Value| {
        let mut shown = json!({"data": data, "metadata": metadata});
        with_doubles(&mut shown["data"]);
        shown
    };
    match part {
        Part::Text(text) => json!({"text": text}),
        Part::Thought(text) => json!({"text": text, "metadata": {key("thought"): true}}),
        Part::ToolCall { id, name, args } => data(
            json!({"id": id, "name": name, "args": args}),
            json!({key("type"): "function_call"}),
        ),
        Part::ToolResult { id, name, text } => data(
            json!({"id": id, "name": name, "response": v03::tool_output(text)}),
            json!({key("type"): "function_response"}),
        ),
        Part::ToolResponse { id, name, response } => data(
            json!({"id": id, "name": name, "response": response}),
            json!({key("type"): "function_response"}),
        ),
        Part::Confirmation(confirmation) => data(
            confirmation.clone(),
            json!({key("type"): "function_call", key("is_long_running"): true}),
        ),
        Part::Data(value) => {
            let mut shown = json!({"data": value});
            with_doubles(&mut shown["data"]);
            shown
        }
        Part::File(shown) => file(shown),
    }
}

fn file(file: &File) -> Value {
    let mut shown = match &file.content {
        FileContent::Bytes(bytes) => json!({"raw": bytes}),
        FileContent::Uri(uri) => json!({"url": uri}),
    };
    if let Some(name) = &file.name {
        shown["filename"] = json!(name);
    }
    if let Some(media_type) = &file.media_type {
        shown["mediaType"] = json!(media_type);
    }
    shown
}

/// Turns all integers into doubles, as a `google.protobuf.Value` does.
fn with_doubles(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(double) = number.as_f64() {
                *value = json!(double);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_doubles),
        Value::Object(fields) => fields.values_mut().for_each(with_doubles),
        _ => {}
    }
}

/// Writes the defaults that `ListTasks` of the Python SDK 1.3.0 shows in messages.
pub(super) fn write_defaults(task: &mut Value) {
    let Some(history) = task["history"].as_array_mut() else {
        return;
    };
    for message in history {
        message["extensions"] = json!([]);
        message["referenceTaskIds"] = json!([]);
        for part in message["parts"].as_array_mut().into_iter().flatten() {
            for field in ["filename", "mediaType"] {
                if part[field].is_null() {
                    part[field] = json!("");
                }
            }
        }
    }
}
