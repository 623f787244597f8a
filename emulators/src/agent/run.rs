//! Plays the steps of an answer on a task, whether a connection listens or not.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;

use super::board::{Board, Signal};
use super::model::{Artifact, Event, Message, Part, State, Task};
use super::reply::Step;

/// One run of one task. Dropped in the middle when the task is cancelled.
pub(super) struct Run {
    board: Arc<Board>,
    task: Task,
    /// The latest call of each tool, so that a result names it.
    calls: HashMap<String, String>,
}

impl Run {
    pub fn new(board: Arc<Board>, task: Task) -> Self {
        let calls = HashMap::new();
        Self { board, task, calls }
    }

    /// Plays all steps, then says that nothing more will come.
    pub async fn play(mut self, steps: Vec<Step>) {
        self.opens();
        for step in steps {
            self.does(step).await;
        }
        self.signal(&Signal::Over);
    }

    /// The task is submitted since it was made: only those who listen need this event.
    fn opens(&self) {
        let created = Event::Created(Box::new(self.task.clone()));
        self.signal(&Signal::Event(created));
        self.status(State::Working, None);
    }

    async fn does(&mut self, step: Step) {
        match step {
            Step::After(delay) => sleep(delay).await,
            Step::Held(gate) => gate.pass().await,
            Step::Working(text) => self.says(vec![Part::Text(text)], None),
            Step::Thinks(text) => self.says(vec![Part::Thought(text)], None),
            Step::Tokens { deltas, every } => self.streams(deltas, every).await,
            Step::ToolCall { name, args } => {
                let id = self.begins_call(&name);
                self.says(vec![Part::ToolCall { id, name, args }], None);
            }
            Step::ToolResult { name, text } => {
                let id = self.calls.get(&name).cloned();
                let id = id.unwrap_or_else(|| self.begins_call(&name));
                self.says(vec![Part::ToolResult { id, name, text }], None);
            }
            Step::Artifact(text) => {
                let artifact = Event::Artifact(Artifact::text(text));
                self.signal(&Signal::Event(artifact));
            }
            Step::Completes => self.status(State::Completed, None),
            Step::Fails(text) => self.fails(text),
            Step::Fault(fault) => self.signal(&Signal::Fault(fault)),
            // The run is over without a word; a message has no task to run on.
            Step::Empty | Step::Message(_) => {}
        }
    }

    async fn streams(&self, deltas: Vec<String>, every: Duration) {
        let whole = deltas.concat();
        for delta in deltas {
            if !every.is_zero() {
                sleep(every).await;
            }
            self.says(vec![Part::Text(delta)], Some(true));
        }
        self.says(vec![Part::Text(whole)], Some(false));
    }

    /// kagent tells the error twice: while working, and as the end.
    fn fails(&self, text: String) {
        let mut message = Message::agent(vec![Part::Text(text)]);
        message.is_error = true;
        self.status(State::Working, Some(message.clone()));
        self.status(State::Failed, Some(message));
    }

    fn begins_call(&mut self, name: &str) -> String {
        let unique = Uuid::new_v4().simple().to_string();
        let id = format!("call_{}", &unique[..12]);
        self.calls.insert(name.to_owned(), id.clone());
        id
    }

    fn says(&self, parts: Vec<Part>, partial: Option<bool>) {
        let mut message = Message::agent(parts);
        message.partial = partial;
        self.status(State::Working, Some(message));
    }

    fn status(&self, state: State, message: Option<Message>) {
        self.signal(&Signal::Event(Event::status(state, message)));
    }

    fn signal(&self, signal: &Signal) {
        self.board.tell(&self.task.ids.task, signal);
    }
}
