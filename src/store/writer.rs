//! The one writer: commits the waiting work of everybody as a group.
//!
//! A group is one transaction and one fsync. It begins with the proof that the epoch is
//! still ours. If a list of changes in it does not apply, the group is rolled back and
//! done again with a savepoint around each list, so that only that one is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};
use tokio::sync::{mpsc, oneshot};
use tracing::{error, info};

use super::{Change, StoreError, StoredUpdate, apply};
use crate::ids::{BotId, Epoch, Timestamp};

/// Lists of changes in one transaction; a longer queue only waits for the next.
const GROUP_MAX: usize = 256;

/// What the writer is asked to do.
pub(super) enum Work {
    Commit(Vec<Change>),
    Accept(Vec<StoredUpdate>),
}

/// What became of it: for [`Work::Accept`] the updates that were new.
pub(super) type Done = Result<Vec<StoredUpdate>, StoreError>;

/// Work, and where its answer goes.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Done>,
}

pub(super) struct Writer {
    pub(super) bot: BotId,
    pub(super) epoch: Epoch,
    pub(super) options: SqliteConnectOptions,
    pub(super) connection: Option<SqliteConnection>,
    /// Whether the last group was committed.
    pub(super) works: Arc<AtomicBool>,
}

impl Writer {
    /// Works until the last handle of the store is gone.
    pub(super) async fn run(mut self, mut jobs: mpsc::UnboundedReceiver<Job>) {
        let mut group = Vec::new();
        while jobs.recv_many(&mut group, GROUP_MAX).await > 0 {
            let work: Vec<&Work> = group.iter().map(|job| &job.work).collect();
            let results = self.commit_group(&work).await;
            for (job, result) in group.drain(..).zip(results) {
                // Nobody waits any more: the commit stands all the same.
                let _ = job.answer.send(result);
            }
        }
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            error!(%error, "the store did not close cleanly");
        }
    }

    /// One result for each piece of work, in order.
    async fn commit_group(&mut self, group: &[&Work]) -> Vec<Done> {
        let mut result = self.transaction(group, false).await;
        if result.as_ref().is_err_and(StoreError::is_of_one_list) {
            result = self.transaction(group, true).await;
        }
        match result {
            Ok(results) => {
                if !self.works.swap(true, Ordering::Relaxed) {
                    info!("the store works again");
                }
                results
            }
            Err(error) => {
                if self.works.swap(false, Ordering::Relaxed) {
                    error!(%error, "the store does not work: nothing is taken in or sent until it does");
                }
                if !matches!(error, StoreError::Deposed) {
                    // The connection may be what is broken: the next group opens another.
                    self.connection = None;
                }
                group.iter().map(|_| Err(error.clone())).collect()
            }
        }
    }

    async fn transaction(
        &mut self,
        group: &[&Work],
        savepoints: bool,
    ) -> Result<Vec<Done>, StoreError> {
        let (bot, epoch) = (self.bot, self.epoch);
        let connection = self.open().await?;
        run(connection, "BEGIN IMMEDIATE").await?;
        let done = match group_in_transaction(connection, bot, epoch, group, savepoints).await {
            Ok(done) => run(connection, "COMMIT").await.map(|()| done),
            Err(error) => Err(error),
        };
        if done.is_err() {
            // SQLite may have rolled back already (disk full): then there is nothing left to do.
            let _ = run(connection, "ROLLBACK").await;
        }
        done
    }

    async fn open(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        Ok(self.connection.insert(connection))
    }
}

async fn group_in_transaction(
    connection: &mut SqliteConnection,
    bot: BotId,
    epoch: Epoch,
    group: &[&Work],
    savepoints: bool,
) -> Result<Vec<Done>, StoreError> {
    let held: i64 = sqlx::query("SELECT epoch FROM owner")
        .fetch_one(&mut *connection)
        .await?
        .get(0);
    if held != epoch.0 {
        return Err(StoreError::Deposed);
    }
    let mut results = Vec::with_capacity(group.len());
    for work in group {
        if savepoints {
            run(connection, "SAVEPOINT work").await?;
        }
        let result = apply_work(connection, bot, work).await;
        match result {
            Err(error) if savepoints && error.is_of_one_list() => {
                run(connection, "ROLLBACK TO work").await?;
                results.push(Err(error));
            }
            Err(error) => return Err(error),
            Ok(_) => results.push(result),
        }
        if savepoints {
            run(connection, "RELEASE work").await?;
        }
    }
    Ok(results)
}

async fn apply_work(connection: &mut SqliteConnection, bot: BotId, work: &Work) -> Done {
    match work {
        Work::Accept(updates) => apply::accept(connection, bot, updates).await,
        Work::Commit(changes) => {
            let now = Timestamp::now();
            for change in changes {
                apply::change(connection, bot, change, now).await?;
            }
            Ok(Vec::new())
        }
    }
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}
