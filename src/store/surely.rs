//! What has happened outside must not be forgotten: it is written as soon as the store works.

use std::time::Duration;

use tokio::time::sleep;
use tracing::error;

use super::{Answer, Change, StoreError};

/// The first wait after a try at a store that does not work; each further one is twice as long.
const WAIT_MIN: Duration = Duration::from_millis(100);

/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Commits again and again while the store does not work: a full disk gets room.
///
/// # Errors
/// [`StoreError::Stale`] and [`StoreError::Deposed`], which no waiting mends.
pub async fn surely(
    commit: impl Fn(Vec<Change>) -> Answer<()>,
    changes: Vec<Change>,
) -> Result<(), StoreError> {
    let mut wait = WAIT_MIN;
    loop {
        match commit(changes.clone()).await {
            Err(failure) if failure.retry() => {
                error!(%failure, "the store does not work, trying again");
                sleep(wait).await;
                wait = (wait * 2).min(WAIT_MAX);
            }
            done => return done,
        }
    }
}
