//! A look at the store by somebody who does not own it, and leaves it as it is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sqlx::{Connection, Row, query};

use super::StoreError;
use super::opening::MIGRATIONS;
use super::owner::lock_path;
use super::parked::beside;

/// What somebody sees who looks at a store.
#[derive(Clone, Debug)]
pub struct Look {
    /// Whether a running process owns it.
    pub owned: bool,
    /// Its newest migration; none: there is no file, or an empty one.
    pub schema: Result<Option<i64>, StoreError>,
    /// The newest migration that this program knows.
    pub newest: i64,
    /// What `SQLite`'s `quick_check` says of a store that nobody owns: it reads all of it. Or why
    /// that cannot even be asked.
    pub damage: Option<Result<(), String>>,
    /// Whether a file can be written beside it.
    pub writable: Result<(), String>,
    /// Bytes that are free on its volume, if that can be told.
    pub free: Option<u64>,
}

/// Looks at the store at `path`. Makes no store where none is, and blocks nobody who has one.
pub async fn look(path: &Path) -> Look {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let owned = is_owned(path);
    let (schema, damage) = if path.exists() {
        match inside(path, !owned).await {
            Ok((schema, damage)) => (Ok(schema), damage),
            Err(error) => match error.damage() {
                Some(said) => (Ok(None), Some(Err(said.to_owned()))),
                None => (Err(error), None),
            },
        }
    } else {
        (Ok(None), None)
    };
    Look {
        owned,
        schema,
        newest: MIGRATIONS.iter().map(|one| one.version).max().unwrap_or(0),
        damage,
        writable: write_beside(path).map_err(|error| error.to_string()),
        free: rustix::fs::statvfs(directory)
            .ok()
            .map(|volume| volume.f_bavail.saturating_mul(volume.f_frsize)),
    }
}

/// Whether somebody holds the lock; it is tried for a moment, which a starting bot waits for.
fn is_owned(path: &Path) -> bool {
    let lock = File::open(lock_path(path));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The newest migration, and what is damaged if that is to be looked for.
async fn inside(
    path: &Path,
    thorough: bool,
) -> Result<(Option<i64>, Option<Result<(), String>>), StoreError> {
    let mut c = beside(path).await?;
    let known = query("SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations'")
        .fetch_optional(&mut c)
        .await?;
    let schema = match known {
        Some(_) => query("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut c)
            .await?
            .try_get(0)?,
        None => None,
    };
    let damage = if thorough {
        let row = query("PRAGMA quick_check(1)").fetch_one(&mut c).await?;
        let said: String = row.try_get(0)?;
        Some(if said == "ok" { Ok(()) } else { Err(said) })
    } else {
        None
    };
    c.close().await?;
    Ok((schema, damage))
}

/// Writes a byte where the store's own files are made, and takes it away again.
fn write_beside(path: &Path) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".probe-{}", std::process::id()));
    let name = PathBuf::from(name);
    let written = OpenOptions::new()
        .create_new(true)
        .write(true)
        .open(&name)
        .and_then(|mut file| file.write_all(b"x").and_then(|()| file.sync_all()));
    // Not there where it could not be made.
    let _ = std::fs::remove_file(&name);
    written
}
