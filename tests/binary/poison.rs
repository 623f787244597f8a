//! What ends the process again and again is set aside, and everybody else is served.

use switchboard_emulators::agent::replies;

use crate::process::{Bot, switchboard};
use crate::support::{Stage, rows};

/// Starts a bot that panics at this point; a panic ends it.
fn panicking(stage: &Stage, point: &str) -> Bot {
    Bot::start_as(stage, &stage.config_file(), |command| {
        command.env("SWITCHBOARD_CRASH", format!("{point}=panic"));
    })
}

async fn dies(bot: Bot) {
    let (code, log) = bot.ends().await;
    assert_eq!(code, None, "a signal ends it: {log:#?}");
    let log = log.join("\n");
    assert!(log.contains("asked to panic"), "{log}");
}

/// What `switchboard parked` says.
pub async fn parked(stage: &Stage, more: &[&str]) -> String {
    let config = stage.config_file();
    let mut command = switchboard(&["parked", "--config"]);
    let command = command.arg(config).args(more).envs(stage.environment());
    let done = command.output().await.expect("it runs");
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).expect("it is text")
}

async fn stage() -> Stage {
    let plan = Stage::plan().agent("k8s", |_| replies("the answer"));
    plan.build().await
}

#[tokio::test]
async fn an_update_that_panics_three_times_is_parked_its_person_told_once_and_others_served() {
    let stage = stage().await;
    stage.user(7).says("hello");
    for times in 1..=3 {
        let bot = panicking(&stage, "route-");
        dies(bot).await;
        let updates = "SELECT count(*) FROM updates WHERE state = 'new'";
        assert_eq!(rows::count(&stage.store(), updates).await, 1, "{times}");
    }
    let mut bot = Bot::start(&stage);
    bot.logs("parked").await;
    stage.user(7).sees("has stopped me three times").await;
    stage.user(8).says("and me?");
    stage.user(8).sees("the answer").await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);

    let list = parked(&stage, &[]).await;
    assert!(
        list.contains("3 panics") && !list.contains("hello"),
        "{list}"
    );
    let reference = list.split(':').next().expect("a line").to_owned();
    let said = parked(&stage, &["--retry", &reference]).await;
    assert!(said.contains("tried again"), "{said}");
    stage.user(7).sees("the answer").await;
    rows::settled(&stage.store()).await;
    assert_eq!(parked(&stage, &[]).await, "nothing is parked\n");
    assert_eq!(stage.user(7).shown("stopped me three times"), 1);
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn a_turn_that_panics_three_times_is_parked_and_tried_again_without_a_second_prompt() {
    let stage = stage().await;
    stage.user(7).says("hello");
    for _ in 1..=3 {
        dies(panicking(&stage, "run-")).await;
    }
    let bot = Bot::start(&stage);
    stage.user(7).sees("question to k8s has stopped me").await;
    rows::settled(&stage.store()).await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["told_failed"]);
    assert_eq!(
        parked(&stage, &["--retry", "t1"]).await,
        "T1 is tried again as soon as the bot runs\n"
    );
    // It was committed as submitting: nobody knows whether the agent has it, so it is not asked.
    stage.user(7).sees("cannot tell whether").await;
    rows::settled(&stage.store()).await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["unknown_told"]);
    assert_eq!(stage.agent("k8s").prompts().len(), 0);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn a_process_that_is_killed_again_and_again_parks_nothing() {
    let stage = stage().await;
    stage.user(7).says("hello");
    for _ in 1..=5 {
        let bot = Bot::start_as(&stage, &stage.config_file(), |command| {
            command.env("SWITCHBOARD_CRASH", "run-");
        });
        let (code, _) = bot.ends().await;
        assert_eq!(code, None);
    }
    let bot = Bot::start(&stage);
    stage.user(7).sees("cannot tell whether").await;
    assert_eq!(parked(&stage, &[]).await, "nothing is parked\n");
    rows::settled(&stage.store()).await;
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}
