//! What the demo agents do only when a person lets them, and what they ask first.

use std::time::Duration;

use serde_json::json;

use super::super::pause::{Decision, Question, Verdict};
use super::super::reply::{Reply, reply};
use super::has;

/// The calls of the k8s agent that wait for a decision, if the question is about one.
pub(super) fn k8s(text: &str) -> Option<Reply> {
    let tools = if has(text, &["roll back", "rollback", "undo"]) {
        vec![(
            "k8s_rollout_undo",
            json!({"namespace": "shop", "deployment": "cart", "to_revision": 17}),
        )]
    } else if has(text, &["delete", "clean"]) {
        vec![
            (
                "k8s_delete_pod",
                json!({"namespace": "shop", "pod": "cart-6d8f7c9b5d-p2x8k"}),
            ),
            (
                "k8s_delete_pod",
                json!({"namespace": "shop", "pod": "payments-84b7d6c9f5-x7hmd"}),
            ),
        ]
    } else {
        return None;
    };
    let begun = reply().after(Duration::from_millis(400));
    Some(begun.asks_approval(&tools))
}

/// The questions of the istio agent, if it needs to know more.
pub(super) fn istio(text: &str) -> Option<Reply> {
    let asked = has(text, &["shift", "canary", "more traffic"]);
    asked.then(|| {
        reply().after(Duration::from_millis(200)).asks_user(&[
            Question::one_of(
                "How much of frontend goes to v2?",
                &["25%", "50%", "all of it"],
            ),
            Question::free("Why? It goes into the change log."),
        ])
    })
}

/// What an agent says once a person has decided or answered.
pub(super) fn after(decision: &Decision) -> Reply {
    let text = match decision.answers.as_slice() {
        [] => {
            let lines: Vec<_> = decision.verdicts.iter().map(outcome).collect();
            lines.join("\n")
        }
        [share, why, ..] => format!(
            "**frontend**: {} to v2, noted as “{}”.",
            share.join(", "),
            why.join(" ")
        ),
        [answers] => answers.join(", "),
    };
    let framed = format!("{text}\n\n_Demo data: nothing was changed anywhere._");
    let begun = reply().after(Duration::from_millis(300));
    begun.answers(&framed)
}

fn outcome(verdict: &Verdict) -> String {
    if verdict.args["questions"].is_array() {
        return "Without an answer I leave all as it is.".to_owned();
    }
    let of = |key: &str| verdict.args[key].as_str().unwrap_or_default().to_owned();
    let what = if verdict.args["pod"].is_string() {
        of("pod")
    } else {
        of("deployment")
    };
    match (verdict.approved, &verdict.reason) {
        (true, _) if verdict.args["pod"].is_string() => {
            format!("- **{what}** is deleted; its deployment starts another.")
        }
        (true, _) => format!("- **{what}** is rolled back to revision 17, and all is ready."),
        (false, None) => format!("- **{what}** is left alone."),
        (false, Some(reason)) => format!("- **{what}** is left alone: {reason}"),
    }
}
