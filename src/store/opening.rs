//! Opens the file for its owner: makes it where there is none, brings its schema up to date, and
//! raises the epoch.
//!
//! All of that is one transaction: of a process that dies meanwhile nothing is left, and the next
//! one begins anew. It runs where the writer does, on its connection: a new schema is hundreds of
//! statements, and each would go to a thread and back with sqlx, whose notes are kept all the same.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::TransactionBehavior;
use sqlx::migrate::{MigrateError, Migration, Migrator};
use tokio::time::Instant;

use super::StoreError;
use super::write::{self, Writing};
use crate::ids::{Epoch, Timestamp};

/// What makes the schema, step by step.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// Where sqlx notes what was done, in its words: a store is the same, whoever has made it.
const NOTES: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);";

/// A file that is ours.
pub(super) struct Opened {
    /// For the writer.
    pub(super) connection: Writing,
    pub(super) epoch: Epoch,
    /// The last number of a turn, of a conversation, and of a row of the outbox.
    pub(super) last: [i64; 3],
}

/// Opens the file at `path` and takes it over.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    let mut connection = write::make(path)?;
    let taking = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    update(&taking)?;
    let sql = "UPDATE owner SET epoch = epoch + 1, taken_at = ? RETURNING epoch";
    let epoch = taking.query_row(sql, [Timestamp::now().0], |row| row.get(0))?;
    let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?";
    let mut last = [0; 3];
    for (id, table) in last.iter_mut().zip(["turns", "conversations", "outbox"]) {
        *id = taking.query_row(sql, [table], |row| row.get(0))?;
    }
    taking.commit()?;
    write::sync_each_commit(&connection)?;
    Ok(Opened {
        connection,
        epoch: Epoch(epoch),
        last,
    })
}

/// Does what was not done yet, and refuses what was done otherwise than this program would.
pub(super) fn update(c: &Writing) -> Result<(), StoreError> {
    c.execute_batch(NOTES)?;
    let done = done(c)?;
    let known = |version| MIGRATIONS.version_exists(version);
    if let Some(version) = done.keys().copied().find(|version| !known(*version)) {
        return Err(MigrateError::VersionMissing(version).into());
    }
    for migration in MIGRATIONS.iter() {
        match done.get(&migration.version) {
            Some(checksum) if **checksum == *migration.checksum => {}
            Some(_) => return Err(MigrateError::VersionMismatch(migration.version).into()),
            None => apply(c, migration)?,
        }
    }
    Ok(())
}

/// The checksums of what was done.
fn done(c: &Writing) -> Result<BTreeMap<i64, Vec<u8>>, StoreError> {
    let sql = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";
    let mut statement = c.prepare(sql)?;
    let mut rows = statement.query(())?;
    let mut done = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let version = row.get(0)?;
        if !row.get(2)? {
            return Err(MigrateError::Dirty(version).into());
        }
        done.insert(version, row.get(1)?);
    }
    Ok(done)
}

fn apply(c: &Writing, migration: &Migration) -> Result<(), StoreError> {
    let begun = Instant::now();
    c.execute_batch(migration.sql.as_str())?;
    let took = i64::try_from(begun.elapsed().as_nanos()).unwrap_or(i64::MAX);
    c.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (?, ?, TRUE, ?, ?)",
        (
            migration.version,
            &*migration.description,
            &*migration.checksum,
            took,
        ),
    )?;
    Ok(())
}
