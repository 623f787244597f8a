//! SIGHUP, as people expect of a daemon.

use std::os::unix::fs::symlink;

use switchboard_emulators::agent::replies;
use tokio::process::Command;

use crate::process::Bot;
use crate::support::Stage;

async fn hangs_up(bot: &Bot) {
    let pid = bot.pid().to_string();
    let told = Command::new("kill").args(["-HUP", &pid]).status().await;
    assert!(told.is_ok_and(|status| status.success()));
}

#[tokio::test]
async fn at_a_hangup_the_configuration_is_read_and_a_broken_one_changes_nothing() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("pods"))
        .build()
        .await;
    let file = stage.config_file();
    let good = std::fs::read_to_string(&file).expect("it was written");
    // Nothing changes where the link is, so only the signal tells.
    let aside = tempfile::tempdir().expect("a temp dir can be made");
    let link = aside.path().join("switchboard.toml");
    symlink(&file, &link).expect("a link can be made");
    let mut bot = Bot::start_as(&stage, &link, |_| {});
    bot.logs("telegram knows us").await;
    stage.telegram.polled().await;

    let more = good.replacen("allow = [", "allow = [5001,", 1);
    std::fs::write(&file, more).expect("it can be written");
    hangs_up(&bot).await;
    bot.logs("SIGHUP").await;
    bot.logs("the configuration was loaded").await;
    stage.user(5001).says("hello");
    stage.user(5001).sees("pods").await;

    std::fs::write(&file, "grase = \"1s\"").expect("it can be written");
    hangs_up(&bot).await;
    bot.logs("the configuration has mistakes and is not loaded problem=")
        .await;
    stage.user(5001).says("again");
    stage.user(5001).sees_times("pods", 2).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage.abandons().await;
}
