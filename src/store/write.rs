//! The statements of the one writer. Each is prepared once, and runs on the thread that has the
//! connection: a commit is dozens of them, and none may cost a way to another thread and back, as
//! it does with sqlx, which everybody else reads by.

use std::cell::Cell;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, ffi};

pub(super) use rusqlite::Connection as Writing;

use super::StoreError;
use super::sqlite::BUSY;

/// Statements that are kept prepared: more than there are.
const PREPARED_MAX: usize = 256;

/// A connection to the file at `path`, for the owner's writes.
pub(super) fn connect(path: &Path) -> Result<Writing, StoreError> {
    let c = open(path, OpenFlags::empty())?;
    sync_each_commit(&c)?;
    Ok(c)
}

/// The same before the file is ours; where there is none, it is made. Its commits do not wait for
/// the disk: nothing of ours is in them, and the first that waits takes them along.
pub(super) fn make(path: &Path) -> Result<Writing, StoreError> {
    let c = open(path, OpenFlags::SQLITE_OPEN_CREATE)?;
    c.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(c)
}

/// From now on what is committed is on the disk.
pub(super) fn sync_each_commit(c: &Writing) -> Result<(), StoreError> {
    c.pragma_update(None, "synchronous", "FULL")?;
    Ok(())
}

fn open(path: &Path, also: OpenFlags) -> Result<Writing, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | also;
    let c = Writing::open_with_flags(path, flags)?;
    c.busy_timeout(BUSY)?;
    c.set_prepared_statement_cache_capacity(PREPARED_MAX);
    c.pragma_update(None, "journal_mode", "WAL")?;
    c.pragma_update(None, "foreign_keys", "ON")?;
    // What is erased is overwritten, not only forgotten: by a migration, too.
    c.pragma_update(None, "secure_delete", "ON")?;
    // Instead of SQLite's own, which takes the log into the file before a commit is over.
    c.wal_hook(Some(|_, pages| {
        LOG_PAGES.set(pages);
        Ok(())
    }));
    Ok(c)
}

thread_local! {
    static LOG_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// Pages in the log after the last commit of this thread, which writes to one store.
pub(super) fn log_pages() -> i32 {
    LOG_PAGES.get()
}

/// Takes what is in the log into the file, as far as nobody reads it: then it begins anew.
pub(super) fn take_in_log(c: &Writing) -> Result<(), StoreError> {
    c.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")?;
    LOG_PAGES.set(0);
    Ok(())
}

/// A statement with its values, still to be run.
pub(super) struct Write<'q> {
    sql: &'static str,
    values: Vec<ToSqlOutput<'q>>,
}

/// A statement that still needs its values.
pub(super) fn write<'q>(sql: &'static str) -> Write<'q> {
    Write {
        sql,
        values: Vec::with_capacity(8),
    }
}

impl<'q> Write<'q> {
    /// The next value: the first is `?1`, or the first `?`.
    pub(super) fn bind(mut self, value: impl Bound<'q>) -> Self {
        self.values.push(value.bound());
        self
    }

    /// Runs it; answers how many rows it has changed itself.
    pub(super) fn run(self, c: &Writing) -> Result<usize, StoreError> {
        let mut statement = c.prepare_cached(self.sql)?;
        // A list of statements has one list of values; not each needs all.
        let needed = statement.parameter_count();
        for (place, value) in self.values.iter().take(needed).enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        Ok(statement.raw_execute()?)
    }
}

/// What a statement can be given.
pub(super) trait Bound<'q> {
    fn bound(self) -> ToSqlOutput<'q>;
}

impl<'q> Bound<'q> for i64 {
    fn bound(self) -> ToSqlOutput<'q> {
        ToSqlOutput::Owned(Value::Integer(self))
    }
}

impl<'q> Bound<'q> for u32 {
    fn bound(self) -> ToSqlOutput<'q> {
        i64::from(self).bound()
    }
}

impl<'q> Bound<'q> for &'q str {
    fn bound(self) -> ToSqlOutput<'q> {
        ToSqlOutput::Borrowed(ValueRef::Text(self.as_bytes()))
    }
}

impl<'q> Bound<'q> for &'q String {
    fn bound(self) -> ToSqlOutput<'q> {
        self.as_str().bound()
    }
}

impl<'q> Bound<'q> for String {
    fn bound(self) -> ToSqlOutput<'q> {
        ToSqlOutput::Owned(Value::Text(self))
    }
}

impl<'q> Bound<'q> for &'q [u8] {
    fn bound(self) -> ToSqlOutput<'q> {
        ToSqlOutput::Borrowed(ValueRef::Blob(self))
    }
}

impl<'q, T: Bound<'q>> Bound<'q> for Option<T> {
    fn bound(self) -> ToSqlOutput<'q> {
        self.map_or_else(|| ToSqlOutput::Owned(Value::Null), Bound::bound)
    }
}

impl From<rusqlite::Error> for StoreError {
    /// What breaks a rule of a table is the fault of the list of changes, not of the store.
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, said) = &error else {
            return Self::unavailable(error);
        };
        let said = said.clone().unwrap_or_else(|| failure.to_string());
        let of_a_rule = [
            ffi::SQLITE_CONSTRAINT_UNIQUE,
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY,
            ffi::SQLITE_CONSTRAINT_NOTNULL,
            ffi::SQLITE_CONSTRAINT_CHECK,
        ];
        if failure.code == ErrorCode::ConstraintViolation
            && of_a_rule.contains(&failure.extended_code)
        {
            return Self::Unfit(said.into());
        }
        Self::of_sqlite(failure.extended_code, &said)
    }
}
