//! The calls to an agent as bytes, and its results as the model. Requests are written in the
//! version that the caller names; a result says by its own shape which version it is of, and an
//! agent that mixes them is understood, too.

use serde_json::Value;

use super::error::A2aError;
use super::json::{list, object};
use super::model::{Event, Prompt, Reply, Task};
use super::{codec_v03, codec_v10, wire};
use crate::ids::{ContextId, TaskId};
use crate::model::Protocol;

/// What can be asked of an agent.
#[derive(Clone, Copy, Debug)]
pub enum Call<'a> {
    /// A prompt. With `blocking` the answer comes when the run ends or waits for a person;
    /// without it, at once.
    Send {
        /// The prompt.
        prompt: &'a Prompt,
        /// Whether to wait for the end.
        blocking: bool,
    },
    /// A prompt whose run is followed.
    Stream(&'a Prompt),
    /// A task as it is now.
    Get(&'a TaskId),
    /// The newest tasks of a context, or of all (1.0), with their histories.
    List(Option<&'a ContextId>),
    /// An end to a task.
    Cancel(&'a TaskId),
    /// What happens to a task from now on.
    Resubscribe(&'a TaskId),
}

impl Call<'_> {
    /// Its name among the points at which tests let the process die.
    #[must_use]
    pub fn point(&self) -> &'static str {
        match self {
            Self::Send { prompt, .. } | Self::Stream(prompt) if prompt.answer.is_some() => "decide",
            Self::Send { .. } | Self::Stream(_) => "prompt",
            Self::Get(_) => "get",
            Self::List(_) => "list",
            Self::Cancel(_) => "cancel",
            Self::Resubscribe(_) => "subscribe",
        }
    }

    /// The bytes of the request. Only 1.0 knows tenants.
    #[must_use]
    pub fn write(&self, protocol: Protocol, id: u64, tenant: Option<&str>) -> Vec<u8> {
        match protocol {
            Protocol::V03 => codec_v03::write(self, id),
            Protocol::V10 => codec_v10::write(self, id, tenant),
        }
    }
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

/// Reads a task, as get and cancel return it: bare in every version.
///
/// # Errors
/// [`A2aError::Protocol`] if it has no id.
pub fn task(result: Value) -> Result<Task, A2aError> {
    wire::task(object(result))
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
    let Value::Object(wire) = result else {
        return Err(A2aError::protocol("the result is no object"));
    };
    // Only 0.3 tags what it sends.
    if wire.contains_key("kind") {
        return codec_v03::event(wire);
    }
    match codec_v10::event(wire)? {
        Ok(event) => Ok(Some(event)),
        Err(unwrapped) => codec_v03::event(unwrapped),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::a2a::TaskState;
    use crate::a2a::model::Content;
    use crate::a2a::test_server::prompt;

    fn wire(call: &Call<'_>, protocol: Protocol) -> Value {
        serde_json::from_slice(&call.write(protocol, 4, Some("ops"))).unwrap()
    }

    #[test]
    fn requests_are_written_as_each_version_wants_them() {
        let modes = json!(["text", "text/plain", "application/json"]);
        let mut prompt = prompt();
        prompt.context = None;
        let send = Call::Send {
            prompt: &prompt,
            blocking: false,
        };
        assert_eq!(
            wire(&send, Protocol::V03),
            json!({"jsonrpc": "2.0", "id": "4", "method": "message/send", "params": {
                "message": {"kind": "message", "messageId": "m1", "role": "user",
                    "parts": [{"kind": "text", "text": "hi"}]},
                "configuration": {"acceptedOutputModes": modes, "blocking": false}}})
        );
        assert_eq!(
            wire(&send, Protocol::V10),
            json!({"jsonrpc": "2.0", "id": "4", "method": "SendMessage", "params": {
                "message": {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": "hi"}]},
                "configuration": {"acceptedOutputModes": modes, "returnImmediately": true},
                "tenant": "ops"}})
        );
        prompt.context = Some(ContextId::from("c"));
        prompt.task = Some(TaskId::from("t"));
        for (protocol, method) in [
            (Protocol::V03, "message/stream"),
            (Protocol::V10, "SendStreamingMessage"),
        ] {
            let followup = wire(&Call::Stream(&prompt), protocol);
            assert_eq!(followup["method"], method);
            assert_eq!(followup["params"]["message"]["contextId"], "c");
            assert_eq!(followup["params"]["message"]["taskId"], "t");
            let configuration = json!({"acceptedOutputModes": modes});
            assert_eq!(followup["params"]["configuration"], configuration);
        }
    }

    #[test]
    fn files_stand_behind_the_text_as_each_version_wants_them() {
        let mut prompt = prompt();
        prompt.files = vec![
            Content::Text("File a.yaml:\n\nkind: Pod".to_owned()),
            Content::FileBytes {
                bytes: "png".into(),
                name: Some("a.png".to_owned()),
                media_type: Some("image/png".to_owned()),
            },
        ];
        let parts = |prompt: &Prompt, protocol| {
            wire(&Call::Stream(prompt), protocol)["params"]["message"]["parts"].clone()
        };
        assert_eq!(
            parts(&prompt, Protocol::V03),
            json!([{"kind": "text", "text": "hi"},
                {"kind": "text", "text": "File a.yaml:\n\nkind: Pod"},
                {"kind": "file", "file":
                    {"bytes": "cG5n", "name": "a.png", "mimeType": "image/png"}}])
        );
        assert_eq!(
            parts(&prompt, Protocol::V10),
            json!([{"text": "hi"}, {"text": "File a.yaml:\n\nkind: Pod"},
                {"raw": "cG5n", "filename": "a.png", "mediaType": "image/png"}])
        );
        prompt.text.clear();
        prompt.files.remove(0);
        assert_eq!(parts(&prompt, Protocol::V10).as_array().unwrap().len(), 1);
        prompt.files.clear();
        assert_eq!(parts(&prompt, Protocol::V10), json!([{"text": ""}]));
    }

    #[test]
    fn control_calls_are_written_as_each_version_wants_them() {
        let (task, context) = (TaskId::from("t"), ContextId::from("c"));
        for (call, old, new, params) in [
            (Call::Get(&task), "tasks/get", "GetTask", json!({"id": "t"})),
            (
                Call::Cancel(&task),
                "tasks/cancel",
                "CancelTask",
                json!({"id": "t"}),
            ),
            (
                Call::Resubscribe(&task),
                "tasks/resubscribe",
                "SubscribeToTask",
                json!({"id": "t"}),
            ),
            (
                Call::List(Some(&context)),
                "tasks/list",
                "ListTasks",
                json!({"contextId": "c", "pageSize": 20}),
            ),
        ] {
            let mut expected =
                json!({"jsonrpc": "2.0", "id": "4", "method": old, "params": params});
            assert_eq!(wire(&call, Protocol::V03), expected);
            expected["method"] = json!(new);
            expected["params"]["tenant"] = json!("ops");
            assert_eq!(wire(&call, Protocol::V10), expected);
        }
    }

    #[test]
    fn tasks_are_listed_without_a_context_where_there_is_none_yet() {
        let listed = wire(&Call::List(None), Protocol::V10);
        assert_eq!(listed["params"], json!({"pageSize": 100, "tenant": "ops"}));
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
        for nothing in [
            json!({"kind": "hologram"}),
            json!({"task": null}),
            json!({}),
        ] {
            assert_eq!(event(nothing).unwrap(), None);
        }
        for no_answer in [
            json!({"kind": "status-update"}),
            json!({"statusUpdate": {"taskId": "t"}}),
            json!({"task": {}}),
        ] {
            assert!(reply(no_answer).is_err());
        }
        for understood in [
            json!({"id": "t", "status": {}}),
            json!({"parts": []}),
            json!({"taskId": "t", "status": {}}),
            json!({"taskId": "t", "artifact": {}}),
            json!({"message": {"role": "ROLE_AGENT"}}),
            json!({"kind": "message", "message": {}}),
        ] {
            assert!(event(understood.clone()).unwrap().is_some(), "{understood}");
        }
        let page = json!({"tasks": [{"id": "t"}, {"no": "task"}], "nextPageToken": ""});
        assert_eq!(tasks(page).unwrap().len(), 1);
        assert!(tasks(json!([])).is_err());
    }
}
