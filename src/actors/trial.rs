//! One at a time: what may have ended several processes is let in alone, so that the next death
//! meets it alone. Without such deaths everything is let in at once.
//!
//! What waits here is what an earlier process has left, at most.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::Commons;
use crate::poison::Work;
use crate::rules::suspects::{ALONE_FOR, HEALTHY_AFTER};
use crate::store::Change;

/// Who is let in alone.
pub struct Trial {
    /// What is not let in before it is its turn.
    suspects: RefCell<BTreeSet<Work>>,
    /// One place, in the order in which they come.
    place: Arc<Semaphore>,
    /// Updates among them: they come before turns, as the poll waits for them.
    updates: watch::Sender<usize>,
    /// When something was last let in, or the process began.
    since: Cell<Instant>,
    /// Whether the store knows that this process lives.
    noted: Cell<bool>,
}

/// It is let in; alone, until this is dropped or it has been alone for long enough.
pub struct Alone(Rc<Held>);

struct Held {
    commons: Commons,
    work: Work,
    place: RefCell<Option<OwnedSemaphorePermit>>,
}

impl Default for Trial {
    /// Everything is let in at once.
    fn default() -> Self {
        Self::of(BTreeSet::new())
    }
}

impl Trial {
    /// These are let in one at a time.
    #[must_use]
    pub fn of(suspects: BTreeSet<Work>) -> Self {
        let updates = suspects.iter();
        let updates = updates.filter(|work| matches!(work, Work::Update(_)));
        Self {
            updates: watch::Sender::new(updates.count()),
            suspects: suspects.into(),
            place: Arc::new(Semaphore::new(1)),
            since: Instant::now().into(),
            noted: false.into(),
        }
    }

    /// Whether it has to wait for its turn.
    #[must_use]
    pub fn suspects(&self, work: Work) -> bool {
        self.suspects.borrow().contains(&work)
    }
}

/// Waits until it is the turn of this suspect.
pub async fn let_in(commons: Commons, work: Work) -> Alone {
    if matches!(work, Work::Turn(_)) {
        let mut updates = commons.trial.updates.subscribe();
        // The other end is in the trial.
        let _ = updates.wait_for(|updates| *updates == 0).await;
    }
    let place = commons.trial.place.clone().acquire_owned().await;
    commons.trial.suspects.borrow_mut().remove(&work);
    commons.trial.since.set(Instant::now());
    warn!(work = %work.reference(), "let in alone, as several processes have died");
    if let Err(error) = commons.keep_surely(vec![Change::Try(work)]).await {
        warn!(work = %work.reference(), %error, "nobody will know that it was alone");
    }
    let held = Rc::new(Held {
        commons,
        work,
        // The semaphore is never closed.
        place: RefCell::new(place.ok()),
    });
    let timed = held.clone();
    actix_rt::spawn(async move {
        sleep(ALONE_FOR).await;
        timed.acquit();
    });
    Alone(held)
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.acquit();
    }
}

impl Held {
    /// It has not ended the process: the next one is let in when the store knows that.
    fn acquit(&self) {
        let Some(place) = self.place.take() else {
            return;
        };
        let (commons, work) = (self.commons.clone(), self.work);
        actix_rt::spawn(async move {
            commons.trial.since.set(Instant::now());
            match commons.keep_surely(vec![Change::Acquit(work)]).await {
                Ok(()) => info!(work = %work.reference(), "the process outlives it"),
                Err(error) => warn!(work = %work.reference(), %error, "it stays suspected"),
            }
            drop(place);
            if matches!(work, Work::Update(_)) {
                let updates = &commons.trial.updates;
                updates.send_modify(|updates| *updates = updates.saturating_sub(1));
            }
        });
    }
}

/// Tells the store once that this process lives: the deaths before it are no row any more, and
/// nothing is suspected.
pub async fn note_health(commons: &Commons) {
    let trial = &commons.trial;
    let busy = trial.place.available_permits() == 0;
    if trial.noted.get() || busy || trial.since.get().elapsed() < HEALTHY_AFTER {
        return;
    }
    match commons.store.commit(vec![Change::LiveOn]).await {
        Ok(()) => {
            trial.noted.set(true);
            trial.suspects.borrow_mut().clear();
        }
        Err(error) => warn!(%error, "could not note that the process lives"),
    }
}
