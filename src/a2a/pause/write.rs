//! Decisions as they are written: every id that waits is named, `deny` is never said (kagent takes
//! it for a chat text), and the task is always there.
//!
//! A rejection of everything is said without ids in the older form. It is the one decision that
//! cannot run a tool, whatever waits: a batch that names the ids of one pause approves all that
//! another one of the session waits for.

use serde_json::{Map, Value, json};

use crate::a2a::model::Prompt;
use crate::ids::{CallId, ContextId, Principal, PromptId};
use crate::pause::{Asks, Decision, Form, Pause, Verdict};

/// What a rejected question is answered with, where the form knows no rejection of it.
const NO_ANSWER: &str = "The person gives no answer.";

/// A decision beside a prompt's text, as its form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The content of a data part.
    Part(Value),
    /// The extension's entry in the message's metadata.
    Extension(Value),
}

/// The prompt that carries a decision; none if the decision is not for this pause.
#[must_use]
pub fn prompt(
    pause: &Pause,
    decision: &Decision,
    id: PromptId,
    context: Option<&ContextId>,
    principal: &Principal,
) -> Option<Prompt> {
    if !pause.is_answered_by(decision) {
        return None;
    }
    let (text, answer) = match pause.form {
        Form::Text => match decision {
            Decision::Words(text) => (text.clone(), None),
            _ => return None,
        },
        Form::Parts => (
            words(decision).to_owned(),
            Some(Answer::Part(part(decision)?)),
        ),
        Form::Extension => {
            let payload = extension(pause, decision)?;
            (words(decision).to_owned(), Some(Answer::Extension(payload)))
        }
    };
    Some(Prompt {
        id,
        text,
        files: Vec::new(),
        context: pause.context.as_ref().or(context).cloned(),
        task: Some(pause.task.clone()),
        principal: principal.clone(),
        answer,
    })
}

/// The words beside a decision, for whoever reads the history.
fn words(decision: &Decision) -> &'static str {
    match decision {
        Decision::Answers(_) => "Answered",
        Decision::Words(_) => "",
        Decision::Tools(verdicts) if verdicts.iter().all(|verdict| verdict.approved) => "Approved",
        Decision::Tools(_) if decision.approves() => "Decided",
        Decision::Tools(_) | Decision::RejectAll { .. } => "Rejected",
    }
}

fn part(decision: &Decision) -> Option<Value> {
    match decision {
        Decision::Answers(answers) => Some(json!({
            "decision_type": "approve",
            "ask_user_answers": answer_list(answers),
        })),
        Decision::Tools(verdicts) if decision.approves() => Some(batch(verdicts)),
        Decision::Tools(verdicts) => Some(rejection(shared_reason(verdicts).as_deref())),
        Decision::RejectAll { reason } => Some(rejection(reason.as_deref())),
        Decision::Words(_) => None,
    }
}

fn rejection(reason: Option<&str>) -> Value {
    let mut data = json!({"decision_type": "reject"});
    if let Some(reason) = reason {
        data["rejection_reason"] = json!(reason);
    }
    data
}

/// The reasons of a rejection of everything, which has room for one.
fn shared_reason(verdicts: &[Verdict]) -> Option<String> {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in verdicts
        .iter()
        .filter_map(|verdict| verdict.reason.as_deref())
    {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn batch(verdicts: &[Verdict]) -> Value {
    let (mut decisions, mut reasons) = (Map::new(), Map::new());
    for Verdict {
        id,
        approved,
        reason,
    } in verdicts
    {
        let word = if *approved { "approve" } else { "reject" };
        decisions.insert(id.to_string(), json!(word));
        if let (false, Some(reason)) = (approved, reason) {
            reasons.insert(id.to_string(), json!(reason));
        }
    }
    let mut data = json!({"decision_type": "batch", "decisions": decisions});
    if !reasons.is_empty() {
        data["rejection_reasons"] = json!(reasons);
    }
    data
}

fn extension(pause: &Pause, decision: &Decision) -> Option<Value> {
    match (decision, &pause.asks) {
        (Decision::Tools(verdicts), _) => Some(approvals(verdicts)),
        (Decision::Answers(answers), Asks::Answers { id, .. }) => Some(responses(id, answers)),
        (Decision::RejectAll { reason }, Asks::Answers { id, questions, .. }) => {
            let said = reason.as_deref().unwrap_or(NO_ANSWER);
            Some(responses(id, &vec![vec![said.to_owned()]; questions.len()]))
        }
        (Decision::RejectAll { reason }, _) => {
            let calls = pause.calls().iter();
            let verdicts: Vec<Verdict> = calls
                .map(|call| Verdict {
                    id: call.id.clone(),
                    approved: false,
                    reason: reason.clone(),
                })
                .collect();
            // An answer that misses an id fails the task, which runs nothing either.
            Some(approvals(&verdicts))
        }
        _ => None,
    }
}

fn approvals(verdicts: &[Verdict]) -> Value {
    let approvals: Vec<Value> = verdicts
        .iter()
        .map(|verdict| {
            let mut approval = json!({"id": verdict.id, "approved": verdict.approved});
            if let (false, Some(reason)) = (verdict.approved, &verdict.reason) {
                approval["rejection_reason"] = json!(reason);
            }
            approval
        })
        .collect();
    json!({"type": "tool_approval_response", "approvals": approvals})
}

fn responses(id: &CallId, answers: &[Vec<String>]) -> Value {
    json!({"type": "ask_user_response", "id": id, "answers": answer_list(answers)})
}

fn answer_list(answers: &[Vec<String>]) -> Value {
    answers
        .iter()
        .map(|answer| json!({"answer": answer}))
        .collect()
}
