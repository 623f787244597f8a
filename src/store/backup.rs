//! A copy of the store while it is in use. The copy is marked: what waited in it may have been
//! done since, so a process that begins on it asks before it does anything a second time.

use std::path::{Path, PathBuf};

use sqlx::query;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};

use super::StoreError;
use super::write::{Writing, write};
use crate::ids::{BotId, Timestamp};

/// Writes a copy of the store at `from` as it is at one moment. Takes no lock that the owner
/// needs, and shows nothing at `to` before it is whole.
///
/// # Errors
/// When there is a file at `to`, or the store cannot be read, or the copy not be written.
pub async fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    let part = part(to);
    for path in [to, &part] {
        if path.exists() {
            let path = path.display();
            return Err(StoreError::unavailable(format!("{path} is there already")));
        }
    }
    let done = copy(from, &part).await;
    let done = done.and_then(|()| publish(&part, to).map_err(StoreError::unavailable));
    if done.is_err() {
        // Half a copy helps nobody; it may not be there at all.
        let _ = std::fs::remove_file(&part);
    }
    done
}

async fn copy(from: &Path, part: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(from)
        .create_if_missing(false)
        .busy_timeout(super::sqlite::BUSY);
    let mut store = SqliteConnection::connect_with(&options).await?;
    let name = part.to_str();
    let name = name.ok_or_else(|| StoreError::unavailable("the path is not UTF-8"))?;
    query("VACUUM INTO ?")
        .bind(name)
        .execute(&mut store)
        .await?;
    store.close().await?;
    let mut copy = SqliteConnection::connect_with(&options.filename(part)).await?;
    query("UPDATE owner SET copied_at = ?")
        .bind(Timestamp::now().0)
        .execute(&mut copy)
        .await?;
    copy.close().await?;
    Ok(())
}

fn publish(part: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::File::open(part)?.sync_all()?;
    // Unlike a rename, it does not replace what somebody has put there meanwhile.
    std::fs::hard_link(part, to)?;
    std::fs::remove_file(part)
}

fn part(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// When this store was copied, if nobody has begun on the copy yet.
pub(super) async fn copied_at(
    pool: &sqlx::sqlite::SqlitePool,
) -> Result<Option<Timestamp>, StoreError> {
    let row = query("SELECT copied_at FROM owner").fetch_one(pool).await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(Timestamp))
}

/// What waited to be sent is dropped: whoever made the copy has sent it since. From now on this is
/// a store like any other.
pub(super) fn restored(c: &Writing, bot: BotId, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE outbox SET state = 'dropped', body = NULL, ended_at = ?
         WHERE bot = ? AND state IN ('pending', 'sending')",
    );
    sql.bind(now.0).bind(bot.0).run(c)?;
    write("UPDATE owner SET copied_at = NULL").run(c)?;
    Ok(())
}
