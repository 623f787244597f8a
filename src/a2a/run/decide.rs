//! The way of a decision to a task that waits for one. What waits belongs to kagent's session, not
//! to the task, so the task is looked at first: a decision leaves only for exactly what was shown.

use futures_util::StreamExt;
use tracing::{info, warn};

use super::super::{A2aError, Event, Outcome, Reply, pause, stream};
use super::before::Before;
use super::{News, TASK_NOT_FOUND, Watch};
use crate::pause::Pause;
use crate::rules::turn::End;

impl Watch {
    /// Sends the decision that the prompt is, if the task still waits for exactly this.
    pub(super) async fn decide(&mut self, expected: &Pause) -> End {
        match self.fetched(expected).await {
            Ok(true) => {}
            Ok(false) => return self.follow(expected.task.clone()).await,
            Err(A2aError::Rpc { code, .. }) if code == TASK_NOT_FOUND => {
                return End::Failed("The agent no longer knows of it.".to_owned());
            }
            Err(error) => return undecided(true, &error),
        }
        // From here on the events of this run tell what the task has come to.
        self.task = None;
        self.before = Some(Before::decision(expected.clone()));
        let sent = self.send_decision().await;
        let error = match sent {
            Ok(end) => return end,
            Err(error) => error,
        };
        self.note_health(error.is_unreachable());
        let turn = self.run.turn.reference();
        let (agent, task, outcome) = (&self.run.agent, &expected.task, error.outcome());
        warn!(%turn, %agent, %task, %error, ?outcome, "the decision did not get through");
        let surely = outcome != Outcome::Unknown;
        match self.fetched(expected).await {
            // It has moved on, surely by somebody else's.
            Ok(false) if surely => self.follow(expected.task.clone()).await,
            // It has moved on: then it has got it, or somebody else's.
            Ok(false) => {
                (self.run.listener)(News::Delivered { inferred: true }).await;
                self.follow(expected.task.clone()).await
            }
            _ => undecided(surely, &error),
        }
    }

    async fn send_decision(&mut self) -> Result<End, A2aError> {
        let (client, prompt) = (self.run.client.clone(), self.run.prompt.clone());
        let protocol = self.attempts.protocol;
        // Nobody waits for a detached run: it holds no connection that a prompt may need.
        let mut events = if self.run.streams && !self.run.detached {
            client.stream(protocol, &prompt).await?
        } else {
            stream::of_event(match client.send(protocol, &prompt, false).await? {
                Reply::Task(task) => Event::Task(task),
                Reply::Message(message) => Event::Message(message),
            })
        };
        // Servers of the Python SDK refuse with the first item.
        let first = events.next().await.ok_or(A2aError::Cut)??;
        let (turn, agent) = (self.run.turn.reference(), &self.run.agent);
        info!(%turn, %agent, "the decision was taken");
        (self.run.listener)(News::Delivered { inferred: false }).await;
        self.take_in(first).await;
        if let Some(end) = self.decided() {
            return Ok(end);
        }
        let ended = self.consume(&mut events).await;
        self.progress.stream_ended();
        // Its connection is a place that the next prompt may need.
        drop(events);
        match ended {
            Ok(Some(end)) => Ok(end),
            _ => Ok(match self.run.prompt.task.clone() {
                Some(task) => self.follow(task).await,
                None => End::Unknown,
            }),
        }
    }

    /// Whether the task waits for exactly this, now.
    async fn fetched(&self, expected: &Pause) -> Result<bool, A2aError> {
        let principal = &self.run.prompt.principal;
        let protocol = self.attempts.protocol;
        let task = self
            .run
            .client
            .get(protocol, &expected.task, principal)
            .await?;
        Ok(pause::pause(&task).as_ref() == Some(expected))
    }
}

fn undecided(surely: bool, error: &A2aError) -> End {
    End::Undecided {
        surely,
        why: error.to_user(),
    }
}
