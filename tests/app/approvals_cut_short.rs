//! Approvals that something comes in between of: a stop, an agent that is down, one that forgets; and
//! what is not passed on at all.

use switchboard_emulators::agent::replies;

use crate::approvals::{ANYBODY, decisions, plans, ran};
use crate::support::Stage;

#[tokio::test]
async fn stop_and_new_reject_what_waits_before_anything_else() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        user.sees("asks whether it may go on").await;
        user.says("/stop");
        user.sees("Reason: The person has stopped it.").await;
        user.sees("🚫 Rejected by 7 at").await;
        stage.settled().await;
        user.says("one");
        stage.telegram.sees_button(7, "Approve").await;
        user.says("/new");
        user.sees("Reason: The person has asked something else.")
            .await;
        stage.settled().await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_decision_that_finds_the_agent_down_is_made_again() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        user.sees("asks whether it may go on").await;
        stage.agent("k8s").go_down().await;
        user.taps("asks whether it may go on", "Approve").await;
        user.sees("The decision did not arrive").await;
        stage.telegram.sees_button(7, "Approve").await;
        stage.agent("k8s").come_up().await.unwrap();
        user.taps("asks whether it may go on", "Approve").await;
        user.sees("Tool said: delete_pod done").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        assert_eq!(decisions(&stage).await, 2);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_decision_for_what_has_moved_on_meanwhile_is_not_sent() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        user.sees("asks whether it may go on").await;
        stage.agent("k8s").forget_tasks();
        let before = stage.agent("k8s").prompts().len();
        user.taps("asks whether it may go on", "Approve").await;
        user.sees("The agent no longer knows of it").await;
        user.sees("does not wait for this any more. Nothing was sent.")
            .await;
        stage.settled().await;
        assert_eq!(stage.agent("k8s").prompts().len(), before);
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_told_and_nothing_is_sent() {
    let stage = Stage::plan()
        .agent("k8s", |incoming| {
            replies(&format!("You said {}", incoming.text))
        })
        .sections("[limits]\nperson_per_minute = 2\n")
        .start()
        .await;
    let user = stage.user(7);
    for word in ["one", "two", "three"] {
        user.says(word);
    }
    user.sees("You said two").await;
    user.sees("You ask faster than you may").await;
    stage.user(8).says("hello");
    stage.user(8).sees("You said hello").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 3);
    stage.ends().await;
}
