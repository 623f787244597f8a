//! Pauses on the board: what waits, who goes on, and which tools have run.

use serde_json::Value;
use tokio::sync::mpsc;

use super::super::model::{Ids, Message, Task};
use super::super::pause::Pending;
use super::{Board, KEPT_MAX, Signal, push_bounded};

impl Board {
    /// Keeps what waits, for the task and for its session; an older one of the session is lost.
    pub fn keep_pending(&self, ids: &Ids, pending: Pending) {
        let mut kept = self.kept();
        if let Some(slot) = kept.tasks.get_mut(&ids.task) {
            slot.pending = Some(pending.clone());
        }
        let key = (ids.user.clone(), ids.context.clone());
        kept.conversations.entry(key).or_default().pending = Some(pending);
    }

    /// What waits in a session.
    pub fn pending_of_session(&self, user: &str, context: &str) -> Option<Pending> {
        let key = (user.to_owned(), context.to_owned());
        self.kept().conversations.get(&key)?.pending.clone()
    }

    /// What waits in a task.
    pub fn pending_of_task(&self, task: &str) -> Option<Pending> {
        self.kept().tasks.get(task)?.pending.clone()
    }

    /// Nothing waits any more in a session, nor in a task. False where nothing did.
    pub fn settle(&self, user: &str, context: &str, task: &str) -> bool {
        let mut kept = self.kept();
        let key = (user.to_owned(), context.to_owned());
        let conversation = kept.conversations.get_mut(&key);
        let of_session = conversation.and_then(|conversation| conversation.pending.take());
        let slot = kept.tasks.get_mut(task);
        let of_task = slot.and_then(|slot| slot.pending.take());
        of_session.is_some() || of_task.is_some()
    }

    /// Lets a paused task go on with the user's message, and listens to it. None where it is
    /// paused no more.
    pub fn resume(
        &self,
        task: &str,
        message: Message,
    ) -> Option<(Task, mpsc::UnboundedReceiver<Signal>)> {
        let mut kept = self.kept();
        let slot = kept.tasks.get_mut(task)?;
        if !slot.task.state.is_paused() {
            return None;
        }
        if let Some(run) = slot.run.take() {
            run.abort();
        }
        slot.task.resume(message);
        let (listener, signals) = mpsc::unbounded_channel();
        slot.listeners.push(listener);
        let task = slot.task.clone();
        drop(kept);
        self.changed();
        Some((task, signals))
    }

    /// Records that a tool has run.
    pub fn record_executed(&self, tool: &str, args: &Value) {
        let executed = (tool.to_owned(), args.clone());
        push_bounded(&mut self.kept().executed, executed, KEPT_MAX);
        self.changed();
    }

    /// The tools that have run.
    pub fn executed(&self) -> Vec<(String, Value)> {
        self.kept().executed.iter().cloned().collect()
    }
}
