//! A conversation that a group has together.

use serde_json::json;
use switchboard_emulators::agent::{Gate, Incoming as Asked, Question, Reply, replies, reply};

use crate::support::{PATIENCE, Plan, Stage, rows};

const GROUP: i64 = -1_001_000_000_888;
const ANN: i64 = 7;
const BEN: i64 = 8;
/// The admin of the stage.
const ADMIN: i64 = 1;

fn counting(asked: &Asked) -> Reply {
    replies(&format!("{} is number {}", asked.text, asked.turn))
}

fn shared(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Plan {
    Stage::plan()
        .agent("k8s", script)
        .route("k8s", "scope = \"chat\"\napprovers = [8]")
}

fn room(stage: &Stage) {
    stage.telegram.add_supergroup(GROUP, "Incident");
    for user in [ADMIN, ANN, BEN] {
        stage.telegram.add_user(user, &format!("User {user}"));
    }
}

async fn asks(stage: &Stage, user: i64, text: &str, answer: &str) {
    stage.telegram.say(user, GROUP, text);
    stage.telegram.sees(GROUP, answer).await;
    stage.settled().await;
}

#[tokio::test]
async fn all_who_ask_in_the_room_go_on_in_one_conversation() {
    let mut stage = shared(counting).start().await;
    room(&stage);
    asks(&stage, ANN, "/k8s one", "one is number 1").await;
    asks(&stage, BEN, "/k8s two", "two is number 2").await;
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    asks(&stage, ANN, "/k8s three", "three is number 3").await;
    for prompt in stage.agent("k8s").prompts() {
        assert_eq!(prompt.user, format!("telegram:chat:{GROUP}"));
    }
    let asked = "SELECT count(*) FROM audit WHERE event = 'asked' AND user = 8";
    assert_eq!(rows::count(&stage.store(), asked).await, 1);
    let seats = "SELECT count(*) FROM slots";
    assert_eq!(rows::count(&stage.store(), seats).await, 1);

    // In private everybody is alone.
    let user = stage.user(ANN);
    user.says("mine");
    user.sees("mine is number 1").await;
    stage.settled().await;
    let prompts = stage.agent("k8s").prompts();
    assert_eq!(prompts[3].user, "telegram:7");

    asks(
        &stage,
        BEN,
        "/new k8s",
        "A new conversation with k8s, for everybody here.",
    )
    .await;
    asks(&stage, ANN, "/k8s four", "four is number 1").await;
    let renewed = "SELECT count(*) FROM audit WHERE event = 'conversation' AND user = 8";
    assert_eq!(rows::count(&stage.store(), renewed).await, 1);

    // Anybody may go back, for everybody.
    stage.telegram.say(BEN, GROUP, "/sessions");
    let listed = stage.telegram.sees(GROUP, "Your conversations here").await;
    assert_eq!(listed.labels(), ["2. k8s, shared: one"]);
    let back = "Everybody here is back with k8s, in the conversation that began with: one";
    asks(&stage, BEN, "/resume 2", back).await;
    asks(&stage, ANN, "/k8s five", "five is number 4").await;
    stage.ends().await;
}

#[tokio::test]
async fn each_topic_has_its_own() {
    let stage = shared(counting).start().await;
    let forum = -1_001_000_000_889;
    stage.telegram.add_forum(forum, "Incidents");
    for user in [ANN, BEN] {
        stage.telegram.add_user(user, "Somebody");
    }
    let topic = stage.telegram.add_topic(forum, "checkout");
    let says =
        |user: i64, text: &str| switchboard_emulators::bot_api::Incoming::new(user, forum, text);
    for (message, answer) in [
        (says(ANN, "/k8s one").thread(topic), "one is number 1"),
        (says(BEN, "/k8s two").thread(topic), "two is number 2"),
        (says(BEN, "/k8s three"), "three is number 1"),
    ] {
        stage.telegram.post(message);
        stage.telegram.sees(forum, answer).await;
        stage.settled().await;
    }
    stage.ends().await;
}

#[tokio::test]
async fn questions_of_several_people_wait_in_order_and_each_stops_their_own() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = shared(move |asked| match asked.text.as_str() {
        "slow" => reply().held(&held).answers("at last"),
        _ => counting(asked),
    })
    .start()
    .await;
    room(&stage);
    let telegram = &stage.telegram;
    telegram.say(ANN, GROUP, "/k8s slow");
    gate.reached().await;
    telegram.say(BEN, GROUP, "/k8s two");
    telegram.say(ANN, GROUP, "/k8s three");
    rows::turns_become(&stage.store(), &["working", "queued", "queued"]).await;
    telegram.say(BEN, GROUP, "/stop");
    telegram
        .sees(GROUP, "Only admins can stop what somebody else asked")
        .await;
    telegram.say(ADMIN, GROUP, "/stop");
    let whose = telegram.sees(GROUP, "Stop what somebody else asked?").await;
    assert_eq!(whose.labels().len(), 1);
    // Ann stops hers: what waits of hers is asked about, Ben's goes on.
    telegram.say(ANN, GROUP, "/stop");
    let waits = telegram
        .sees(GROUP, "1 message waits for k8s behind it")
        .await;
    assert!(waits.text.contains("1. three"), "{}", waits.text);
    gate.open();
    telegram.sees(GROUP, "two is number").await;
    let tap = telegram.press(ANN, GROUP, waits.id, "Drop").unwrap();
    telegram.tap_answered(&tap).await;
    stage.settled().await;
    let asked: Vec<String> = stage
        .agent("k8s")
        .prompts()
        .into_iter()
        .map(|it| it.text)
        .collect();
    assert_eq!(asked, ["slow", "two"]);
    stage.ends().await;
}

#[tokio::test]
async fn an_approval_is_that_of_whoever_asked_and_its_decision_is_the_rooms() {
    let stage = shared(|asked| match &asked.decision {
        Some(decision) => replies(&decision.summary()),
        None if asked.text == "delete" => {
            reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))])
        }
        None => counting(asked),
    })
    .start()
    .await;
    room(&stage);
    let telegram = &stage.telegram;
    asks_card(&stage, ANN).await;
    let card = telegram.sees(GROUP, "asks whether it may go on").await;
    assert!(card.text.contains("for 7:"), "{}", card.text);
    let tap = telegram.press(ANN, GROUP, card.id, "Approve").unwrap();
    let said = telegram.tap_answered(&tap).await;
    assert!(!said.text.is_empty(), "whoever asked may not approve here");
    let tap = telegram.press(BEN, GROUP, card.id, "Approve").unwrap();
    telegram.tap_answered(&tap).await;
    telegram.sees(GROUP, "delete_pod done").await;
    stage.settled().await;
    let approved = "SELECT count(*) FROM audit WHERE event = 'approved' AND user = 8";
    assert_eq!(rows::count(&stage.store(), approved).await, 1);
    for call in stage.agent("k8s").calls() {
        let room = format!("telegram:chat:{GROUP}");
        assert!(call.user.is_none_or(|user| user == room));
    }
    stage.ends().await;
}

async fn asks_card(stage: &Stage, user: i64) {
    stage.telegram.say(user, GROUP, "/k8s delete");
    stage
        .agent("k8s")
        .wait_for("a prompt", PATIENCE, |agent| {
            (!agent.prompts().is_empty()).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_question_of_the_agent_is_answered_by_whoever_asked_alone() {
    let stage = shared(|asked| match (&asked.decision, &*asked.text) {
        (Some(decision), _) => replies(&decision.summary()),
        (None, "ask") => reply().asks_user(&[Question::free("Which node?")]),
        (None, other) => replies(&format!("You said {other}")),
    });
    let stage = stage.start().await;
    room(&stage);
    stage.telegram.say(ANN, GROUP, "/k8s ask");
    let card = stage.telegram.sees(GROUP, "Which node?").await;
    assert!(
        card.text
            .contains("Reply to this message with your answer.")
    );
    let said = |user, text: &str| stage.telegram.say(user, GROUP, text);
    said(BEN, "@switchboard_bot node-b");
    stage.telegram.sees(GROUP, "so your message waits").await;
    said(ANN, "@switchboard_bot node-a");
    stage.telegram.sees(GROUP, "✅ Answered by 7 at").await;
    stage.telegram.sees(GROUP, "You said node-b").await;
    stage.settled().await;
    let prompts = stage.agent("k8s").prompts();
    let answers = prompts.iter().find_map(|prompt| prompt.decision.as_ref());
    assert_eq!(answers.unwrap().answers, [["node-a"]]);
    stage.ends().await;
}
