//! What a security reviewer reads, while the bot runs.

use serde_json::Value;

use switchboard_emulators::agent::replies;

use crate::process::{Bot, switchboard};
use crate::support::{Stage, rows};

/// `switchboard audit` with these arguments, and what it prints.
async fn audit(stage: &Stage, args: &[&str]) -> String {
    let mut command = switchboard(&["audit", "--config"]);
    let command = command.arg(stage.config_file()).args(args);
    let done = command.envs(stage.environment()).output().await;
    let done = done.expect("it runs");
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).expect("text")
}

#[tokio::test]
async fn it_tells_who_asked_and_who_was_refused_and_never_what_was_said() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("2 pods"))
        .build()
        .await;
    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    stage.user(7).says("a secret question");
    stage.user(7).sees("2 pods").await;
    stage.user(5_000).says("let me in");
    stage.user(5_000).sees("5000").await;
    rows::settled(&stage.store()).await;

    let lines = audit(&stage, &["--json"]).await;
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line["user"].as_i64(), line["event"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(7), Some("conversation")),
            (Some(7), Some("asked")),
            (Some(5_000), Some("refused"))
        ]
    );
    assert_eq!(lines[1]["agent"], "k8s");
    assert_eq!(lines[2]["rule"], "stranger");

    let text = audit(&stage, &["--user", "7", "--since", "1h"]).await;
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("  7  7  asked  k8s  T1  person"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}
