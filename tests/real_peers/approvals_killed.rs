//! A SIGKILL on the way of a decision to a real kagent-adk 0.10.4: the binary dies before and after
//! the decision's commit, before and after its call. The tool runs at most once, and never without a
//! decision: that is looked for at the tool server.

use futures_util::future::LocalBoxFuture;

use crate::approvals::{COUNTING, ran};
use crate::play::{Play, Scene, play};
use crate::processes::KAGENT;
use crate::support::{Plan, Stage};

const POINTS: &[&str] = &[
    "Pause-",
    "Pause+",
    "Decide-",
    "Decide+",
    "decide-",
    "decide+",
    "Delivered-",
    "Delivered+",
];

/// A pod is to be deleted, and whoever asked approves that.
const APPROVED: Scene = Scene {
    points: POINTS,
    earlier: &[],
    between: None,
    plan: |_| plan(&KAGENT.line.k8s),
    script: approves,
    check: |play, states| {
        assert_eq!(states, ["answered"]);
        let shown = play.stage.user(7).shown("pod web-1 deleted from default");
        assert!((1..=2).contains(&shown), "shown {shown} times");
    },
    abandoned: false,
};

/// The same, and it is rejected.
const REJECTED: Scene = Scene {
    script: rejects,
    check: |play, states| {
        assert_eq!(states, ["answered"]);
        assert!(play.stage.user(7).shown("rejected by user") >= 1);
    },
    ..APPROVED
};

fn plan(url: &str) -> Plan {
    Stage::plan()
        .existing_agent("k8s", url, "flavor = \"kagent\"")
        .route("k8s", "approvers = [\"requester\"]")
}

fn approves(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("delete one");
    Box::pin(play.decides("Approve", "pod web-1 deleted from default"))
}

fn rejects(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("delete one");
    Box::pin(play.decides("Reject", "rejected by user"))
}

async fn runs(scene: Scene, point: &str, times: usize) {
    let before = ran("delete_pod");
    play(scene, point.to_owned()).await;
    assert_eq!(ran("delete_pod") - before, times, "killed at {point}");
}

#[tokio::test]
async fn killed_on_the_way_of_an_approval_the_tool_runs_once() {
    let _alone = COUNTING.lock().await;
    let streaming = Scene {
        plan: |_| plan(&KAGENT.line.stream),
        ..APPROVED
    };
    for point in APPROVED.points {
        runs(APPROVED, point, 1).await;
        runs(streaming, point, 1).await;
    }
    // Found to have been killed before it left: only a person has it sent.
    for point in ["StillWaits-", "StillWaits+"] {
        let earlier = Scene {
            earlier: &["Decide+"],
            ..APPROVED
        };
        runs(earlier, point, 1).await;
    }
}

#[tokio::test]
async fn killed_on_the_way_of_a_rejection_the_tool_never_runs() {
    let _alone = COUNTING.lock().await;
    for point in ["Decide-", "Decide+", "decide-", "decide+", "Delivered-"] {
        runs(REJECTED, point, 0).await;
    }
}
