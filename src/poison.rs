//! What was being worked on when the process panicked.
//!
//! A panic ends the process. The hook writes down, before that, which update or turn it was; the
//! next process counts. What has ended three processes is set aside (parked): it would end the
//! next one as well. A SIGKILL writes nothing, and so parks nothing.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::ids::{Timestamp, TurnId, UpdateId};

/// Records that a file may hold: each is read at the next start, so more are never needed.
const RECORDS_MAX: usize = 1_000;

/// What is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Work {
    /// An update, from when it is read until it has come to its end.
    Update(UpdateId),
    /// A turn, from when its run begins until its end is committed.
    Turn(TurnId),
}

impl Work {
    /// Its kind and its number, as the store has them.
    #[must_use]
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Update(id) => ("update", id.0),
            Self::Turn(id) => ("turn", id.0),
        }
    }

    /// The other way round.
    #[must_use]
    pub fn of_parts(kind: &str, id: i64) -> Option<Self> {
        match kind {
            "update" => Some(Self::Update(UpdateId(id))),
            "turn" => Some(Self::Turn(TurnId(id))),
            _ => None,
        }
    }

    /// What people see of it: that of a turn, or `U` and the number of an update.
    #[must_use]
    pub fn reference(self) -> String {
        match self {
            Self::Update(id) => format!("U{id}"),
            Self::Turn(id) => id.reference().to_string(),
        }
    }
}

thread_local! {
    static ON: Cell<Option<Work>> = const { Cell::new(None) };
}

/// Until this is dropped, its thread works on something.
#[derive(Debug)]
pub struct Guard {
    before: Option<Work>,
}

/// From here on this thread works on `work`.
#[must_use]
pub fn on(work: Work) -> Guard {
    Guard {
        before: ON.replace(Some(work)),
    }
}

/// What this thread works on.
#[must_use]
pub fn current() -> Option<Work> {
    ON.get()
}

impl Drop for Guard {
    fn drop(&mut self) {
        ON.set(self.before);
    }
}

/// A future that works on something whenever it is polled.
pub struct Watched<F> {
    work: Work,
    future: Pin<Box<F>>,
}

/// `future`, whose every step works on `work`.
pub fn watched<F: Future>(work: Work, future: F) -> Watched<F> {
    let future = Box::pin(future);
    Watched { work, future }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _on = on(self.work);
        self.future.as_mut().poll(context)
    }
}

/// One panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What was worked on.
    pub work: Work,
    /// When.
    pub at: Timestamp,
    /// The line of the program. Never the words of the panic: they may hold somebody's text.
    pub line: String,
}

/// The file beside the store at `store`.
#[must_use]
pub fn file(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".panics");
    PathBuf::from(name)
}

/// From now on a panic of any thread is written down, and ends the process.
pub fn end_at_panics(store: &Path) {
    let file = file(store);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        if let Some(work) = ON.get() {
            let line = panic.location().map(ToString::to_string);
            let record = Record {
                work,
                at: Timestamp::now(),
                line: line.unwrap_or_default(),
            };
            // There is nobody left to tell of a failure.
            let _ = write(&file, &record);
        }
        std::process::abort();
    }));
}

fn write(file: &Path, record: &Record) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    let (kind, id) = record.work.parts();
    // One call, so that two threads that panic at once do not mix their lines.
    let line = format!("{kind} {id} {} {}\n", record.at.0, record.line);
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// The panics of earlier processes; what is no record, such as half a line, is left out.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn records(file: &Path) -> io::Result<Vec<Record>> {
    let text = match std::fs::read(file) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(text.lines().filter_map(parse).take(RECORDS_MAX).collect())
}

/// The records are in the store: the file is emptied.
///
/// # Errors
/// When it cannot be written.
pub fn forget(file: &Path) -> io::Result<()> {
    File::create(file)?.sync_all()
}

fn parse(line: &str) -> Option<Record> {
    let mut parts = line.splitn(4, ' ');
    let (kind, id) = (parts.next()?, parts.next()?.parse().ok()?);
    Some(Record {
        work: Work::of_parts(kind, id)?,
        at: Timestamp(parts.next()?.parse().ok()?),
        line: parts.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worked_on_is_known_within_and_as_before_afterwards() {
        let (update, turn) = (Work::Update(UpdateId(1)), Work::Turn(TurnId(2)));
        let outer = on(update);
        assert_eq!(ON.get(), Some(update));
        {
            let _inner = on(turn);
            assert_eq!(ON.get(), Some(turn));
        }
        assert_eq!(ON.get(), Some(update));
        drop(outer);
        assert_eq!(ON.get(), None);
    }

    #[tokio::test]
    async fn a_watched_future_is_worked_on_only_while_it_runs() {
        let turn = Work::Turn(TurnId(2));
        let steps = watched(turn, async {
            assert_eq!(ON.get(), Some(turn));
            tokio::task::yield_now().await;
            assert_eq!(ON.get(), Some(turn));
        });
        let beside = async {
            assert_eq!(ON.get(), None);
            tokio::task::yield_now().await;
            assert_eq!(ON.get(), None);
        };
        tokio::join!(steps, beside);
        assert_eq!(ON.get(), None);
    }

    #[test]
    fn records_are_read_as_they_were_written_and_broken_ones_left_out() {
        let dir = tempfile::TempDir::new().unwrap();
        let file = file(&dir.path().join("store.db"));
        assert_eq!(records(&file).unwrap(), []);
        let record = |work| Record {
            work,
            at: Timestamp(17),
            line: "src/a file.rs:1:2".to_owned(),
        };
        let both = [Work::Update(UpdateId(-5)), Work::Turn(TurnId(6))].map(record);
        for record in &both {
            write(&file, record).unwrap();
        }
        let mut text = std::fs::read_to_string(&file).unwrap();
        text.push_str("turn x 5 y\nnonsense 1 2 3\nupdate 7");
        std::fs::write(&file, text).unwrap();
        assert_eq!(records(&file).unwrap(), both);
        forget(&file).unwrap();
        assert_eq!(records(&file).unwrap(), []);
    }
}
