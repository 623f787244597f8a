//! The one writer: commits the waiting work of everybody as a group.
//!
//! A group is one transaction and one fsync. It begins with the proof that the epoch is
//! still ours. If a list of changes in it does not apply, the group is rolled back and
//! done again with a savepoint around each list, so that only that one is refused.
//!
//! It has a thread of its own, where nobody waits for it: what comes while a group is written to
//! the disk is the next group. It waits for others only where many come, and then not for long.
//! A group is told whole, and by [`tell`] where its answers are waited for: whoever waits is woken by
//! their own thread, and gives back there what they have allocated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::{debug, error, info};

use super::tidy::{self, Tidy};
use super::write::{self, Writing, log_pages, write};
use super::{Change, StoreError, StoredUpdate, apply};
use crate::crash::{self, When};
use crate::ids::{BotId, Epoch, Timestamp};

/// Lists of changes in one transaction; a longer queue only waits for the next.
const GROUP_MAX: usize = 256;
/// So many at once come only to a busy store, at which a group that waits for more of them saves work:
/// two messages of it write little more pages than one does, and share the fsync.
const BUSY_FROM: usize = 8;
/// At a busy store a group begins so long after the one before. A message is in five of them.
const APART: Duration = Duration::from_millis(4);

/// A log of so many pages is taken into the file as soon as nobody writes for [`REST`]. SQLite would do it
/// by itself within the commit that makes it so long, and whoever waits for that would wait for both.
const LOG_PAGES: i32 = 1000;
/// Between the commits of one message there is less time than that, and between two messages of a
/// quiet bot there is more.
const REST: Duration = Duration::from_millis(10);
/// A log of so many pages does not wait for a rest. A page that changes often goes to the file the less
/// often the longer it is; one table of its index in memory has room for about so many
/// (`HASHTABLE_NPAGE` of SQLite).
const LOG_PAGES_MAX: i32 = 4000;

/// What the writer is asked to do.
pub(super) enum Work {
    Commit(Vec<Change>),
    Accept(Vec<StoredUpdate>),
    Tidy(Tidy),
    /// Writes what is there already, to see whether the disk takes it.
    Probe,
    /// Takes what was erased out of the log of the file as well.
    Checkpoint,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// Of each update, whether it was new.
    New(Vec<bool>),
    /// The updates that were new.
    Fresh(Vec<StoredUpdate>),
    /// How many rows were touched.
    Tidied(u64),
}

/// What became of it, if anything did.
pub(super) type Done = Result<Outcome, StoreError>;

/// Work, and where its answer goes.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Done>,
}

/// Makes a connection to the store's file.
pub(super) type Connect = Box<dyn Fn() -> Result<Writing, StoreError> + Send>;

/// A group that was done: its work, and what became of each.
pub(super) type Told = Vec<(Job, Done)>;

pub(super) struct Writer {
    pub(super) bot: BotId,
    pub(super) epoch: Epoch,
    pub(super) connect: Connect,
    pub(super) connection: Option<Writing>,
    /// Whether the last group was committed.
    pub(super) works: Arc<AtomicBool>,
}

impl Writer {
    /// Works until the last handle of the store is gone.
    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>, told: &UnboundedSender<Told>) {
        let mut group = Vec::new();
        let mut begun = Instant::now();
        while self.receive(jobs, &mut group) {
            if let Some(wait) = company(group.len(), begun.elapsed()) {
                // Perhaps shorter: then the group is smaller.
                thread::park_timeout(wait);
                more(jobs, &mut group);
            }
            begun = Instant::now();
            let work: Vec<&Work> = group.iter().map(|job| &job.work).collect();
            let results = self.commit_group(&work);
            let _ = told.send(group.drain(..).zip(results).collect());
            if log_pages() >= LOG_PAGES_MAX {
                self.take_in_log();
            }
        }
        if let Some(connection) = self.connection.take()
            && let Err((_, error)) = connection.close()
        {
            error!(%error, "the store did not close cleanly");
        }
    }

    /// One result for each piece of work, in order.
    fn commit_group(&mut self, group: &[&Work]) -> Vec<Done> {
        let mut result = self.transaction(group, false);
        if result.as_ref().is_err_and(StoreError::is_of_one_list) {
            result = self.transaction(group, true);
        }
        match result {
            Ok(results) => {
                if !self.works.swap(true, Ordering::Relaxed) {
                    info!("the store works again");
                }
                if group.iter().any(|work| matches!(work, Work::Checkpoint)) {
                    self.checkpoint();
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

    fn transaction(&mut self, group: &[&Work], savepoints: bool) -> Result<Vec<Done>, StoreError> {
        let (bot, epoch) = (self.bot, self.epoch);
        let connection = self.open()?;
        points(group, When::Before);
        run(connection, "BEGIN IMMEDIATE")?;
        let done = match group_in_transaction(connection, bot, epoch, group, savepoints) {
            Ok(done) => run(connection, "COMMIT").map(|()| done),
            Err(error) => Err(error),
        };
        points(group, When::After);
        if done.is_err() {
            // SQLite may have rolled back already (disk full): then there is nothing left to do.
            let _ = run(connection, "ROLLBACK");
        }
        done
    }

    /// Waits for work, and tidies up if none comes; none comes any more once it answers no.
    fn receive(&self, jobs: &mpsc::Receiver<Job>, group: &mut Vec<Job>) -> bool {
        if log_pages() >= LOG_PAGES {
            match jobs.recv_timeout(REST) {
                Ok(job) => group.push(job),
                Err(_) => self.take_in_log(),
            }
        }
        if group.is_empty() {
            group.extend(jobs.recv().ok());
        }
        more(jobs, group);
        !group.is_empty()
    }

    fn take_in_log(&self) {
        if let Some(Err(error)) = self.connection.as_ref().map(write::take_in_log) {
            debug!(%error, "the log of the store was not taken into its file");
        }
    }

    /// What is read at the same time is not waited for: the next checkpoint does the rest.
    fn checkpoint(&self) {
        let Some(connection) = &self.connection else {
            return;
        };
        for sql in [
            "PRAGMA busy_timeout = 100",
            "PRAGMA wal_checkpoint(TRUNCATE)",
            "PRAGMA busy_timeout = 5000",
        ] {
            if let Err(error) = connection.execute_batch(sql) {
                debug!(%error, "the log of the store was not shortened");
            }
        }
    }

    fn open(&mut self) -> Result<&Writing, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => (self.connect)()?,
        };
        Ok(self.connection.insert(connection))
    }
}

/// Tells whoever waits what became of their work, until the writer has ended.
pub(super) async fn tell(mut told: UnboundedReceiver<Told>) {
    while let Some(group) = told.recv().await {
        for (Job { work, answer }, done) in group {
            // Nobody waits any more: the commit stands all the same.
            let _ = answer.send(done.map(|outcome| given_back(work, outcome)));
        }
    }
}

/// How long a group that is so large, so long after the one before has begun, waits for more.
fn company(jobs: usize, since: Duration) -> Option<Duration> {
    let busy = (BUSY_FROM..GROUP_MAX).contains(&jobs);
    APART.checked_sub(since).filter(|_| busy)
}

/// What waits as well, as far as the group has room.
fn more(jobs: &mpsc::Receiver<Job>, group: &mut Vec<Job>) {
    group.extend(jobs.try_iter().take(GROUP_MAX - group.len()));
}

/// The updates that were new are handed on as they came: nobody copies them.
fn given_back(work: Work, outcome: Outcome) -> Outcome {
    match (work, outcome) {
        (Work::Accept(mut updates), Outcome::New(new)) => {
            let mut new = new.into_iter();
            updates.retain(|_| new.next() == Some(true));
            Outcome::Fresh(updates)
        }
        (_, outcome) => outcome,
    }
}

/// The points at which tests let the process die: one for each change.
fn points(group: &[&Work], when: When) {
    if cfg!(not(debug_assertions)) {
        return;
    }
    for work in group {
        match work {
            Work::Accept(_) => crash::point("Accept", when),
            Work::Commit(changes) => {
                for change in changes {
                    crash::point(change.point(), when);
                }
            }
            Work::Tidy(_) => crash::point("Tidy", when),
            Work::Checkpoint => crash::point("Checkpoint", when),
            // Only what is there already.
            Work::Probe => {}
        }
    }
}

fn group_in_transaction(
    connection: &Writing,
    bot: BotId,
    epoch: Epoch,
    group: &[&Work],
    savepoints: bool,
) -> Result<Vec<Done>, StoreError> {
    let mut held = connection.prepare_cached("SELECT epoch FROM owner")?;
    let held: i64 = held.query_row((), |row| row.get(0))?;
    if held != epoch.0 {
        return Err(StoreError::Deposed);
    }
    let mut results = Vec::with_capacity(group.len());
    for work in group {
        if savepoints {
            run(connection, "SAVEPOINT work")?;
        }
        let result = apply_work(connection, bot, work);
        match result {
            Err(error) if savepoints && error.is_of_one_list() => {
                run(connection, "ROLLBACK TO work")?;
                results.push(Err(error));
            }
            Err(error) => return Err(error),
            Ok(_) => results.push(result),
        }
        if savepoints {
            run(connection, "RELEASE work")?;
        }
    }
    Ok(results)
}

fn apply_work(connection: &Writing, bot: BotId, work: &Work) -> Done {
    match work {
        Work::Accept(updates) => {
            let new = apply::accept(connection, bot, updates)?;
            Ok(Outcome::New(new))
        }
        Work::Tidy(step) => {
            let touched = tidy::step(connection, bot, step)?;
            Ok(Outcome::Tidied(touched))
        }
        Work::Probe => {
            run(connection, "UPDATE owner SET epoch = epoch")?;
            Ok(Outcome::Done)
        }
        Work::Checkpoint => Ok(Outcome::Done),
        Work::Commit(changes) => {
            let now = Timestamp::now();
            for change in changes {
                apply::change(connection, bot, change, now)?;
            }
            Ok(Outcome::Done)
        }
    }
}

fn run(connection: &Writing, sql: &'static str) -> Result<(), StoreError> {
    write(sql).run(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_many_come_at_once_a_group_waits_for_more() {
        let ms = Duration::from_millis;
        for (jobs, since, wait) in [
            (1, ms(0), None),
            (7, ms(0), None),
            (8, ms(0), Some(ms(4))),
            (60, ms(1), Some(ms(3))),
            (60, ms(5), None),
            (8, ms(60_000), None),
            (256, ms(0), None),
        ] {
            assert_eq!(company(jobs, since), wait, "{jobs} {since:?}");
        }
    }
}
