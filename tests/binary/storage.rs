//! Files and disks that the store cannot use, as the operator meets them.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use switchboard_emulators::agent::replies;
use tokio::process::Command;

use crate::process::Bot;
use crate::support::{Stage, rows};

/// Nobody: on a machine where everything runs as root, permissions bind only others.
const NOBODY: u32 = 65_534;

async fn stage() -> Stage {
    let build = Stage::plan().agent("k8s", |_| replies("the answer"));
    build.build().await
}

/// A store as a bot that was stopped has left it.
async fn left(stage: &Stage) {
    let bot = Bot::start(stage);
    stage.user(7).says("before");
    stage.user(7).sees("the answer").await;
    rows::settled(&stage.store()).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
}

/// Starts a bot that has to end by itself, and answers its log.
async fn refuses(bot: Bot) -> String {
    let (code, log) = bot.ends().await;
    assert_eq!(code, Some(1), "{log:#?}");
    log.join("\n")
}

#[tokio::test]
async fn a_read_only_store_is_refused_with_what_to_do() {
    let stage = stage().await;
    left(&stage).await;
    let dir = stage
        .store()
        .parent()
        .expect("it is in a directory")
        .to_owned();
    let config = stage.config_file();
    let modes = [(stage.store(), 0o444), (dir.clone(), 0o555)];
    for (path, mode) in &modes {
        let mode = std::fs::Permissions::from_mode(*mode);
        std::fs::set_permissions(path, mode).expect("it is ours");
    }
    // The lock's file is there from before, and may be opened.
    let lock = dir.join("store.db.lock");
    std::fs::set_permissions(lock, std::fs::Permissions::from_mode(0o666)).expect("it is ours");
    let root = std::fs::metadata("/proc/self").expect("it is there").uid() == 0;
    let bot = Bot::start_as(&stage, &config, |command| {
        if root {
            command.uid(NOBODY);
        }
    });
    let log = refuses(bot).await;
    assert!(log.contains("read-only: mind its owner"), "{log}");
    stage.abandons().await;
}

#[tokio::test]
async fn a_damaged_store_is_refused_with_what_to_do_and_not_touched() {
    let stage = stage().await;
    let letter = "Dear diary, ".repeat(1_000);
    std::fs::write(stage.store(), &letter).expect("it can be written");
    let log = refuses(Bot::start(&stage)).await;
    assert!(
        log.contains("restore a backup, see docs/operate.md"),
        "{log}"
    );
    let kept = std::fs::read_to_string(stage.store()).expect("it is there");
    assert_eq!(kept, letter);
    stage.abandons().await;
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_with_what_to_do() {
    let stage = stage().await;
    left(&stage).await;
    let options = SqliteConnectOptions::new().filename(stage.store());
    let mut file = SqliteConnection::connect_with(&options)
        .await
        .expect("it can be opened");
    let newer = "INSERT INTO _sqlx_migrations
                     (version, description, success, checksum, execution_time)
                 VALUES (9999, 'from the future', 1, x'00', 0)";
    let done = sqlx::query(newer).execute(&mut file).await;
    done.expect("it can be written");
    file.close().await.expect("it closes");
    let log = refuses(Bot::start(&stage)).await;
    assert!(
        log.contains("newer version of switchboard; use that version"),
        "{log}"
    );
    stage.abandons().await;
}

/// No file may grow any more, as on a disk that is full; then it may again. `prlimit` is
/// util-linux's.
#[tokio::test]
async fn a_disk_that_takes_nothing_is_survived_without_a_restart() {
    let stage = stage().await;
    left(&stage).await;
    let config = stage.config_file();
    // A limit that is met kills, unless the signal is ignored: so it is an error like ENOSPC.
    let mut bot = Bot::start_by(
        &stage,
        &config,
        &["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"],
    );
    bot.logs("telegram knows us").await;
    stage.telegram.polled().await;
    limit(&bot, "1").await;

    let before = stage.agent("k8s").prompts().len();
    stage.user(7).says("hello");
    bot.logs("the store does not work").await;
    let line = bot.seen.last().expect("it was read");
    assert!(
        line.contains("look at the volume") || line.contains("make room"),
        "{line}"
    );
    assert_eq!(stage.agent("k8s").prompts().len(), before);

    limit(&bot, "unlimited").await;
    bot.logs("the store works again").await;
    stage.user(7).sees_times("the answer", 2).await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), before + 1);
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage.ends().await;
}

async fn limit(bot: &Bot, bytes: &str) {
    let pid = bot.pid().to_string();
    let limit = format!("--fsize={bytes}:unlimited");
    let done = Command::new("prlimit")
        .args(["--pid", &pid, &limit])
        .status();
    assert!(done.await.is_ok_and(|done| done.success()));
}
