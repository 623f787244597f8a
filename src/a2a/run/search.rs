//! The search for a prompt that the agent may have.

use tokio::time::sleep;
use tracing::debug;

use super::{Event, Task, WAIT, Watch};
use crate::ids::TaskId;
use crate::model::Protocol;
use crate::rules::turn::End;

/// Searches for a prompt that may have been received.
const SEARCHES_MAX: u32 = 4;

impl Watch {
    /// Looks for the prompt in the tasks of its context, or, as long as the agent has told none,
    /// in all that we may see. Finding it proves that the agent has it; not finding it proves
    /// nothing.
    pub(super) async fn look_for(&mut self) -> End {
        if let Some(answered) = self.run.prompt.task.clone() {
            return self.look_for_in(answered).await;
        }
        let context = self.run.prompt.context.clone();
        let principal = self.run.prompt.principal.clone();
        let mut wait = WAIT;
        for _ in 0..SEARCHES_MAX {
            let protocol = self.attempts.protocol;
            if protocol == Protocol::V03 && (!self.run.kagent || context.is_none()) {
                return End::Unknown;
            }
            match self
                .run
                .client
                .list(protocol, context.as_ref(), &principal)
                .await
            {
                Ok(tasks) => {
                    let mine = |task: &&Task| task.contains_prompt(&self.run.prompt.id);
                    return match tasks.iter().find(mine) {
                        Some(task) => self.found(task.clone()).await,
                        None => End::Unknown,
                    };
                }
                Err(error) if error.retry() => {
                    debug!(turn = %self.run.turn.reference(), %error, "could not list tasks");
                    sleep(wait).await;
                    wait *= 2;
                }
                Err(_) => return End::Unknown,
            }
        }
        End::Unknown
    }

    /// The agent has the prompt: that is told before anything else can go wrong.
    async fn found(&mut self, task: Task) -> End {
        let id = task.id.clone();
        self.take_in(Event::Task(task)).await;
        self.follow(id).await
    }

    /// Looks for the prompt in the task whose question it answers.
    async fn look_for_in(&mut self, answered: TaskId) -> End {
        let (client, principal) = (&self.run.client, &self.run.prompt.principal);
        let mut wait = WAIT;
        for _ in 0..SEARCHES_MAX {
            let protocol = self.attempts.protocol;
            match client.get(protocol, &answered, principal).await {
                Ok(task) if task.contains_prompt(&self.run.prompt.id) => {
                    return self.found(task).await;
                }
                Err(error) if error.retry() => {
                    debug!(turn = %self.run.turn.reference(), %error, "could not look at the task");
                    sleep(wait).await;
                    wait *= 2;
                }
                Ok(_) | Err(_) => return End::Unknown,
            }
        }
        End::Unknown
    }
}
