//! Decisions, as the captures of good ones have them.

use serde_json::{Value, json};

use super::*;
use crate::a2a::capture_tests::{capture, task_of};
use crate::a2a::codec::Call;
use crate::ids::{CallId, ContextId, Principal, PromptId};
use crate::model::Protocol;
use crate::pause::{Decision, Form, Pause, Verdict};

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
