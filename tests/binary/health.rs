//! The health file, and the command that looks at it.

use std::path::Path;
use std::time::{Duration, SystemTime};

use switchboard_emulators::agent::replies;

use crate::process::{Bot, switchboard};
use crate::support::{PATIENCE, Stage, UNLIMITED};

/// How `switchboard health` ends.
async fn looks(file: &Path) -> (Option<i32>, String) {
    let mut command = switchboard(&["health", "--file"]);
    let done = command.arg(file).output().await.expect("it starts");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    (done.status.code(), said)
}

/// Waits until it looks alive.
async fn lives(file: &Path) {
    let until = tokio::time::Instant::now() + PATIENCE;
    while looks(file).await.0 != Some(0) {
        assert!(tokio::time::Instant::now() < until, "it does not live");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// As if it had been written a minute ago.
fn turn_back(file: &Path) {
    let written = std::fs::File::options().write(true).open(file);
    let old = SystemTime::now() - Duration::from_mins(1);
    let turned = written.and_then(|file| file.set_modified(old));
    turned.expect("its time can be set");
}

#[tokio::test]
async fn a_bot_that_lives_keeps_its_health_file_young() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("health");
    let sections = format!("{UNLIMITED}\n[ops]\nhealth_file = \"{}\"\n", file.display());
    let stage = Stage::plan()
        .sections(&sections)
        .agent("k8s", |_| replies("pods"))
        .build()
        .await;
    let (code, said) = looks(&file).await;
    assert_eq!(code, Some(1), "{said}");

    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    lives(&file).await;
    // It is not only written at the start.
    turn_back(&file);
    lives(&file).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    turn_back(&file);
    let (code, said) = looks(&file).await;
    let why = said.contains("written 60 s ago, at most 30 s are good");
    assert!(code == Some(1) && why, "{code:?} {said}");
    stage.ends().await;
}
