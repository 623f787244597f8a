//! The methods: what each does, before HTTP. `prompt` takes messages, `tasks` all else.

mod prompt;
mod replies;
mod tasks;

use std::sync::Arc;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedReceiver;

use super::board::{Board, Signal};
use super::model::{Ids, Task};
use super::protocol::{Method, Version};
use super::refusal::Refusal;
use super::reply::Fault;
use super::wire::Wire;

/// What a method has come to.
pub(super) enum Answer {
    /// A result.
    Result(Value),
    /// An error of the method; on a streaming method of 0.3 it comes as an event.
    Refused(Refusal),
    /// An error found before the method was reached; always plain JSON.
    Invalid(Refusal),
    /// Events as they come.
    Stream(Box<Listening>),
    /// A broken transport, in place of this result.
    Faulty { fault: Fault, instead_of: Value },
}

/// A stream that goes out.
pub(super) struct Listening {
    pub ids: Ids,
    /// What is told before all events: the task, where a subscription of 1.0 begins.
    pub first: Option<Value>,
    pub signals: UnboundedReceiver<Signal>,
    /// The connection is cut after so many of them.
    pub cut_after: Option<usize>,
}

impl Listening {
    /// The stream of a prompt itself, which may be cut by its script.
    pub fn to_prompt(
        ids: Ids,
        signals: UnboundedReceiver<Signal>,
        cut_after: Option<usize>,
    ) -> Self {
        Self {
            ids,
            first: None,
            signals,
            cut_after,
        }
    }
}

/// What a call says beside its parameters.
pub(super) struct Asked {
    pub version: Version,
    pub method: Method,
    pub user: String,
    /// Whether the request opted in to `hitl/v1`.
    pub opted_in: bool,
}

/// One agent, as a request sees it.
pub(super) struct Methods {
    pub board: Arc<Board>,
    /// Where tasks run: the emulator's own thread, which no connection can end.
    pub runtime: Handle,
}

impl Answer {
    fn stream(ids: Ids, first: Option<Value>, signals: UnboundedReceiver<Signal>) -> Self {
        Self::Stream(Box::new(Listening {
            ids,
            first,
            signals,
            cut_after: None,
        }))
    }
}

impl Methods {
    /// Runs a method.
    pub async fn call(&self, asked: &Asked, params: &Value) -> Answer {
        let version = asked.version;
        match asked.method {
            Method::Stream if !self.board.settings.card.streaming => Answer::Invalid(Refusal::of(
                version,
                -32004,
                "Streaming is not supported by the agent",
            )),
            Method::Send | Method::Stream => self.prompt(asked, params).await,
            Method::Get => self.get(asked, params),
            Method::List => self.list(asked, params),
            Method::Cancel => self.cancel(asked, params),
            Method::Subscribe => self.subscribe(asked, params),
            Method::Push => Answer::Refused(Refusal::new(
                -32603,
                "Push notifications are not supported by the agent",
            )),
        }
    }

    /// The wire that a call is answered on.
    pub fn wire(&self, version: Version) -> Wire {
        Wire::new(&self.board.settings, version)
    }

    /// Waits for the end of the task, its pause or a fault of the transport, whichever comes
    /// first.
    async fn wait(
        &self,
        version: Version,
        task: &Task,
        signals: &mut UnboundedReceiver<Signal>,
    ) -> Answer {
        let mut fault = None;
        while let Some(signal) = signals.recv().await {
            match signal {
                Signal::Fault(found) => {
                    fault = Some(found);
                    break;
                }
                Signal::Paused => break,
                Signal::Event(_) | Signal::Ping | Signal::Over => {}
            }
        }
        let now = self.board.task(&task.ids.task);
        let shown = self.wire(version).sent_task(now.as_ref().unwrap_or(task));
        match fault {
            Some(fault) => Answer::Faulty {
                fault,
                instead_of: shown,
            },
            None => Answer::Result(shown),
        }
    }
}
