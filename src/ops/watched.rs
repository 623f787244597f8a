//! The store as the actors have it: what is written is timed, and what is committed is counted.

use std::ops::Deref;
use std::rc::Rc;

use tokio::time::Instant;

use super::tally::Tally;
use super::turn_clock::Note;
use crate::ids::Timestamp;
use crate::rules::status::Totals;
use crate::store::{Answer, Change, SharedStore, Store, StoreError, StoredUpdate};

/// A store that is watched. It is that store in all but the methods below, which take the place of
/// the store's own: a wrapper around each of its methods would have to know all of them.
#[derive(Clone)]
pub struct Watched {
    inner: SharedStore,
    tally: Rc<Tally>,
}

impl Watched {
    /// Watches this store.
    #[must_use]
    pub fn new(inner: SharedStore, tally: Rc<Tally>) -> Self {
        Self { inner, tally }
    }

    /// [`Store::accept`], timed.
    #[must_use]
    pub fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.timed("accept", self.inner.accept(updates))
    }

    /// [`Store::commit`], timed, and counted if it was done.
    #[must_use]
    pub fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        let notes = Note::all(&changes);
        let done = self.timed("commit", self.inner.commit(changes));
        let tally = self.tally.clone();
        Box::pin(async move {
            done.await?;
            tally.committed(notes);
            Ok(())
        })
    }

    /// [`Store::totals`], timed: of what is read, it touches the most rows.
    #[must_use]
    pub fn totals(&self, now: Timestamp) -> Answer<Totals> {
        self.timed("totals", self.inner.totals(now))
    }

    fn timed<T: 'static>(&self, what: &'static str, done: Answer<T>) -> Answer<T> {
        let tally = self.tally.clone();
        let begun = Instant::now();
        Box::pin(async move {
            let done: Result<T, StoreError> = done.await;
            tally.stored(what, begun.elapsed());
            done
        })
    }
}

impl Deref for Watched {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.inner
    }
}
