//! What people write below a card, or while one waits: words for the decision, never a prompt; and a
//! command stays one.

use serde_json::json;
use switchboard_emulators::agent::{Question, Settings as AgentSettings, replies, reply};
use switchboard_emulators::bot_api::{Incoming as Message, Upload};

use crate::approvals::{ANYBODY, decisions, plans, ran};
use crate::support::{Stage, rows};

const CARD: &str = "asks whether it may go on";
const TURNS: &str = "SELECT count(*) FROM turns";
const REFUSED: &str = "SELECT concat_ws(' ', user, rule) FROM audit WHERE event = 'refused'";

/// Replies to a message.
fn replied(stage: &Stage, to: i64, text: &str) -> i64 {
    stage.telegram.post(Message::new(7, 7, text).reply_to(to))
}

#[tokio::test]
async fn a_command_below_a_card_stays_a_command() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        let card = user.sees(CARD).await;
        replied(&stage, card.id, "/stop");
        user.sees("Reason: The person has stopped it.").await;
        stage.settled().await;
        user.says("one");
        let card = stage.telegram.sees_button(7, "Approve").await;
        replied(&stage, card.id, "/new");
        user.sees("Reason: The person has asked something else.")
            .await;
        stage.settled().await;
        user.says("one");
        let card = stage.telegram.sees_button(7, "Approve").await;
        replied(&stage, card.id, "/k8s something else");
        user.sees("so your message waits").await;
        assert_eq!(user.shown("Reason, if it is rejected"), 0);
        let card = stage.telegram.sees_button(7, "Approve").await;
        stage.telegram.press(7, 7, card.id, "Reject").unwrap();
        user.sees("You said something else").await;
        stage.settled().await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_command_is_no_answer_to_a_question_and_neither_is_a_file() {
    let settings = AgentSettings::kagent("k8s");
    let toml = "flavor = \"kagent\"\nfile_types = [\"image/*\"]";
    let plan = Stage::plan().agent_as("k8s", settings, toml, |asked| match &asked.decision {
        Some(decision) => replies(&decision.summary()),
        None if asked.text == "ask" => reply().asks_user(&[Question::free("Which node?")]),
        None => replies(&format!("You said {}", asked.text)),
    });
    let stage = plan.start().await;
    let user = stage.user(7);
    user.says("ask");
    let card = user.sees("Which node?").await;
    user.says("/k8s something else");
    user.sees_times("so your message waits", 1).await;
    let photo = || Upload::photo(&[7; 40]);
    let beside = Message::new(7, 7, "node-a, see there").file(photo());
    stage.telegram.post(beside);
    user.sees_times("so your message waits", 2).await;
    let below = Message::new(7, 7, "").file(photo()).reply_to(card.id);
    stage.telegram.post(below);
    user.sees("A reply to this card is your answer, in words.")
        .await;
    assert_eq!(decisions(&stage).await, 0);
    assert_eq!(stage.agent("k8s").prompts().len(), 1, "nothing was sent");
    replied(&stage, card.id, "node-b");
    user.sees("✅ Answered by 7 at").await;
    user.sees("You said something else").await;
    user.sees("You said node-a, see there").await;
    stage.settled().await;
    let prompts = stage.agent("k8s").prompts();
    let answers = prompts.iter().find_map(|prompt| prompt.decision.as_ref());
    assert_eq!(answers.unwrap().answers, [["node-b"]]);
    stage.ends().await;
}

#[tokio::test]
async fn a_file_below_a_card_is_no_question_and_its_sender_hears_once_what_a_reply_is_for() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        let card = user.sees(CARD).await;
        let told = "A reply to this card is the reason of a rejection, in words.";
        for _ in 0..3 {
            let file = Upload::document("why.txt", "text/plain", b"not in prod");
            let part = Message::new(7, 7, "see there").file(file);
            stage.telegram.post(part.album("90001").reply_to(card.id));
        }
        let refused = "SELECT count(*) FROM updates WHERE state = 'refused'";
        rows::becomes(&stage.store(), refused, 3).await;
        user.sees(told).await;
        let sticker = json!({"file_id": "a", "file_unique_id": "b", "type": "regular",
            "width": 1, "height": 1, "is_animated": false, "is_video": false});
        let sticker = Message::new(7, 7, "").field("sticker", sticker);
        stage.telegram.post(sticker.reply_to(card.id));
        user.sees_times(told, 2).await;
        assert_eq!(user.shown("see there"), 0, "it is no reason either");
        assert_eq!(rows::count(&stage.store(), TURNS).await, 1);
        user.taps(CARD, "Reject").await;
        user.sees("rejected by user").await;
        stage.settled().await;
        assert_eq!(user.shown(told), 2, "an album hears it once");
        assert_eq!(stage.agent("k8s").prompts().len(), 2);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_reply_to_a_card_that_is_over_is_told_who_decided_what() {
    let chat = "approvers = [8]\napproval_chat = 8\n";
    for plan in plans(chat) {
        let mut stage = plan.start().await;
        stage.telegram.add_user(8, "Lead");
        stage.telegram.open_chat(8);
        stage.user(7).says("one");
        let card = stage.user(7).sees(CARD).await;
        let copy = stage.user(8).sees(CARD).await;
        stage.user(8).taps(CARD, "Approve").await;
        stage.user(7).sees("Tool said: delete_pod done").await;
        stage.settled().await;
        // What came of it outlives the process.
        stage.stop_bot().await.unwrap();
        stage.start_bot();
        replied(&stage, card.id, "and in prod, too");
        let told = stage.user(7).sees("So your reply goes nowhere.").await;
        assert!(told.text.starts_with("✅ Approved by 8 at"), "{told:?}");
        assert!(told.text.contains("To ask k8s, write without replying"));
        let of_lead = Message::new(8, 8, "oh").reply_to(copy.id);
        stage.telegram.post(of_lead);
        let told = stage.user(8).sees("So your reply goes nowhere.").await;
        assert!(told.text.starts_with("✅ Approved by 8 at"), "{told:?}");
        stage.settled().await;
        let refused = rows::texts(&stage.store(), REFUSED).await;
        assert_eq!(refused, ["7 card over", "8 card over"]);
        assert_eq!(stage.agent("k8s").prompts().len(), 2, "it is no prompt");
        assert_eq!(rows::count(&stage.store(), TURNS).await, 1);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_reply_to_what_has_expired_says_so() {
    let [plan, _] = plans(&format!("{ANYBODY}\nexpires_after = \"1s\""));
    let stage = plan.start().await;
    let user = stage.user(7);
    user.says("one");
    let card = user.sees(CARD).await;
    user.sees("Reason: Nobody decided in time.").await;
    stage.settled().await;
    replied(&stage, card.id, "approved!");
    let told = user.sees("So your reply goes nowhere.").await;
    assert!(
        told.text
            .starts_with("⌛ Nobody decided in time. Rejected at")
    );
    assert_eq!(ran(&stage), Vec::<String>::new());
    stage.ends().await;
}

#[tokio::test]
async fn a_reply_to_the_first_card_of_a_question_is_no_reason_for_its_second_one() {
    let settings = AgentSettings::kagent("k8s");
    let kagent = "flavor = \"kagent\"";
    let plan = Stage::plan().agent_as("k8s", settings, kagent, |asked| match &asked.decision {
        Some(decision) if decision.summary().contains("delete_pod") => {
            reply().asks_approval(&[("drain_node", json!({"name": "node-a"}))])
        }
        Some(decision) => replies(&decision.summary()),
        None => reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))]),
    });
    let stage = plan.route("k8s", ANYBODY).start().await;
    let user = stage.user(7);
    user.says("clean up");
    let first = user.sees("delete_pod\nname: web-1").await;
    user.taps("delete_pod\nname: web-1", "Approve").await;
    user.sees("drain_node\nname: node-a").await;
    stage.telegram.sees_button(7, "Approve").await;
    replied(&stage, first.id, "not this one");
    user.sees("So your reply goes nowhere.").await;
    assert_eq!(user.shown("Reason, if it is rejected"), 0);
    user.taps("drain_node\nname: node-a", "Reject").await;
    user.sees("rejected by user").await;
    stage.settled().await;
    stage.ends().await;
}

#[tokio::test]
async fn strangers_below_a_card_are_strangers() {
    const GROUP: i64 = -600;
    let [plan, _] = plans(ANYBODY);
    let stage = plan.allow("7").start().await;
    for (user, name) in [(7, "Asker"), (8, "Lead"), (9, "Stranger")] {
        stage.telegram.add_user(user, name);
    }
    stage.telegram.add_group(GROUP, "Few");
    stage.telegram.promote(GROUP, 7);
    stage.telegram.say(7, GROUP, "/k8s one");
    let card = stage.telegram.sees_button(GROUP, "Approve").await;
    let below = |user: i64, text: &str| {
        let reply = Message::new(user, GROUP, text).reply_to(card.id);
        stage.telegram.post(reply);
    };
    for n in 0..3 {
        below(9, &format!("no {n}"));
    }
    let refused = "SELECT count(*) FROM updates WHERE state = 'refused'";
    rows::becomes(&stage.store(), refused, 3).await;
    below(8, "not now");
    stage
        .telegram
        .sees(GROUP, "Reason, if it is rejected: not now")
        .await;
    let tap = stage.telegram.press(8, GROUP, card.id, "Reject").unwrap();
    stage.telegram.tap_answered(&tap).await;
    stage.telegram.sees(GROUP, "rejected by user").await;
    stage.settled().await;
    let told = stage
        .telegram
        .times_shown(GROUP, "You may not use this bot here");
    assert_eq!(told, 1, "one word a day");
    stage.ends().await;
}

#[tokio::test]
async fn what_expires_while_the_agent_is_down_bothers_nobody() {
    for plan in plans(&format!("{ANYBODY}\nexpires_after = \"1s\"")) {
        let mut stage = plan.start().await;
        stage.user(7).says("one");
        stage.user(7).sees(CARD).await;
        stage.agent("k8s").go_down().await;
        let card = stage.user(7).sees("The agent does not know that yet").await;
        assert_eq!(card.labels(), Vec::<String>::new(), "nobody can help it");
        stage.agent("k8s").come_up().await.unwrap();
        // The next process tries at once.
        stage.stop_bot().await.unwrap();
        stage.start_bot();
        stage.user(7).sees("Reason: Nobody decided in time.").await;
        stage
            .user(7)
            .sees("⌛ Nobody decided in time. Rejected at")
            .await;
        stage.settled().await;
        assert_eq!(stage.user(7).shown("The decision did not arrive"), 0);
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_question_that_is_left_without_an_answer_says_so_and_a_status_says_what_is_waited_for() {
    let settings = AgentSettings::kagent("k8s");
    let plan = Stage::plan().agent_as("k8s", settings, "flavor = \"kagent\"", |asked| {
        match (&asked.decision, &*asked.text) {
            (Some(_), _) => replies("then I do not know"),
            (None, "ask") => reply().asks_user(&[Question::free("Which node?")]),
            (None, _) => reply().asks_approval(&[("drain", json!({"name": "node-a"}))]),
        }
    });
    let stage = plan.route("k8s", ANYBODY).start().await;
    let user = stage.user(7);
    user.says("ask");
    user.sees("Which node?").await;
    user.says("/status");
    user.sees("k8s · waits for an answer until").await;
    user.taps("Which node?", "Give no answer").await;
    user.sees("🚫 Left without an answer by 7 at").await;
    user.sees("then I do not know").await;
    user.says("drain");
    user.sees(CARD).await;
    user.says("/status");
    user.sees("k8s · waits for a decision until").await;
    user.taps(CARD, "Reject").await;
    user.sees("🚫 Rejected by 7 at").await;
    stage.settled().await;
    stage.ends().await;
}
