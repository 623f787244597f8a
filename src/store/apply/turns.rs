//! The moves of a turn, each with the states that it may start from.

use super::{any, one, some};
use crate::ids::{Timestamp, TurnId};
use crate::model::Outcome;
use crate::store::write::{Writing, write};
use crate::store::{Change, StoreError, recent};
use crate::usage::Usage;

/// Moves a turn, or says that it stands elsewhere.
pub(super) fn move_turn(c: &Writing, change: &Change, now: Timestamp) -> Result<(), StoreError> {
    let (sql, stale) = match change {
        Change::Submit {
            turn,
            prompt,
            endpoint,
            protocol,
        } => {
            let sql = write(
                "UPDATE turns SET state = 'submitting', prompt_id = ?, endpoint = ?,
                        protocol = ?, submitted_at = ?
                 WHERE id = ? AND state = 'queued' AND held IS NULL AND stop_asked_at IS NULL",
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
            let sql = write(
                "UPDATE turns SET state = 'working', task_id = ?, protocol = ?
                 WHERE id = ? AND state IN ('submitting', 'working')",
            );
            let sql = sql.bind(task.as_str()).bind(protocol.as_str());
            let sql = sql.bind(turn.0);
            (sql, "the turn is not submitting")
        }
        Change::Detach { turn } => {
            let sql = write(
                "UPDATE turns SET state = 'detached', placeholder = NULL
                 WHERE id = ? AND state = 'working'",
            );
            (sql.bind(turn.0), "the turn is not working")
        }
        Change::Placeholder { turn, post } => {
            let sql = write(
                "UPDATE turns SET placeholder = ?
                 WHERE id = ? AND ended_at IS NULL AND state != 'detached'",
            );
            (sql.bind(post.0).bind(turn.0), "the turn is over")
        }
        Change::Used { turn, usage } => return used(c, *turn, usage),
        Change::EndTurn { turn, outcome } => return end(c, *turn, *outcome, now),
        Change::Requeue { turn, attempt } => {
            let sql = write(
                "UPDATE turns SET state = 'queued', attempt = attempt + 1, prompt_id = NULL,
                        task_id = NULL, placeholder = NULL, submitted_at = NULL, ended_at = NULL,
                        stop_asked_at = NULL
                 WHERE id = ? AND attempt = ? AND state IN ('told_failed', 'unknown_told')",
            );
            let sql = sql.bind(turn.0).bind(i64::from(*attempt));
            (sql, "the turn was run again already")
        }
        Change::TellRestart { turn } => return tell_restart(c, *turn, now),
        Change::AskStop { turn, attempt } => {
            let sql = write(
                "UPDATE turns SET stop_asked_at = ?
                 WHERE id = ? AND attempt = ? AND stop_asked_at IS NULL
                   AND ended_at IS NULL AND state != 'detached'",
            );
            let sql = sql.bind(now.0).bind(turn.0);
            (sql.bind(i64::from(*attempt)), "the turn does not run")
        }
        Change::Hold { turn, held } => {
            let sql = write(
                "UPDATE turns SET held = ?, held_until = ?, held_post = ?
                 WHERE id = ? AND state = 'queued' AND held IS NULL",
            );
            let sql = sql.bind(held.why.name()).bind(held.until.0);
            (sql.bind(held.post.0).bind(turn.0), "the turn does not wait")
        }
        Change::Release { post } => {
            let sql = write(
                "UPDATE turns SET held = NULL, held_until = NULL, held_post = NULL
                 WHERE held_post = ? AND state = 'queued'",
            );
            return some(c, sql.bind(post.0), "nothing is held");
        }
        Change::Undeliverable { turn } => return undeliverable(c, *turn, now),
        _ => return Err(StoreError::unavailable("not a change of a turn")),
    };
    one(c, sql, stale)
}

/// Once, however often the process restarts while it waits.
fn tell_restart(c: &Writing, turn: TurnId, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE turns SET restart_told_at = ?
         WHERE id = ? AND state = 'queued' AND restart_told_at IS NULL",
    );
    one(c, sql.bind(now.0).bind(turn.0), "the turn does not wait")
}

/// What the turn took of the agent's model.
fn used(c: &Writing, turn: TurnId, usage: &Usage) -> Result<(), StoreError> {
    // SQLite's numbers end before ours; no run comes near.
    let number = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
    let sql = write(
        "UPDATE turns SET prompt_tokens = ?, answer_tokens = ?, total_tokens = ? WHERE id = ?",
    );
    let sql = sql.bind(number(usage.prompt)).bind(number(usage.answer));
    let sql = sql.bind(number(usage.total)).bind(turn.0);
    one(c, sql, "there is no such turn")
}

/// The turn is over; what nobody needs of it any more is erased.
fn end(c: &Writing, turn: TurnId, outcome: Outcome, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE turns SET state = ?1, ended_at = ?2,
                text = CASE WHEN ?1 IN ('answered', 'stopped') THEN '' ELSE text END,
                pieces = CASE WHEN ?1 IN ('answered', 'stopped') THEN NULL ELSE pieces END,
                held = NULL, held_until = NULL, held_post = NULL
         WHERE id = ?3 AND ended_at IS NULL",
    );
    let sql = sql.bind(outcome.name()).bind(now.0);
    one(c, sql.bind(turn.0), "the turn is over")?;
    recent::ended(c, turn, now)
}

/// The rest of the answer would be refused as well; its placeholder still has to go.
fn undeliverable(c: &Writing, turn: TurnId, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE turns SET state = 'undeliverable', ended_at = ended_at
         WHERE id = ? AND (state = 'answered' OR state = 'told_failed' OR state = 'unknown_told')",
    );
    if sql.bind(turn.0).run(c)? == 0 {
        return Ok(());
    }
    let sql = write(
        "UPDATE outbox SET state = 'dropped', body = NULL, ended_at = ?
         WHERE turn = ? AND state = 'pending' AND kind != 'delete'",
    );
    any(c, sql.bind(now.0).bind(turn.0))
}
