//! Tables of what is read of tasks and messages.

use serde_json::json;

use super::*;
use crate::a2a::codec::{event, task};

fn read(wire: serde_json::Value) -> Task {
    task(wire).unwrap()
}

#[test]
fn the_answer_is_the_artifacts_without_thoughts() {
    let answer = read(json!({
        "id": "t", "status": {"state": "completed"},
        "artifacts": [
            {"artifactId": "a", "parts": [
                {"kind": "text", "text": "hm", "metadata": {"adk_thought": true}},
                {"kind": "text", "text": "two "}, {"kind": "text", "text": "pods"}]},
            {"artifactId": "b", "parts": [{"kind": "data", "data": {}}]},
            {"artifactId": "c", "parts": [{"kind": "text", "text": "and a node"}]}]}));
    assert_eq!(
        answer.answer_text().as_deref(),
        Some("two pods\n\nand a node")
    );
}

#[test]
fn without_artifacts_a_completed_task_is_answered_by_what_was_said_last() {
    let mut said = read(json!({
        "id": "t", "status": {"state": "completed"},
        "history": [
            {"role": "agent", "parts": [{"kind": "text", "text": "old"}]},
            {"role": "user", "messageId": "m", "parts": [{"kind": "text", "text": "q"}]},
            {"role": "agent", "parts": [{"kind": "text", "text": "new"}]},
            {"role": "agent", "parts": [{"kind": "data", "data": {}}]}]}));
    assert_eq!(said.answer_text().as_deref(), Some("new"));
    said.state = TaskState::Working;
    assert_eq!(
        said.answer_text(),
        None,
        "only an ended run is taken at its word"
    );
    said.state = TaskState::Completed;
    said.history.truncate(2);
    assert_eq!(
        said.answer_text(),
        None,
        "an earlier answer is not this one"
    );
    assert!(said.contains_prompt(&PromptId::from("m")));
    assert!(!said.contains_prompt(&PromptId::from("n")));
}

#[test]
fn tools_are_recognised_by_either_runtimes_key() {
    for key in ["adk_type", "kagent_type"] {
        let status = json!({
            "kind": "status-update", "taskId": "t", "status": {"state": "input-required",
            "message": {"role": "agent", "parts": [
                {"kind": "data", "metadata": {key: "function_call"}, "data": {"name": "get_pods"}},
                {"kind": "data", "metadata": {key: "function_response"}, "data": {"name": "get_pods"}},
                {"kind": "data", "metadata": {key: "function_call"}, "data": {
                    "name": "adk_request_confirmation",
                    "args": {"originalFunctionCall": {"name": "delete_pod"}}}},
                {"kind": "data", "data": {"name": "plain data"}}]}}});
        let Some(Event::Status(status)) = event(status).unwrap() else {
            panic!("not a status");
        };
        let message = status.agent_message().unwrap();
        assert_eq!(message.tool_calls(), ["get_pods"]);
        assert_eq!(message.pending_tools(), ["delete_pod"]);
        assert_eq!(message.parts[1].tool_result(), Some("get_pods"));
    }
}

#[test]
fn the_extension_names_what_waits_the_inner_tools_first() {
    let outer = json!([{"id": "1", "name": "sub_agent"}]);
    let inner = json!([{"id": "2", "name": "delete_pod"}, {"id": "3", "name": "drain"}]);
    let ask = "ask_user_request";
    for (request, waiting) in [
        (
            json!({"type": "tool_approval_request", "tools": outer}),
            &["sub_agent"][..],
        ),
        (json!({"tools": outer, "nested": null}), &["sub_agent"]),
        (
            json!({"tools": outer, "nested": {"tools": inner}}),
            &["delete_pod", "drain"],
        ),
        (json!({"type": ask, "questions": []}), &["ask_user"]),
        (json!({"tools": [{"name": 7}, null]}), &[]),
        (json!("nonsense"), &[]),
    ] {
        let asks = read(json!({"id": "t", "status": {
            "state": "TASK_STATE_INPUT_REQUIRED",
            "message": {"role": "ROLE_AGENT", "parts": [{"text": "?"}], "metadata": {HITL: request}}}}));
        let message = asks.status_message.unwrap();
        assert_eq!(message.pending_tools(), waiting, "{request}");
        assert_eq!(message.metadata[HITL], request, "kept for the answer");
    }
}

fn chunk(id: &str, text: &str, append: bool) -> Event {
    event(
        json!({"kind": "artifact-update", "taskId": "t", "append": append,
        "artifact": {"artifactId": id, "parts": [{"kind": "text", "text": text}]}}),
    )
    .unwrap()
    .unwrap()
}

#[test]
fn chunks_append_replace_and_may_begin_with_an_append() {
    let mut known = None;
    for (id, text, append) in [
        ("a", "on", true),
        ("a", "e", true),
        ("b", "draft", false),
        ("b", "two", false),
    ] {
        Task::follow(&mut known, chunk(id, text, append));
    }
    assert_eq!(known.unwrap().answer_text().as_deref(), Some("one\n\ntwo"));
}

#[test]
fn a_followed_stream_keeps_a_bounded_history_and_bounded_artifacts() {
    let mut known = None;
    for number in 0..500 {
        Task::follow(&mut known, chunk(&number.to_string(), "x", false));
        let said = json!({"kind": "status-update", "taskId": "t", "status": {"state": "working",
            "message": {"role": "agent", "parts": [{"kind": "text", "text": "step"}]}}});
        Task::follow(&mut known, event(said).unwrap().unwrap());
    }
    let task = known.unwrap();
    assert_eq!(task.artifacts.len(), ARTIFACTS_MAX);
    assert_eq!(task.history.len(), HISTORY_MAX);
}
