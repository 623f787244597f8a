//! A copy made while the bot runs, and what a bot makes of it that begins there.

use std::path::Path;

use switchboard_emulators::agent::{Gate, reply};

use crate::process::{Bot, switchboard};
use crate::support::{Stage, rows};

/// `switchboard backup`, and what it says.
async fn backup(stage: &Stage, to: &Path) -> (bool, String) {
    let mut command = switchboard(&["backup", "--config"]);
    let command = command.arg(stage.config_file()).arg(to);
    let done = command.envs(stage.environment()).output().await;
    let done = done.expect("it runs");
    let said = [done.stdout, done.stderr].concat();
    (
        done.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[tokio::test]
async fn what_waited_in_a_copy_is_not_asked_again_unless_a_person_says_so() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |asked| {
            let answer = format!("answer to {}", asked.text);
            reply().working("").held(&held).answers(&answer)
        })
        .build()
        .await;
    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    stage.user(7).says("one.");
    rows::turns_become(&stage.store(), &["working"]).await;
    stage.user(7).says("two.");
    rows::turns_become(&stage.store(), &["working", "queued"]).await;

    let copy = stage.store().with_extension("copy");
    let (done, said) = backup(&stage, &copy).await;
    assert!(done, "{said}");
    let kept = std::fs::read(&copy).expect("it is there");
    let (done, said) = backup(&stage, &copy).await;
    assert!(!done && said.contains("is there already"), "{said}");
    assert_eq!(std::fs::read(&copy).expect("it is there"), kept);
    // What a pod without a shell prints is such a copy, and nothing stays beside the store.
    let mut command = switchboard(&["backup", "--config"]);
    let command = command.arg(stage.config_file()).arg("-");
    let printed = command.envs(stage.environment()).output().await;
    let printed = printed.expect("it runs").stdout;
    let begins = printed.get(..15);
    assert_eq!(begins, Some(&b"SQLite format 3"[..]));
    assert_eq!(printed.len(), kept.len());
    let beside = copy.parent().expect("it is in a directory").read_dir();
    let names = beside.expect("it can be read").flatten();
    let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert!(!names.any(|name| name.contains(".copy-")));

    // The bot goes on: both are answered. Then its store is lost.
    gate.open();
    stage.user(7).sees("answer to two.").await;
    rows::settled(&stage.store()).await;
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    for rest in ["db", "db-wal", "db-shm"] {
        // Only the first is there after a clean stop.
        let _ = std::fs::remove_file(stage.store().with_extension(rest));
    }
    std::fs::rename(&copy, stage.store()).expect("it can be moved");

    let mut bot = Bot::start(&stage);
    bot.logs("begins on a copy").await;
    stage.user(7).sees("cannot tell whether").await;
    rows::settled(&stage.store()).await;
    assert_eq!(
        stage.agent("k8s").prompts().len(),
        2,
        "nothing was asked again"
    );
    let states = rows::turn_states(&stage.store()).await;
    assert_eq!(states, ["answered", "unknown_told"]);
    stage.user(7).taps("cannot tell whether", "Run again").await;
    stage.user(7).sees_times("answer to two.", 2).await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 3);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));

    let mut again = Bot::start(&stage);
    again.logs("telegram knows us").await;
    assert!(!again.seen.join("\n").contains("begins on a copy"));
    let (code, _) = again.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}
