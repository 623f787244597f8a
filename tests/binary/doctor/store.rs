//! Faults of the store.

use std::path::Path;

use super::{Case, With, bad, doctor, finds, healthy, same};
use crate::process::Bot;
use crate::support::{Stage, rows};

/// A store as a bot leaves it.
async fn store_of_a_bot(stage: &Stage) {
    let mut bot = Bot::start(stage);
    bot.logs("telegram knows us").await;
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
}

async fn is_found_in_the_store(break_it: impl AsyncFn(&Path), said: (&str, &str), word: &str) {
    let stage = healthy().build().await;
    stage.telegram.open_chat(1);
    stage.telegram.open_chat(7);
    store_of_a_bot(&stage).await;
    let (checks, _) = doctor(&stage, &With::default()).await;
    assert_eq!(bad(&checks), [], "{checks:#?}");
    break_it(&stage.store()).await;
    let (checks, code) = doctor(&stage, &With::default()).await;
    assert_eq!(bad(&checks), [said], "{word}: {checks:#?}");
    assert_eq!(code, Some(1));
    let found = checks.iter().find(|check| check["check"] == said.0);
    let found = found.map(ToString::to_string).unwrap_or_default();
    assert!(found.contains(word), "{found}");
    stage.abandons().await;
}

#[tokio::test]
async fn each_fault_of_the_store_is_found_alone() {
    let newer = async |store: &Path| {
        let sql = "INSERT INTO _sqlx_migrations
                   (version, description, installed_on, success, checksum, execution_time)
                   VALUES (9999, 'later', CURRENT_TIMESTAMP, 1, x'00', 0)";
        rows::change(store, sql).await;
    };
    is_found_in_the_store(newer, ("store", "wrong"), "newer").await;
    let no_store = async |store: &Path| {
        std::fs::write(
            store,
            "no database, but long enough to be taken for one, as it were",
        )
        .expect("it can be written");
    };
    is_found_in_the_store(no_store, ("store", "wrong"), "damaged").await;
    let broken = async |store: &Path| {
        let mut bytes = std::fs::read(store).expect("it is there");
        let half = bytes.len() / 2;
        // Pages of tables, not the first one: it opens, and its schema reads.
        bytes[half..].fill(0xAA);
        std::fs::write(store, bytes).expect("it can be written");
    };
    is_found_in_the_store(broken, ("store", "wrong"), "damaged").await;
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_found_alone() {
    finds(&[Case {
        name: "no directory",
        plan: same,
        act: |stage, with| {
            let store = stage.store().join("missing").join("store.db");
            let url = format!("sqlite://{}", store.display());
            with.env("SWITCHBOARD__STORE__URL", &url);
        },
        said: ("disk", "wrong"),
    }])
    .await;
}
