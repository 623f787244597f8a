//! The end of a run before its answer: its time is up, or a person wants it to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tracing::{debug, warn};

use super::super::{Event, TaskState};
use super::{News, WAIT, WATCHED_MAX, Watch};
use crate::ids::TaskId;
use crate::rules::turn::End;
use crate::rules::words;

/// Calls to cancel a task; what cancels it once does no harm twice.
const CANCELS_MAX: u32 = 3;

/// Tells a run that a person wants it to stop.
#[derive(Debug)]
pub struct Stopper(Arc<Wish>);

/// What a run hears of its [`Stopper`].
#[derive(Clone, Debug)]
pub struct StopSignal(Arc<Wish>);

/// What both share: a channel of tokio's is five times as large, and each turn has one.
#[derive(Debug, Default)]
struct Wish {
    asked: AtomicBool,
    told: Notify,
}

impl Stopper {
    /// A stopper, and what its run hears; `asked` if somebody wants the end already.
    #[must_use]
    pub fn new(asked: bool) -> (Self, StopSignal) {
        let wish = Arc::new(Wish {
            asked: AtomicBool::new(asked),
            told: Notify::new(),
        });
        (Self(wish.clone()), StopSignal(wish))
    }

    /// The run stops as soon as its agent can be told.
    pub fn stop(&self) {
        self.0.asked.store(true, Ordering::Release);
        self.0.told.notify_waiters();
    }
}

impl StopSignal {
    /// Whether somebody wants the end.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::Acquire)
    }

    /// Waits until somebody wants the end; for ever, if nobody can any more.
    pub async fn asked(&self) {
        // It hears what is told from here on, before it is awaited, too.
        let told = self.0.told.notified();
        if !self.is_asked() {
            told.await;
        }
    }
}

/// Why a run is to end without its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Because {
    Time,
    Person,
}

impl Watch {
    /// Whether a person waits for a task to be cancelled; what is detached was tried already.
    pub(super) fn is_to_stop(&self) -> bool {
        self.run.stop.is_asked() && !self.run.detached
    }

    /// Cancels the task. What cannot be cancelled is watched on.
    pub(super) async fn cancel(&mut self, id: &TaskId, because: Because) -> Option<End> {
        let turn = self.run.turn.reference();
        if self.run.detached {
            let agent = &self.run.agent;
            warn!(%turn, %agent, task = %id, "it has been watched for long enough");
            return Some(End::Failed("It never came to an end.".to_owned()));
        }
        self.call_cancel(id).await;
        // It may have ended by itself just before.
        let end = match self.decided() {
            Some(end) => Some(end),
            None => self.look(id).await,
        };
        if let Some(end) = end {
            let cancelled =
                self.task.as_ref().map(|task| &task.state) == Some(&TaskState::Canceled);
            if cancelled && because == Because::Time {
                let minutes = words::minutes(self.run.total);
                let why = format!("It took longer than {minutes} min, so I had it stopped.");
                return Some(End::Failed(why));
            }
            return Some(end);
        }
        (self.run.listener)(News::Detached).await;
        self.run.detached = true;
        self.deadline = Instant::now() + WATCHED_MAX;
        None
    }

    async fn call_cancel(&mut self, id: &TaskId) {
        let turn = self.run.turn.reference();
        let mut wait = WAIT;
        for call in 1..=CANCELS_MAX {
            let super::Run { client, prompt, .. } = &self.run;
            let protocol = self.attempts.protocol;
            match client.cancel(protocol, id, &prompt.principal).await {
                Ok(task) => return self.take_in(Event::Task(task)).await,
                Err(error) if error.retry() && call < CANCELS_MAX => {
                    debug!(%turn, task = %id, %error, "could not cancel it, trying again");
                    sleep(wait).await;
                    wait *= 2;
                }
                Err(error) => {
                    let agent = &self.run.agent;
                    return warn!(%turn, %agent, task = %id, %error, "it could not be cancelled");
                }
            }
        }
    }
}
