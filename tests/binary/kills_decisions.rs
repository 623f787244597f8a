//! A SIGKILL while a decision is on its way: it is never sent twice unless a person says so, and what
//! runs is looked for at the agent.

use serde_json::json;
use switchboard_emulators::agent::{Gate, Incoming, Reply, Settings, replies, reply};

use crate::process::Bot;
use crate::support::{Stage, rows};

const CARD: &str = "asks whether it may go on";
const DECIDING: &str = "SELECT count(*) FROM pauses WHERE state = 'deciding'";

fn asks_first(incoming: &Incoming) -> Reply {
    match &incoming.decision {
        Some(decision) => replies(&decision.summary()),
        None => reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))]),
    }
}

/// One stage for each form in which kagent asks.
async fn built() -> [Stage; 2] {
    let plan = |settings| {
        let plan = Stage::plan().agent_as("k8s", settings, "flavor = \"kagent\"", asks_first);
        plan.route("k8s", "approvers = [\"requester\"]")
    };
    let (old, new) = (Settings::kagent("k8s"), Settings::kagent_main("k8s"));
    [plan(old).build().await, plan(new).build().await]
}

/// The tools that have run.
fn ran(stage: &Stage) -> Vec<String> {
    let executed = stage.agent("k8s").executed();
    executed.into_iter().map(|(tool, _)| tool).collect()
}

async fn ends(stage: Stage, bot: Bot) {
    rows::settled(&stage.store()).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage.ends().await;
}

#[tokio::test]
async fn killed_before_a_decision_left_the_approver_has_it_sent_again() {
    for stage in built().await {
        let bot = Bot::start(&stage);
        let user = stage.user(7);
        user.says("delete it");
        user.sees(CARD).await;
        // The task is looked at before anything leaves, and that look takes long.
        let gate = Gate::new();
        // By the name of either version.
        for look in ["tasks/get", "GetTask"] {
            stage.agent("k8s").holds_next(look, &gate);
        }
        user.taps(CARD, "Approve").await;
        gate.reached().await;
        assert_eq!(rows::count(&stage.store(), DECIDING).await, 1);
        bot.kill().await;
        gate.open();
        assert_eq!(stage.agent("k8s").prompts().len(), 1, "it has not left");

        let bot = Bot::start(&stage);
        user.taps("I cannot tell whether that arrived", "Send again")
            .await;
        user.sees("delete_pod done").await;
        user.sees("✅ Approved by 7 at").await;
        assert_eq!(ran(&stage), ["delete_pod"], "once");
        ends(stage, bot).await;
    }
}

#[tokio::test]
async fn killed_when_a_decision_has_left_and_nobody_knows_the_approver_is_asked() {
    for stage in built().await {
        let bot = Bot::start(&stage);
        let user = stage.user(7);
        user.says("delete it");
        user.sees(CARD).await;
        let gate = Gate::new();
        let held = gate.clone();
        stage
            .agent("k8s")
            .set_script(move |_| reply().held(&held).cut_before_accept());
        user.taps(CARD, "Approve").await;
        gate.reached().await;
        assert_eq!(rows::count(&stage.store(), DECIDING).await, 1);
        bot.kill().await;
        gate.open();
        stage.agent("k8s").set_script(asks_first);

        let bot = Bot::start(&stage);
        let card = user.sees("I cannot tell whether that arrived").await;
        assert_eq!(card.labels(), ["Send again", "Reject"]);
        assert_eq!(ran(&stage), Vec::<String>::new(), "not by itself");
        user.taps("I cannot tell whether that arrived", "Reject")
            .await;
        user.sees("🚫 Rejected by 7 at").await;
        user.sees("rejected by user").await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        ends(stage, bot).await;
    }
}

#[tokio::test]
async fn killed_when_the_agent_has_a_decision_the_card_says_who_made_it() {
    for stage in built().await {
        let bot = Bot::start(&stage);
        let user = stage.user(7);
        user.says("delete it");
        user.sees(CARD).await;
        let gate = Gate::new();
        let held = gate.clone();
        // The agent has taken it and is at work; the head of its answer has not come yet.
        stage.agent("k8s").set_script(move |_| {
            reply()
                .held(&held)
                .http_status(504, "")
                .answers("it is gone")
        });
        user.taps(CARD, "Approve").await;
        gate.reached().await;
        assert_eq!(rows::count(&stage.store(), DECIDING).await, 1);
        bot.kill().await;
        gate.open();

        let bot = Bot::start(&stage);
        user.sees("it is gone").await;
        let card = user.sees("⚠️ Approved by 7 at").await;
        assert!(card.text.contains("I did not see that arrive"), "{card:?}");
        assert_eq!(ran(&stage), ["delete_pod"], "once");
        assert_eq!(stage.agent("k8s").prompts().len(), 2, "never sent again");
        ends(stage, bot).await;
    }
}

#[tokio::test]
async fn killed_while_it_waits_a_tap_on_the_old_card_decides() {
    for stage in built().await {
        let bot = Bot::start(&stage);
        let user = stage.user(7);
        user.says("delete it");
        user.sees(CARD).await;
        let sent = "SELECT count(*) FROM outbox WHERE kind = 'notice' AND state = 'sent'";
        rows::becomes(&stage.store(), sent, 1).await;
        bot.kill().await;
        // Tapped while nobody is there.
        let card = user.sees(CARD).await;
        let tap = stage.telegram.press(7, 7, card.id, "Approve").unwrap();

        let bot = Bot::start(&stage);
        stage.telegram.tap_answered(&tap).await;
        user.sees("delete_pod done").await;
        user.sees("✅ Approved by 7 at").await;
        assert_eq!(ran(&stage), ["delete_pod"]);
        assert_eq!(user.shown(CARD), 1, "no second card");
        ends(stage, bot).await;
    }
}
