//! Pauses of captured traffic, and of every shape that is not good enough.

use serde_json::{Value, json};

use super::*;
use crate::a2a::capture_tests::task_of;
use crate::a2a::codec;
use crate::a2a::{Task, TaskState};
use crate::pause::{Asks, Pause, Unclear};

/// A pause in one line.
fn line(pause: &Pause) -> String {
    let via = |via: &Option<String>| {
        via.as_ref()
            .map_or(String::new(), |via| format!("{via} ▸ "))
    };
    let calls = || {
        let calls = pause.calls().iter();
        let shown = calls.map(|call| format!("{}{}({})", via(&call.via), call.name, call.args));
        shown.collect::<Vec<_>>().join(" + ")
    };
    let asks = match &pause.asks {
        Asks::Approval(_) => format!("may {}", calls()),
        Asks::Answers {
            via: from,
            questions,
            ..
        } => {
            let shown = questions.iter().map(|q| {
                let many = if q.multiple { "*" } else { "" };
                format!("{} [{}]{many}", q.text, q.choices.join(", "))
            });
            format!(
                "{}asks {}",
                via(from),
                shown.collect::<Vec<_>>().join(" / ")
            )
        }
        Asks::Words(text) => format!("says {text}"),
        Asks::Login(text) => format!("login {text}"),
        Asks::Unclear { why, .. } => format!("{why:?} {}", calls()),
    };
    format!("{:?}: {asks}", pause.form)
}

#[test]
fn pauses_of_captured_traffic_are_read_whole() {
    let delete = r#"delete_pod({"name":"web-1","namespace":"default"})"#;
    let restart = r#"restart_deployment({"name":"api","namespace":"prod"})"#;
    let questions = "asks Which database? [PostgreSQL, MySQL] / Which features? [Auth, Caching, \
                     Audit]* / Anything else? []";
    for (folder, file, expected) in [
        (
            "kagent-0.10",
            "10_approval_request.json",
            format!("Parts: may {delete}"),
        ),
        (
            "kagent-0.10",
            "11_tasks_get_input_required.json",
            format!("Parts: may {delete}"),
        ),
        (
            "kagent-0.10",
            "20_two_approvals_request.json",
            format!("Parts: may {delete} + {restart}"),
        ),
        (
            "kagent-0.10",
            "30_ask_user_request.json",
            format!("Parts: {questions}"),
        ),
        (
            "kagent-0.10",
            "80_nested_approval_request.json",
            format!("Parts: may kagent__NS__sub_agent ▸ {delete}"),
        ),
        (
            "kagent-1.0",
            "10_approval_request.json",
            format!("Extension: may {delete}"),
        ),
        (
            "kagent-1.0",
            "20_two.json",
            format!("Extension: may {delete} + {restart}"),
        ),
        (
            "kagent-1.0",
            "30_ask.json",
            format!("Extension: {questions}"),
        ),
        (
            "kagent-1.0",
            "40_no_extension_optin.json",
            "Text: says Human input is required before the agent can continue.".to_owned(),
        ),
        (
            "a2a-py-1.3.0-v1",
            "12-send-ask.txt",
            "Text: says Which colour?".to_owned(),
        ),
        (
            "a2a-py-0.3.26",
            "15-send-auth.txt",
            "Text: login Please log in at https://login.example/x".to_owned(),
        ),
    ] {
        let task = task_of(folder, file);
        let read = pause(&task).unwrap_or_else(|| panic!("{folder}/{file} is no pause"));
        assert_eq!(sorted(&line(&read)), sorted(&expected), "{folder}/{file}");
        assert_eq!(read.task, task.id);
    }
    assert_eq!(
        pause(&task_of("kagent-0.10", "12_approve_reply.json")),
        None
    );
    assert_eq!(pause(&task_of("kagent-0.10", "41_empty.json")), None);
}

/// Members of objects come in the order of the wire or by name, as `serde_json` was built.
fn sorted(line: &str) -> String {
    line.replace(
        r#""namespace":"default","name":"web-1""#,
        r#""name":"web-1","namespace":"default""#,
    )
    .replace(
        r#""namespace":"prod","name":"api""#,
        r#""name":"api","namespace":"prod""#,
    )
}

fn task(message: &Value) -> Task {
    codec::task(json!({"id": "t", "contextId": "c",
        "status": {"state": "input-required", "message": message}}))
    .unwrap()
}

/// As kagent 0.10 asks for some calls, each with its id and its name.
fn parts(calls: &[(Value, &str)]) -> Task {
    let part = |(id, name): &(Value, &str)| {
        json!({"kind": "data", "data": {"name": "adk_request_confirmation", "id": "adk-1",
            "args": {"originalFunctionCall": {"name": name, "id": id, "args": {"questions": [
                {"question": "Sure?"}]}}}}})
    };
    let parts: Vec<Value> = calls.iter().map(part).collect();
    task(&json!({"role": "agent", "parts": parts}))
}

fn extension(request: &Value) -> Task {
    task(&json!({"role": "agent", "parts": [], "metadata": {crate::a2a::HITL: request}}))
}

fn unclear(task: &Task) -> Option<Unclear> {
    match pause(task)?.asks {
        Asks::Unclear { why, .. } => Some(why),
        _ => None,
    }
}

#[test]
fn what_cannot_be_shown_or_answered_one_by_one_can_only_be_rejected() {
    let many: Vec<(Value, &str)> = (0..=CALLS_MAX)
        .map(|n| (json!(format!("c{n}")), "x"))
        .collect();
    let inner = |name: &str| {
        json!({"kind": "data", "data": {"name": "adk_request_confirmation", "args": {
            "originalFunctionCall": {"name": "a__NS__b", "id": "outer", "args": {}},
            "toolConfirmation": {"payload": {"subagent_name": "b", "hitl_parts": [
                {"originalFunctionCall": {"name": name, "id": "in", "args": {}}}]}}}}})
    };
    let nested = |name| task(&json!({"role": "agent", "parts": [inner(name)]}));
    let question = json!({"question": "?"});
    let nothing = json!(null);
    for (name, task, why) in [
        (
            "no id",
            parts(&[(nothing.clone(), "x")]),
            Some(Unclear::Unreadable),
        ),
        (
            "empty id",
            parts(&[(json!(" "), "x")]),
            Some(Unclear::Unreadable),
        ),
        (
            "no name",
            parts(&[(json!("a"), "")]),
            Some(Unclear::Unreadable),
        ),
        (
            "one id twice",
            parts(&[(json!("a"), "x"), (json!("a"), "y")]),
            Some(Unclear::Unreadable),
        ),
        (
            "one of two",
            parts(&[(json!("a"), "x"), (nothing, "y")]),
            Some(Unclear::Unreadable),
        ),
        (
            "a question beside a call",
            parts(&[(json!("a"), "ask_user"), (json!("b"), "y")]),
            Some(Unclear::Mixed),
        ),
        (
            "two questions at once",
            parts(&[(json!("a"), "ask_user"), (json!("b"), "ask_user")]),
            Some(Unclear::Mixed),
        ),
        ("too many", parts(&many), Some(Unclear::TooMany)),
        (
            "an agent's agent's agent",
            nested("a__NS__c"),
            Some(Unclear::Hidden),
        ),
        ("an agent's agent", nested("delete_pod"), None),
        (
            "an agent is asked",
            parts(&[(json!("a"), "a__NS__b")]),
            None,
        ),
        ("a question", parts(&[(json!("a"), "ask_user")]), None),
        (
            "no tools",
            extension(&json!({"type": "tool_approval_request"})),
            Some(Unclear::Unreadable),
        ),
        (
            "another type",
            extension(&json!({"type": "new", "tools": []})),
            Some(Unclear::Unreadable),
        ),
        (
            "no type",
            extension(&json!(null)),
            Some(Unclear::Unreadable),
        ),
        (
            "no questions",
            extension(&json!({"type": "ask_user_request", "id": "a", "questions": []})),
            Some(Unclear::Unreadable),
        ),
        (
            "a question without words",
            extension(&json!({"type": "ask_user_request", "id": "a", "questions": [question, {}]})),
            Some(Unclear::Unreadable),
        ),
        (
            "questions without an id",
            extension(&json!({"type": "ask_user_request", "questions": [question]})),
            Some(Unclear::Unreadable),
        ),
        (
            "questions",
            extension(&json!({"type": "ask_user_request", "id": "a", "questions": [question]})),
            None,
        ),
    ] {
        assert_eq!(unclear(&task), why, "{name}");
    }
}

#[test]
fn a_task_that_does_not_wait_asks_nothing() {
    let mut task = parts(&[(json!("a"), "x")]);
    for state in [
        "submitted",
        "working",
        "completed",
        "failed",
        "canceled",
        "rejected",
        "odd",
    ] {
        task.state = TaskState::from_wire(state);
        assert_eq!(pause(&task), None, "{state}");
    }
}
