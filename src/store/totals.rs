//! The sums over updates, turns and posts. Of what is over they are kept; what is open is counted.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row, query};

use super::StoreError;
use crate::ids::{BotId, Timestamp};
use crate::rules::status::Totals;

/// The sums at one moment: read in one statement, so that they agree with each other.
pub(super) async fn totals(
    pool: &SqlitePool,
    bot: BotId,
    now: Timestamp,
) -> Result<Totals, StoreError> {
    let rows = query(
        "SELECT kind, state, stands AS count, ended, NULL AS oldest FROM sums WHERE bot = ?1
         UNION ALL SELECT 'update', 'new', count(*), 0, NULL FROM updates INDEXED BY updates_new
             WHERE bot = ?1 AND state = 'new'
         UNION ALL SELECT 'turn', state, count(*), 0, NULL FROM turns INDEXED BY turns_open
             WHERE bot = ?1 AND ended_at IS NULL GROUP BY state
         UNION ALL SELECT 'post', '', count(*), 0, min(posted_at) FROM outbox
             WHERE bot = ?1 AND state IN ('pending', 'sending')
         UNION ALL SELECT 'pause', '', count(*), 0, NULL FROM pauses INDEXED BY pauses_waiting
             WHERE bot = ?1 AND state IN ('open', 'deciding', 'unknown')
         ORDER BY kind, state",
    )
    .bind(bot.0)
    .fetch_all(pool)
    .await?;
    let mut totals = Totals::default();
    for row in &rows {
        let kind: String = row.try_get("kind")?;
        let count = number(row, "count")?;
        let ended = number(row, "ended")?;
        match &*kind {
            "update" => {
                let state: String = row.try_get("state")?;
                note(&mut totals.updates, &state, count);
                note(&mut totals.updates_ended, &state, ended);
            }
            "turn" => {
                let state: String = row.try_get("state")?;
                note(&mut totals.turns, &state, count);
                note(&mut totals.turns_ended, &state, ended);
            }
            "pause" => totals.pauses = count,
            _ => {
                let oldest: Option<i64> = row.try_get("oldest")?;
                totals.posts = (count, oldest.map(|at| now.since(Timestamp(at))));
            }
        }
    }
    Ok(totals)
}

fn number(row: &SqliteRow, column: &str) -> Result<u64, StoreError> {
    let count: i64 = row.try_get(column)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// What there is none of is left out.
fn note(counts: &mut Vec<(String, u64)>, state: &str, count: u64) {
    if count > 0 {
        counts.push((state.to_owned(), count));
    }
}
