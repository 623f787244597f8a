//! Our wire forms against the types of others: the official crate for 1.0, agentgateway's former
//! one for 0.3.

use ::a2a::{
    CancelTaskRequest, GetTaskRequest, JsonRpcRequest, ListTasksRequest, SendMessageRequest,
    StreamResponse, SubscribeToTaskRequest,
};
use a2a_sdk::{A2aRequest, JsonRpcMessage};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::codec::{self, Call};
use super::model::Prompt;
use super::pause::Answer;
use super::test_server::prompt;
use crate::ids::{ContextId, TaskId};
use crate::model::Protocol;

/// Reads the parameters as the official type and writes them again: nothing may be lost.
fn keeps<T: Serialize + DeserializeOwned>(params: &Value) {
    let read: T = serde_json::from_value(params.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), *params);
}

/// Prompts of every shape that is sent: the first of a context, a later one, an answer to a task
/// that waits, and decisions in both forms.
fn prompts() -> Vec<Prompt> {
    let mut first = prompt();
    first.context = None;
    let later = prompt();
    let mut waited_for = prompt();
    waited_for.task = Some(TaskId::from("t"));
    let decision = |answer| Prompt {
        answer: Some(answer),
        ..waited_for.clone()
    };
    let decided = decision(Answer::Extension(json!({"type": "tool_approval_response"})));
    let batch = decision(Answer::Part(json!({"decision_type": "reject"})));
    vec![first, later, waited_for, decided, batch]
}

/// Every call that submits one of these.
fn submissions(prompts: &[Prompt]) -> Vec<Call<'_>> {
    let each = prompts.iter().flat_map(|prompt| {
        let send = |blocking| Call::Send { prompt, blocking };
        [send(false), send(true), Call::Stream(prompt)]
    });
    each.collect()
}

#[test]
fn the_official_types_of_1_0_read_all_that_we_send() {
    let (task, context) = (TaskId::from("t"), ContextId::from("c"));
    let prompts = prompts();
    let check: fn(&Value) = keeps::<SendMessageRequest>;
    let submissions = submissions(&prompts).into_iter();
    let calls = submissions.map(|call| (call, check)).chain([
        (Call::Get(&task), keeps::<GetTaskRequest> as fn(&Value)),
        (Call::List(Some(&context)), keeps::<ListTasksRequest>),
        (Call::List(None), keeps::<ListTasksRequest>),
        (Call::Cancel(&task), keeps::<CancelTaskRequest>),
        (Call::Resubscribe(&task), keeps::<SubscribeToTaskRequest>),
    ]);
    for (call, keeps) in calls {
        for tenant in [None, Some("ops")] {
            let bytes = call.write(Protocol::V10, 1, tenant);
            let request: JsonRpcRequest = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(request.jsonrpc, "2.0");
            let params = request.params.unwrap();
            assert_eq!(params.get("tenant").and_then(Value::as_str), tenant);
            keeps(&params);
        }
    }
}

/// The message of this crate is that of 0.2 and knows neither ids nor parts: those are checked
/// by the Python SDK 0.3.26 and by kagent-adk in `tests/real_peers`.
#[test]
fn the_types_of_0_3_read_all_that_we_send() {
    let task = TaskId::from("t");
    let prompts = prompts();
    // 0.3 has no list.
    let controls = [
        (Call::Get(&task), "tasks/get"),
        (Call::Cancel(&task), "tasks/cancel"),
        (Call::Resubscribe(&task), "tasks/resubscribe"),
    ];
    let submissions = submissions(&prompts).into_iter().map(|call| {
        let streams = matches!(call, Call::Stream(_));
        (
            call,
            if streams {
                "message/stream"
            } else {
                "message/send"
            },
        )
    });
    for (call, method) in submissions.chain(controls) {
        let bytes = call.write(Protocol::V03, 1, None);
        let sent: Value = serde_json::from_slice(&bytes).unwrap();
        let JsonRpcMessage::Request(request) = serde_json::from_slice(&bytes).unwrap() else {
            panic!("not a request");
        };
        assert_eq!(request.request.method(), method);
        let read = serde_json::to_value(&request.request).unwrap();
        match &request.request {
            A2aRequest::SendMessageRequest(_) | A2aRequest::SendStreamingMessageRequest(_) => {
                let of = |params: &Value| params["params"]["configuration"].clone();
                assert_eq!(of(&read), of(&sent), "{method}");
                assert_eq!(read["params"]["message"]["role"], "user", "{method}");
            }
            _ => assert_eq!(read["params"], sent["params"], "{method}"),
        }
    }
}

#[test]
fn what_the_official_types_of_1_0_write_is_read_like_what_they_read() {
    let mut seen = 0;
    for item in super::capture_tests::results_of("a2a-py-1.3.0-v1") {
        let Ok(official) = serde_json::from_value::<StreamResponse>(item.clone()) else {
            continue;
        };
        let written = serde_json::to_value(official).unwrap();
        assert_eq!(codec::event(written).unwrap(), codec::event(item).unwrap());
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}
