//! How a store comes to be: in one commit, as sqlx would have made it, and whole or not at all.

use sqlx::AssertSqlSafe;

use super::super::opening::{self, MIGRATIONS};
use super::super::write::{self, Writing};
use super::*;

/// Every table, index and trigger, and the notes of what was done, but for when and how fast.
const MADE: &str = "SELECT concat_ws(' ', type, name, tbl_name, sql) FROM sqlite_schema
    UNION ALL SELECT concat_ws(' ', 'done', version, description, success, hex(checksum),
        typeof(installed_on), datetime(installed_on) IS NOT NULL, typeof(execution_time))
        FROM _sqlx_migrations
    ORDER BY 1";

async fn made(path: &Path) -> Vec<String> {
    let mut file = by_hand(path).await;
    query_scalar(MADE).fetch_all(&mut file).await.unwrap()
}

/// A file as far as sqlx makes it, up to one migration.
async fn by_sqlx(path: &Path, version: i64) {
    let options = SqliteConnectOptions::new().filename(path);
    let options = options.create_if_missing(true).foreign_keys(true);
    let mut file = SqliteConnection::connect_with(&options).await.unwrap();
    MIGRATIONS.run_to(version, &mut file).await.unwrap();
    file.close().await.unwrap();
}

/// Opens what is at `path`, and compares it to what sqlx makes.
async fn becomes_whole(path: &Path) {
    let store = open(path, "first").await.unwrap();
    store.commit(vec![audit("taken")]).await.unwrap();
    store.close().await;
    let dir = TempDir::new().unwrap();
    by_sqlx(&dir.path().join("sqlx.db"), i64::MAX).await;
    assert_eq!(made(path).await, made(&dir.path().join("sqlx.db")).await);
}

#[tokio::test]
async fn a_store_is_the_same_whether_sqlx_has_made_it_or_we_have() {
    assert!(
        MIGRATIONS.iter().all(|one| !one.no_tx),
        "all are one commit"
    );
    let dir = TempDir::new().unwrap();
    becomes_whole(&path(&dir)).await;
    // Nor does sqlx find anything to do, or to complain of.
    let before = made(&path(&dir)).await;
    by_sqlx(&path(&dir), i64::MAX).await;
    assert_eq!(made(&path(&dir)).await, before);
}

#[tokio::test]
async fn a_store_of_any_version_is_brought_up_to_date() {
    for version in MIGRATIONS.iter().map(|one| one.version) {
        let dir = TempDir::new().unwrap();
        by_sqlx(&path(&dir), version).await;
        becomes_whole(&path(&dir)).await;
    }
}

#[tokio::test]
async fn a_new_store_is_one_commit() {
    let dir = TempDir::new().unwrap();
    let store = open(&path(&dir), "first").await.unwrap();
    let log = std::fs::read(path(&dir).with_extension("db-wal")).unwrap();
    // SQLite's file format, 4.1: a header of 32 bytes, then frames: a page behind 24 bytes, of which
    // the second four are zero but in the last frame of a commit.
    let frames = log[32..].chunks_exact(24 + 4096);
    let commits = frames.filter(|frame| frame[4..8] != [0; 4]).count();
    assert_eq!(commits, 1);
    store.close().await;
}

/// What a process leaves that dies after this was done to its connection.
fn left_by(doing: impl FnOnce(&Writing)) -> TempDir {
    let (dir, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let connection = write::make(&path(&dir)).unwrap();
    doing(&connection);
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

#[tokio::test]
async fn what_a_death_leaves_of_a_store_in_the_making_becomes_a_whole_one() {
    let only_touched = left_by(|_| {});
    let nearly_done = left_by(|connection| {
        // Little memory: most of it is written out before its commit, which never comes.
        let sql = "PRAGMA cache_size = 1; BEGIN IMMEDIATE";
        connection.execute_batch(sql).unwrap();
        opening::update(connection).unwrap();
    });
    let log = path(&nearly_done).with_extension("db-wal");
    assert!(log.metadata().unwrap().len() > 100_000);
    let empty = TempDir::new().unwrap();
    std::fs::write(path(&empty), "").unwrap();
    for dir in [only_touched, nearly_done, empty] {
        becomes_whole(&path(&dir)).await;
    }
}

#[tokio::test]
async fn a_store_that_was_made_otherwise_is_refused_and_left_alone() {
    for (spoil, why) in [
        ("checksum = x'00'", "has been modified"),
        ("success = FALSE", "partially applied"),
    ] {
        let dir = TempDir::new().unwrap();
        by_sqlx(&path(&dir), 2).await;
        let spoil = format!("UPDATE _sqlx_migrations SET {spoil} WHERE version = 2");
        let mut file = by_hand(&path(&dir)).await;
        query(AssertSqlSafe(spoil))
            .execute(&mut file)
            .await
            .unwrap();
        file.close().await.unwrap();
        let before = made(&path(&dir)).await;
        let error = open(&path(&dir), "first").await.err().unwrap();
        assert!(error.to_string().contains(why), "{error}");
        assert!(!error.passes(), "{error}");
        assert_eq!(made(&path(&dir)).await, before);
    }
}
