//! The moves of a turn, each with the states that it may start from.

use sqlx::query;
use sqlx::sqlite::SqliteConnection;

use super::{any, one};
use crate::ids::{Timestamp, TurnId};
use crate::store::{Change, StoreError, codec};

/// Moves a turn, or says that it stands elsewhere.
pub(super) async fn move_turn(
    c: &mut SqliteConnection,
    change: &Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (sql, stale) = match change {
        Change::Submit {
            turn,
            prompt,
            endpoint,
            protocol,
        } => {
            let sql = query(
                "UPDATE turns SET state = 'submitting', prompt_id = ?, endpoint = ?,
                        protocol = ?, submitted_at = ?
                 WHERE id = ? AND state = 'queued'",
            );
            let sql = sql.bind(prompt.as_str()).bind(endpoint);
            let sql = sql.bind(protocol.as_str());
            (sql.bind(now.0).bind(turn.0), "the turn is not queued")
        }
        Change::Working {
            turn,
            task,
            protocol,
        } => {
            let sql = query(
                "UPDATE turns SET state = 'working', task_id = ?, protocol = ?
                 WHERE id = ? AND state IN ('submitting', 'working')",
            );
            let sql = sql.bind(task.as_str()).bind(protocol.as_str());
            let sql = sql.bind(turn.0);
            (sql, "the turn is not submitting")
        }
        Change::Detach { turn } => {
            let sql = query(
                "UPDATE turns SET state = 'detached', placeholder = NULL
                 WHERE id = ? AND state = 'working'",
            );
            (sql.bind(turn.0), "the turn is not working")
        }
        Change::Placeholder { turn, post } => {
            let sql = query(
                "UPDATE turns SET placeholder = ?
                 WHERE id = ? AND state IN ('queued', 'submitting', 'working')",
            );
            (sql.bind(post.0).bind(turn.0), "the turn is over")
        }
        Change::EndTurn { turn, outcome } => {
            let sql = query(
                "UPDATE turns SET state = ?1, ended_at = ?2,
                        text = CASE WHEN ?1 = 'answered' THEN '' ELSE text END
                 WHERE id = ?3
                   AND state IN ('queued', 'submitting', 'working', 'detached')",
            );
            let sql = sql.bind(codec::outcome(*outcome)).bind(now.0);
            (sql.bind(turn.0), "the turn is over")
        }
        Change::Requeue { turn, attempt } => {
            let sql = query(
                "UPDATE turns SET state = 'queued', attempt = attempt + 1, prompt_id = NULL,
                        task_id = NULL, placeholder = NULL, submitted_at = NULL, ended_at = NULL
                 WHERE id = ? AND attempt = ? AND state IN ('told_failed', 'unknown_told')",
            );
            let sql = sql.bind(turn.0).bind(i64::from(*attempt));
            (sql, "the turn was run again already")
        }
        Change::TellRestart { turn } => {
            let sql = query(
                "UPDATE turns SET restart_told_at = ?
                 WHERE id = ? AND state = 'queued' AND restart_told_at IS NULL",
            );
            (sql.bind(now.0).bind(turn.0), "the turn does not wait")
        }
        Change::Undeliverable { turn } => return undeliverable(c, *turn, now).await,
        _ => return Err(StoreError::unavailable("not a change of a turn")),
    };
    one(c, sql, stale).await
}

/// The rest of the answer would be refused as well; its placeholder still has to go.
async fn undeliverable(
    c: &mut SqliteConnection,
    turn: TurnId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = query(
        "UPDATE turns SET state = 'undeliverable'
         WHERE id = ? AND state IN ('answered', 'told_failed', 'unknown_told')",
    );
    if sql.bind(turn.0).execute(&mut *c).await?.rows_affected() == 0 {
        return Ok(());
    }
    let sql = query(
        "UPDATE outbox SET state = 'dropped', body = NULL, ended_at = ?
         WHERE turn = ? AND state = 'pending' AND kind != 'delete'",
    );
    any(c, sql.bind(now.0).bind(turn.0)).await
}
