//! Approvals that something comes in between of: a stop, an agent that is down, one that forgets; and
//! what is not passed on at all.

use switchboard_emulators::agent::replies;

use crate::approvals::{ANYBODY, decisions, plans, ran};
use crate::support::{Stage, rows};

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

#[tokio::test]
async fn what_has_no_room_in_the_card_comes_as_a_file_below_it() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("long");
        let card = user.sees("in the file below: see that before").await;
        assert_eq!(card.labels(), ["Approve", "Reject"]);
        let (below, file) = user.sees_file("k8s-T1.yaml").await;
        assert!(below.silent && below.id > card.id, "{below:?}");
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(text.starts_with("# apply\nmanifest: |\n  key: value\n"));
        assert!(text.ends_with("name: web-1\nzone: the end\n"), "whole");
        user.taps("in the file below", "Approve").await;
        user.sees("Tool said: apply done").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["apply web-1"]);

        user.says("endless");
        let card = user.sees("It is more than anybody can look through").await;
        assert_eq!(card.labels(), ["Reject"], "nobody looks through that much");
        user.taps("It is more than anybody can look through", "Reject")
            .await;
        user.sees("rejected by user").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["apply web-1"]);
        stage.ends().await;
    }
}

#[tokio::test]
async fn time_runs_out_over_a_restart() {
    for plan in plans(&format!("{ANYBODY}\nexpires_after = \"2s\"")) {
        let mut stage = plan.start().await;
        stage.user(7).says("one");
        stage.user(7).sees("asks whether it may go on").await;
        rows::turns_become(&stage.store(), &["working"]).await;
        stage.stop_bot().await.unwrap();
        assert_eq!(decisions(&stage).await, 0, "it still waited");
        stage.start_bot();
        let user = stage.user(7);
        user.sees("⌛ Nobody decided in time. Rejected at").await;
        user.sees("Reason: Nobody decided in time.").await;
        stage.settled().await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_card_comes_once_more_where_its_group_has_moved() {
    const GROUP: i64 = -600;
    const SUPERGROUP: i64 = -1_000_000_000_600;
    for (plan, restarts) in plans(ANYBODY).into_iter().zip([false, true]) {
        let mut stage = plan.start().await;
        stage.telegram.add_user(7, "Asker");
        stage.telegram.add_group(GROUP, "Few");
        stage.telegram.promote(GROUP, 7);
        stage.telegram.say(7, GROUP, "/k8s one");
        stage.telegram.sees_button(GROUP, "Approve").await;
        if restarts {
            stage.stop_bot().await.unwrap();
        }
        stage.telegram.migrate(GROUP, SUPERGROUP);
        stage.telegram.promote(SUPERGROUP, 7);
        if restarts {
            stage.start_bot();
        }
        let card = stage.telegram.sees_button(SUPERGROUP, "Approve").await;
        assert!(card.text.contains("delete_pod\nname: web-1"), "{card:?}");
        let tap = stage.telegram.press(7, SUPERGROUP, card.id, "Approve");
        stage.telegram.tap_answered(&tap.unwrap()).await;
        stage
            .telegram
            .sees(SUPERGROUP, "Tool said: delete_pod done")
            .await;
        stage.telegram.sees(SUPERGROUP, "✅ Approved by 7 at").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        stage.ends().await;
    }
}
