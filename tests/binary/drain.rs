//! A stop on purpose: nothing new begins, what is on its way arrives, and those who wait are told.

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use switchboard_emulators::agent::{Gate, reply};

use crate::process::Bot;
use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

const WAITS: &str = "Your question to k8s waits";
const GOES_ON: &str = "Your task goes on";

/// All that is open was asked long ago: waiting for that would take seconds.
async fn asked_long_ago(stage: &Stage) {
    let options = SqliteConnectOptions::new().filename(stage.store());
    let mut file = SqliteConnection::connect_with(&options)
        .await
        .expect("the store can be opened");
    let done = sqlx::query("UPDATE turns SET opened_at = 1").execute(&mut file);
    done.await.expect("the statement is right");
    file.close().await.expect("it closes");
}

#[tokio::test]
async fn those_who_wait_are_told_once_and_answered_by_the_next_process() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&format!(
            "{UNLIMITED}\n[chat]\nplaceholder_after = \"20ms\"\n"
        ))
        .agent("k8s", move |asked| {
            let answer = format!("answer to {}", asked.text);
            reply().working("").held(&held).answers(&answer)
        })
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("one.");
    stage.user(7).sees("k8s is working").await;
    let arrived = "SELECT count(*) FROM outbox WHERE kind = 'placeholder' AND state = 'sent'";
    rows::becomes(&stage.store(), arrived, 1).await;
    stage.user(7).says("two.");
    // Somebody who has only just asked hears nothing.
    rows::turns_become(&stage.store(), &["working", "queued"]).await;
    asked_long_ago(&stage).await;
    stage.user(8).says("just now.");
    rows::turns_become(&stage.store(), &["working", "queued", "working"]).await;

    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage.user(7).sees(GOES_ON).await;
    stage.user(7).sees(WAITS).await;
    assert_eq!(stage.user(8).shown(WAITS) + stage.user(8).shown(GOES_ON), 0);

    let mut again = Bot::start(&stage);
    again.logs("telegram knows us").await;
    stage.telegram.polled().await;
    let (code, log) = again.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    assert_eq!(stage.user(7).shown(WAITS), 1, "once is enough");

    gate.open();
    let bot = Bot::start(&stage);
    for answer in ["answer to one.", "answer to two."] {
        stage.user(7).sees(answer).await;
    }
    stage.user(8).sees("answer to just now.").await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 3);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

/// An agent that has the prompt, while the head of its answer waits for the first gate, and the
/// answer for the second.
async fn submitting(head: &Gate, answer: &Gate) -> Stage {
    let (head, answer) = (head.clone(), answer.clone());
    let stage = Stage::plan().agent("k8s", move |_| {
        let asked = reply().held(&head).http_status(504, "");
        asked.held(&answer).answers("the answer")
    });
    stage.build().await
}

#[tokio::test]
async fn a_prompt_on_its_way_is_waited_for_until_its_task_is_known() {
    let [head, answer] = [(); 2].map(|()| Gate::new());
    let stage = submitting(&head, &answer).await;
    let mut bot = Bot::start(&stage);
    stage.user(7).says("hello");
    head.reached().await;
    rows::turns_become(&stage.store(), &["submitting"]).await;
    bot.told_to_stop().await;
    bot.logs("stopping").await;
    stage
        .telegram
        .wait_for("the offset to be confirmed", PATIENCE, |world| {
            (world.pending_updates() == 0).then_some(())
        })
        .await;
    head.open();
    let (code, log) = bot.ends().await;
    assert_eq!(code, Some(0), "{log:#?}");
    assert!(!log.join(" ").contains("time to stop is up"), "{log:#?}");
    assert_eq!(rows::turn_states(&stage.store()).await, ["working"]);
    answer.open();
    let bot = Bot::start(&stage);
    stage.user(7).sees("the answer").await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn a_stop_ends_with_its_grace_whatever_is_on_its_way() {
    let [head, answer] = [(); 2].map(|()| Gate::new());
    let stage = submitting(&head, &answer).await;
    let mut bot = Bot::start_as(&stage, &stage.config_file(), |command| {
        command.env("SWITCHBOARD__GRACE", "1s");
    });
    stage.user(7).says("hello");
    head.reached().await;
    rows::turns_become(&stage.store(), &["submitting"]).await;
    bot.told_to_stop().await;
    bot.logs("the time to stop is up").await;
    let (code, log) = bot.ends().await;
    assert_eq!(code, Some(0), "{log:#?}");
    assert_eq!(rows::turn_states(&stage.store()).await, ["submitting"]);
    head.open();
    answer.open();
    let bot = Bot::start(&stage);
    stage.user(7).sees("the answer").await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}
