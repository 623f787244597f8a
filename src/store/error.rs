//! What can go wrong with the store, as far as somebody acts on it.

use std::sync::Arc;

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

    /// Whether it is one list of changes that fails, not the store.
    pub(super) fn is_of_one_list(&self) -> bool {
        matches!(self, Self::Stale(_) | Self::Unfit(_))
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
            None | Some(ErrorKind::Other) => Self::unavailable(error),
            Some(_) => Self::Unfit(error.to_string().into()),
        }
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
