//! Messages that people change after they were sent.

use switchboard_emulators::agent::{Gate, Settings, replies, reply};
use switchboard_emulators::bot_api::{Incoming, Upload};

use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

const LATE: &str = "Your change came too late";
const JOINED: &str = "SELECT count(*) FROM updates WHERE state = 'joined'";
const OVER: &str = "SELECT count(*) FROM updates WHERE state IN ('control', 'ignored')";

/// Two agents; k8s answers nothing before the gate opens.
async fn held() -> (Stage, Gate) {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |asked| {
            reply()
                .held(&held)
                .answers(&format!("answer {}", asked.turn))
        })
        .agent("istio", |_| replies("routes"))
        .start()
        .await;
    (stage, gate)
}

async fn asked(stage: &Stage, count: usize) -> Vec<String> {
    let agent = stage.agent("k8s");
    let prompts = agent.wait_for("the prompts", PATIENCE, |agent| {
        let prompts = agent.prompts();
        (prompts.len() >= count).then_some(prompts)
    });
    let prompts = prompts.await.into_iter();
    prompts.map(|prompt| prompt.text).collect()
}

#[tokio::test]
async fn an_edit_of_a_question_that_waits_changes_the_question() {
    let (stage, gate) = held().await;
    let user = stage.user(7);
    user.says("/k8s first");
    gate.reached().await;
    let second = user.says("/k8s delete the pod");
    rows::becomes(&stage.store(), "SELECT count(*) FROM turns", 2).await;
    stage.telegram.edit(7, second, "/k8s describe the pod");
    rows::becomes(&stage.store(), JOINED, 1).await;
    gate.open();
    user.sees("answer 2").await;
    assert_eq!(asked(&stage, 2).await, ["first", "describe the pod"]);
    stage.ends().await;
}

#[tokio::test]
async fn an_edit_that_comes_with_its_message_in_one_batch_changes_the_question() {
    let mut stage = Stage::plan()
        .agent("k8s", |asked| replies(&format!("answer {}", asked.turn)))
        .build()
        .await;
    stage.telegram.open_chat(7);
    let first = stage.telegram.say(7, 7, "first");
    let second = stage.telegram.say(7, 7, "secnd");
    stage.telegram.edit(7, second, "second");
    stage.start_bot();
    stage.user(7).sees("answer 2").await;
    assert_eq!(asked(&stage, 2).await, ["first", "second"]);
    assert!(first < second);
    stage.ends().await;
}

#[tokio::test]
async fn an_edit_that_comes_too_late_is_told_once_below_the_message() {
    let (stage, gate) = held().await;
    let user = stage.user(7);
    let first = user.says("first");
    gate.reached().await;
    // Something newer stands between the question and what is said of it.
    user.says("/whoami");
    user.sees("Your id").await;
    stage.telegram.edit(7, first, "frist");
    let said = user.sees(LATE).await;
    assert_eq!(said.reply_to, Some(first));
    stage.telegram.edit(7, first, "first, please");
    rows::becomes(&stage.store(), OVER, 3).await;
    gate.open();
    user.sees("answer 1").await;
    stage.telegram.edit(7, first, "first, thank you");
    rows::becomes(&stage.store(), OVER, 4).await;
    assert_eq!(user.shown(LATE), 1);
    assert_eq!(asked(&stage, 1).await, ["first"]);
    stage.ends().await;
}

#[tokio::test]
async fn an_edit_cannot_take_a_question_to_another_agent() {
    let (stage, gate) = held().await;
    let user = stage.user(7);
    user.says("first");
    gate.reached().await;
    let second = user.says("second");
    rows::becomes(&stage.store(), "SELECT count(*) FROM turns", 2).await;
    user.says("/whoami");
    user.sees("Your id").await;
    stage.telegram.edit(7, second, "/istio second");
    let said = user
        .sees("An edit cannot take a question away from k8s")
        .await;
    assert_eq!(said.reply_to, Some(second));
    // It still waits, and can still be changed.
    stage.telegram.edit(7, second, "the second");
    rows::becomes(&stage.store(), JOINED, 1).await;
    gate.open();
    user.sees("answer 2").await;
    assert_eq!(asked(&stage, 2).await, ["first", "the second"]);
    assert_eq!(stage.agent("istio").prompts(), []);
    stage.ends().await;
}

#[tokio::test]
async fn an_edit_of_one_part_changes_that_part_also_after_a_restart() {
    let sections = format!("{UNLIMITED}[chat]\npaste_quiet = \"60s\"\n");
    let mut stage = Stage::plan()
        .sections(&sections)
        .agent("k8s", |asked| replies(&format!("answer {}", asked.turn)))
        .start()
        .await;
    let user = stage.user(7);
    user.says("hello");
    user.sees("answer 1").await;
    let (long, other) = ("a".repeat(4_000), "b".repeat(4_001));
    stage.user(7).says(&long);
    let middle = stage.user(7).says(&other);
    rows::becomes(&stage.store(), JOINED, 1).await;
    stage.stop_bot().await.expect("it stops");
    stage.start_bot();
    stage.telegram.edit(7, middle, "and so on");
    rows::becomes(&stage.store(), JOINED, 2).await;
    stage.user(7).says("the end");
    assert_eq!(
        asked(&stage, 2).await[1],
        format!("{long}\nand so on\nthe end")
    );
    stage.ends().await;
}

#[tokio::test]
async fn the_caption_of_a_file_can_be_changed() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent_as(
            "k8s",
            Settings::kagent("k8s"),
            "flavor = \"kagent\"\nfile_types = [\"image/*\"]",
            move |asked| {
                let shown = asked.parts.join(" ");
                reply().held(&held).answers(&format!("got {shown}"))
            },
        )
        .start()
        .await;
    let user = stage.user(7);
    user.says("first");
    gate.reached().await;
    let photo = Incoming::new(7, 7, "waht is this?").file(Upload::photo(&[7; 40]));
    let photo = stage.telegram.post(photo);
    rows::becomes(&stage.store(), "SELECT count(*) FROM turns", 2).await;
    stage.telegram.edit(7, photo, "what is this?");
    rows::becomes(&stage.store(), JOINED, 1).await;
    gate.open();
    user.sees("got what is this? [photo.jpg image/jpeg 40]")
        .await;
    stage.ends().await;
}

#[tokio::test]
async fn an_edit_of_anything_else_is_nobodys_business() {
    let stage = Stage::with(|_| replies("pods")).await;
    let user = stage.user(7);
    let help = user.says("/help");
    user.sees("I pass your messages").await;
    stage.telegram.edit(7, help, "/k8s pods");
    let stranger = stage.user(5_000).says("let me in");
    stage
        .user(5_000)
        .sees("You may not use this bot here")
        .await;
    stage.telegram.edit(5_000, stranger, "please");
    let ignored = "SELECT count(*) FROM updates WHERE reason = 'an edit of no question'";
    rows::becomes(&stage.store(), ignored, 2).await;
    assert_eq!(stage.agent("k8s").prompts(), []);
    stage.ends().await;
}
