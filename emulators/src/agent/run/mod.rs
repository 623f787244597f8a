//! Plays the steps of an answer on a task, whether a connection listens or not.

mod pausing;
mod voice;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;

use super::board::{Board, Signal};
use super::model::{Artifact, Event, Message, Part, State, Task};
use super::pause::{Decision, Pending};
use super::reply::Step;
use voice::{Piece, Voice};

/// One run of one task. Dropped in the middle when the task is cancelled.
pub(super) struct Run {
    board: Arc<Board>,
    task: Task,
    voice: Voice,
    begins: Begins,
    /// Whether the request opted in to `hitl/v1`.
    opted_in: bool,
    /// The latest call of each tool, so that a result names it.
    calls: HashMap<String, String>,
}

/// What a run begins with.
pub(super) enum Begins {
    /// A new task.
    New,
    /// A task that was paused.
    Again,
}

impl Run {
    pub fn new(board: Arc<Board>, task: Task, begins: Begins, opted_in: bool) -> Self {
        let voice = Voice::new(Arc::clone(&board), task.ids.task.clone());
        Self {
            board,
            task,
            voice,
            begins,
            opted_in,
            calls: HashMap::new(),
        }
    }

    /// Plays all steps, then says that nothing more will come, unless it waits for a reply.
    pub async fn play(mut self, decided: Option<(Pending, Decision)>, steps: Vec<Step>) {
        self.opens();
        if let Some((pending, decision)) = decided {
            self.voice.says(pending.results(&decision));
        }
        let waits = matches!(steps.last(), Some(Step::Asks(_)));
        for step in steps {
            self.does(step).await;
        }
        if !waits {
            self.voice.signal(&Signal::Over);
        }
    }

    /// Fails at once, without the agent: what kagent main does with a bad decision.
    pub fn fails_at_once(mut self, text: String) {
        if matches!(self.begins, Begins::New) {
            self.tells_created();
        }
        let message = Message::error(text, None);
        self.voice.status(State::Failed, Some(message));
        self.voice.signal(&Signal::Over);
    }

    fn opens(&mut self) {
        if matches!(self.begins, Begins::New) {
            self.tells_created();
        }
        self.voice.status(State::Working, None);
    }

    /// The task is submitted since it was made: only those who listen need this event.
    fn tells_created(&mut self) {
        let created = Event::Created(Box::new(self.task.clone()));
        self.voice.event(created);
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
                self.board.record_executed(&name, &args);
                self.voice.says(vec![Part::ToolCall { id, name, args }]);
            }
            Step::ToolResult { name, text } => {
                let id = self.calls.get(&name).cloned();
                let id = id.unwrap_or_else(|| self.begins_call(&name));
                self.voice.says(vec![Part::ToolResult { id, name, text }]);
            }
            Step::Artifact(text) => self.voice.answers(Artifact::text(text)),
            Step::Parts(parts) => self.voice.answers(Artifact::of(parts)),
            Step::Piece {
                id,
                text,
                append,
                last,
            } => self.voice.event(Event::Artifact {
                artifact: Artifact {
                    id,
                    ..Artifact::text(text)
                },
                append,
                last,
            }),
            Step::Ping => self.voice.signal(&Signal::Ping),
            Step::Completes => self.voice.completes(),
            Step::Fails(text) => self.voice.fails(text, "API_ERROR"),
            Step::Rejects(text) => {
                let message = Message::agent(vec![Part::Text(text)]);
                self.voice.status(State::Rejected, Some(message));
            }
            Step::Fault(fault) => self.voice.signal(&Signal::Fault(fault)),
            Step::Empty => self.voice.is_empty(),
            Step::Asks(ask) => self.asks(ask),
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
