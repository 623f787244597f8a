//! What is known of chats and of the messages in them, read back.

use sqlx::sqlite::SqlitePool;
use sqlx::{Row, query, query_scalar};

use super::StoreError;
use crate::ids::{AgentName, BotId, ChatId, MessageId};

/// The agent whose turn a message of ours speaks of.
pub(super) async fn agent_of(
    pool: &SqlitePool,
    bot: BotId,
    chat: ChatId,
    message: MessageId,
) -> Result<Option<AgentName>, StoreError> {
    let agent: Option<String> = query_scalar(
        "SELECT c.agent FROM outbox o
         JOIN turns t ON t.id = o.turn JOIN conversations c ON c.id = t.conversation
         WHERE o.bot = ? AND o.chat = ? AND o.message_id = ? ORDER BY o.id DESC LIMIT 1",
    )
    .bind(bot.0)
    .bind(chat.0)
    .bind(message.0)
    .fetch_optional(pool)
    .await?;
    Ok(agent.map(AgentName::from))
}

/// Groups that have become supergroups: the old id, the new one.
pub(super) async fn moves(
    pool: &SqlitePool,
    bot: BotId,
) -> Result<Vec<(ChatId, ChatId)>, StoreError> {
    let rows = query("SELECT old_chat, new_chat FROM moved_chats WHERE bot = ?")
        .bind(bot.0)
        .fetch_all(pool)
        .await?;
    let moved = rows.iter().map(|row| {
        let (old, new) = (row.try_get(0)?, row.try_get(1)?);
        Ok((ChatId(old), ChatId(new)))
    });
    moved.collect()
}
