//! Deaths that nobody has written down: how many in a row, and what was alone in work at them.

use sqlx::sqlite::SqlitePool;
use sqlx::{Row, query};

use super::apply::any;
use super::write::{Writing, write};
use super::{Change, StoreError};
use crate::ids::{BotId, Timestamp};
use crate::rules::suspects::Deaths;

/// A process begins, ends, or has lived for a while; something is let in alone, or is cleared.
pub(super) fn change(
    c: &Writing,
    bot: BotId,
    change: &Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    match change {
        Change::BeginProcess { explained } => begin(c, bot, *explained, now),
        Change::LiveOn => {
            clear(c, bot)?;
            any(
                c,
                write("UPDATE deaths SET in_a_row = 0 WHERE bot = ?").bind(bot.0),
            )
        }
        Change::EndProcess => {
            clear(c, bot)?;
            let sql = write("UPDATE deaths SET in_a_row = 0, running = 0 WHERE bot = ?");
            any(c, sql.bind(bot.0))
        }
        Change::Try(work) => {
            let (kind, id) = work.parts();
            let sql = write(
                "INSERT INTO suspects (bot, kind, id, deaths, alone_at) VALUES (?, ?, ?, 0, ?)
                 ON CONFLICT DO UPDATE SET alone_at = excluded.alone_at",
            );
            any(c, sql.bind(bot.0).bind(kind).bind(id).bind(now.0))
        }
        Change::Acquit(work) => {
            let (kind, id) = work.parts();
            let sql = write("DELETE FROM suspects WHERE bot = ? AND kind = ? AND id = ?");
            any(c, sql.bind(bot.0).bind(kind).bind(id))
        }
        _ => Err(StoreError::unavailable("not a change of what has died")),
    }
}

/// The process before has died if it never said that it ended; a death with a record of its panic
/// is explained, and no part of a row.
fn begin(c: &Writing, bot: BotId, explained: bool, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE suspects SET alone_at = NULL, deaths = deaths + ?2
         WHERE bot = ?1 AND alone_at IS NOT NULL",
    );
    any(c, sql.bind(bot.0).bind(i64::from(!explained)))?;
    let sql = write(
        "INSERT INTO deaths (bot, running, in_a_row, began_at) VALUES (?1, 1, 0, ?2)
         ON CONFLICT DO UPDATE SET running = 1, began_at = ?2,
             in_a_row = CASE WHEN running = 1 AND ?3 = 0 THEN in_a_row + 1 ELSE 0 END",
    );
    any(c, sql.bind(bot.0).bind(now.0).bind(i64::from(explained)))
}

fn clear(c: &Writing, bot: BotId) -> Result<(), StoreError> {
    any(c, write("DELETE FROM suspects WHERE bot = ?").bind(bot.0))
}

pub(super) async fn deaths(pool: &SqlitePool, bot: BotId) -> Result<Deaths, StoreError> {
    let row = query("SELECT in_a_row FROM deaths WHERE bot = ?").bind(bot.0);
    let row = row.fetch_optional(pool).await?;
    let in_a_row = row.map(|row| row.try_get("in_a_row")).transpose()?;
    let rows = query("SELECT kind, id, deaths FROM suspects WHERE bot = ? ORDER BY kind, id")
        .bind(bot.0)
        .fetch_all(pool)
        .await?;
    let alone = rows
        .iter()
        .map(|row| Ok((super::parked::work(row)?, row.try_get("deaths")?)));
    Ok(Deaths {
        in_a_row: in_a_row.unwrap_or_default(),
        alone: alone.collect::<Result<_, StoreError>>()?,
    })
}
