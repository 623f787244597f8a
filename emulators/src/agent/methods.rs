//! The JSON-RPC methods: what each does, before HTTP.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;
use uuid::Uuid;

use super::board::{Board, Signal};
use super::model::{Ids, Message, Part, Task};
use super::records::{Incoming, Prompt};
use super::reply::{Fault, Reply, Step};
use super::request::{self, Refusal, Rpc, Sent};
use super::run::Run;
use super::settings::{Cancel, Flavor};
use super::wire::{self, Wire};

/// What a method has come to.
pub(super) enum Answer {
    /// A result.
    Result(Value),
    /// An error of the method; on a streaming method it comes as an event.
    Refused(Refusal),
    /// An error found before the method was reached; always plain JSON.
    Invalid(Refusal),
    /// Events as they come.
    Stream {
        ids: Ids,
        signals: UnboundedReceiver<Signal>,
        /// The connection is cut after so many of them.
        cut_after: Option<usize>,
    },
    /// A broken transport, in place of this result.
    Faulty { fault: Fault, instead_of: Value },
}

/// A prompt that was let in.
enum Taken {
    Task(Box<Task>, UnboundedReceiver<Signal>),
    NoTask { context: String },
}

/// One agent, as a request sees it.
pub(super) struct Methods {
    pub board: Arc<Board>,
    pub wire: Wire,
    /// Where tasks run: the emulator's own thread, which no connection can end.
    pub runtime: Handle,
}

impl Methods {
    /// Runs a method for a user.
    pub async fn call(&self, rpc: &Rpc, user: &str) -> Answer {
        let params = &rpc.params;
        match rpc.method.as_str() {
            "message/send" => self.prompt(params, user, false).await,
            "message/stream" if !self.board.settings.card.streaming => Answer::Invalid(
                Refusal::new(-32004, "Streaming is not supported by the agent"),
            ),
            "message/stream" => self.prompt(params, user, true).await,
            "tasks/get" => self.get(params, user),
            "tasks/list" if self.board.settings.flavor == Flavor::Kagent => self.list(params, user),
            "tasks/cancel" => self.cancel(params, user),
            "tasks/resubscribe" => self.resubscribe(params, user),
            method if method.starts_with("tasks/pushNotificationConfig/") => Answer::Refused(
                Refusal::new(-32603, "Push notifications are not supported by the agent"),
            ),
            _ => Answer::Invalid(Refusal::new(-32601, "Method not found")),
        }
    }

    async fn prompt(&self, params: &Value, user: &str, streams: bool) -> Answer {
        let sent = match request::sent(params) {
            Ok(sent) => sent,
            Err(refusal) => return Answer::Invalid(refusal),
        };
        if let Err(refusal) = self.may_continue(&sent, user) {
            return Answer::Refused(refusal);
        }
        let blocking = sent.blocking;
        let (incoming, reply) = self.ask_script(&sent, user);
        let leads_with_fault = reply.leads_with_fault();
        let cut_after = reply.cuts_after();
        let (taken, steps) = self.take(sent, incoming, reply);
        match taken {
            Taken::NoTask { context } => self.answer_without_task(&context, user, steps).await,
            Taken::Task(task, mut signals) => {
                let run = Run::new(Arc::clone(&self.board), (*task).clone()).play(steps);
                let run = self.runtime.spawn(run);
                self.board.attach(&task.ids.task, run.abort_handle());
                if streams && !leads_with_fault {
                    return Answer::Stream {
                        ids: task.ids,
                        signals,
                        cut_after,
                    };
                }
                if !blocking && !leads_with_fault {
                    return Answer::Result(self.wire.task(&task));
                }
                self.wait(&task, &mut signals).await
            }
        }
    }

    /// A prompt may name a task only to answer its question, and no step asks one yet.
    fn may_continue(&self, sent: &Sent, user: &str) -> Result<(), Refusal> {
        let Some(id) = &sent.task_id else {
            return Ok(());
        };
        let Some(task) = self.board.find(id, user) else {
            let text = format!("Task {id} was specified but does not exist");
            return Err(Refusal::new(-32001, text));
        };
        if task.state.is_terminal() {
            return Err(in_terminal_state(&task));
        }
        let text = format!("Task {id} does not wait for input");
        Err(Refusal::new(-32602, text))
    }

    fn ask_script(&self, sent: &Sent, user: &str) -> (Incoming, Reply) {
        let context = sent.context_id.clone();
        let context_id = context.unwrap_or_else(|| Uuid::new_v4().to_string());
        let (turn, earlier) = self.board.look_back(user, &context_id);
        let incoming = Incoming {
            text: sent.message.text(),
            message_id: sent.message.id.clone(),
            context_id,
            task_id: sent.task_id.clone(),
            user: user.to_owned(),
            turn,
            earlier,
        };
        let reply = (self.board.script())(&incoming);
        (incoming, reply)
    }

    /// Records the prompt, and makes its task where the answer needs one.
    fn take(&self, sent: Sent, incoming: Incoming, reply: Reply) -> (Taken, Vec<Step>) {
        let needs_task = reply.needs_task();
        let steps = reply.into_steps();
        if needs_task || matches!(steps.last(), Some(Step::Message(_))) {
            self.board
                .count_turn(&incoming.user, &incoming.context_id, &incoming.text);
        }
        let mut prompt = Prompt {
            text: incoming.text,
            message_id: incoming.message_id,
            context_id: sent.context_id,
            user: incoming.user.clone(),
            turn: incoming.turn,
            task_id: None,
        };
        if !needs_task {
            self.board.record_prompt(prompt);
            let context = incoming.context_id;
            return (Taken::NoTask { context }, steps);
        }
        let (task, signals) = self
            .board
            .create(&incoming.user, &incoming.context_id, sent.message);
        prompt.task_id = Some(task.ids.task.clone());
        self.board.record_prompt(prompt);
        (Taken::Task(Box::new(task), signals), steps)
    }

    async fn answer_without_task(&self, context: &str, user: &str, steps: Vec<Step>) -> Answer {
        let ids = Ids {
            task: String::new(),
            context: context.to_owned(),
            user: user.to_owned(),
            invocation: String::new(),
        };
        for step in steps {
            match step {
                Step::After(delay) => sleep(delay).await,
                Step::Held(gate) => gate.pass().await,
                Step::Message(text) => {
                    let message = Message::agent(vec![Part::Text(text)]);
                    return Answer::Result(self.wire.message(&message, &ids));
                }
                Step::Fault(fault) => {
                    let instead_of = json!({"kind": "task", "contextId": context});
                    return Answer::Faulty { fault, instead_of };
                }
                // All other steps need a task: `Reply::needs_task`.
                _ => {}
            }
        }
        Answer::Refused(Refusal::new(-32603, "the script gave no answer"))
    }

    /// Waits for the end of the task or a fault of the transport, whichever comes first.
    async fn wait(&self, task: &Task, signals: &mut UnboundedReceiver<Signal>) -> Answer {
        let mut fault = None;
        while let Some(signal) = signals.recv().await {
            if let Signal::Fault(found) = signal {
                fault = Some(found);
                break;
            }
        }
        let now = self.board.task(&task.ids.task);
        let shown = self.wire.task(now.as_ref().unwrap_or(task));
        match fault {
            Some(fault) => Answer::Faulty {
                fault,
                instead_of: shown,
            },
            None => Answer::Result(shown),
        }
    }

    fn find(&self, params: &Value, user: &str) -> Result<Task, Answer> {
        let id = request::task_id(params).map_err(Answer::Invalid)?;
        self.board.find(&id, user).ok_or_else(not_found)
    }

    fn get(&self, params: &Value, user: &str) -> Answer {
        match self.find(params, user) {
            Err(answer) => answer,
            Ok(mut task) => {
                // 0 is ignored, as the Python SDK does.
                let length = params["historyLength"]
                    .as_i64()
                    .filter(|length| *length > 0);
                keep_latest(&mut task, length);
                Answer::Result(self.wire.task(&task))
            }
        }
    }

    /// kagent's extension of 0.3; newest first.
    fn list(&self, params: &Value, user: &str) -> Answer {
        let query = match request::list(params) {
            Ok(query) => query,
            Err(refusal) => return Answer::Invalid(refusal),
        };
        if let Some(context) = &query.context_id
            && !self.board.knows_context(user, context)
        {
            // kagent fails closed: another user's conversation is an error, not an empty page.
            let text = format!("get session {context}: record not found");
            return Answer::Refused(Refusal::new(-32603, text));
        }
        let takes = |task: &Task| {
            let context = query.context_id.as_ref();
            let status = query.status.as_deref();
            self.board.may_see(task, user)
                && context.is_none_or(|context| *context == task.ids.context)
                && status.is_none_or(|status| status == wire::state(task.state))
        };
        let mut found = self.board.tasks(takes);
        found.reverse();
        let total = found.len();
        let page = found.into_iter().skip(query.skip).take(query.page_size);
        let tasks: Vec<Value> = page
            .map(|mut task| {
                keep_latest(&mut task, query.history_length);
                if !query.include_artifacts {
                    task.artifacts.clear();
                }
                self.wire.task(&task)
            })
            .collect();
        let end = query.skip + tasks.len();
        let next = if end < total {
            request::page_token(end)
        } else {
            String::new()
        };
        Answer::Result(json!({
            "tasks": tasks,
            "pageSize": query.page_size,
            "totalSize": total,
            "nextPageToken": next,
        }))
    }

    fn cancel(&self, params: &Value, user: &str) -> Answer {
        let task = match self.find(params, user) {
            Ok(task) => task,
            Err(answer) => return answer,
        };
        if !task.state.is_terminal() && self.board.settings.cancel == Cancel::Unsupported {
            return Answer::Refused(Refusal::new(-32603, "Cancellation is not supported"));
        }
        if let Some(task) = self.board.cancel(&task.ids.task) {
            return Answer::Result(self.wire.task(&task));
        }
        let state = wire::state(task.state);
        let text = format!("Task cannot be canceled - current state: TaskState.{state}");
        Answer::Refused(Refusal::new(-32002, text))
    }

    fn resubscribe(&self, params: &Value, user: &str) -> Answer {
        let task = match self.find(params, user) {
            Ok(task) => task,
            Err(answer) => return answer,
        };
        if task.state.is_terminal() {
            return Answer::Refused(in_terminal_state(&task));
        }
        // A run that ended without a word has nothing to listen to.
        let Some(signals) = self.board.listen(&task.ids.task) else {
            return not_found();
        };
        Answer::Stream {
            ids: task.ids,
            signals,
            cut_after: None,
        }
    }
}

fn not_found() -> Answer {
    Answer::Refused(Refusal::new(-32001, "Task not found"))
}

fn in_terminal_state(task: &Task) -> Refusal {
    let (id, state) = (&task.ids.task, wire::state(task.state));
    Refusal::new(-32602, format!("Task {id} is in terminal state: {state}"))
}

/// Keeps the latest messages of the history; none of them where the length is 0 or less.
fn keep_latest(task: &mut Task, length: Option<i64>) {
    let Some(length) = length else { return };
    let length = usize::try_from(length).unwrap_or(0);
    let cut = task.history.len().saturating_sub(length);
    task.history.drain(..cut);
}
