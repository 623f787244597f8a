//! One prompt from its submission to its end: sent once, followed wherever the connection
//! breaks, looked for where nobody knows. No actor and no Telegram: it tells its listener.
//!
//! A stream's end proves nothing and silence is only a reason to look: the state of the
//! task decides. Resubscribing replays nothing, so after a cut the snapshot is what counts.

mod before;
mod begin;
mod decide;
mod learn;
mod search;
mod stop;
mod submit;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{debug, warn};

pub use self::begin::Begin;
pub use self::stop::{StopSignal, Stopper};

use self::before::Before;
use self::stop::Because;
use super::attempts::Attempts;
use super::progress::Progress;
use super::usage::Ledger;
use super::{A2aError, Event, EventStream, Message, Prompt, SharedAgent, Task};
use crate::ids::{AgentName, ContextId, TaskId, TurnId};
use crate::model::{Awaited, Protocol};
use crate::rules::health::Health;
use crate::rules::mask::Mask;
use crate::rules::turn::End;
use crate::usage::Usage;

/// The first wait between two looks at a task; it doubles up to [`WAIT_MAX`].
const WAIT: Duration = Duration::from_millis(500);
/// The longest wait between two looks at a task.
const WAIT_MAX: Duration = Duration::from_secs(15);
/// How long a task that cannot be stopped is watched.
const WATCHED_MAX: Duration = Duration::from_hours(24);
/// The error of a task that the agent does not know (A2A: `TaskNotFound`).
const TASK_NOT_FOUND: i64 = -32001;

/// What happens to a run, in order; [`News::Ended`] comes last, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The agent has the prompt: this is its task.
    Started {
        /// The task.
        task: TaskId,
        /// The context that it belongs to.
        context: Option<ContextId>,
        /// The protocol version that it was made in: every later call about it uses that one.
        protocol: Protocol,
        /// Whether it was over when it was first seen: its end is the next news.
        over: bool,
    },
    /// The context that an answer without a task belongs to.
    Context(ContextId),
    /// The agent has the decision that this run began with.
    Delivered {
        /// Whether that is only concluded: nobody knows what became of the call, and the task
        /// does not wait any more. Somebody else may have decided about it.
        inferred: bool,
    },
    /// What can be seen of the answer so far; for previews only.
    Progress(String),
    /// Its time is up, or a person wants it to stop, and the agent cannot stop it. It is
    /// watched on; the end comes late.
    Detached,
    /// What it has used in all, if the agent told; just before the end.
    Used(Usage),
    /// The end.
    Ended(End),
}

/// Where the news goes; the run goes on when it was taken in.
pub type Listener = Rc<dyn Fn(News) -> LocalBoxFuture<'static, ()>>;

/// A run of one prompt.
pub struct Run {
    /// The agent.
    pub client: SharedAgent,
    /// The protocol version: of the task that is taken up, or the one to begin with.
    pub protocol: Protocol,
    /// Whether it streams.
    pub streams: bool,
    /// Whether it is kagent's, which lists the tasks of a context in 0.3, too.
    pub kagent: bool,
    /// A silence after which the task is looked at; a task that has not changed for as long is
    /// spoken of.
    pub look_after: Duration,
    /// The time for all of it; then it is cancelled.
    pub total: Duration,
    /// Whether that time was up before.
    pub detached: bool,
    /// What is found about the agent's health.
    pub health: Rc<RefCell<Health>>,
    /// The prompt.
    pub prompt: Prompt,
    /// The question of the agent that the prompt answers.
    pub answers: Option<Awaited>,
    /// What is taken out of what the agent says, before it is logged.
    pub mask: Mask,
    /// For the log.
    pub turn: TurnId,
    /// The agent's name, for the log.
    pub agent: AgentName,
    /// Who hears of it.
    pub listener: Listener,
    /// Hears that a person wants it to stop. Nothing is sent from then on; what was sent is
    /// cancelled as soon as its task is known.
    pub stop: StopSignal,
}

/// What is known while it runs.
struct Watch {
    run: Run,
    /// How the prompt is offered; from its task on, the version does not change.
    attempts: Attempts,
    task: Option<Task>,
    /// What was asked before, and is not asked again.
    before: Option<Before>,
    direct: Option<Message>,
    progress: Progress,
    /// What was shown of it last; none after something else was shown.
    shown: Option<String>,
    told: String,
    used: Ledger,
    /// Snapshots of the task so far.
    snapshots: u32,
    deadline: Instant,
}

impl Run {
    /// Runs to the end. Boxed here, as it is large and would be moved about.
    #[must_use]
    pub fn run(self, begin: Begin) -> LocalBoxFuture<'static, End> {
        let mut watch = Watch::new(self);
        Box::pin(async move { watch.go_on(begin).await })
    }
}

impl Watch {
    fn new(run: Run) -> Self {
        Self {
            deadline: Instant::now() + if run.detached { WATCHED_MAX } else { run.total },
            attempts: Attempts::new(run.protocol, run.streams),
            before: run.answers.clone().map(Before::words),
            task: None,
            direct: None,
            progress: Progress::new(run.mask.clone()),
            run,
            shown: None,
            told: String::new(),
            used: Ledger::default(),
            snapshots: 0,
        }
    }

    /// What most turns need is part of this future; what few need has a box of its own, so that
    /// the ten thousand that wait for an answer do not keep room for it.
    async fn go_on(&mut self, begin: Begin) -> End {
        let end = match begin {
            Begin::Submit => self.submit().await,
            Begin::LookFor => Box::pin(self.look_for()).await,
            Begin::TakeUp(task) => Box::pin(self.follow(task)).await,
            Begin::Decide(pause) => Box::pin(self.decide(&pause)).await,
        };
        if let Some(used) = self.used.total() {
            (self.run.listener)(News::Used(used)).await;
        }
        end
    }

    /// Reads until the task is decided, or the stream ends. An error counts only while no
    /// task is known: later it is a cut like any other.
    async fn consume(&mut self, events: &mut EventStream) -> Result<Option<End>, A2aError> {
        loop {
            if Instant::now() >= self.deadline {
                // The task is known or not: whoever called looks, or gives up.
                return Ok(None);
            }
            if self.task.is_some() && self.is_to_stop() {
                // Whoever called cancels it, once this connection is free for the next prompt.
                return Ok(None);
            }
            let until = self.deadline.min(Instant::now() + self.run.look_after);
            let may_stop = self.task.is_some() && !self.run.detached;
            let next = tokio::select! {
                biased;
                next = timeout_at(until, events.next()) => next,
                () = self.run.stop.asked(), if may_stop => continue,
            };
            match next {
                Ok(Some(Ok(event))) => {
                    self.take_in(event).await;
                    if let Some(end) = self.decided() {
                        return Ok(Some(end));
                    }
                }
                Ok(Some(Err(error))) if self.task.is_none() => return Err(error),
                Ok(Some(Err(error))) => {
                    debug!(turn = %self.run.turn.reference(), %error, "the stream broke");
                    return Ok(None);
                }
                Ok(None) => return Ok(None),
                Err(_silence) => {
                    let streamed = self.task.clone();
                    if let Some(task) = streamed.as_ref().map(|task| task.id.clone())
                        && let Some(end) = Box::pin(self.look(&task)).await
                    {
                        return Ok(Some(end));
                    }
                    // This stream may still bring what the snapshot has: a chunk would double.
                    self.task = streamed;
                    self.tell_silence().await;
                }
            }
        }
    }

    /// Subscribe, then one get once that stands or is refused; again until it is decided.
    async fn follow(&mut self, id: TaskId) -> End {
        let mut wait = WAIT;
        let mut since = Instant::now();
        let mut seen = None;
        loop {
            if self.is_to_stop()
                && let Some(end) = self.cancel(&id, Because::Person).await
            {
                return end;
            }
            let events = self.subscribe(&id).await;
            let snapshots = self.snapshots;
            if let Some(end) = self.look(&id).await {
                return end;
            }
            if let Some(mut events) = events {
                let ended = self.consume(&mut events).await;
                self.progress.stream_ended();
                match ended {
                    Ok(Some(End::Stopped)) => return End::Stopped,
                    Ok(Some(end)) => {
                        // What came between the subscription and the snapshot is in both: the
                        // last snapshot has it once.
                        let last = self.look(&id).await;
                        // Without any snapshot a part of the answer is missing: then only one
                        // will do.
                        let whole = self.snapshots > snapshots;
                        if let Some(end) = last.or_else(|| whole.then_some(end)) {
                            return end;
                        }
                    }
                    Ok(None) | Err(_) => {}
                }
            }
            if Instant::now() >= self.deadline
                && let Some(end) = self.cancel(&id, Because::Time).await
            {
                return end;
            }
            let now = self.task.as_ref().map(Task::stage);
            if now != seen {
                seen = now;
                since = Instant::now();
                wait = WAIT;
            } else if since.elapsed() >= self.run.look_after {
                self.tell_silence().await;
            }
            let again = (Instant::now() + wait).min(self.deadline);
            tokio::select! {
                biased;
                () = sleep_until(again) => {}
                () = self.run.stop.asked(), if !self.run.detached => {}
            }
            wait = (wait * 2).min(WAIT_MAX);
        }
    }

    /// Not in plain 0.3: servers of the Python SDK (seen: 0.3.26) write whatever a subscriber
    /// is sent into the task once more, so that a subscription doubles the answer's chunks.
    /// kagent's answer is one piece.
    async fn subscribe(&self, id: &TaskId) -> Option<EventStream> {
        let Run { client, prompt, .. } = &self.run;
        let protocol = self.attempts.protocol;
        let doubles = protocol == Protocol::V03 && !self.run.kagent;
        // Nobody waits for a detached run: it holds no connection that a prompt may need.
        if !self.run.streams || doubles || self.run.detached {
            return None;
        }
        client
            .resubscribe(protocol, id, &prompt.principal)
            .await
            .ok()
    }

    /// One get; the snapshot decides.
    async fn look(&mut self, id: &TaskId) -> Option<End> {
        let Run { client, prompt, .. } = &self.run;
        let protocol = self.attempts.protocol;
        match client.get(protocol, id, &prompt.principal).await {
            Ok(task) => {
                self.take_in(Event::Task(task)).await;
                self.decided()
            }
            Err(A2aError::Rpc { code, .. }) if code == TASK_NOT_FOUND => Some(End::Forgotten),
            Err(error) => {
                let turn = self.run.turn.reference();
                let agent = &self.run.agent;
                warn!(%turn, %agent, task = %id, %error, "could not look at the task");
                // It never gets smaller.
                (error == A2aError::TooLarge).then(|| End::Failed(error.to_user()))
            }
        }
    }
}
