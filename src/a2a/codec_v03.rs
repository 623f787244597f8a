//! A2A 0.3 on the wire: requests out, strict; results in, lenient (see `json`). Unknown fields,
//! states and kinds are no errors: a new field must not cost an answer.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde_json::{Value, json};

use super::error::A2aError;
use super::json::{Object, flag, inner, list, object, text};
use super::model::{
    Artifact, ArtifactUpdate, Content, Event, Message, Part, Prompt, Reply, Role, StatusUpdate,
    Task, TaskState,
};
use super::reading::is_partial;
use super::rpc::request;
use crate::ids::{ContextId, TaskId};

/// Tasks asked for at once. A prompt whose fate is unknown is among the newest, and whole
/// histories are long.
const LIST_PAGE: u32 = 20;

/// `message/send`. With `blocking` the answer comes when the run ends or waits for a person;
/// without it, at once.
#[must_use]
pub fn send(id: u64, prompt: &Prompt, blocking: bool) -> Vec<u8> {
    let mut configuration = accepted();
    configuration["blocking"] = json!(blocking);
    prompt_request(id, "message/send", prompt, &configuration)
}

/// `message/stream`.
#[must_use]
pub fn stream(id: u64, prompt: &Prompt) -> Vec<u8> {
    prompt_request(id, "message/stream", prompt, &accepted())
}

/// Some servers refuse a send that does not say what it takes back.
fn accepted() -> Value {
    json!({"acceptedOutputModes": ["text", "text/plain", "application/json"]})
}

fn prompt_request(id: u64, method: &str, prompt: &Prompt, configuration: &Value) -> Vec<u8> {
    let mut message = json!({
        "kind": "message",
        "messageId": prompt.id,
        "role": "user",
        "parts": [{"kind": "text", "text": prompt.text}],
    });
    if let Some(context) = &prompt.context {
        message["contextId"] = json!(context);
    }
    if let Some(task) = &prompt.task {
        message["taskId"] = json!(task);
    }
    let params = json!({"message": message, "configuration": configuration});
    request(id, method, &params)
}

/// `tasks/get`, with the whole history.
#[must_use]
pub fn get(id: u64, task: &TaskId) -> Vec<u8> {
    request(id, "tasks/get", &json!({"id": task}))
}

/// `tasks/list`: kagent's extension of 0.3, the newest tasks of a context.
#[must_use]
pub fn list_tasks(id: u64, context: &ContextId) -> Vec<u8> {
    let params = json!({"contextId": context, "pageSize": LIST_PAGE});
    request(id, "tasks/list", &params)
}

/// `tasks/cancel`.
#[must_use]
pub fn cancel(id: u64, task: &TaskId) -> Vec<u8> {
    request(id, "tasks/cancel", &json!({"id": task}))
}

/// `tasks/resubscribe`.
#[must_use]
pub fn resubscribe(id: u64, task: &TaskId) -> Vec<u8> {
    request(id, "tasks/resubscribe", &json!({"id": task}))
}

/// Reads the result of a send.
///
/// # Errors
/// [`A2aError::Protocol`] if it is neither a task nor a message.
pub fn reply(result: Value) -> Result<Reply, A2aError> {
    match event(result)? {
        Some(Event::Task(task)) => Ok(Reply::Task(task)),
        Some(Event::Message(message)) => Ok(Reply::Message(message)),
        _ => Err(A2aError::protocol("neither a task nor a message")),
    }
}

/// Reads a task, as get and cancel return it.
///
/// # Errors
/// [`A2aError::Protocol`] if it has no id.
pub fn task(result: Value) -> Result<Task, A2aError> {
    read_task(object(result))
}

/// Reads a page of tasks. What is no task in it is passed over.
///
/// # Errors
/// [`A2aError::Protocol`] if there is no page.
pub fn tasks(result: Value) -> Result<Vec<Task>, A2aError> {
    let mut page = object(result);
    if !page.contains_key("tasks") {
        return Err(A2aError::protocol("no list of tasks"));
    }
    let found = list(&mut page, "tasks").into_iter();
    Ok(found.filter_map(|wire| task(wire).ok()).collect())
}

/// Reads an event of a stream; none for a kind that this version does not know.
///
/// # Errors
/// [`A2aError::Protocol`] for a task without an id, or a result that is no object.
pub fn event(result: Value) -> Result<Option<Event>, A2aError> {
    let Value::Object(mut wire) = result else {
        return Err(A2aError::protocol("the result is no object"));
    };
    let kind = text(&mut wire, "kind");
    // Agents that leave the tag out are known by what they send.
    let kind = kind.as_deref().unwrap_or_else(|| match &wire {
        _ if wire.contains_key("artifact") => "artifact-update",
        _ if wire.contains_key("status") && wire.contains_key("taskId") => "status-update",
        _ if wire.contains_key("status") => "task",
        _ if wire.contains_key("parts") => "message",
        _ => "",
    });
    Ok(match kind {
        "task" => Some(Event::Task(read_task(wire)?)),
        "message" => Some(Event::Message(message(wire))),
        "status-update" => Some(Event::Status(status_update(wire))),
        "artifact-update" => Some(Event::Artifact(artifact_update(wire))),
        _ => None,
    })
}

fn read_task(mut wire: Object) -> Result<Task, A2aError> {
    let id = text(&mut wire, "id").map(TaskId);
    let (state, status_message) = status(&mut wire);
    let artifacts = list(&mut wire, "artifacts").into_iter();
    let history = list(&mut wire, "history").into_iter();
    Ok(Task {
        id: id.ok_or_else(|| A2aError::protocol("a task without an id"))?,
        context_id: text(&mut wire, "contextId").map(ContextId),
        state,
        status_message,
        artifacts: artifacts.map(|wire| artifact(object(wire))).collect(),
        history: history.map(|wire| message(object(wire))).collect(),
        metadata: inner(&mut wire, "metadata").unwrap_or_default(),
    })
}

fn status(wire: &mut Object) -> (TaskState, Option<Message>) {
    let mut status = inner(wire, "status").unwrap_or_default();
    let state = text(&mut status, "state").unwrap_or_default();
    (
        TaskState::from_wire(&state),
        inner(&mut status, "message").map(message),
    )
}

fn message(mut wire: Object) -> Message {
    let role = text(&mut wire, "role").unwrap_or_default();
    Message {
        id: text(&mut wire, "messageId"),
        role: if role.eq_ignore_ascii_case("user") {
            Role::User
        } else {
            Role::Agent
        },
        parts: parts(&mut wire),
        context_id: text(&mut wire, "contextId").map(ContextId),
        task_id: text(&mut wire, "taskId").map(TaskId),
        metadata: inner(&mut wire, "metadata").unwrap_or_default(),
    }
}

fn status_update(mut wire: Object) -> StatusUpdate {
    let (state, message) = status(&mut wire);
    let metadata = inner(&mut wire, "metadata").unwrap_or_default();
    StatusUpdate {
        task_id: text(&mut wire, "taskId").map(TaskId),
        context_id: text(&mut wire, "contextId").map(ContextId),
        state,
        is_final: flag(&wire, "final"),
        partial: is_partial(&metadata) || message.as_ref().is_some_and(Message::is_partial),
        message,
        metadata,
    }
}

fn artifact_update(mut wire: Object) -> ArtifactUpdate {
    ArtifactUpdate {
        task_id: text(&mut wire, "taskId").map(TaskId),
        context_id: text(&mut wire, "contextId").map(ContextId),
        append: flag(&wire, "append"),
        last: flag(&wire, "lastChunk"),
        artifact: artifact(inner(&mut wire, "artifact").unwrap_or_default()),
    }
}

fn artifact(mut wire: Object) -> Artifact {
    Artifact {
        id: text(&mut wire, "artifactId").unwrap_or_default(),
        name: text(&mut wire, "name"),
        parts: parts(&mut wire),
        metadata: inner(&mut wire, "metadata").unwrap_or_default(),
    }
}

fn parts(wire: &mut Object) -> Vec<Part> {
    let parts = list(wire, "parts").into_iter();
    parts.map(|wire| part(object(wire))).collect()
}

fn part(mut wire: Object) -> Part {
    let metadata = inner(&mut wire, "metadata").unwrap_or_default();
    let content = if let Some(file) = inner(&mut wire, "file") {
        file_content(file)
    } else if let Some(data) = wire.remove("data").filter(|data| !data.is_null()) {
        Content::Data(data)
    } else if let Some(Value::String(words)) = wire.remove("text") {
        Content::Text(words)
    } else {
        Content::Unknown
    };
    Part { content, metadata }
}

/// The specification's own pages disagree on the names of the two contents of a file.
fn file_content(mut file: Object) -> Content {
    let name = text(&mut file, "name");
    let media_type = text(&mut file, "mimeType");
    let whole = text(&mut file, "bytes").or_else(|| text(&mut file, "fileWithBytes"));
    if let Some(whole) = whole {
        return decode_base64(whole).map_or(Content::Unknown, |bytes| Content::FileBytes {
            bytes,
            name,
            media_type,
        });
    }
    match text(&mut file, "uri").or_else(|| text(&mut file, "fileWithUri")) {
        Some(uri) => Content::FileUri {
            uri,
            name,
            media_type,
        },
        None => Content::Unknown,
    }
}

/// Either alphabet, padded or not, with line breaks or without.
fn decode_base64(mut text: String) -> Option<Bytes> {
    const ANY_PADDING: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    text.retain(|c| !c.is_ascii_whitespace());
    let alphabet = if text.contains(['-', '_']) {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    let engine = GeneralPurpose::new(alphabet, ANY_PADDING);
    engine.decode(text).ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Principal, PromptId};

    fn prompt(context: Option<&str>, task: Option<&str>) -> Prompt {
        Prompt {
            id: PromptId::from("m1"),
            text: "hi \"there\"".to_owned(),
            context: context.map(ContextId::from),
            task: task.map(TaskId::from),
            principal: Principal::from("telegram:7"),
        }
    }

    fn wire(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn requests_are_written_as_0_3_wants_them() {
        let modes = json!(["text", "text/plain", "application/json"]);
        let message = json!({"kind": "message", "messageId": "m1", "role": "user",
            "parts": [{"kind": "text", "text": "hi \"there\""}]});
        assert_eq!(
            wire(&send(4, &prompt(None, None), false)),
            json!({"jsonrpc": "2.0", "id": "4", "method": "message/send", "params": {
                "message": message,
                "configuration": {"acceptedOutputModes": modes, "blocking": false}}})
        );
        let followup = wire(&stream(5, &prompt(Some("c"), Some("t"))));
        assert_eq!(followup["method"], "message/stream");
        assert_eq!(followup["params"]["message"]["contextId"], "c");
        assert_eq!(followup["params"]["message"]["taskId"], "t");
        assert_eq!(
            followup["params"]["configuration"],
            json!({"acceptedOutputModes": modes})
        );
        let t = TaskId::from("t");
        for (bytes, method) in [
            (get(1, &t), "tasks/get"),
            (cancel(1, &t), "tasks/cancel"),
            (resubscribe(1, &t), "tasks/resubscribe"),
        ] {
            assert_eq!(
                wire(&bytes),
                json!({"jsonrpc": "2.0", "id": "1", "method": method, "params": {"id": "t"}})
            );
        }
        let listed = wire(&list_tasks(1, &ContextId::from("c")));
        assert_eq!(listed["params"], json!({"contextId": "c", "pageSize": 20}));
    }

    #[test]
    fn sparse_and_strange_results_are_still_read() {
        let read = task(
            json!({"id": 7, "contextId": "", "status": null, "history": null,
            "artifacts": [null, {"parts": null}], "new": {}}),
        )
        .unwrap();
        assert_eq!(read.id, TaskId::from("7"));
        assert_eq!(read.context_id, None);
        assert_eq!(read.state, TaskState::Other(String::new()));
        assert_eq!(read.artifacts.len(), 2);
        assert!(task(json!({"id": ""})).is_err());
        assert!(event(json!("text")).is_err());
        assert_eq!(event(json!({"kind": "hologram"})).unwrap(), None);
        assert!(reply(json!({"kind": "status-update"})).is_err());
        for untagged in [
            json!({"id": "t", "status": {}}),
            json!({"parts": []}),
            json!({"taskId": "t", "status": {}}),
            json!({"taskId": "t", "artifact": {}}),
        ] {
            assert!(event(untagged.clone()).unwrap().is_some(), "{untagged}");
        }
        let page = json!({"tasks": [{"id": "t"}, {"no": "task"}], "nextPageToken": ""});
        assert_eq!(tasks(page).unwrap().len(), 1);
        assert!(tasks(json!([])).is_err());
    }

    #[test]
    fn files_are_read_in_any_base64_and_bad_ones_are_unknown() {
        let content = |file: Value| part(object(json!({"kind": "file", "file": file}))).content;
        for (base64, bytes) in [
            ("+/8=", &[0xfb, 0xff][..]),
            ("-_8", &[0xfb, 0xff]),
            ("aGk\n", b"hi"),
        ] {
            let Content::FileBytes { bytes: read, .. } = content(json!({"bytes": base64})) else {
                panic!("{base64} is not read");
            };
            assert_eq!(read, bytes, "{base64}");
        }
        assert_eq!(content(json!({"bytes": "!!"})), Content::Unknown);
        assert_eq!(content(json!({})), Content::Unknown);
        let link = content(json!({"uri": "https://f/x", "name": "x", "mimeType": ""}));
        assert!(matches!(
            link,
            Content::FileUri {
                media_type: None,
                ..
            }
        ));
        assert_eq!(part(Object::new()).content, Content::Unknown);
    }
}
