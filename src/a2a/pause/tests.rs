//! Pauses of captured traffic and of every shape that is not good enough, and decisions as the
//! captures of good ones have them.

use serde_json::{Value, json};

use super::*;
use crate::a2a::capture_tests::{capture, task_of};
use crate::a2a::codec::{self, Call};
use crate::a2a::{Task, TaskState};
use crate::ids::{CallId, ContextId, Principal, PromptId};
use crate::model::Protocol;
use crate::pause::{Asks, Decision, Form, Pause, Unclear, Verdict};

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

/// The message that carries a decision.
fn written(pause: &Pause, decision: &Decision, protocol: Protocol) -> Option<Value> {
    let context = ContextId::from("other");
    let principal = Principal::from("telegram:7");
    let prompt = prompt(
        pause,
        decision,
        PromptId::from("m"),
        Some(&context),
        &principal,
    )?;
    let call = Call::Send {
        prompt: &prompt,
        blocking: false,
    };
    let bytes = call.write(protocol, 1, None);
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    Some(body["params"]["message"].clone())
}

fn verdicts(pause: &Pause, given: &[(bool, Option<&str>)]) -> Decision {
    let verdicts = pause
        .calls()
        .iter()
        .zip(given)
        .map(|(call, given)| Verdict {
            id: call.id.clone(),
            approved: given.0,
            reason: given.1.map(str::to_owned),
        });
    Decision::Tools(verdicts.collect())
}

fn answers(given: &[&[&str]]) -> Decision {
    let texts = |texts: &&[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Decision::Answers(given.iter().map(texts).collect())
}

#[test]
fn decisions_are_written_as_captured_ones_that_worked() {
    let old = |file: &str| capture("kagent-0.10", file)["request"]["params"]["message"].clone();
    let new = |file: &str| capture("kagent-1.0", file)["request"]["params"]["message"].clone();
    let asked = |folder, file| pause(&task_of(folder, file)).unwrap();
    let same = |written: &Value, sent: &Value, what: &str| {
        assert_eq!(written["taskId"], sent["taskId"], "{what}");
        assert_eq!(written["contextId"], sent["contextId"], "{what}");
        assert_eq!(written["metadata"], sent["metadata"], "{what}");
        assert_eq!(written["extensions"], sent["extensions"], "{what}");
        assert_eq!(
            written["parts"][0]["data"], sent["parts"][0]["data"],
            "{what}"
        );
    };
    let two = asked("kagent-0.10", "20_two_approvals_request.json");
    let mixed = verdicts(&two, &[(true, None), (false, Some("too risky"))]);
    same(
        &written(&two, &mixed, Protocol::V03).unwrap(),
        &old("21_batch_reply.json"),
        "batch",
    );
    let three = asked("kagent-0.10", "30_ask_user_request.json");
    let given = answers(&[&["PostgreSQL"], &["Auth", "Caching"], &["no"]]);
    same(
        &written(&three, &given, Protocol::V03).unwrap(),
        &old("31_ask_user_reply.json"),
        "answers",
    );

    let one = asked("kagent-1.0", "10_approval_request.json");
    let yes = verdicts(&one, &[(true, None)]);
    same(
        &written(&one, &yes, Protocol::V10).unwrap(),
        &new("11_approve.json"),
        "approve",
    );
    let two = asked("kagent-1.0", "20_two.json");
    let mixed = verdicts(&two, &[(true, None), (false, None)]);
    same(
        &written(&two, &mixed, Protocol::V10).unwrap(),
        &new("22_two_mixed.json"),
        "mixed",
    );
    let three = asked("kagent-1.0", "30_ask.json");
    let given = answers(&[&["PostgreSQL"], &["Auth"], &["no"]]);
    same(
        &written(&three, &given, Protocol::V10).unwrap(),
        &new("31_ask_reply.json"),
        "answers",
    );
}

#[test]
fn every_id_that_waits_is_named_and_a_rejection_of_all_runs_nothing_whatever_waits() {
    let one = pause(&task_of("kagent-0.10", "80_nested_approval_request.json")).unwrap();
    let data = |decision: &Decision| {
        written(&one, decision, Protocol::V03).unwrap()["parts"][0]["data"].clone()
    };
    assert_eq!(
        data(&verdicts(&one, &[(true, None)])),
        json!({"decision_type": "batch", "decisions": {"call_87feb8e61cf7": "approve"}})
    );
    let reject = json!({"decision_type": "reject", "rejection_reason": "no"});
    assert_eq!(data(&verdicts(&one, &[(false, Some("no"))])), reject);
    let all = |reason: Option<&str>| Decision::RejectAll {
        reason: reason.map(str::to_owned),
    };
    assert_eq!(data(&all(Some("no"))), reject);
    assert_eq!(data(&all(None)), json!({"decision_type": "reject"}));

    let two = pause(&task_of("kagent-1.0", "20_two.json")).unwrap();
    let message = written(&two, &all(Some("no")), Protocol::V10).unwrap();
    let approvals = &message["metadata"][crate::a2a::HITL]["approvals"];
    let ids: Vec<Value> = two.calls().iter().map(|call| json!(call.id)).collect();
    assert_eq!(
        *approvals,
        json!([
            {"id": ids[0], "approved": false, "rejection_reason": "no"},
            {"id": ids[1], "approved": false, "rejection_reason": "no"},
        ])
    );
    let three = pause(&task_of("kagent-1.0", "30_ask.json")).unwrap();
    let message = written(&three, &all(None), Protocol::V10).unwrap();
    let given = message["metadata"][crate::a2a::HITL]["answers"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(given, 3, "this form knows no rejection of questions");
}

#[test]
fn a_decision_for_something_else_is_never_written() {
    let two = pause(&task_of("kagent-0.10", "20_two_approvals_request.json")).unwrap();
    let three = pause(&task_of("kagent-0.10", "30_ask_user_request.json")).unwrap();
    let words = pause(&task_of("a2a-py-1.3.0-v1", "12-send-ask.txt")).unwrap();
    let login = pause(&task_of("a2a-py-0.3.26", "15-send-auth.txt")).unwrap();
    let good = verdicts(&two, &[(true, None), (true, None)]);
    let Decision::Tools(both) = &good else {
        panic!()
    };
    let mut swapped = both.clone();
    swapped.swap(0, 1);
    let mut foreign = both.clone();
    foreign[0].id = CallId::from("call_other");
    let reject = Decision::RejectAll { reason: None };
    for (pause, decision, fits) in [
        (&two, good.clone(), true),
        (&two, Decision::Tools(both[..1].to_vec()), false),
        (&two, Decision::Tools(Vec::new()), false),
        (&two, Decision::Tools(swapped), false),
        (&two, Decision::Tools(foreign), false),
        (&two, answers(&[&["yes"]]), false),
        (&two, Decision::Words("yes please".to_owned()), false),
        (&two, reject.clone(), true),
        (&three, good.clone(), false),
        (&three, answers(&[&["a"], &["b"]]), false),
        (&three, answers(&[&["a"], &[], &["c"]]), false),
        (&three, answers(&[&["a"], &["b"], &["c"]]), true),
        (&three, Decision::Words("PostgreSQL".to_owned()), false),
        (&words, Decision::Words("default".to_owned()), true),
        (&words, Decision::Words(" ".to_owned()), false),
        (&words, reject.clone(), false),
        (&words, good, false),
        (&login, Decision::Words("done".to_owned()), false),
        (&login, reject, false),
    ] {
        for protocol in [Protocol::V03, Protocol::V10] {
            let message = written(pause, &decision, protocol);
            assert_eq!(message.is_some(), fits, "{decision:?}");
            let Some(message) = message else { continue };
            assert_eq!(
                message["taskId"],
                json!(pause.task),
                "never without its task"
            );
            assert!(!message.to_string().contains("deny"));
        }
    }
}

#[test]
fn a_pause_and_a_decision_survive_the_store() {
    for file in ["20_two_approvals_request.json", "30_ask_user_request.json"] {
        let pause = pause(&task_of("kagent-0.10", file)).unwrap();
        let kept = serde_json::to_string(&pause).unwrap();
        assert_eq!(serde_json::from_str::<Pause>(&kept).unwrap(), pause);
        assert_eq!(pause.form, Form::Parts);
    }
    let decision = Decision::RejectAll {
        reason: Some("no".to_owned()),
    };
    let kept = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&kept).unwrap(), decision);
}
