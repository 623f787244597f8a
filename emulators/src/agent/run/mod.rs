//! Plays the steps of an answer on a task, whether a connection listens or not.

mod voice;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;

use super::board::{Board, Signal};
use super::model::{Artifact, Event, Part, State, Task};
use super::reply::Step;
use voice::{Piece, Voice};

/// One run of one task. Dropped in the middle when the task is cancelled.
pub(super) struct Run {
    task: Task,
    voice: Voice,
    /// The latest call of each tool, so that a result names it.
    calls: HashMap<String, String>,
}

impl Run {
    pub fn new(board: Arc<Board>, task: Task) -> Self {
        let voice = Voice::new(board, task.ids.task.clone());
        let calls = HashMap::new();
        Self { task, voice, calls }
    }

    /// Plays all steps, then says that nothing more will come.
    pub async fn play(mut self, steps: Vec<Step>) {
        self.opens();
        for step in steps {
            self.does(step).await;
        }
        self.voice.signal(&Signal::Over);
    }

    /// The task is submitted since it was made: only those who listen need this event.
    fn opens(&mut self) {
        let created = Event::Created(Box::new(self.task.clone()));
        self.voice.event(created);
        self.voice.status(State::Working, None);
    }

    async fn does(&mut self, step: Step) {
        match step {
            Step::After(delay) => sleep(delay).await,
            Step::Held(gate) => gate.pass().await,
            Step::Working(text) => self.voice.says(vec![Part::Text(text)]),
            Step::Thinks(text) => self.voice.says(vec![Part::Thought(text)]),
            Step::Tokens { deltas, every } => self.streams(deltas, every).await,
            Step::ToolCall { name, args } => {
                let id = self.begins_call(&name);
                self.voice.says(vec![Part::ToolCall { id, name, args }]);
            }
            Step::ToolResult { name, text } => {
                let id = self.calls.get(&name).cloned();
                let id = id.unwrap_or_else(|| self.begins_call(&name));
                self.voice.says(vec![Part::ToolResult { id, name, text }]);
            }
            Step::Artifact(text) => self.voice.answers(Artifact::text(text)),
            Step::Completes => self.voice.completes(),
            Step::Fails(text) => self.voice.fails(text, "API_ERROR"),
            Step::Fault(fault) => self.voice.signal(&Signal::Fault(fault)),
            Step::Empty => self.voice.is_empty(),
            // A message has no task to run on.
            Step::Message(_) => {}
        }
    }

    async fn streams(&mut self, deltas: Vec<String>, every: Duration) {
        let whole = deltas.concat();
        let mut piece = Piece::new();
        for delta in deltas {
            if !every.is_zero() {
                sleep(every).await;
            }
            self.voice.says_delta(&mut piece, delta);
        }
        self.voice.says_whole(&piece, whole);
    }

    fn begins_call(&mut self, name: &str) -> String {
        let unique = Uuid::new_v4().simple().to_string();
        let id = format!("call_{}", &unique[..12]);
        self.calls.insert(name.to_owned(), id.clone());
        id
    }
}
