//! The lists of commands that Telegram was given.

use sqlx::sqlite::SqlitePool;
use sqlx::{Row, query};

use super::StoreError;
use super::write::{Writing, write};
use crate::ids::{BotId, ChatId, Timestamp, UserId};
use crate::model::MenuScope;

/// The columns of a scope: no chat for everybody, no user for a whole chat.
fn columns(scope: MenuScope) -> (i64, i64) {
    match scope {
        MenuScope::Everybody => (0, 0),
        MenuScope::Chat(chat) => (chat.0, 0),
        MenuScope::Member(chat, user) => (chat.0, user.0),
    }
}

fn scope(chat: i64, user: i64) -> MenuScope {
    match (chat, user) {
        (0, _) => MenuScope::Everybody,
        (chat, 0) => MenuScope::Chat(ChatId(chat)),
        (chat, user) => MenuScope::Member(ChatId(chat), UserId(user)),
    }
}

/// All of them, the oldest first.
pub(super) async fn all(
    pool: &SqlitePool,
    bot: BotId,
) -> Result<Vec<(MenuScope, String)>, StoreError> {
    let sql = "SELECT chat, user, digest FROM menus WHERE bot = ? ORDER BY set_at";
    let rows = query(sql).bind(bot.0).fetch_all(pool).await?;
    let menus = rows.iter().map(|row| {
        let scope = scope(row.try_get(0)?, row.try_get(1)?);
        Ok((scope, row.try_get(2)?))
    });
    menus.collect()
}

/// Telegram has this list now, or none. The oldest beyond `rows_max` are forgotten.
pub(super) fn keep(
    c: &Writing,
    bot: BotId,
    (menu, digest): (MenuScope, Option<&str>),
    rows_max: usize,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (chat, user) = columns(menu);
    let Some(digest) = digest else {
        let sql = write("DELETE FROM menus WHERE bot = ? AND chat = ? AND user = ?");
        sql.bind(bot.0).bind(chat).bind(user).run(c)?;
        return Ok(());
    };
    let sql = write(
        "INSERT INTO menus (bot, chat, user, digest, set_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET digest = excluded.digest, set_at = excluded.set_at",
    );
    let sql = sql.bind(bot.0).bind(chat).bind(user).bind(digest);
    sql.bind(now.0).run(c)?;
    let sql = write(
        "DELETE FROM menus WHERE bot = ?1 AND (chat, user) IN
             (SELECT chat, user FROM menus WHERE bot = ?1
              ORDER BY set_at DESC, chat, user LIMIT -1 OFFSET ?2)",
    );
    let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
    sql.bind(bot.0).bind(rows_max).run(c)?;
    Ok(())
}
