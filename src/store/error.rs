//! What can go wrong with the store, as far as somebody acts on it.

use std::sync::Arc;

/// What to do about a file that is none of ours any more.
const DAMAGED: &str = "the file is damaged: restore a backup, see docs/operate.md";

/// Why the store did not do it. Nothing of a refused commit happened.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A change no longer applies: somebody else was first. Not a fault.
    #[error("the state has moved on: {0}")]
    Stale(&'static str),
    /// Another process has taken the store: this one must stop.
    #[error("another process owns the store now")]
    Deposed,
    /// The file was written by a newer version.
    #[error("the store was written by a newer version of switchboard; use that version")]
    TooNew,
    /// A list of changes that fits no store, such as a turn in no conversation: a mistake
    /// in this program, which fails alone and each time.
    #[error("the change does not fit what is stored: {0}")]
    Unfit(Arc<str>),
    /// The store cannot be used right now: disk full, read-only, locked, gone.
    #[error("the store does not work: {0}")]
    Unavailable(Arc<str>),
}

impl StoreError {
    /// Whether the same call may succeed later without a person's help to this process.
    #[must_use]
    pub fn retry(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether waiting may mend it where a start has failed: a full disk gets room, a lock is let
    /// go of. A file that is none, or that may not be written, needs a person first.
    #[must_use]
    pub fn passes(&self) -> bool {
        const PASSING: [&str; 2] = ["database is locked", "database or disk is full"];
        matches!(self, Self::Unavailable(reason)
            if PASSING.iter().any(|words| reason.contains(words)))
    }

    /// What is wrong with the file, if it is damaged.
    pub(super) fn damage(&self) -> Option<&str> {
        match self {
            Self::Unavailable(reason) => reason.strip_suffix(DAMAGED)?.strip_suffix("; "),
            _ => None,
        }
    }

    /// Whether it is one list of changes that fails, not the store.
    pub(super) fn is_of_one_list(&self) -> bool {
        matches!(self, Self::Stale(_) | Self::Unfit(_))
    }

    /// What `SQLite` says, with what the operator can do about it.
    pub(super) fn of_sqlite(code: i32, said: &str) -> Self {
        match advice(code) {
            Some(advice) => Self::unavailable(format!("{said}; {advice}")),
            None => Self::unavailable(said),
        }
    }

    pub(super) fn unavailable(reason: impl std::fmt::Display) -> Self {
        Self::Unavailable(reason.to_string().into())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match error
            .as_database_error()
            .map(sqlx::error::DatabaseError::kind)
        {
            None | Some(ErrorKind::Other) => {
                let code = error
                    .as_database_error()
                    .and_then(sqlx::error::DatabaseError::code);
                let code = code.and_then(|code| code.parse().ok());
                Self::of_sqlite(code.unwrap_or_default(), &error.to_string())
            }
            Some(_) => Self::Unfit(error.to_string().into()),
        }
    }
}

/// What the operator can do about it, by `SQLite`'s primary result code (`sqlite3.h`); extended
/// codes carry it in their lowest byte.
fn advice(code: i32) -> Option<&'static str> {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const READONLY: i32 = 8;
    const IOERR: i32 = 10;
    const CORRUPT: i32 = 11;
    const FULL: i32 = 13;
    const CANTOPEN: i32 = 14;
    const NOTADB: i32 = 26;
    match code & 0xff {
        BUSY | LOCKED => Some("end the program that holds the file"),
        READONLY => Some("the file or its volume is read-only: mind its owner and its mount"),
        IOERR => Some("the disk does not take or give it: look at the volume"),
        CORRUPT | NOTADB => Some(DAMAGED),
        FULL => Some("make room on the volume"),
        CANTOPEN => Some("mind the path, its owner and its mount"),
        _ => None,
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(_) => Self::TooNew,
            other => Self::unavailable(other),
        }
    }
}
