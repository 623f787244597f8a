//! A2A 0.3: its requests, written strictly, and how it tags what it sends.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};

use super::codec::{Call, accepted, page, parts};
use super::error::A2aError;
use super::json::{Object, text};
use super::model::{Content, Event, Prompt};
use super::pause::Answer;
use super::reading::HITL;
use super::wire;

/// The method and the parameters of a call.
#[must_use]
pub fn write(call: &Call<'_>) -> (&'static str, Value) {
    match call {
        Call::Send { prompt, blocking } => {
            let mut configuration = accepted();
            configuration["blocking"] = json!(blocking);
            ("message/send", submission(prompt, &configuration))
        }
        Call::Stream(prompt) => ("message/stream", submission(prompt, &accepted())),
        Call::Get(task) => ("tasks/get", json!({"id": task})),
        // kagent's extension: the method is none of 0.3's.
        Call::List(context) => ("tasks/list", page(*context)),
        Call::Cancel(task) => ("tasks/cancel", json!({"id": task})),
        Call::Resubscribe(task) => ("tasks/resubscribe", json!({"id": task})),
    }
}

fn submission(prompt: &Prompt, configuration: &Value) -> Value {
    let mut message = json!({
        "kind": "message",
        "messageId": prompt.id,
        "role": "user",
        "parts": parts(prompt, part),
    });
    match &prompt.answer {
        Some(Answer::Part(data)) => {
            message["parts"] = json!([
                {"kind": "data", "data": data},
                {"kind": "text", "text": prompt.text},
            ]);
        }
        Some(Answer::Extension(payload)) => {
            message["extensions"] = json!([HITL]);
            message["metadata"] = json!({HITL: payload});
        }
        None => {}
    }
    if let Some(context) = &prompt.context {
        message["contextId"] = json!(context);
    }
    if let Some(task) = &prompt.task {
        message["taskId"] = json!(task);
    }
    json!({"message": message, "configuration": configuration})
}

fn part(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!({"kind": "text", "text": text}),
        Content::FileBytes {
            bytes,
            name,
            media_type,
        } => {
            let mut file = json!({"bytes": BASE64.encode(bytes)});
            if let Some(name) = name {
                file["name"] = json!(name);
            }
            if let Some(media_type) = media_type {
                file["mimeType"] = json!(media_type);
            }
            json!({"kind": "file", "file": file})
        }
        Content::FileUri { uri, .. } => json!({"kind": "file", "file": {"uri": uri}}),
        Content::Data(data) => json!({"kind": "data", "data": data}),
        Content::Unknown => json!({"kind": "text", "text": ""}),
    }
}

/// Reads what the tag `kind` says it is; none for a kind that is not known.
///
/// # Errors
/// [`A2aError::Protocol`] for a task without an id.
pub(super) fn event(mut from: Object) -> Result<Option<Event>, A2aError> {
    let kind = text(&mut from, "kind");
    // Agents that leave the tag out are known by what they send.
    let kind = kind.as_deref().unwrap_or_else(|| match &from {
        _ if from.contains_key("artifact") => "artifact-update",
        _ if from.contains_key("status") && from.contains_key("taskId") => "status-update",
        _ if from.contains_key("status") => "task",
        _ if from.contains_key("parts") => "message",
        _ => "",
    });
    Ok(match kind {
        "task" => Some(Event::Task(wire::task(from)?)),
        "message" => Some(Event::Message(wire::message(from))),
        "status-update" => Some(Event::Status(wire::status_update(from))),
        "artifact-update" => Some(Event::Artifact(wire::artifact_update(from))),
        _ => None,
    })
}
