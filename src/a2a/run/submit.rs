//! The way of a prompt to the agent: which form it is offered in, and what a failure means.

use tokio::time::{Instant, sleep};
use tracing::warn;

use super::super::attempts::{Attempts, Next};
use super::super::{A2aError, Event, Outcome, Reply, Task, TaskState};
use super::{Run, TASK_NOT_FOUND, Watch};
use crate::rules::turn::End;

/// What agents answer to words for a task that is over or that they do not know: invalid
/// parameters (kagent), task not found, and unsupported operation (A2A 1.0, §3.1.1).
const OVER: [i64; 3] = [-32602, TASK_NOT_FOUND, -32004];

impl Watch {
    /// Offers the prompt until it is taken, or surely not.
    pub(super) async fn submit(&mut self) -> End {
        loop {
            if self.run.stop.is_asked() {
                // Nothing was taken so far.
                return End::Stopped;
            }
            let sent = if self.attempts.streams {
                self.stream().await
            } else {
                self.send().await
            };
            let error = match sent {
                Ok(end) => return end,
                Err(error) => error,
            };
            self.note_health(error.is_unreachable());
            let turn = self.run.turn.reference();
            let (agent, protocol) = (&self.run.agent, self.attempts.protocol);
            let outcome = error.outcome();
            warn!(%turn, %agent, %protocol, %error, ?outcome, "the call to the agent failed");
            if self.is_over_for(&error) {
                // It does not wait any more: the words are a question of their own.
                self.run.prompt.task = None;
                continue;
            }
            // A task that waits for this prompt knows one version.
            let switchable = self.run.prompt.task.is_none();
            let other = self.run.client.other(protocol, &error);
            match self.attempts.after(&error, other.filter(|_| switchable)) {
                Next::Again => {}
                Next::AgainAfter(pause) => {
                    self.tell_instead("It cannot be reached, trying again.")
                        .await;
                    tokio::select! {
                        biased;
                        () = sleep(pause) => {}
                        () = self.run.stop.asked() => {}
                    }
                }
                Next::GiveUp => return Box::pin(self.failed(&error)).await,
            }
        }
    }

    /// Whether the task that this prompt answers takes no more words. The prompt was refused, and
    /// its conversation goes on without that task.
    fn is_over_for(&self, error: &A2aError) -> bool {
        let A2aError::Rpc { code, .. } = error else {
            return false;
        };
        self.run.prompt.task.is_some() && error.outcome() == Outcome::Refused && OVER.contains(code)
    }

    /// Whether the agent could be reached, for those who come after.
    pub(super) fn note_health(&self, unreachable: bool) {
        let mut health = self.run.health.borrow_mut();
        if unreachable {
            health.unreachable(Instant::now());
        } else {
            health.answered();
        }
    }

    /// An error before the agent's task was known.
    async fn failed(&mut self, error: &A2aError) -> End {
        if error.outcome() != Outcome::Unknown {
            return End::Failed(error.to_user());
        }
        match (self.look_for().await, error) {
            // It has answered, so it is not lost; what it did before, nobody can tell.
            (End::Unknown, A2aError::Rpc { .. }) => {
                End::Failed(format!("{} It may have done a part of it", error.to_user()))
            }
            (end, _) => end,
        }
    }

    async fn stream(&mut self) -> Result<End, A2aError> {
        let mut events = {
            let Run { client, prompt, .. } = &self.run;
            client.stream(self.attempts.protocol, prompt).await?
        };
        let ended = self.consume(&mut events).await?;
        self.progress.stream_ended();
        if let Some(end) = ended {
            return Ok(end);
        }
        // Its connection is a place that the next prompt may need.
        drop(events);
        self.after_break().await
    }

    async fn send(&mut self) -> Result<End, A2aError> {
        let Run { client, prompt, .. } = &self.run;
        let Attempts {
            protocol, blocks, ..
        } = self.attempts;
        let event = match client.send(protocol, prompt, blocks).await? {
            Reply::Task(task) => Event::Task(task),
            Reply::Message(message) => Event::Message(message),
        };
        self.take_in(event).await;
        let works = |task: &Task| task.state == TaskState::Working;
        match self.decided() {
            Some(end) => Ok(end),
            // Whoever waited for the end has it: kagent leaves an empty answer in this state.
            None if blocks && self.task.as_ref().is_some_and(works) => {
                let answer = self.task.as_ref().and_then(Task::answer_text);
                Ok(End::Answer(answer.unwrap_or_default().into()))
            }
            None => self.after_break().await,
        }
    }

    /// The connection has ended and the task, if there is one, has not.
    async fn after_break(&mut self) -> Result<End, A2aError> {
        match self.task.as_ref().map(|task| task.id.clone()) {
            Some(task) => Ok(Box::pin(self.follow(task)).await),
            None => Err(A2aError::Cut),
        }
    }
}
