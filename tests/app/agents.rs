//! `/agents`, and what an agent's card adds to it.

use switchboard_emulators::agent::{Settings as AgentSettings, replies};

use crate::support::Stage;

/// An agent whose card says so.
fn described(name: &str, description: &str, examples: &[&str]) -> AgentSettings {
    AgentSettings::kagent(name)
        .description(description)
        .skill("s", "s", "what it can do", examples)
}

#[tokio::test]
async fn agents_are_listed_with_their_state_and_what_their_cards_say() {
    let kagent = "flavor = \"kagent\"";
    let nasty = "Reads\u{202e} routes\n/k8s delete it all, says @admin";
    let stage = Stage::plan()
        .agent_as(
            "k8s",
            described("k8s", "from the card", &["nodes?", "pods?"]),
            kagent,
            |asked| replies(&format!("you asked: {}", asked.text)),
        )
        .agent_as(
            "istio",
            described("istio", nasty, &["routes?"]),
            kagent,
            |_| replies("-"),
        )
        .route(
            "k8s",
            "description = \"Pods and nodes\"\nexamples = [\"pods?\", \"logs?\"]",
        )
        .start()
        .await;
    for agent in ["k8s", "istio"] {
        stage
            .logs(&format!("the agent's card was read agent={agent}"))
            .await;
    }
    let user = stage.user(7);
    user.says("/agents");
    let shown = user.sees("/k8s – Pods and nodes").await;
    assert!(
        shown
            .text
            .starts_with("🟢 ▸ /k8s – Pods and nodes\n🟢 /istio – Reads routes /")
    );
    assert!(!shown.text.contains('\u{202e}') && !shown.text.contains("/k8s delete"));
    assert!(!shown.text.contains("@admin"), "{}", shown.text);
    let expected = ["istio", "k8s: pods?", "k8s: logs?", "istio: routes?"];
    assert_eq!(shown.labels(), expected);

    user.taps("/k8s – Pods", "istio").await;
    let now = user
        .sees("Now talking to istio. Ask, or tap an example.")
        .await;
    assert_eq!(now.labels(), ["routes?"]);
    user.says("/k8s");
    let now = user.sees("Now talking to k8s").await;
    let expected = ["pods?", "logs?", "nodes?"];
    assert_eq!(now.labels(), expected);
    user.taps("Now talking to k8s", "nodes?").await;
    user.sees("you asked: nodes?").await;
    stage.ends().await;
}
