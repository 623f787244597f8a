//! A gate that holds tasks until the test opens it: slowness without a clock.

use std::sync::Arc;

use tokio::sync::watch;

/// Holds every task that comes to it until it is opened, then lets all pass.
///
/// Clones are the same gate. A gate that was opened stays open.
#[derive(Clone, Debug)]
pub struct Gate {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    open: watch::Sender<bool>,
    /// Tasks that ever came to the gate, so that `reached` cannot miss one that has passed.
    arrived: watch::Sender<usize>,
    /// Tasks that stand before the gate now.
    waiting: watch::Sender<usize>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        let shared = Shared {
            open: watch::Sender::new(false),
            arrived: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Lets all tasks pass, those that wait and those that come later.
    pub fn open(&self) {
        self.shared.open.send_replace(true);
    }

    /// Whether the gate was opened.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self.shared.open.borrow()
    }

    /// Whether a task has come to the gate, be it still there or not.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        *self.shared.arrived.borrow() > 0
    }

    /// How many tasks stand before the gate now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        *self.shared.waiting.borrow()
    }

    /// Returns when a task has come to the gate. Waits without limit: the test sets its own.
    pub async fn reached(&self) {
        self.reached_by(1).await;
    }

    /// Returns when `count` tasks have come to the gate, whether they still stand there or not.
    pub async fn reached_by(&self, count: usize) {
        let mut arrived = self.shared.arrived.subscribe();
        // The sender lives in `self`, so the wait can only end by its condition.
        let _ = arrived.wait_for(|arrived| *arrived >= count).await;
    }

    /// Stands before the gate until it opens.
    pub(super) async fn pass(&self) {
        let mut open = self.shared.open.subscribe();
        let _place = Place::take(&self.shared);
        let _ = open.wait_for(|open| *open).await;
    }
}

/// A place before the gate; given up when the task passes or is cancelled.
struct Place<'a>(&'a Shared);

impl<'a> Place<'a> {
    fn take(shared: &'a Shared) -> Self {
        // Waiting first: who sees the arrival also sees the one who waits.
        shared.waiting.send_modify(|waiting| *waiting += 1);
        shared.arrived.send_modify(|arrived| *arrived += 1);
        Self(shared)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|waiting| *waiting -= 1);
    }
}
