//! What the store holds, read beside the running bot.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};
use switchboard::ids::TurnId;

async fn connect(store: &Path) -> Option<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(store).read_only(true);
    SqliteConnection::connect_with(&options).await.ok()
}

/// Everything that has not come to its end, in words.
pub async fn open(store: &Path) -> Vec<String> {
    let Some(mut connection) = connect(store).await else {
        return vec!["no store".to_owned()];
    };
    let rows = sqlx::query(
        "SELECT 'update ' || update_id FROM updates WHERE state = 'new'
         UNION ALL SELECT 'turn ' || id || ' ' || state FROM turns
             WHERE state IN ('queued', 'submitting', 'working', 'detached')
         UNION ALL SELECT 'post ' || id || ' ' || kind || ' ' || state FROM outbox
             WHERE state IN ('pending', 'sending')
         UNION ALL SELECT 'file of post ' || post FROM outbox_files",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap_or_default();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Waits until nothing is open. Reading is the only way to know, so it reads again.
pub async fn settled(store: &Path) {
    let until = tokio::time::Instant::now() + super::PATIENCE;
    loop {
        let left = open(store).await;
        if left.is_empty() {
            return;
        }
        assert!(tokio::time::Instant::now() < until, "still open: {left:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One number.
pub async fn count(store: &Path, sql: &'static str) -> i64 {
    let mut connection = connect(store).await.expect("the store can be read");
    let row = sqlx::query(sql).fetch_one(&mut connection).await;
    row.expect("the statement is right").get(0)
}

/// The states of all turns, oldest first.
pub async fn turn_states(store: &Path) -> Vec<String> {
    let mut connection = connect(store).await.expect("the store can be read");
    let rows = sqlx::query("SELECT state FROM turns ORDER BY id")
        .fetch_all(&mut connection)
        .await
        .expect("the statement is right");
    rows.iter().map(|row| row.get(0)).collect()
}

/// The last turn in a chat, and its state.
pub async fn last_turn(store: &Path, chat: i64) -> (TurnId, String) {
    let mut connection = connect(store).await.expect("the store can be read");
    let row = sqlx::query("SELECT id, state FROM turns WHERE chat = ? ORDER BY id DESC")
        .bind(chat)
        .fetch_one(&mut connection)
        .await;
    let row = row.expect("there is a turn");
    (TurnId(row.get(0)), row.get(1))
}

/// Waits until the turns stand like this.
pub async fn turns_become(store: &Path, expected: &[&str]) {
    let until = tokio::time::Instant::now() + super::PATIENCE;
    loop {
        let states = turn_states(store).await;
        if states == expected {
            return;
        }
        let now = tokio::time::Instant::now();
        assert!(now < until, "turns are {states:?}, not {expected:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until a count is reached.
pub async fn becomes(store: &Path, sql: &'static str, expected: i64) {
    let until = tokio::time::Instant::now() + super::PATIENCE;
    while count(store, sql).await != expected {
        assert!(
            tokio::time::Instant::now() < until,
            "never {expected}: {sql}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Changes rows, as a process could have left them. Not while a bot runs.
pub async fn change(store: &Path, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(store);
    let connection = SqliteConnection::connect_with(&options).await;
    let mut connection = connection.expect("the store can be opened");
    let done = sqlx::query(sql).execute(&mut connection).await;
    done.expect("the statement is right");
}

/// The first column of all rows.
pub async fn texts(store: &Path, sql: &'static str) -> Vec<String> {
    let texts = try_texts(store, sql).await;
    texts.expect("the store can be read, and the statement is right")
}

/// The same of a store that may not be there yet.
pub async fn try_texts(store: &Path, sql: &'static str) -> Option<Vec<String>> {
    let mut connection = connect(store).await?;
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.ok()?;
    Some(rows.iter().map(|row| row.get(0)).collect())
}
