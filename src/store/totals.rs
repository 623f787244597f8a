//! The sums over updates, turns and posts.

use sqlx::sqlite::SqlitePool;
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
        "SELECT 'update' AS what, state, count(*) AS count, NULL AS oldest FROM updates
             WHERE bot = ?1 GROUP BY state
         UNION ALL SELECT 'turn', state, count(*), NULL FROM turns WHERE bot = ?1 GROUP BY state
         UNION ALL SELECT 'post', '', count(*), min(posted_at) FROM outbox
             WHERE bot = ?1 AND state IN ('pending', 'sending')
         UNION ALL SELECT 'pause', '', count(*), NULL FROM pauses
             WHERE bot = ?1 AND state IN ('open', 'deciding', 'unknown')
         ORDER BY what, state",
    )
    .bind(bot.0)
    .fetch_all(pool)
    .await?;
    let mut totals = Totals::default();
    for row in rows {
        let what: String = row.try_get("what")?;
        let count: i64 = row.try_get("count")?;
        let count = u64::try_from(count).unwrap_or_default();
        match &*what {
            "update" => totals.updates.push((row.try_get("state")?, count)),
            "turn" => totals.turns.push((row.try_get("state")?, count)),
            "pause" => totals.pauses = count,
            _ => {
                let oldest: Option<i64> = row.try_get("oldest")?;
                totals.posts = (count, oldest.map(|at| now.since(Timestamp(at))));
            }
        }
    }
    Ok(totals)
}
