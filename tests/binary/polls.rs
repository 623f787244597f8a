//! Long polls in real time.

use crate::process::Bot;
use crate::support::{Stage, rows};
use switchboard_emulators::agent::replies;

/// Two idle polls of 50 s: a client whose own timeout is shorter fails each of them.
#[tokio::test]
async fn two_idle_polls_of_50_seconds_pass_without_an_error_line() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("still here"))
        .build()
        .await;
    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    let polls = std::time::Duration::from_secs(110);
    stage
        .telegram
        .wait_for("a third poll", polls, |world| {
            (world.polls() >= 3).then_some(())
        })
        .await;
    stage.user(7).says("hello");
    stage.user(7).sees("still here").await;
    rows::settled(&stage.store()).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0));
    let loud: Vec<_> = log
        .iter()
        .filter(|line| line.contains("ERROR") || line.contains("WARN"))
        // That of the stage is short.
        .filter(|line| !line.contains("configuration warning"))
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
    stage.ends().await;
}
