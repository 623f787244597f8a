//! A store that does not work: nothing is acknowledged, nothing is asked, nothing is lost, and
//! no restart is needed once it works again.

use std::path::Path;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use switchboard_emulators::agent::replies;

use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

/// Another program's hold of the file, until it is dropped.
pub async fn locked(store: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(store);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("the store can be opened");
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut connection)
        .await
        .expect("nobody else holds it");
    connection
}

#[tokio::test]
async fn while_the_store_is_locked_nothing_is_acknowledged_and_afterwards_all_is_answered_once() {
    let stage = Stage::with(|_| replies("the answer")).await;
    stage.user(7).says("before");
    stage.user(7).sees("the answer").await;
    stage.settled().await;
    let lock = locked(&stage.store()).await;

    stage.user(7).says("hello");
    stage.logs("database is locked").await;
    let log = stage.logged();
    assert!(log.contains("end the program that holds the file"), "{log}");
    stage
        .telegram
        .wait_for("the message to come again", PATIENCE, |world| {
            (world.pending_updates() == 1).then_some(())
        })
        .await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);

    lock.close().await.expect("the lock can be let go of");
    stage.user(7).sees_times("the answer", 2).await;
    stage.settled().await;
    assert!(stage.logged().contains("the store works again"));
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_store_that_is_locked_at_the_start_is_waited_for() {
    let mut stage = Stage::plan()
        .agent("k8s", |_| replies("the answer"))
        .start()
        .await;
    stage.telegram.polled().await;
    stage.stop_bot().await.expect("it stops");
    let lock = locked(&stage.store()).await;
    stage.start_bot();
    stage.logs("the store cannot be opened, trying again").await;
    lock.close().await.expect("the lock can be let go of");
    stage.user(7).says("hello");
    stage.user(7).sees("the answer").await;
    stage.ends().await;
}

#[tokio::test]
async fn what_is_over_is_forgotten_while_the_bot_runs() {
    let toml = format!("{UNLIMITED}\n");
    let mut stage = Stage::plan()
        .sections(&toml)
        .store_settings("tidy_every = \"100ms\"")
        .agent("k8s", |_| replies("the answer"))
        .start()
        .await;
    stage.user(7).says("hello");
    stage.user(7).sees("the answer").await;
    stage.settled().await;
    stage.stop_bot().await.expect("it stops");
    let options = SqliteConnectOptions::new().filename(stage.store());
    let mut file = SqliteConnection::connect_with(&options)
        .await
        .expect("the store can be opened");
    for sql in [
        "UPDATE updates SET ended_at = 1",
        "UPDATE turns SET ended_at = 1",
        "UPDATE outbox SET ended_at = 1",
    ] {
        let done = sqlx::query(sql).execute(&mut file).await;
        assert_eq!(done.expect("it is right").rows_affected(), 1, "{sql}");
    }
    file.close().await.expect("it closes");
    stage.start_bot();
    let left = "SELECT (SELECT count(*) FROM updates) + (SELECT count(*) FROM turns)
                     + (SELECT count(*) FROM outbox)";
    rows::becomes(&stage.store(), left, 0).await;
    stage.user(7).says("and again");
    stage.user(7).sees_times("the answer", 2).await;
    stage.ends().await;
}
