//! What the audit keeps: who asked, what was decided about which calls, by whom, and what came of it.

use std::path::Path;

use switchboard::ids::BotId;
use switchboard::store::{AuditEntry, Wanted, audit};

use crate::approvals::{ANYBODY, plans};
use crate::support::Stage;

async fn lines(stage: &Stage, store: &Path) -> Vec<AuditEntry> {
    let bot = BotId(stage.telegram.bot_id());
    let wanted = Wanted {
        lines_max: 100,
        ..Wanted::default()
    };
    audit(store, bot, wanted).await.expect("it can be read")
}

/// Who, what, by which rule, and about which tools; decisions as the store keeps them apart.
fn told(lines: &[AuditEntry]) -> Vec<String> {
    let lines = lines.iter().filter(|line| line.event != "decision");
    let told = lines.map(|line| {
        let or = |text: &Option<String>| text.clone().unwrap_or_default();
        let user = line.user.unwrap_or_default();
        let (rule, tools) = (or(&line.rule), or(&line.tools));
        format!("{user} {} {rule} {tools}", line.event)
    });
    told.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[tokio::test]
async fn every_request_decision_and_refusal_has_its_line_and_what_came_of_it() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        stage.telegram.add_user(9, "Somebody");
        let user = stage.user(7);
        user.says("two");
        let card = user.sees("2. restart").await;
        let tap = stage.telegram.press(9, 7, card.id, "Approve all").unwrap();
        stage.telegram.tap_answered(&tap).await;
        user.taps("2. restart", "🚫 2. restart").await;
        stage.telegram.sees_button(7, "✅ 2. restart").await;
        user.taps("2. restart", "Send").await;
        user.sees("restart done").await;
        stage.settled().await;
        let lines = lines(&stage, &stage.store()).await;
        assert_eq!(
            told(&lines),
            [
                "7 conversation",
                "7 asked person",
                "7 approval_asked delete_pod, restart",
                "9 decision_refused may not approve delete_pod, restart",
                "7 approved delete_pod: rejected, restart: approved",
                "7 decision_delivered delete_pod: rejected, restart: approved",
            ]
        );
        let digests = lines.iter().filter_map(|line| line.digest.as_deref());
        let digests: std::collections::BTreeSet<&str> = digests.collect();
        assert_eq!(
            digests.len(),
            1,
            "all of it is about the same calls: {lines:?}"
        );
        let about = lines.iter().filter(|line| line.turn.is_some());
        assert!(
            about
                .clone()
                .all(|line| line.route.as_deref() == Some("k8s")),
            "{lines:?}"
        );
        stage.ends().await;
    }
}

#[tokio::test]
async fn what_nobody_decides_and_what_somebody_may_not_tap_is_noted() {
    let [plan, _] = plans(&format!("{ANYBODY}\nexpires_after = \"1s\""));
    let stage = plan.start().await;
    let user = stage.user(7);
    user.says("one");
    user.sees("⌛ Nobody decided in time. Rejected at").await;
    stage.settled().await;
    user.says("/k8s");
    let card = user.sees("Now talking to k8s").await;
    let lines = lines(&stage, &stage.store()).await;
    assert_eq!(
        told(&lines),
        [
            "7 conversation",
            "7 asked person",
            "7 approval_asked delete_pod",
            "7 approval_expired delete_pod: rejected",
            "7 decision_delivered delete_pod: rejected",
        ],
        "{card:?}"
    );
    stage.ends().await;
}
