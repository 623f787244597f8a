//! Conversations as people find them again: when they were used, their first words, and the way
//! back to one.

use sqlx::Row;
use sqlx::query;
use sqlx::sqlite::SqlitePool;

use super::apply::{any, one};
use super::write::{Writing, write};
use super::{StoreError, read};
use crate::ids::{BotId, ConversationId, Timestamp, TopicId, TurnId, UserId};
use crate::model::{Place, Recent, Turn};
use crate::rules::words;

/// What a conversation is found again by, if it begins with this turn.
pub(super) fn words_of(summary: &str) -> Option<String> {
    Some(words::question(summary)).filter(|words| !words.is_empty())
}

/// A turn begins: its conversation is used, and has its first words from it if it has none.
pub(super) fn begun(c: &Writing, turn: &Turn, now: Timestamp) -> Result<(), StoreError> {
    // The values on the right are those from before.
    let sql = write(
        "UPDATE conversations SET used_at = ?1, words = coalesce(words, ?2),
                words_at = iif(words IS NULL, ?1, words_at),
                words_of = iif(words IS NULL, ?3, words_of)
         WHERE id = ?4",
    );
    let sql = sql.bind(now.0).bind(words_of(turn.summary()));
    any(c, sql.bind(turn.id.0).bind(turn.conversation.0))
}

/// A turn is over: its conversation was used until now.
pub(super) fn ended(c: &Writing, turn: TurnId, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE conversations SET used_at = ?
         WHERE id = (SELECT conversation FROM turns WHERE id = ?)",
    );
    any(c, sql.bind(now.0).bind(turn.0))
}

/// A turn says something else: so do the first words, if they are its own.
pub(super) fn reworded(c: &Writing, turn: TurnId, text: &str) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE conversations SET words = ?1
         WHERE id = (SELECT conversation FROM turns WHERE id = ?2)
           AND words_of = ?2 AND words IS NOT NULL",
    );
    any(c, sql.bind(words_of(text)).bind(turn.0))
}

/// The slot points at this conversation of its own again.
pub(super) fn resume(c: &Writing, id: ConversationId, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE conversations AS c SET closed_at = NULL, used_at = ?1
         WHERE c.id = ?2 AND NOT EXISTS
             (SELECT 1 FROM turns t WHERE t.conversation = c.id AND t.ended_at IS NULL)
           AND NOT EXISTS
             (SELECT 1 FROM slots s JOIN turns t ON t.conversation = s.conversation
              WHERE s.bot = c.bot AND s.chat = c.chat AND s.topic = c.topic AND s.user = c.user
                AND s.agent = c.agent AND t.ended_at IS NULL)",
    );
    let busy = "a turn of the conversation is not over";
    one(c, sql.bind(now.0).bind(id.0), busy)?;
    let sql = write(
        "UPDATE conversations SET closed_at = ?1
         WHERE closed_at IS NULL AND id != ?2 AND id =
             (SELECT s.conversation FROM conversations c
              JOIN slots s ON s.bot = c.bot AND s.chat = c.chat AND s.topic = c.topic
                          AND s.user = c.user AND s.agent = c.agent
              WHERE c.id = ?2)",
    );
    any(c, sql.bind(now.0).bind(id.0))?;
    let sql = write(
        "INSERT INTO slots (bot, chat, topic, user, agent, conversation)
         SELECT bot, chat, topic, user, agent, id FROM conversations WHERE id = ?
         ON CONFLICT DO UPDATE SET conversation = excluded.conversation",
    );
    any(c, sql.bind(id.0))
}

/// Those of a person in a place in which something was asked, the last used first.
pub(super) async fn recent(
    pool: &SqlitePool,
    bot: BotId,
    (place, user): (Place, UserId),
    max: usize,
) -> Result<Vec<Recent>, StoreError> {
    let rows = query(
        "SELECT c.*, EXISTS
                (SELECT 1 FROM turns t WHERE t.conversation = c.id AND t.ended_at IS NULL) AS busy
         FROM conversations c
         WHERE c.bot = ?1 AND c.chat = ?2 AND c.topic = ?3 AND c.user IN (?4, ?5)
           AND c.used_at IS NOT NULL
         ORDER BY c.used_at DESC, c.id DESC LIMIT ?6",
    )
    .bind(bot.0)
    .bind(place.chat.0)
    .bind(place.topic.0)
    .bind(user.0)
    .bind(UserId::SHARED.0)
    .bind(i64::try_from(max).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    let recent = rows.iter().map(|row| {
        let id = ConversationId(row.try_get("id")?);
        let user = UserId(row.try_get("user")?);
        let topic = TopicId(row.try_get("topic")?);
        let place = Place { topic, ..place };
        Ok(Recent {
            conversation: read::conversation_row(row, id, place, user)?,
            words: row.try_get("words")?,
            used_at: Timestamp(row.try_get("used_at")?),
            busy: row.try_get("busy")?,
        })
    });
    recent.collect()
}
