//! Who may write: one process at a time.
//!
//! A lock on a file beside the database says who; it ends with its process, a SIGKILL
//! included. The epoch in the database fences off an owner that lost the lock without
//! noticing (a network file system, a thawed machine): see `writer.rs`.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::{info, warn};

use super::StoreError;

/// How often a waiting process looks whether the owner is gone.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The right to write, for as long as it lives.
#[derive(Debug)]
pub struct Ownership {
    // Held, never read: the operating system frees the lock when the file closes.
    _lock: File,
}

impl Ownership {
    /// Waits until no other process owns the store at `path`, then owns it.
    ///
    /// # Errors
    /// When the lock file cannot be opened or the file system has no locks.
    pub async fn wait(path: &Path) -> Result<Self, StoreError> {
        let name = lock_path(path);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&name)
            .map_err(|error| StoreError::unavailable(format!("{}: {error}", name.display())))?;
        let mut waited = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    if !waited {
                        warn!("another process owns the store; waiting, polling nothing");
                        waited = true;
                    }
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                Err(TryLockError::Error(error)) => {
                    return Err(StoreError::unavailable(format!(
                        "{}: {error}",
                        name.display()
                    )));
                }
            }
        }
        if waited {
            info!("the store is free now");
        }
        Ok(Self { _lock: file })
    }
}

pub(super) fn lock_path(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
