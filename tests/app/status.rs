//! What people see of what runs for them, and admins of all.

use switchboard_emulators::agent::{Gate, Settings as AgentSettings, replies, reply};

use crate::support::{Stage, rows};

#[tokio::test]
async fn a_person_sees_what_runs_and_why_the_rest_waits_and_nothing_of_others() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent_as(
            "k8s",
            AgentSettings::kagent("k8s"),
            "flavor = \"kagent\"\ncalls_max = 1",
            move |_| reply().working("").held(&held).answers("done"),
        )
        .agent("istio", |_| replies("routes"))
        .start()
        .await;
    stage.user(8).says("a secret of another person");
    gate.reached().await;
    let user = stage.user(7);
    user.says("/status");
    user.sees("Nothing of yours runs or waits here.").await;
    user.says("first question");
    user.says("second question");
    rows::turns_become(&stage.store(), &["working", "queued", "queued"]).await;
    user.says("/status");
    let said = user.sees("first question").await.text;
    assert!(
        said.contains("k8s · waits for a free call, 1 of 1 · "),
        "{said}"
    );
    assert!(said.contains("waits for what is before it"), "{said}");
    assert!(
        !said.contains("secret") && !said.contains("Updates"),
        "{said}"
    );
    stage.user(8).says("/status");
    let said = stage.user(8).sees("at work for").await.text;
    assert!(said.starts_with("k8s · at work for"), "{said}");
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn an_admin_sees_the_sums_the_agents_and_the_configuration() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("pods"))
        .agent("istio", |_| replies("routes"))
        .start()
        .await;
    stage.user(7).says("hello");
    stage.user(7).sees("pods").await;
    stage.settled().await;
    stage.user(1).says("/status");
    let said = stage.user(1).sees("Turns: 1 answered").await.text;
    for part in [
        "Updates: 1 new, 1 turn",
        "To Telegram: 0 to go",
        "k8s: up, 0 of 32 calls, 0 waiting",
        "istio: ",
        "Config ",
        ", loaded ",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    stage.ends().await;
}
