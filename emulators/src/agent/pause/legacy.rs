//! The form of kagent 0.8 to 0.10: `adk_request_confirmation` asks, `decision_type` answers.
//!
//! What waits belongs to the session (user and context id), not to the task: a decision without
//! a task id runs the tool, and so does one that comes after a chat text or for an older task.
//! All of it was seen on the wire of kagent-adk 0.10.4.

use serde_json::{Value, json};

use super::super::model::Part;
use super::{Decision, Pending, PendingCall, texts, tool_hint};

/// The data parts that ask: one for each call, or one for all of a sub-agent.
pub(in super::super) fn parts(pending: &Pending) -> Vec<Part> {
    let Some(through) = &pending.through else {
        let hint = |call: &PendingCall| {
            let is_tool = pending.questions.is_empty();
            if is_tool {
                tool_hint(call)
            } else {
                pending.hint()
            }
        };
        let calls = pending.calls.iter();
        return calls
            .map(|call| confirmation(call, &json!({"hint": hint(call), "confirmed": false})))
            .collect();
    };
    let inner: Vec<Value> = pending
        .calls
        .iter()
        .map(|call| {
            json!({"name": "adk_request_confirmation", "id": call.id,
                   "originalFunctionCall": original(call)})
        })
        .collect();
    let asked = json!({
        "hint": pending.hint(),
        "confirmed": false,
        "payload": {
            "task_id": through.task_id,
            "context_id": through.context_id,
            "subagent_name": through.outer.name,
            "hitl_parts": inner,
        },
    });
    vec![confirmation(&through.outer, &asked)]
}

fn confirmation(call: &PendingCall, asked: &Value) -> Part {
    Part::Confirmation(json!({
        "name": "adk_request_confirmation",
        "id": call.id,
        "args": {"originalFunctionCall": original(call), "toolConfirmation": asked},
    }))
}

fn original(call: &PendingCall) -> Value {
    json!({"id": call.call_id, "name": call.name, "args": call.args})
}

/// The decision in a message of a session where something waits. None: it is a chat text, as
/// `decision_type` `deny` is.
pub(in super::super) fn decision(message: &Value, pending: &Pending) -> Option<Decision> {
    let parts = message["parts"].as_array()?;
    let data: Vec<&Value> = parts
        .iter()
        .map(|part| &part["data"])
        .filter(|data| data.is_object())
        .collect();
    let known = |data: &&&Value| matches!(kind(data), "approve" | "reject" | "batch");
    let decided = data.iter().find(known)?;
    // Answers approve whatever waits, also beside `reject` and where no question was asked.
    let answers = data
        .iter()
        .find_map(|data| data["ask_user_answers"].as_array());
    if let Some(answers) = answers {
        let given: Vec<Vec<String>> = answers.iter().map(texts).collect();
        return Some(with_answers(pending, &given));
    }
    Some(match kind(decided) {
        "approve" => with_answers(pending, &[]),
        "reject" => {
            let reason = reason(&decided["rejection_reason"]);
            pending.decide(|_| (false, reason.clone()))
        }
        _ => pending.decide(|call| batch(decided, call)),
    })
}

/// The verdict of a batch. Omitted is approved, and so is any word but `reject`.
fn batch(decided: &Value, call: &PendingCall) -> (bool, Option<String>) {
    let is_rejected = decided["decisions"][&call.call_id] == "reject";
    let reason = reason(&decided["rejection_reasons"][&call.call_id]);
    (!is_rejected, reason.filter(|_| is_rejected))
}

/// Everything approved. A question without an answer gets none.
fn with_answers(pending: &Pending, given: &[Vec<String>]) -> Decision {
    let mut decision = pending.decide(|_| (true, None));
    let answer = |at: usize| given.get(at).cloned().unwrap_or_default();
    decision.answers = (0..pending.questions.len()).map(answer).collect();
    decision
}

fn kind(data: &Value) -> &str {
    data["decision_type"].as_str().unwrap_or_default()
}

fn reason(value: &Value) -> Option<String> {
    let reason = value.as_str().filter(|reason| !reason.is_empty())?;
    Some(reason.to_owned())
}
