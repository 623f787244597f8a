//! Until when Telegram wants nothing of us, over processes.

use sqlx::sqlite::SqlitePool;
use sqlx::{Row, query};

use super::StoreError;
use super::write::{Writing, write};
use crate::ids::{BotId, ChatId, Timestamp};
use crate::rules::pace::Penalty;

/// The row of a penalty in every chat: no chat has this id.
const EVERYWHERE: i64 = 0;

/// Keeps it, and forgets those that are over.
pub(super) fn keep(
    c: &Writing,
    bot: BotId,
    penalty: Penalty,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = write("DELETE FROM penalties WHERE bot = ? AND until_at <= ?");
    sql.bind(bot.0).bind(now.0).run(c)?;
    let sql = write(
        "INSERT INTO penalties (bot, chat, until_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET until_at = max(until_at, excluded.until_at)",
    );
    let chat = penalty.chat.map_or(EVERYWHERE, |chat| chat.0);
    let sql = sql.bind(bot.0).bind(chat).bind(penalty.until.0);
    sql.run(c)?;
    Ok(())
}

/// All that are kept, that of every chat first; some of them may be over.
pub(super) async fn kept(pool: &SqlitePool, bot: BotId) -> Result<Vec<Penalty>, StoreError> {
    let sql = query("SELECT chat, until_at FROM penalties WHERE bot = ? ORDER BY chat != 0, chat");
    let rows = sql.bind(bot.0).fetch_all(pool).await?;
    let penalty = |row: &sqlx::sqlite::SqliteRow| {
        let chat: i64 = row.try_get("chat")?;
        Ok(Penalty {
            chat: Some(chat).filter(|chat| *chat != EVERYWHERE).map(ChatId),
            until: Timestamp(row.try_get("until_at")?),
        })
    };
    rows.iter().map(penalty).collect()
}
