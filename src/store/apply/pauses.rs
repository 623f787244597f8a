//! What agents wait for, and every decision about it.

use super::{any, one};
use crate::ids::BotId;
use crate::rules::approval::{Closed, State, Waiting};
use crate::store::StoreError;
use crate::store::write::{Writing, write};

/// The next version of a pause, if the store has the one before; the first is new.
pub(super) fn keep(c: &Writing, bot: BotId, waiting: &Waiting) -> Result<(), StoreError> {
    let body = serde_json::to_string(waiting).map_err(StoreError::unavailable)?;
    let body = Some(body).filter(|_| !waiting.state.is_over());
    let closed = Closed::of(waiting).as_ref().map(serde_json::to_string);
    let closed = closed.transpose().map_err(StoreError::unavailable)?;
    let sql = if waiting.version == 1 {
        let sql = write(
            "INSERT INTO pauses (state, body, version, bot, id, turn, digest)
             SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM pauses
                 WHERE turn = ?6 AND state IN ('open', 'deciding', 'unknown'))",
        );
        let sql = sql.bind(waiting.state.name()).bind(body);
        let sql = sql.bind(i64::from(waiting.version)).bind(bot.0);
        let sql = sql.bind(waiting.id.0).bind(waiting.turn.0);
        sql.bind(waiting.digest.as_str())
    } else {
        let sql = write(
            "UPDATE pauses SET state = ?, body = ?, closed = ?, version = ?
             WHERE bot = ? AND id = ? AND version = ?
               AND state IN ('open', 'deciding', 'unknown')",
        );
        let sql = sql.bind(waiting.state.name()).bind(body).bind(closed);
        let sql = sql.bind(i64::from(waiting.version)).bind(bot.0);
        sql.bind(waiting.id.0).bind(i64::from(waiting.version) - 1)
    };
    one(c, sql, "the pause has changed")?;
    match &waiting.made {
        Some(made) if waiting.state == State::Deciding => {
            let verdict = serde_json::to_string(&made.decision).map_err(StoreError::unavailable)?;
            let sql = write(
                "INSERT INTO decisions (bot, pause, attempt, digest, user, at, verdict)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            );
            let sql = sql.bind(bot.0).bind(waiting.id.0);
            let sql = sql.bind(i64::from(waiting.attempt));
            let sql = sql.bind(waiting.digest.as_str());
            let sql = sql.bind(made.by.map(|user| user.0)).bind(made.at.0);
            any(c, sql.bind(verdict))
        }
        _ => Ok(()),
    }
}
