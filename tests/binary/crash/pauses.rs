//! The scenes of a pause: a tool runs once, and only by a decision; where nobody can know whether
//! a decision has arrived, whoever made it is asked.

use futures_util::future::LocalBoxFuture;
use serde_json::json;
use switchboard_emulators::agent::{Incoming as Asked, Reply, Settings, replies, reply};
use switchboard_emulators::bot_api::Incoming;

use super::play::{Play, Scene};
use super::scenes::PLAIN;
use crate::support::{Plan, Stage};

const CARD: &str = "asks whether it may go on";

pub fn scenes() -> Vec<Scene> {
    let approved = Scene {
        points: &["Pause", "Decide", "decide", "Delivered"],
        plan: |_| asking(),
        script: approves,
        check: ran_once,
        ..PLAIN
    };
    vec![
        approved,
        // The same in the form of the extension, for the tool of an agent behind the agent.
        Scene {
            plan: |_| asking_in_the_new_form(),
            ..approved
        },
        // The first process dies before the decision leaves: the second one finds that it has not.
        Scene {
            points: &["StillWaits"],
            earlier: &["Decide+"],
            ..approved
        },
        Scene {
            points: &["KeepPause"],
            script: rejects_with_a_reason,
            check: |play, states| {
                assert_eq!(states, ["answered"]);
                assert_eq!(ran(play), 0);
                let told = "rejected by user. Reason: not in prod";
                assert!(play.stage.user(7).shown(told) >= 1);
            },
            ..approved
        },
        Scene {
            points: &["NotSent"],
            script: finds_the_agent_down,
            ..approved
        },
        Scene {
            points: &["Gone"],
            script: is_forgotten,
            check: |play, states| {
                assert_eq!(states, ["told_failed"]);
                assert_eq!(ran(play), 0);
                assert_eq!(play.stage.user(7).shown("✅ Approved"), 0, "nobody knows");
            },
            ..approved
        },
    ]
}

fn asks_first(asked: &Asked) -> Reply {
    match &asked.decision {
        Some(decision) => replies(&decision.summary()),
        None => reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))]),
    }
}

fn asking() -> Plan {
    let plan = Stage::plan().agent("k8s", asks_first);
    plan.route("k8s", "approvers = [\"requester\"]")
}

fn asking_in_the_new_form() -> Plan {
    let script = |asked: &Asked| {
        let pod = json!({"name": "web-1"});
        let asks = || reply().asks_approval_through("helper", &[("delete_pod", pod)]);
        let decision = asked.decision.as_ref();
        decision.map_or_else(asks, |decision| replies(&decision.summary()))
    };
    let settings = Settings::kagent_main("k8s");
    let plan = Stage::plan().agent_as("k8s", settings, "flavor = \"kagent\"", script);
    plan.route("k8s", "approvers = [\"requester\"]")
}

fn ran(play: &Play) -> usize {
    play.stage.agent("k8s").executed().len()
}

fn ran_once(play: &Play, states: &[String]) {
    assert_eq!(states, ["answered"]);
    assert_eq!(ran(play), 1, "the tool runs once");
    let shown = play.stage.user(7).shown("delete_pod done");
    assert!((1..=2).contains(&shown), "shown {shown} times");
}

fn approves(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("delete it");
    Box::pin(play.decides("Approve", "delete_pod done"))
}

fn rejects_with_a_reason(play: &Play) -> LocalBoxFuture<'_, ()> {
    let user = play.stage.user(7);
    user.says("delete it");
    Box::pin(async move {
        let card = user.sees(CARD).await;
        let reason = Incoming::new(7, 7, "not in prod").reply_to(card.id);
        play.stage.telegram.post(reason);
        user.sees("Reason, if it is rejected: not in prod").await;
        play.died().await;
        let card = play.sees_any(&[], &["Reject"]).await;
        play.presses(&card, "Reject");
        user.sees("rejected by user").await;
    })
}

fn finds_the_agent_down(play: &Play) -> LocalBoxFuture<'_, ()> {
    let user = play.stage.user(7);
    user.says("delete it");
    Box::pin(async move {
        let card = user.sees(CARD).await;
        play.stage.agent("k8s").go_down().await;
        play.presses(&card, "Approve");
        play.died().await;
        let up = play.stage.agent("k8s").come_up().await;
        up.expect("its port is free");
        play.decides("Approve", "delete_pod done").await;
    })
}

fn is_forgotten(play: &Play) -> LocalBoxFuture<'_, ()> {
    let user = play.stage.user(7);
    user.says("delete it");
    Box::pin(async move {
        let card = user.sees(CARD).await;
        play.stage.agent("k8s").forget_tasks();
        play.presses(&card, "Approve");
        user.sees("does not wait for this any more").await;
    })
}
