//! One pause after the other: what belongs to one never decides about another.

use serde_json::json;
use switchboard_emulators::agent::{Gate, Question, Settings as AgentSettings, replies, reply};
use switchboard_emulators::bot_api::Incoming as Message;

use crate::approvals::{ANYBODY, ran};
use crate::support::{Stage, rows};

const KAGENT: &str = "flavor = \"kagent\"";

#[tokio::test]
async fn a_tap_on_the_card_before_does_not_decide_about_the_next_call() {
    let settings = [
        AgentSettings::kagent("k8s"),
        AgentSettings::kagent_main("k8s"),
    ];
    for settings in settings {
        let plan = Stage::plan().agent_as("k8s", settings, KAGENT, |incoming| {
            let pod = json!({"name": "web-1"});
            match &incoming.decision {
                Some(decision) if decision.summary().contains("delete_pod") => {
                    reply().asks_approval(&[("drain_node", json!({"name": "node-a"}))])
                }
                Some(decision) => replies(&decision.summary()),
                None => reply().asks_approval(&[("delete_pod", pod)]),
            }
        });
        let stage = plan.route("k8s", ANYBODY).start().await;
        let user = stage.user(7);
        user.says("clean up");
        let first = user.sees("delete_pod\nname: web-1").await;
        let data = first.button("Approve").unwrap().data.clone().unwrap();
        user.taps("delete_pod\nname: web-1", "Approve").await;
        user.sees("drain_node\nname: node-a").await;
        stage.telegram.sees_button(7, "Approve").await;
        let tap = stage.telegram.press_raw(7, 7, first.id, &data);
        let told = stage.telegram.tap_answered(&tap).await;
        assert_ne!(told.text, "", "it says that nothing happens");
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        user.taps("drain_node\nname: node-a", "Reject").await;
        user.sees("rejected by user").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_reply_to_the_card_of_an_earlier_question_is_no_reason_for_this_one() {
    let plan = Stage::plan().agent_as("k8s", AgentSettings::kagent("k8s"), KAGENT, |incoming| {
        match &incoming.decision {
            Some(decision) => replies(&decision.summary()),
            None => reply().asks_approval(&[("delete_pod", json!({"name": incoming.text}))]),
        }
    });
    let stage = plan.route("k8s", ANYBODY).start().await;
    let user = stage.user(7);
    user.says("web-1");
    let first = user.sees("name: web-1").await;
    user.taps("name: web-1", "Approve").await;
    user.sees("delete_pod done").await;
    stage.settled().await;
    user.says("web-2");
    user.sees("name: web-2").await;
    stage
        .telegram
        .post(Message::new(7, 7, "not in prod").reply_to(first.id));
    user.sees("So your reply goes nowhere.").await;
    assert_eq!(user.shown("Reason, if it is rejected"), 0);
    user.taps("name: web-2", "Reject").await;
    user.sees("rejected by user").await;
    stage.settled().await;
    assert_eq!(ran(&stage), ["delete_pod web-1"]);
    stage.ends().await;
}

#[tokio::test]
async fn plain_words_are_no_answer_where_there_is_a_choice_and_who_asked_before_hears_that_they_wait()
 {
    let gate = Gate::new();
    let held = gate.clone();
    let plan = Stage::plan().agent_as(
        "k8s",
        AgentSettings::kagent("k8s"),
        KAGENT,
        move |incoming| {
            let question = Question::one_of("Which database?", &["PostgreSQL", "MySQL"]);
            match (&incoming.decision, incoming.text.as_str()) {
                (Some(decision), _) => replies(&decision.summary()),
                (None, "ask") => reply().held(&held).asks_user(&[question]),
                (None, other) => replies(&format!("You said {other}")),
            }
        },
    );
    let stage = plan.route("k8s", ANYBODY).start().await;
    let user = stage.user(7);
    user.says("ask");
    gate.reached().await;
    user.says("before");
    rows::turns_become(&stage.store(), &["working", "queued"]).await;
    gate.open();
    user.sees("Which database?").await;
    user.sees("waits for a decision, so your message waits")
        .await;
    user.says("MySQL");
    user.sees_times("waits for a decision, so your message waits", 2)
        .await;
    user.taps("Which database?", "PostgreSQL").await;
    user.sees("You said before").await;
    user.sees("You said MySQL").await;
    stage.settled().await;
    let answered = stage.agent("k8s").prompts();
    let answers = answered.iter().find_map(|prompt| prompt.decision.as_ref());
    assert_eq!(answers.unwrap().answers, [vec!["PostgreSQL"]]);
    stage.ends().await;
}

#[tokio::test]
async fn a_stop_and_a_new_conversation_of_just_before_a_death_reject_what_waits() {
    for (wish, reason) in [
        (
            "UPDATE turns SET stop_asked_at = 1",
            "The person has stopped it.",
        ),
        (
            "UPDATE conversations SET closed_at = 1",
            "The person has asked something else.",
        ),
    ] {
        let plan =
            Stage::plan().agent_as("k8s", AgentSettings::kagent("k8s"), KAGENT, |incoming| {
                match &incoming.decision {
                    Some(decision) => replies(&decision.summary()),
                    None => reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))]),
                }
            });
        let mut stage = plan.route("k8s", ANYBODY).start().await;
        stage.user(7).says("one");
        stage.user(7).sees("asks whether it may go on").await;
        rows::turns_become(&stage.store(), &["working"]).await;
        stage.stop_bot().await.unwrap();
        rows::change(&stage.store(), wish).await;
        stage.start_bot();
        stage.user(7).sees("🚫 Rejected by 7 at").await;
        stage.settled().await;
        let decided = stage.agent("k8s").prompts();
        let decision = decided.iter().find_map(|prompt| prompt.decision.as_ref());
        assert!(decision.unwrap().summary().contains(reason), "{wish}");
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}
