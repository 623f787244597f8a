//! Faults of the store.

use std::path::Path;

use super::{Case, With, bad, doctor, faults, finds, healthy, same};
use crate::process::Bot;
use crate::support::{Stage, rows};

/// A store as a bot leaves it.
async fn store_of_a_bot(stage: &Stage) {
    let mut bot = Bot::start(stage);
    bot.logs("telegram knows us").await;
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
}

/// Each with a word of what is said.
pub(super) const IN_THE_FILE: [(&str, &str); 4] = [
    ("store_newer", "newer"),
    ("store_damaged", "file is not a database"),
    ("store_damaged", "malformed"),
    ("store_damaged", "Tree"),
];

async fn is_found_in_the_store(break_it: impl AsyncFn(&Path), (fault, word): (&str, &str)) {
    let said = ("store", "wrong");
    let stage = healthy().build().await;
    stage.telegram.open_chat(1);
    stage.telegram.open_chat(7);
    store_of_a_bot(&stage).await;
    let (checks, _) = doctor(&stage, &With::default()).await;
    assert_eq!(bad(&checks), [], "{checks:#?}");
    break_it(&stage.store()).await;
    let (checks, code) = doctor(&stage, &With::default()).await;
    assert_eq!(bad(&checks), [said], "{word}: {checks:#?}");
    assert_eq!(faults(&checks), [fault]);
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
    let [is_newer, is_none, is_broken, has_hole] = IN_THE_FILE;
    is_found_in_the_store(newer, is_newer).await;
    let no_store = async |store: &Path| {
        std::fs::write(
            store,
            "no database, but long enough to be taken for one, as it were",
        )
        .expect("it can be written");
    };
    is_found_in_the_store(no_store, is_none).await;
    let broken = async |store: &Path| {
        let mut bytes = std::fs::read(store).expect("it is there");
        let half = bytes.len() / 2;
        // Pages of tables, not the first one: it opens, and its schema reads.
        bytes[half..].fill(0xAA);
        std::fs::write(store, bytes).expect("it can be written");
    };
    is_found_in_the_store(broken, is_broken).await;
    let hole = async |store: &Path| {
        // A table that nothing is asked of on the way.
        let page = "SELECT CAST(rootpage AS TEXT) FROM sqlite_master WHERE name = 'penalties'";
        let page = rows::texts(store, page).await;
        let page: usize = page[0].parse().expect("a number");
        let mut bytes = std::fs::read(store).expect("it is there");
        let at = (page - 1) * 4096;
        bytes[at + 3..at + 600].fill(0xAA);
        std::fs::write(store, bytes).expect("it can be written");
    };
    is_found_in_the_store(hole, has_hole).await;
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "no directory",
        fault: "disk_read_only",
        plan: same,
        act: |stage, with| {
            let store = stage.store().join("missing").join("store.db");
            with.env("SWITCHBOARD__STORE__URL", &url(&store));
        },
        said: ("disk", "wrong"),
    },
    Case {
        name: "a directory where the file should be",
        fault: "store_unreadable",
        plan: same,
        act: |stage, _| std::fs::create_dir(stage.store()).expect("it can be made"),
        said: ("store", "wrong"),
    },
    Case {
        name: "less than 100 MB of room",
        fault: "disk_low",
        plan: same,
        act: |stage, with| on_a_volume(stage, with, "50m"),
        said: ("disk", "warning"),
    },
    Case {
        name: "less than 10 MB of room",
        fault: "disk_full",
        plan: same,
        act: |stage, with| on_a_volume(stage, with, "5m"),
        said: ("disk", "wrong"),
    },
];

fn url(store: &Path) -> String {
    format!("sqlite://{}", store.display())
}

/// The store is on a volume of its own.
fn on_a_volume(stage: &Stage, with: &mut With, size: &'static str) {
    let directory = stage.store().with_file_name("volume");
    std::fs::create_dir(&directory).expect("it can be made");
    let store = url(&directory.join("store.db"));
    with.env("SWITCHBOARD__STORE__URL", &store);
    with.volume = Some((directory, size));
}

#[tokio::test]
async fn each_fault_around_the_store_is_found_alone() {
    finds(CASES).await;
}
