//! A dangerous call waits for a person: what people see and tap, and what runs, in both of
//! kagent's forms.

use serde_json::{Value, json};
use switchboard_emulators::agent::{
    Incoming, Question, Reply, Settings as AgentSettings, replies, reply,
};
use switchboard_emulators::bot_api::Incoming as Message;

use crate::support::{Plan, Stage, rows};

/// Whoever asked may decide, and so may 8; elsewhere only 8.
pub(super) const ANYBODY: &str = "approvers = [8, \"requester\"]";
const ONLY_8: &str = "approvers = [8]";

/// Asks for what the words of the prompt say.
fn script(incoming: &Incoming) -> Reply {
    let pod = json!({"name": "web-1", "namespace": "default"});
    let api = json!({"name": "api", "namespace": "prod"});
    if let Some(decision) = &incoming.decision {
        return replies(&decision.summary());
    }
    match incoming.text.as_str() {
        "one" => reply().asks_approval(&[("delete_pod", pod)]),
        "two" => reply().asks_approval(&[("delete_pod", pod), ("restart", api)]),
        "nested" => reply().asks_approval_through("helper", &[("delete_pod", pod)]),
        "long" => reply().asks_approval(&[("apply", long(1_000))]),
        "endless" => reply().asks_approval(&[("apply", long(8_000))]),
        "secret" => reply().asks_approval(&[("create", json!({"password": "hunter2"}))]),
        "questions" => reply().asks_user(&[
            Question::one_of("Which database?", &["PostgreSQL", "MySQL"]),
            Question::some_of("Which features?", &["Auth", "Caching", "Audit"]),
            Question::free("Anything else?"),
        ]),
        other => replies(&format!("You said {other}")),
    }
}

/// A manifest of so many lines.
fn long(lines: usize) -> Value {
    json!({"manifest": "key: value\n".repeat(lines), "name": "web-1", "zone": "the end"})
}

/// One plan for each form.
pub(super) fn plans(route: &str) -> [Plan; 2] {
    let kagent = "flavor = \"kagent\"";
    let old = Stage::plan().agent_as("k8s", AgentSettings::kagent("k8s"), kagent, script);
    let new = Stage::plan().agent_as("k8s", AgentSettings::kagent_main("k8s"), kagent, script);
    [old.route("k8s", route), new.route("k8s", route)]
}

pub(super) fn ran(stage: &Stage) -> Vec<String> {
    let executed = stage.agent("k8s").executed();
    let one =
        |(tool, args): (String, Value)| format!("{tool} {}", args["name"].as_str().unwrap_or("?"));
    executed.into_iter().map(one).collect()
}

pub(super) async fn decisions(stage: &Stage) -> i64 {
    rows::count(&stage.store(), "SELECT count(*) FROM decisions").await
}

#[tokio::test]
async fn a_call_runs_when_somebody_who_may_has_approved_it() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        let card = user.sees("asks whether it may go on").await;
        assert!(
            card.text
                .contains("delete_pod\nname: web-1\nnamespace: default"),
            "{}",
            card.text
        );
        assert_eq!(card.labels(), ["Approve", "Reject"]);
        assert!(!card.silent, "it has to be noticed");
        assert_eq!(ran(&stage), Vec::<String>::new(), "nothing runs before");
        user.taps("asks whether it may go on", "Approve").await;
        user.sees("Tool said: delete_pod done").await;
        let card = user.sees("✅ Approved by 7 at").await;
        assert_eq!(card.labels(), Vec::<String>::new());
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        assert_eq!(decisions(&stage).await, 1);
        assert_eq!(rows::turn_states(&stage.store()).await, ["answered"]);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_rejection_takes_its_reason_from_a_reply_to_the_card() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        let card = user.sees("asks whether it may go on").await;
        let reply = Message::new(7, 7, "not in prod").reply_to(card.id);
        stage.telegram.post(reply);
        user.sees("Reason, if it is rejected: not in prod").await;
        user.taps("asks whether it may go on", "Reject").await;
        user.sees("rejected by user. Reason: not in prod").await;
        user.sees("🚫 Rejected by 7 at").await;
        stage.settled().await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        assert_eq!(
            stage.agent("k8s").prompts().len(),
            2,
            "the reply is no prompt"
        );
        stage.ends().await;
    }
}

#[tokio::test]
async fn two_calls_are_decided_each_for_itself() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("two");
        let card = user.sees("2. restart").await;
        let labels = [
            "🚫 1. delete_pod",
            "🚫 2. restart",
            "Approve all",
            "Reject all",
            "Send",
        ];
        assert_eq!(card.labels(), labels);
        assert!(
            card.text
                .contains("Tap a call to let it run or not, then Send.")
        );
        user.taps("2. restart", "🚫 2. restart").await;
        stage.telegram.sees_button(7, "✅ 2. restart").await;
        user.taps("2. restart", "Send").await;
        user.sees("restart done").await;
        user.sees("✅ Approved 2, the rest rejected, by 7 at").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["restart api"]);
        stage.ends().await;
    }
}

#[tokio::test]
async fn the_calls_of_an_agent_behind_the_agent_are_shown_and_decided() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("nested");
        user.sees("helper ▸ delete_pod\nname: web-1").await;
        user.taps("helper ▸ delete_pod", "Approve").await;
        user.sees("delete_pod done").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        stage.ends().await;
    }
}

#[tokio::test]
async fn questions_are_answered_one_by_one_by_taps_and_in_words() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("questions");
        user.sees("asks you (1 of 3):\nWhich database?").await;
        user.taps("Which database?", "PostgreSQL").await;
        user.sees("asks you (2 of 3):\nWhich database?\n▸ PostgreSQL\n\nWhich features?")
            .await;
        user.taps("Which features?", "Audit").await;
        stage.telegram.sees_button(7, "✅ Audit").await;
        user.taps("Which features?", "Auth").await;
        stage.telegram.sees_button(7, "✅ Auth").await;
        user.taps("Which features?", "Done").await;
        let last = user.sees("▸ Auth, Audit\n\nAnything else?").await;
        assert!(last.text.contains("asks you (3 of 3):"), "{}", last.text);
        assert!(
            last.text
                .contains("\nWrite your answer.\nWithout an answer by")
        );
        user.says("no, thanks");
        let card = user.sees("✅ Answered by 7 at").await;
        let answered = "❓ k8s has asked:\nWhich database?\n▸ PostgreSQL\nWhich features?\n▸ Auth, \
                        Audit\nAnything else?\n▸ no, thanks\n";
        assert!(card.text.starts_with(answered), "{}", card.text);
        stage.settled().await;
        let decided = stage.agent("k8s").prompts();
        let answers = &decided.last().unwrap().decision.as_ref().unwrap().answers;
        assert_eq!(
            *answers,
            [
                vec!["PostgreSQL"],
                vec!["Auth", "Audit"],
                vec!["no, thanks"]
            ]
        );
        assert_eq!(decided.len(), 2, "an answer is no prompt");
        stage.ends().await;
    }
}

#[tokio::test]
async fn whoever_may_not_decide_hears_so_and_nothing_happens() {
    for plan in plans(&format!("{ONLY_8}\napproval_chat = 8")) {
        let stage = plan.start().await;
        let (asker, lead) = (stage.user(7), stage.user(8));
        stage.telegram.add_user(8, "Lead");
        stage.telegram.open_chat(8);
        asker.says("one");
        let card = asker.sees("May be approved by 8.").await;
        let tap = stage.telegram.press(7, 7, card.id, "Approve").unwrap();
        let answer = stage.telegram.tap_answered(&tap).await;
        assert_eq!(
            answer.text,
            "You asked for this, so somebody else has to approve it: 8."
        );
        let copy = lead.sees("asks whether it may go on").await;
        stage.telegram.add_user(9, "Stranger");
        let tap = stage.telegram.press(9, 8, copy.id, "Approve").unwrap();
        let answer = stage.telegram.tap_answered(&tap).await;
        assert_eq!(answer.text, "You may not approve this. These may: 8.");
        let tap = stage.telegram.press(9, 8, copy.id, "Reject").unwrap();
        let answer = stage.telegram.tap_answered(&tap).await;
        assert!(answer.text.starts_with("Only whoever asked"));
        assert_eq!(ran(&stage), Vec::<String>::new());
        assert_eq!(decisions(&stage).await, 0);
        lead.taps("asks whether it may go on", "Approve").await;
        asker.sees("Tool said: delete_pod done").await;
        asker.sees("✅ Approved by 8 at").await;
        lead.sees("✅ Approved by 8 at").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        stage.ends().await;
    }
}

#[tokio::test]
async fn where_nobody_may_approve_it_can_only_be_rejected() {
    for plan in plans("") {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        let card = user.sees("Nobody may approve this").await;
        assert_eq!(card.labels(), ["Reject"]);
        user.taps("Nobody may approve this", "Reject").await;
        user.sees("rejected by user").await;
        stage.settled().await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_double_tap_and_a_tap_on_an_old_card_do_nothing() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        let card = user.sees("asks whether it may go on").await;
        let data = card.button("Approve").unwrap().data.clone().unwrap();
        user.taps("asks whether it may go on", "Approve").await;
        for _ in 0..3 {
            let tap = stage.telegram.press_raw(7, 7, card.id, &data);
            let answer = stage.telegram.tap_answered(&tap).await;
            assert_ne!(answer.text, "");
        }
        user.sees("Tool said: delete_pod done").await;
        stage.settled().await;
        let tap = stage.telegram.press_raw(7, 7, card.id, &data);
        stage.telegram.tap_answered(&tap).await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        assert_eq!(decisions(&stage).await, 1);
        stage.ends().await;
    }
}

#[tokio::test]
async fn what_nobody_decides_in_time_is_rejected() {
    for plan in plans(&format!("{ANYBODY}\nexpires_after = \"1s\"")) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        user.sees("asks whether it may go on").await;
        user.sees("⌛ Nobody decided in time. Rejected at").await;
        user.sees("Reason: Nobody decided in time.").await;
        stage.settled().await;
        assert_eq!(
            user.shown("⏰ k8s still waits for a decision"),
            1,
            "a word at half of the time"
        );
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_question_meanwhile_waits_until_somebody_decides() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        user.sees("asks whether it may go on").await;
        user.says("something else");
        let held = user
            .sees("waits for a decision, so your message waits")
            .await;
        assert_eq!(held.labels(), ["Reject and ask this", "Keep waiting"]);
        assert_eq!(stage.agent("k8s").prompts().len(), 1, "nothing was sent");
        user.taps("so your message waits", "Keep waiting").await;
        user.sees("when the decision is made").await;
        user.taps("asks whether it may go on", "Approve").await;
        user.sees("delete_pod done").await;
        user.sees("You said something else").await;
        stage.settled().await;

        user.says("one");
        stage.telegram.sees_button(7, "Approve").await;
        user.says("another thing");
        user.taps("so your message waits", "Reject and ask this")
            .await;
        user.sees("Reason: The person has asked something else.")
            .await;
        user.sees("You said another thing").await;
        stage.settled().await;
        assert_eq!(
            ran(&stage),
            ["delete_pod web-1"],
            "the second one was rejected"
        );
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_card_from_before_a_restart_still_works() {
    for plan in plans(ANYBODY) {
        let mut stage = plan.start().await;
        stage.user(7).says("one");
        stage.user(7).sees("asks whether it may go on").await;
        stage.stop_bot().await.unwrap();
        stage.start_bot();
        let taps = rows::count(&stage.store(), "SELECT count(*) FROM pauses").await;
        assert_eq!(taps, 1);
        let user = stage.user(7);
        stage.telegram.polled().await;
        user.taps("asks whether it may go on", "Approve").await;
        user.sees("Tool said: delete_pod done").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"]);
        assert_eq!(user.shown("asks whether it may go on"), 1, "no second card");
        stage.ends().await;
    }
}

#[tokio::test]
async fn secrets_in_arguments_and_answers_stay_inside() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("secret");
        user.sees("create\npassword: ‹masked›").await;
        user.taps("password: ‹masked›", "Approve").await;
        user.sees("create done").await;
        user.says("token: AbCd1234EfGh");
        user.sees("You said token: ‹masked›").await;
        stage.settled().await;
        let args = stage.agent("k8s").executed()[0].1.clone();
        assert_eq!(args["password"], "hunter2", "the agent itself has it");
        assert_eq!(user.shown("hunter2"), 0);
        stage.ends().await;
    }
}
