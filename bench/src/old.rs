//! Stores with a past: many old updates and turns.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::bots::{FIRST_CHAT, Kind, Places};
use crate::round::remove_store;
use crate::scenarios::{PEOPLE, warm_up};
use crate::stage::Stage;

/// Makes a store in which so many updates and turns are over. The product makes the store and
/// answers a few questions; one of them is then multiplied.
///
/// # Errors
/// If the product or the script fails.
pub async fn store(places: &Places, count: usize) -> Result<PathBuf> {
    let path = places.work.join(format!("old-{count}.db"));
    remove_store(&path)?;
    let mut stage = Stage::start(places, Kind::OursFull, PEOPLE, &path).await?;
    warm_up(&mut stage).await?;
    stage.end().await?;
    fill(places, &path, count)?;
    Ok(path)
}

/// A copy of such a store to be used up, which is on the disk.
///
/// # Errors
/// If it cannot be written.
pub fn copy(places: &Places, store: &Path) -> Result<PathBuf> {
    let log = store.with_extension("db-wal");
    ensure!(!log.exists(), "{} is not closed", store.display());
    let path = places.work.join("full.db");
    remove_store(&path)?;
    fs::copy(store, &path)?;
    File::open(&path)?.sync_all()?;
    Ok(path)
}

fn fill(places: &Places, store: &Path, count: usize) -> Result<()> {
    let numbers = [
        count.to_string(),
        PEOPLE.to_string(),
        FIRST_CHAT.to_string(),
    ];
    let mut script = Command::new(&places.interpreter);
    let status = script.arg(&places.fill).arg(store).args(numbers).status()?;
    ensure!(status.success(), "the store could not be filled");
    Ok(())
}
