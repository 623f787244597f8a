//! The audit, read back for a security reviewer: what was asked, refused and decided, by whom,
//! by which rule; what was said only where the configuration had it kept.

use std::path::Path;

use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Row, query};

use super::StoreError;
use super::parked::beside;
use crate::ids::{BotId, Timestamp, TurnId, UserId};

/// Which lines are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Not those before this moment.
    pub since: Option<Timestamp>,
    /// Only those of this person.
    pub user: Option<UserId>,
    /// At most so many, the newest.
    pub lines_max: u32,
}

/// A line of the audit. Its fields are those of the JSON lines; what is not there has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// When, in UTC, as RFC 3339 writes it.
    pub at: String,
    /// Who did it; nobody for what time did, such as an expiry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<i64>,
    /// The chat that it happened in.
    pub chat: i64,
    /// What: `asked`, `refused`, `stop`, `approved`, `decision` and others.
    pub event: String,
    /// The agent that it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The turn that it was about, as people see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// SHA-256 of the calls that a decision was about, unmasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The tools of these calls, masked, and what was decided about each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<String>,
    /// The route that it was asked by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// What was asked, where `[audit] text` kept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The newest lines of the store at `path`, oldest first; beside the owner.
///
/// # Errors
/// When the store cannot be read.
pub async fn audit(path: &Path, bot: BotId, wanted: Wanted) -> Result<Vec<AuditEntry>, StoreError> {
    let mut c = beside(path).await?;
    let read = read(&mut c, bot, wanted).await;
    c.close().await?;
    read
}

async fn read(
    c: &mut SqliteConnection,
    bot: BotId,
    wanted: Wanted,
) -> Result<Vec<AuditEntry>, StoreError> {
    let rows = query(
        "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS time, * FROM (
             SELECT at, id AS line, user, chat, event, agent, turn, rule, digest, tools, route, text
             FROM audit WHERE bot = ?1 AND at >= ?2 AND (?3 IS NULL OR user = ?3)
             UNION ALL
             SELECT d.at, d.pause, d.user, t.chat, 'decision', c.agent, t.id, NULL, d.digest, NULL, t.route,
                    NULL
             FROM decisions d
             JOIN pauses p ON p.bot = d.bot AND p.id = d.pause
             JOIN turns t ON t.id = p.turn JOIN conversations c ON c.id = t.conversation
             WHERE d.bot = ?1 AND d.at >= ?2 AND (?3 IS NULL OR d.user = ?3))
         ORDER BY at DESC, line DESC LIMIT ?4",
    )
    .bind(bot.0)
    .bind(wanted.since.map_or(0, |since| since.0))
    .bind(wanted.user.map(|user| user.0))
    .bind(i64::from(wanted.lines_max))
    .fetch_all(c)
    .await?;
    rows.iter().rev().map(entry).collect()
}

fn entry(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    let turn: Option<i64> = row.try_get("turn")?;
    let user: Option<i64> = row.try_get("user")?;
    Ok(AuditEntry {
        at: row.try_get("time")?,
        user: user.filter(|user| *user != UserId::SHARED.0),
        chat: row.try_get("chat")?,
        event: row.try_get("event")?,
        agent: row.try_get("agent")?,
        turn: turn.map(|turn| TurnId(turn).reference().to_string()),
        rule: row.try_get("rule")?,
        digest: row.try_get("digest")?,
        tools: row.try_get("tools")?,
        route: row.try_get("route")?,
        text: row.try_get("text")?,
    })
}
