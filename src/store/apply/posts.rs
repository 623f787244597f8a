//! The moves of a row of the outbox, each with the states that it may start from.

use super::{any, one};
use crate::ids::{BotId, OutboxId, Timestamp};
use crate::model::{File, Post};
use crate::store::write::{Writing, write};
use crate::store::{Change, StoreError};

/// Moves a row, or says that it stands elsewhere.
pub(super) fn move_post(
    c: &Writing,
    bot: BotId,
    change: &Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    const STALE: &str = "the post is not waiting";
    match change {
        Change::Post(post) => insert_post(c, bot, post, now),
        Change::Attach { post, file } => attach(c, bot, *post, file),
        Change::Sending(post) => {
            let sql = write(
                "UPDATE outbox SET state = 'sending', sends = sends + 1
                 WHERE id = ? AND state IN ('pending', 'sending')",
            );
            one(c, sql.bind(post.0), STALE)
        }
        Change::Unsent(post) => {
            let sql = write(
                "UPDATE outbox SET state = 'pending', sends = sends - 1
                 WHERE id = ? AND state = 'sending'",
            );
            one(c, sql.bind(post.0), STALE)
        }
        Change::Drop(post) => {
            let sql = write(
                "UPDATE outbox SET state = 'dropped', body = NULL, ended_at = ?
                 WHERE id = ? AND state = 'pending'",
            );
            any(c, sql.bind(now.0).bind(post.0))
        }
        Change::Sent { post, message } => end_post(
            c,
            *post,
            "sent",
            message.map(|message| message.0),
            None,
            now,
        ),
        Change::RefusedPost { post, reason } => {
            end_post(c, *post, "refused", None, Some(reason), now)
        }
        Change::UnknownPost(post) => end_post(c, *post, "unknown", None, None, now),
        _ => Err(StoreError::unavailable("not a change of a post")),
    }
}

fn insert_post(c: &Writing, bot: BotId, post: &Post, now: Timestamp) -> Result<(), StoreError> {
    let body = serde_json::to_string(&post.body).map_err(StoreError::unavailable)?;
    let sql = write(
        "INSERT INTO outbox (id, bot, chat, topic, seq, turn, kind, body, state, posted_at)
         VALUES (?1, ?2, ?3, ?4,
                 (SELECT coalesce(max(seq), 0) + 1 FROM outbox
                  WHERE bot = ?2 AND chat = ?3 AND state IN ('pending', 'sending')),
                 ?5, ?6, ?7, 'pending', ?8)",
    );
    let sql = sql.bind(post.id.0).bind(bot.0);
    let sql = sql.bind(post.place.chat.0).bind(post.place.topic.0);
    let sql = sql.bind(post.turn.map(|turn| turn.0));
    any(c, sql.bind(post.kind.name()).bind(body).bind(now.0))
}

fn attach(c: &Writing, bot: BotId, post: OutboxId, file: &File) -> Result<(), StoreError> {
    let sql = write(
        "INSERT INTO outbox_files (post, bot, name, media_type, bytes)
         SELECT id, bot, ?3, ?4, ?5 FROM outbox
         WHERE id = ?1 AND bot = ?2 AND state = 'pending'",
    );
    let sql = sql.bind(post.0).bind(bot.0);
    let sql = sql.bind(file.name.as_str()).bind(&file.media_type);
    let sql = sql.bind(&file.bytes[..]);
    one(c, sql, "the post of the file is not waiting")
}

fn end_post(
    c: &Writing,
    post: OutboxId,
    state: &'static str,
    message: Option<i64>,
    reason: Option<&String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE outbox SET state = ?, message_id = ?, reason = ?, body = NULL, ended_at = ?
         WHERE id = ? AND state = 'sending'",
    );
    let sql = sql.bind(state).bind(message).bind(reason).bind(now.0);
    one(c, sql.bind(post.0), "the post is not on its way")
}
