//! What agents wait for, and how much people ask, read back.

use sqlx::sqlite::SqlitePool;
use sqlx::{Row, query, query_scalar};

use super::StoreError;
use crate::ids::{BotId, ChatId, MessageId, PauseId, RouteName, Timestamp, TurnId, UserId};
use crate::rules::approval::{State, Under, Waiting};
use crate::rules::quota::Used;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// What a turn waits for.
pub(super) async fn pause_of(
    pool: &SqlitePool,
    turn: TurnId,
) -> Result<Option<Waiting>, StoreError> {
    let body: Option<String> = query_scalar(
        "SELECT body FROM pauses
         WHERE turn = ? AND state IN ('open', 'deciding', 'unknown')",
    )
    .bind(turn.0)
    .fetch_optional(pool)
    .await?;
    let waiting = body.map(|body| serde_json::from_str(&body));
    waiting.transpose().map_err(StoreError::unavailable)
}

/// The pause that this message is a card of.
pub(super) async fn waits_under(
    pool: &SqlitePool,
    bot: BotId,
    chat: ChatId,
    message: MessageId,
) -> Result<Option<Under>, StoreError> {
    let row = query(
        "SELECT p.turn, p.id, p.state, p.closed
         FROM outbox o JOIN pauses p ON p.turn = o.turn AND p.bot = o.bot
         WHERE o.bot = ? AND o.chat = ? AND o.message_id = ?
           AND (o.id = p.id
                OR EXISTS (SELECT 1 FROM json_each(coalesce(p.body, p.closed), '$.cards') card
                           WHERE card.value ->> 'post' = o.id))",
    )
    .bind(bot.0)
    .bind(chat.0)
    .bind(message.0)
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        let state: String = row.try_get("state")?;
        let closed: Option<String> = row.try_get("closed")?;
        let closed = closed.map(|closed| serde_json::from_str(&closed));
        Ok(Under {
            turn: TurnId(row.try_get("turn")?),
            pause: PauseId(row.try_get("id")?),
            state: State::parse(&state).unwrap_or(State::Gone),
            closed: closed.transpose().map_err(StoreError::unavailable)?,
        })
    })
    .transpose()
}

/// How much this person has asked, and was asked by this route, before this turn.
pub(super) async fn used(
    pool: &SqlitePool,
    bot: BotId,
    user: UserId,
    route: &RouteName,
    before: TurnId,
    now: Timestamp,
) -> Result<Used, StoreError> {
    let row = query(
        "SELECT
            count(*) FILTER (WHERE asked_by = ?1 AND opened_at > ?3),
            count(*) FILTER (WHERE asked_by = ?1),
            count(*) FILTER (WHERE route = ?2 AND opened_at > ?3),
            count(*) FILTER (WHERE route = ?2),
            (SELECT count(*) FROM turns INDEXED BY turns_open
             WHERE bot = ?5 AND asked_by = ?1 AND id < ?6
                AND ended_at IS NULL),
            min(id)
         FROM turns WHERE bot = ?5 AND opened_at > ?4 AND id < ?6",
    )
    .bind(user.0)
    .bind(route.as_str())
    .bind(now.0 - MINUTE_MS)
    .bind(now.0 - DAY_MS)
    .bind(bot.0)
    .bind(before.0)
    .fetch_one(pool)
    .await?;
    Ok(Used {
        person_minute: row.try_get(0)?,
        person_day: row.try_get(1)?,
        route_minute: row.try_get(2)?,
        route_day: row.try_get(3)?,
        person_open: row.try_get(4)?,
        first: row.try_get::<Option<i64>, _>(5)?.map(TurnId),
    })
}
