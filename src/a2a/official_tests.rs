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
use super::pause::Answer;
use super::test_server::prompt;
use crate::ids::{ContextId, TaskId};
use crate::model::Protocol;

/// Reads the parameters as the official type and writes them again: nothing may be lost.
fn keeps<T: Serialize + DeserializeOwned>(params: &Value) {
    let read: T = serde_json::from_value(params.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), *params);
}

#[test]
fn the_official_types_of_1_0_read_all_that_we_send() {
    let (task, context) = (TaskId::from("t"), ContextId::from("c"));
    let mut prompt = prompt();
    prompt.task = Some(task.clone());
    let mut decided = prompt.clone();
    decided.answer = Some(Answer::Extension(json!({"type": "tool_approval_response"})));
    let mut batch = prompt.clone();
    batch.answer = Some(Answer::Part(json!({"decision_type": "reject"})));
    let (prompt, blocking) = (&prompt, false);
    let first: fn(&Value) = keeps::<SendMessageRequest>;
    let calls = [
        (Call::Send { prompt, blocking }, first),
        (Call::Stream(prompt), keeps::<SendMessageRequest>),
        (Call::Stream(&decided), keeps::<SendMessageRequest>),
        (Call::Stream(&batch), keeps::<SendMessageRequest>),
        (Call::Get(&task), keeps::<GetTaskRequest>),
        (Call::List(&context), keeps::<ListTasksRequest>),
        (Call::Cancel(&task), keeps::<CancelTaskRequest>),
        (Call::Resubscribe(&task), keeps::<SubscribeToTaskRequest>),
    ];
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

#[test]
fn the_types_of_0_3_read_all_that_we_send() {
    let task = TaskId::from("t");
    let mut prompt = prompt();
    prompt.task = Some(task.clone());
    let (prompt, blocking) = (&prompt, false);
    // 0.3 has no list.
    for (call, method) in [
        (Call::Send { prompt, blocking }, "message/send"),
        (Call::Stream(prompt), "message/stream"),
        (Call::Get(&task), "tasks/get"),
        (Call::Cancel(&task), "tasks/cancel"),
        (Call::Resubscribe(&task), "tasks/resubscribe"),
    ] {
        let bytes = call.write(Protocol::V03, 1, None);
        let JsonRpcMessage::Request(request) = serde_json::from_slice(&bytes).unwrap() else {
            panic!("not a request");
        };
        assert_eq!(request.request.method(), method);
        let read = serde_json::to_value(&request.request).unwrap();
        match &request.request {
            // Its message is that of 0.2 and knows neither ids nor parts.
            A2aRequest::SendMessageRequest(_) | A2aRequest::SendStreamingMessageRequest(_) => {
                assert_eq!(read["params"]["message"]["role"], "user", "{method}");
                let modes = &read["params"]["configuration"]["acceptedOutputModes"];
                assert_eq!(modes[0], "text", "{method}");
            }
            _ => assert_eq!(read["params"]["id"], "t", "{method}"),
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
