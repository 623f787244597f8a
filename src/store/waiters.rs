//! Who waits for an answer while the process stops.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row, query};

use super::read::unknown;
use super::{StoreError, codec};
use crate::ids::{AgentName, BotId, ChatId, MessageId, OutboxId, Timestamp, TopicId, TurnId};
use crate::model::{Place, TurnState};

/// Somebody who waits for an answer while the process stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// The turn.
    pub turn: TurnId,
    /// Where it was asked.
    pub place: Place,
    /// The message with the question.
    pub reply_to: MessageId,
    /// Where it stands.
    pub state: TurnState,
    /// The outbox row of its placeholder, if one was posted.
    pub placeholder: Option<OutboxId>,
    /// The agent that was asked.
    pub agent: AgentName,
}

/// Not those of whom something was asked, or who have asked for the end.
pub(super) async fn waiters(
    pool: &SqlitePool,
    bot: BotId,
    before: Timestamp,
    max: usize,
) -> Result<Vec<Waiter>, StoreError> {
    let rows = query(
        "SELECT t.id, t.chat, t.topic, t.reply_to, t.state, t.placeholder, c.agent
         FROM turns t JOIN conversations c ON c.id = t.conversation
         WHERE t.bot = ? AND t.ended_at IS NULL
           AND t.opened_at <= ? AND t.restart_told_at IS NULL
           AND t.held IS NULL AND t.stop_asked_at IS NULL ORDER BY t.id LIMIT ?",
    )
    .bind(bot.0)
    .bind(before.0)
    .bind(i64::try_from(max).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    let waiter = |row: &SqliteRow| {
        let state: String = row.try_get("state")?;
        Ok(Waiter {
            turn: TurnId(row.try_get("id")?),
            place: Place {
                chat: ChatId(row.try_get("chat")?),
                topic: TopicId(row.try_get("topic")?),
            },
            reply_to: MessageId(row.try_get("reply_to")?),
            state: codec::parse_turn_state(&state).ok_or_else(|| unknown("state", &state))?,
            placeholder: row.try_get::<Option<i64>, _>("placeholder")?.map(OutboxId),
            agent: AgentName::from(row.try_get::<String, _>("agent")?),
        })
    };
    rows.iter().map(waiter).collect()
}
