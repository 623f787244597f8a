//! What was set aside because it ended the process again and again, and how it comes back.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Connection, Row, query};

use super::apply::{any, one};
use super::write::{Writing, write};
use super::{Change, StoreError};
use crate::ids::{BotId, Timestamp};
use crate::poison::Work;

/// Panics that are too many: what has caused so many is parked.
const PANICS_MAX: i64 = 3;

/// Something that is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// What.
    pub work: Work,
    /// Why, in the program's words.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether another try was asked for.
    pub retry_asked: bool,
}

/// Parks something, counts towards it, or puts it back.
pub(super) fn change(
    c: &Writing,
    bot: BotId,
    change: &Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    match change {
        Change::NotePanic(record) => {
            let (kind, id) = record.work.parts();
            let sql = write(
                "INSERT INTO panics (bot, kind, id, at, line) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING",
            );
            let sql = sql.bind(bot.0).bind(kind).bind(id);
            any(c, sql.bind(record.at.0).bind(&record.line))
        }
        Change::Park { work, why } => {
            let (kind, id) = work.parts();
            let sql = write(
                "INSERT INTO parked (bot, kind, id, why, parked_at) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET why = excluded.why, parked_at = excluded.parked_at,
                     retry_asked_at = NULL",
            );
            any(c, sql.bind(bot.0).bind(kind).bind(id).bind(why).bind(now.0))?;
            let sql = write("DELETE FROM suspects WHERE bot = ? AND kind = ? AND id = ?");
            any(c, sql.bind(bot.0).bind(kind).bind(id))?;
            let sql = write("DELETE FROM panics WHERE bot = ? AND kind = ? AND id = ?");
            any(c, sql.bind(bot.0).bind(kind).bind(id))
        }
        Change::Retry(work) => retry(c, bot, *work),
        Change::RefuseRetry(work) => {
            let (kind, id) = work.parts();
            let sql = write(
                "UPDATE parked SET retry_asked_at = NULL WHERE bot = ? AND kind = ? AND id = ?",
            );
            any(c, sql.bind(bot.0).bind(kind).bind(id))
        }
        _ => Err(StoreError::unavailable("not a change of what is parked")),
    }
}

/// A turn goes on from where it stood: what an agent may have is not given to it again.
fn retry(c: &Writing, bot: BotId, work: Work) -> Result<(), StoreError> {
    let (kind, id) = work.parts();
    let sql = write("DELETE FROM parked WHERE bot = ? AND kind = ? AND id = ?");
    one(c, sql.bind(bot.0).bind(kind).bind(id), "it is not parked")?;
    let sql = match work {
        Work::Update(_) => write(
            "UPDATE updates SET state = 'new', reason = NULL, ended_at = NULL
             WHERE bot = ? AND update_id = ? AND state = 'parked' AND body IS NOT NULL",
        ),
        Work::Turn(_) => write(
            "UPDATE turns SET ended_at = NULL, state = CASE
                 WHEN task_id IS NOT NULL THEN 'working'
                 WHEN prompt_id IS NOT NULL THEN 'submitting'
                 ELSE 'queued' END
             WHERE bot = ? AND id = ? AND state = 'told_failed'
               AND (text != '' OR pieces IS NOT NULL OR task_id IS NOT NULL)",
        ),
    };
    one(
        c,
        sql.bind(bot.0).bind(id),
        "it was run again, or its text is gone",
    )
}

/// What has caused too many panics and is not over: what, how often, and the line of the last.
pub(super) async fn suspects(
    pool: &SqlitePool,
    bot: BotId,
) -> Result<Vec<(Work, i64, String)>, StoreError> {
    let rows = query(
        "SELECT kind, id, count(*) AS times, line, max(at) FROM panics
         WHERE bot = ? GROUP BY kind, id HAVING count(*) >= ?",
    )
    .bind(bot.0)
    .bind(PANICS_MAX)
    .fetch_all(pool)
    .await?;
    let suspect = |row: &SqliteRow| Ok((work(row)?, row.try_get("times")?, row.try_get("line")?));
    rows.iter().map(suspect).collect()
}

/// What somebody wants to be tried again.
pub(super) async fn retries(pool: &SqlitePool, bot: BotId) -> Result<Vec<Work>, StoreError> {
    let rows = query(
        "SELECT kind, id FROM parked INDEXED BY parked_retry
         WHERE bot = ? AND retry_asked_at IS NOT NULL LIMIT 100",
    )
    .bind(bot.0)
    .fetch_all(pool)
    .await?;
    rows.iter().map(work).collect()
}

pub(super) fn work(row: &SqliteRow) -> Result<Work, StoreError> {
    let (kind, id): (String, i64) = (row.try_get("kind")?, row.try_get("id")?);
    Work::of_parts(&kind, id).ok_or_else(|| StoreError::unavailable("unknown kind of work"))
}

/// What is parked in the store at `path`, the newest first; for an operator, beside the owner.
///
/// # Errors
/// When the store cannot be read.
pub async fn parked(path: &Path, bot: BotId) -> Result<Vec<Parked>, StoreError> {
    let mut c = beside(path).await?;
    let rows = query(
        "SELECT kind, id, why, parked_at, retry_asked_at FROM parked
         WHERE bot = ? ORDER BY parked_at DESC LIMIT 1000",
    )
    .bind(bot.0)
    .fetch_all(&mut c)
    .await?;
    c.close().await?;
    let parked = |row: &SqliteRow| {
        Ok(Parked {
            work: work(row)?,
            why: row.try_get("why")?,
            since: Timestamp(row.try_get("parked_at")?),
            retry_asked: row.try_get::<Option<i64>, _>("retry_asked_at")?.is_some(),
        })
    };
    rows.iter().map(parked).collect()
}

/// Asks the owner to try it again: the running process does so within a second or two, else the
/// next one. Answers whether it is parked.
///
/// # Errors
/// When the store cannot be written.
pub async fn ask_retry(path: &Path, bot: BotId, work: Work) -> Result<bool, StoreError> {
    let (kind, id) = work.parts();
    let mut c = beside(path).await?;
    let sql = query("UPDATE parked SET retry_asked_at = ? WHERE bot = ? AND kind = ? AND id = ?");
    let sql = sql.bind(Timestamp::now().0).bind(bot.0);
    let done = sql.bind(kind).bind(id).execute(&mut c).await?;
    c.close().await?;
    Ok(done.rows_affected() == 1)
}

/// A connection for somebody who does not own the store.
pub(super) async fn beside(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(super::sqlite::BUSY);
    Ok(SqliteConnection::connect_with(&options).await?)
}
