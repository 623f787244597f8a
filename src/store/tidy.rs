//! What is over is forgotten: first its text, later its rows. A few rows at a time, so that
//! nobody who has to write waits for long.
//!
//! An update is remembered far longer than Telegram may deliver it again (24 hours). A row that
//! others refer to goes after those.

use super::StoreError;
use super::write::{Writing, write};
use crate::ids::{BotId, Timestamp};

/// One step: what ended before these moments goes, at most `rows_max` rows of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tidy {
    /// Text of what ended before this is erased.
    pub text_before: Timestamp,
    /// Rows of what ended before this are deleted.
    pub rows_before: Timestamp,
    /// Lines of the audit before this are deleted.
    pub audit_before: Timestamp,
    /// Rows that one statement touches at most.
    pub rows_max: u32,
}

/// A moment that a statement compares with.
#[derive(Clone, Copy)]
pub(super) enum Before {
    Text,
    Rows,
    Audit,
    /// The UTC day of [`Before::Rows`].
    Day,
}

/// The rows of a table that belong to turns that are over and of which nothing is shown any more.
macro_rules! of_ended_turns {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE turn IN
             (SELECT t.id FROM turns t WHERE t.bot = ?1 AND t.ended_at IS NOT NULL
              AND t.ended_at < ?2
              AND NOT EXISTS (SELECT 1 FROM buttons b WHERE b.turn = t.id)
              AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.turn = t.id)
              ORDER BY t.ended_at LIMIT ?3)"
        )
    };
}

/// In this order: who refers goes before what is referred to. Each takes the bot, the moment,
/// and how many rows.
pub(super) const STEPS: &[(Before, &str)] = &[
    (
        Before::Text,
        "UPDATE turns SET text = '', pieces = NULL, gathering = NULL WHERE id IN
             (SELECT id FROM turns WHERE bot = ?1 AND ended_at IS NOT NULL AND ended_at < ?2
              AND (text != '' OR pieces IS NOT NULL) LIMIT ?3)",
    ),
    (
        Before::Text,
        "UPDATE updates SET body = NULL WHERE bot = ?1 AND update_id IN
             (SELECT update_id FROM updates WHERE bot = ?1 AND ended_at IS NOT NULL
              AND ended_at < ?2 AND body IS NOT NULL LIMIT ?3)",
    ),
    (
        Before::Text,
        "UPDATE conversations SET words = NULL, words_at = NULL, words_of = NULL WHERE id IN
             (SELECT id FROM conversations WHERE bot = ?1 AND words IS NOT NULL
              AND words_at < ?2 LIMIT ?3)",
    ),
    // Its action may hold somebody's words.
    (
        Before::Text,
        "DELETE FROM buttons WHERE token IN
             (SELECT token FROM buttons WHERE bot = ?1 AND expires_at < ?2 LIMIT ?3)",
    ),
    (
        Before::Rows,
        "DELETE FROM outbox WHERE id IN
             (SELECT o.id FROM outbox o WHERE o.bot = ?1 AND o.ended_at IS NOT NULL
              AND o.ended_at < ?2
              AND NOT EXISTS (SELECT 1 FROM buttons b WHERE b.post = o.id)
              AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.id = o.turn AND t.ended_at IS NULL)
              LIMIT ?3)",
    ),
    (Before::Rows, of_ended_turns!("turn_updates")),
    (Before::Rows, of_ended_turns!("turn_messages")),
    (Before::Rows, of_ended_turns!("pauses")),
    (
        Before::Rows,
        "DELETE FROM turns WHERE id IN
             (SELECT t.id FROM turns t WHERE t.bot = ?1 AND t.ended_at IS NOT NULL
              AND t.ended_at < ?2
              AND NOT EXISTS (SELECT 1 FROM turn_updates u WHERE u.turn = t.id)
              AND NOT EXISTS (SELECT 1 FROM turn_messages m WHERE m.turn = t.id)
              AND NOT EXISTS (SELECT 1 FROM pauses p WHERE p.turn = t.id)
              AND NOT EXISTS (SELECT 1 FROM buttons b WHERE b.turn = t.id)
              AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.turn = t.id)
              ORDER BY t.ended_at LIMIT ?3)",
    ),
    (
        Before::Rows,
        "DELETE FROM updates WHERE bot = ?1 AND update_id IN
             (SELECT update_id FROM updates WHERE bot = ?1 AND ended_at IS NOT NULL
              AND ended_at < ?2 LIMIT ?3)",
    ),
    (
        Before::Rows,
        "DELETE FROM conversations WHERE id IN
             (SELECT c.id FROM conversations c WHERE c.bot = ?1 AND c.closed_at IS NOT NULL
              AND c.closed_at < ?2
              AND NOT EXISTS (SELECT 1 FROM slots s WHERE s.conversation = c.id)
              AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.id)
              LIMIT ?3)",
    ),
    (
        Before::Rows,
        "DELETE FROM current_agents WHERE bot = ?1 AND (chat, topic, user) IN
             (SELECT chat, topic, user FROM current_agents
              WHERE bot = ?1 AND set_at < ?2 LIMIT ?3)",
    ),
    (
        Before::Rows,
        "DELETE FROM panics WHERE bot = ?1 AND (kind, id, at) IN
             (SELECT kind, id, at FROM panics WHERE bot = ?1 AND at < ?2 LIMIT ?3)",
    ),
    (
        Before::Rows,
        "DELETE FROM parked WHERE bot = ?1 AND (kind, id) IN
             (SELECT kind, id FROM parked WHERE bot = ?1 AND parked_at < ?2 LIMIT ?3)",
    ),
    (
        Before::Day,
        "DELETE FROM strangers WHERE bot = ?1 AND who IN
             (SELECT who FROM strangers WHERE bot = ?1 AND day < ?2 LIMIT ?3)",
    ),
    // What was decided is for the reviewer, as the audit is.
    (
        Before::Audit,
        "DELETE FROM decisions WHERE bot = ?1 AND (pause, attempt) IN
             (SELECT pause, attempt FROM decisions WHERE bot = ?1 AND at < ?2 LIMIT ?3)",
    ),
    (
        Before::Audit,
        "DELETE FROM audit WHERE id IN
             (SELECT id FROM audit WHERE bot = ?1 AND at < ?2 LIMIT ?3)",
    ),
];

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Tidy {
    fn moment(&self, before: Before) -> i64 {
        match before {
            Before::Text => self.text_before.0,
            Before::Rows => self.rows_before.0,
            Before::Audit => self.audit_before.0,
            Before::Day => self.rows_before.0.div_euclid(DAY_MS),
        }
    }
}

/// Does one step; answers how many rows were touched. None means that all is tidy.
pub(super) fn step(c: &Writing, bot: BotId, tidy: &Tidy) -> Result<u64, StoreError> {
    let mut touched = 0;
    for (before, sql) in STEPS {
        let sql = write(sql).bind(bot.0).bind(tidy.moment(*before));
        let rows = sql.bind(tidy.rows_max).run(c)?;
        touched += u64::try_from(rows).unwrap_or(u64::MAX);
    }
    Ok(touched)
}
