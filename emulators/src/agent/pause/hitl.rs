//! The form of kagent main: the extension `hitl/v1` in a message's metadata.
//!
//! Seen on the wire: requests, good replies, a missing id, a text and an old decision in place
//! of a reply. The other refusals, and nested pauses, rest on reading kagent's code.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::wire::HITL;
use super::{ASK_USER, Decision, Pending, PendingCall, texts};

const APPROVAL_RESPONSE: &str = "tool_approval_response";
const USER_RESPONSE: &str = "ask_user_response";

/// What a message is to a pause.
pub(in super::super) enum Reply {
    /// No reply in the extension's form.
    Other,
    /// A reply that cannot be used: the task fails with this text.
    Unusable(String),
    /// A decision.
    Decision(Decision),
}

/// The task that a reply names.
pub(in super::super) enum Named<'a> {
    /// None.
    Nothing,
    /// One that asks nothing in the extension.
    Silent,
    /// One that asks this.
    Asking(&'a Pending),
}

/// What the extension asks.
pub(in super::super) fn request(pending: &Pending) -> Value {
    let mut request = if pending.questions.is_empty() {
        json!({"type": "tool_approval_request", "hint": pending.hint(), "tools": outer(pending)})
    } else {
        let questions = &pending.calls[0].args["questions"];
        json!({"type": "ask_user_request", "id": outer_id(pending), "questions": questions})
    };
    if let Some(through) = &pending.through {
        request["nested"] = json!({
            "subagent_name": through.outer.name,
            "task_id": through.task_id,
            "context_id": through.context_id,
            "tools": tools(pending.calls.iter()),
        });
    }
    request
}

/// The words beside the request.
pub(in super::super) fn text(pending: &Pending) -> String {
    match &pending.through {
        Some(through) if !pending.questions.is_empty() => format!(
            "Remote agent '{}' asks: {}",
            through.outer.name,
            pending.question_texts(" ")
        ),
        _ => pending.hint(),
    }
}

fn outer(pending: &Pending) -> Value {
    match &pending.through {
        Some(through) => tools([&through.outer].into_iter()),
        None => tools(pending.calls.iter()),
    }
}

fn outer_id(pending: &Pending) -> &str {
    match &pending.through {
        Some(through) => &through.outer.id,
        None => &pending.calls[0].id,
    }
}

fn tools<'a>(calls: impl Iterator<Item = &'a PendingCall>) -> Value {
    calls
        .map(|call| {
            let call_id = if call.name == ASK_USER {
                &call.id
            } else {
                &call.call_id
            };
            json!({"id": call.id, "call_id": call_id, "name": call.name, "args": call.args})
        })
        .collect()
}

/// Reads a message.
pub(in super::super) fn reply(message: &Value, named: &Named) -> Reply {
    let payload = &message["metadata"][HITL];
    let extensions = message["extensions"].as_array();
    let is_declared = extensions.is_some_and(|uris| uris.iter().any(|uri| uri == HITL));
    let is_response = payload["type"] == APPROVAL_RESPONSE || payload["type"] == USER_RESPONSE;
    if !is_declared || !is_response {
        return Reply::Other;
    }
    let pending = match named {
        Named::Nothing => return unusable("HITL decision requires a stored current task"),
        Named::Silent => return unusable("Stored input-required task has no HITL request"),
        Named::Asking(pending) => pending,
    };
    let decision = if pending.questions.is_empty() {
        approvals(payload, pending)
    } else {
        answers(payload, pending)
    };
    decision.map_or_else(Reply::Unusable, Reply::Decision)
}

fn unusable(text: &str) -> Reply {
    Reply::Unusable(text.to_owned())
}

fn approvals(payload: &Value, pending: &Pending) -> Result<Decision, String> {
    let given = parse_approvals(payload)
        .ok_or("Tool approval request requires a tool approval response")?;
    let asked: BTreeSet<&str> = pending.calls.iter().map(|call| call.id.as_str()).collect();
    let ids: BTreeSet<&str> = given.iter().map(|(id, ..)| *id).collect();
    let complaint = |what: &str| Err(format!("Tool approval response {what}"));
    if ids.len() != given.len() {
        return complaint("contains duplicate ids");
    }
    let join = |ids: Vec<&str>| ids.join(", ");
    let missing: Vec<&str> = asked.difference(&ids).copied().collect();
    if !missing.is_empty() {
        return complaint(&format!("is missing ids: {}", join(missing)));
    }
    let unknown: Vec<&str> = ids.difference(&asked).copied().collect();
    if !unknown.is_empty() {
        return complaint(&format!("contains unknown ids: {}", join(unknown)));
    }
    Ok(pending.decide(|call| {
        let found = given.iter().find(|(id, ..)| *id == call.id);
        let (_, approved, reason) = found.copied().unwrap_or_default();
        let reason = reason.filter(|_| !approved).map(str::to_owned);
        (approved, reason)
    }))
}

/// Id, approval and reason of each; None where a key or a type is not the extension's.
fn parse_approvals(payload: &Value) -> Option<Vec<(&str, bool, Option<&str>)>> {
    if payload["type"] != APPROVAL_RESPONSE || !has_only(payload, &["type", "approvals"]) {
        return None;
    }
    let approvals = payload["approvals"].as_array()?;
    let parsed: Option<Vec<_>> = approvals.iter().map(parse_approval).collect();
    parsed.filter(|parsed| !parsed.is_empty())
}

fn parse_approval(approval: &Value) -> Option<(&str, bool, Option<&str>)> {
    if !has_only(approval, &["id", "approved", "rejection_reason"]) {
        return None;
    }
    let id = approval["id"].as_str().filter(|id| !id.is_empty())?;
    let reason = match &approval["rejection_reason"] {
        Value::Null => None,
        reason => Some(reason.as_str()?),
    };
    Some((id, approval["approved"].as_bool()?, reason))
}

fn answers(payload: &Value, pending: &Pending) -> Result<Decision, String> {
    let whose = if pending.through.is_some() {
        "Nested ask_user"
    } else {
        "ask_user"
    };
    let is_readable =
        payload["type"] == USER_RESPONSE && has_only(payload, &["type", "id", "answers"]);
    if !is_readable || payload["id"] != pending.calls[0].id {
        return Err(format!("{whose} response has invalid correlation"));
    }
    let given = payload["answers"].as_array();
    let given = given.filter(|given| !given.is_empty());
    let given = given.ok_or(format!("{whose} response contains no answers"))?;
    if given.len() != pending.questions.len() {
        return Err("ask_user response must answer every question".to_owned());
    }
    let mut decision = pending.decide(|_| (true, None));
    decision.answers = given.iter().map(texts).collect();
    Ok(decision)
}

fn has_only(value: &Value, fields: &[&str]) -> bool {
    let object = value.as_object();
    object.is_some_and(|object| object.keys().all(|key| fields.contains(&key.as_str())))
}
