//! A2A 1.0: its requests, written strictly, and how it wraps what it sends.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};

use super::codec::{Call, accepted, page, parts};
use super::error::A2aError;
use super::json::{Object, inner};
use super::model::{Content, Event, Prompt};
use super::pause::Answer;
use super::reading::HITL;
use super::wire;

/// The method and the parameters of a call. The tenant is the one that the card names for the
/// interface; where it names none, there is no such member.
///
/// No call bounds the history: what is cut off is its beginning, which is where a prompt is
/// looked for.
#[must_use]
pub fn write(call: &Call<'_>, tenant: Option<&str>) -> (&'static str, Value) {
    let (method, mut params) = match call {
        Call::Send { prompt, blocking } => {
            let mut configuration = accepted();
            configuration["returnImmediately"] = json!(!blocking);
            ("SendMessage", submission(prompt, &configuration))
        }
        Call::Stream(prompt) => ("SendStreamingMessage", submission(prompt, &accepted())),
        Call::Get(task) => ("GetTask", json!({"id": task})),
        Call::List(context) => ("ListTasks", page(*context)),
        Call::Cancel(task) => ("CancelTask", json!({"id": task})),
        Call::Resubscribe(task) => ("SubscribeToTask", json!({"id": task})),
    };
    if let Some(tenant) = tenant {
        params["tenant"] = json!(tenant);
    }
    (method, params)
}

fn submission(prompt: &Prompt, configuration: &Value) -> Value {
    let mut message = json!({
        "messageId": prompt.id,
        "role": "ROLE_USER",
        "parts": parts(prompt, part),
    });
    match &prompt.answer {
        Some(Answer::Part(data)) => {
            message["parts"] = json!([{"data": data}, {"text": prompt.text}]);
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
        Content::Text(text) => json!({"text": text}),
        Content::FileBytes {
            bytes,
            name,
            media_type,
        } => {
            let mut file = json!({"raw": BASE64.encode(bytes)});
            if let Some(name) = name {
                file["filename"] = json!(name);
            }
            if let Some(media_type) = media_type {
                file["mediaType"] = json!(media_type);
            }
            file
        }
        Content::FileUri { uri, .. } => json!({"url": uri}),
        Content::Data(data) => json!({"data": data}),
        Content::Unknown => json!({"text": ""}),
    }
}

/// Reads what is wrapped in the one member that names it; the outer object, untouched, if there
/// is no such member.
///
/// # Errors
/// [`A2aError::Protocol`] for a task without an id.
pub(super) fn event(mut from: Object) -> Result<Result<Event, Object>, A2aError> {
    Ok(Ok(if let Some(task) = inner(&mut from, "task") {
        Event::Task(wire::task(task)?)
    } else if let Some(message) = inner(&mut from, "message") {
        Event::Message(wire::message(message))
    } else if let Some(update) = inner(&mut from, "statusUpdate") {
        Event::Status(wire::status_update(update))
    } else if let Some(update) = inner(&mut from, "artifactUpdate") {
        Event::Artifact(wire::artifact_update(update))
    } else {
        return Ok(Err(from));
    }))
}
