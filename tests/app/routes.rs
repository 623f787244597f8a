//! Several ways to one agent: what a route says counts for what was asked by it, and for nothing
//! else.

use serde_json::json;
use switchboard_emulators::agent::{
    Gate, Incoming, Reply, Settings as AgentSettings, replies, reply,
};

use crate::approvals::ran;
use crate::support::{Plan, Stage, UNLIMITED, rows};

/// A second, lax way to the agent; the file has it first.
const RAW: &str = "
[[routes]]
command = \"raw\"
agent = \"k8s\"
allow = [7, 8]
approvers = [\"requester\"]
mask = false
per_minute = 2
";

fn script(incoming: &Incoming) -> Reply {
    let pod = json!({"name": "web-1", "namespace": "default"});
    if let Some(decision) = &incoming.decision {
        return replies(&decision.summary());
    }
    match incoming.text.as_str() {
        "one" => reply().asks_approval(&[("delete_pod", pod)]),
        "config" => replies("password: hunter2hunter2"),
        other => replies(&format!("You said {other}")),
    }
}

/// By `/k8s` only 8 may approve; by `/raw` whoever asks.
fn two_ways() -> Plan {
    let kagent = "flavor = \"kagent\"";
    Stage::plan()
        .sections(&format!("{UNLIMITED}{RAW}"))
        .agent_as("k8s", AgentSettings::kagent("k8s"), kagent, script)
        .route("k8s", "approvers = [8]")
}

#[tokio::test]
async fn who_decides_is_said_by_the_route_also_after_a_restart() {
    let mut stage = two_ways().start().await;
    stage.user(7).says("/raw one");
    stage.user(7).sees("asks whether it may go on").await;
    rows::turns_become(&stage.store(), &["working"]).await;
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    let user = stage.user(7);
    user.taps("asks whether it may go on", "Approve").await;
    user.sees("Tool said: delete_pod done").await;
    stage.settled().await;
    assert_eq!(ran(&stage), ["delete_pod web-1"]);

    user.says("/k8s one");
    let card = user.sees("May be approved by 8.").await;
    let tap = stage.telegram.press(7, 7, card.id, "Approve").unwrap();
    let told = stage.telegram.tap_answered(&tap).await;
    assert!(told.text.starts_with("You asked for this"), "{told:?}");
    user.taps("May be approved by 8.", "Reject").await;
    user.sees("rejected by user").await;
    stage.settled().await;
    assert_eq!(ran(&stage), ["delete_pod web-1"], "nothing more");
    stage.ends().await;
}

#[tokio::test]
async fn what_is_masked_is_said_by_the_route() {
    let stage = two_ways().start().await;
    let user = stage.user(7);
    user.says("/raw config");
    user.sees("password: hunter2hunter2").await;
    user.says("/k8s config");
    user.sees("password: ‹masked›").await;
    stage.settled().await;
    assert_eq!(user.shown("hunter2"), 1);
    stage.ends().await;
}

#[tokio::test]
async fn how_much_a_route_takes_is_counted_for_all_who_use_it_and_for_it_alone() {
    let stage = two_ways().start().await;
    let (user, other) = (stage.user(7), stage.user(8));
    user.says("/raw first");
    user.sees("You said first").await;
    other.says("/raw second");
    other.sees("You said second").await;
    other.says("/raw third");
    other.sees("is asked too much at the moment").await;
    other.says("/k8s fourth");
    other.sees("You said fourth").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 3);
    stage.ends().await;
}

#[tokio::test]
async fn what_shows_of_an_answer_in_the_making_is_said_by_the_route() {
    let (begin, end) = (Gate::new(), Gate::new());
    let (first, second) = (begin.clone(), end.clone());
    let quiet = RAW.replace("mask = false", "stream = \"off\"");
    let chat = "[chat]\ntyping_after = \"10ms\"\nplaceholder_after = \"20ms\"\n\
                preview_every_private = \"100ms\"\n";
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}\n{chat}{quiet}"))
        .agent("k8s", move |_| {
            let half = reply().held(&first).tokens(&["one half "]);
            half.held(&second).answers("one half and the rest")
        })
        .start()
        .await;
    // The quiet way is the first one to the agent, and not the one that was taken.
    let user = stage.user(7);
    user.says("/k8s hello");
    user.sees("k8s is working").await;
    begin.open();
    user.sees("one half").await;
    end.open();
    user.sees("and the rest").await;
    stage.settled().await;
    stage.ends().await;
}
