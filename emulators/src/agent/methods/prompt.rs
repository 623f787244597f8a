//! Messages: who takes them, and what comes of it.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;
use uuid::Uuid;

use super::super::board::Signal;
use super::super::model::{Message, Part, Task};
use super::super::protocol::Method;
use super::super::records::{Incoming, Prompt};
use super::super::refusal::Refusal;
use super::super::reply::{Reply, Step};
use super::super::request::{self, Sent};
use super::super::run::Run;
use super::{Answer, Asked, Methods};

/// A prompt that was let in.
enum Taken {
    Task(Box<Task>, UnboundedReceiver<Signal>),
    NoTask { context: String },
}

impl Methods {
    pub(super) async fn prompt(&self, asked: &Asked, params: &Value) -> Answer {
        let sent = match request::sent(asked.version, params) {
            Ok(sent) => sent,
            Err(refusal) => return Answer::Invalid(refusal),
        };
        if let Err(refusal) = self.may_continue(asked, &sent) {
            return Answer::Refused(refusal);
        }
        let blocking = sent.blocking;
        let (incoming, reply) = self.ask_script(&sent, &asked.user);
        let leads_with_fault = reply.leads_with_fault();
        let (taken, steps) = self.take(sent, incoming, reply);
        match taken {
            Taken::NoTask { context } => self.answer_without_task(asked, &context, steps).await,
            Taken::Task(task, mut signals) => {
                let run = Run::new(Arc::clone(&self.board), (*task).clone()).play(steps);
                let run = self.runtime.spawn(run);
                self.board.attach(&task.ids.task, run.abort_handle());
                if asked.method == Method::Stream && !leads_with_fault {
                    let ids = task.ids;
                    return Answer::Stream {
                        ids,
                        first: None,
                        signals,
                    };
                }
                if !blocking && !leads_with_fault {
                    return Answer::Result(self.wire(asked.version).sent_task(&task));
                }
                self.wait(asked.version, &task, &mut signals).await
            }
        }
    }

    /// A prompt may name a task only to answer its question, and no step asks one yet.
    fn may_continue(&self, asked: &Asked, sent: &Sent) -> Result<(), Refusal> {
        let Some(id) = &sent.task_id else {
            return Ok(());
        };
        let Some(task) = self.board.find(id, &asked.user) else {
            return Err(Refusal::named_task_not_found(asked.version, id));
        };
        if task.state.is_terminal() {
            return Err(Refusal::in_terminal_state(asked.version, &task));
        }
        let text = format!("Task {id} does not wait for input");
        Err(Refusal::of(asked.version, -32602, text))
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

    async fn answer_without_task(&self, asked: &Asked, context: &str, steps: Vec<Step>) -> Answer {
        for step in steps {
            match step {
                Step::After(delay) => sleep(delay).await,
                Step::Held(gate) => gate.pass().await,
                Step::Message(text) => {
                    let message = Message::agent(vec![Part::Text(text)]);
                    let wire = self.wire(asked.version);
                    return Answer::Result(wire.sent_message(&message, context));
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
}
