//! Messages: who takes them, and what comes of it.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;
use uuid::Uuid;

use super::super::board::Signal;
use super::super::model::{Message, Part, Task};
use super::super::pause::{Decision, Pending};
use super::super::protocol::Method;
use super::super::records::{Incoming, Prompt};
use super::super::refusal::Refusal;
use super::super::reply::{Reply, Step};
use super::super::request::{self, Sent};
use super::super::run::{Begins, Run};
use super::super::settings::Flavor;
use super::replies::Reading;
use super::{Answer, Asked, Listening, Methods};

/// A message that may be taken.
pub(super) struct Turn {
    pub sent: Sent,
    /// The paused task that it names.
    pub target: Option<Task>,
    /// The conversation: the client's own, the task's, or a new one.
    pub context: String,
}

/// A task that a message has started or waked.
pub(super) struct Woken {
    pub task: Task,
    pub begins: Begins,
    pub signals: UnboundedReceiver<Signal>,
    blocking: bool,
}

impl Methods {
    pub(super) async fn prompt(&self, asked: &Asked, params: &Value) -> Answer {
        let sent = match request::sent(asked.version, params) {
            Ok(sent) => sent,
            Err(refusal) => return Answer::Invalid(refusal),
        };
        let turn = match self.turn(asked, sent) {
            Ok(turn) => turn,
            Err(refusal) => return Answer::Refused(refusal),
        };
        match self.read(asked, &turn) {
            Reading::Chat => self.asks_script(asked, turn, None).await,
            Reading::Decision(decided) => self.asks_script(asked, turn, Some(*decided)).await,
            Reading::Unusable(text) => {
                self.answers_alone(asked, turn, |run| run.fails_at_once(text))
                    .await
            }
            Reading::NoReply => self.answers_alone(asked, turn, Run::stays_paused).await,
        }
    }

    /// Finds the task that the message names, which only a paused one may be.
    fn turn(&self, asked: &Asked, sent: Sent) -> Result<Turn, Refusal> {
        let version = asked.version;
        let new = || Uuid::new_v4().to_string();
        let Some(id) = &sent.task_id else {
            let context = sent.context_id.clone().unwrap_or_else(new);
            return Ok(Turn {
                sent,
                target: None,
                context,
            });
        };
        let Some(task) = self.board.find(id, &asked.user) else {
            return Err(Refusal::named_task_not_found(version, id));
        };
        if task.state.is_terminal() {
            return Err(Refusal::in_terminal_state(version, &task));
        }
        let context = match &sent.context_id {
            Some(context) if *context != task.ids.context => {
                return Err(Refusal::other_context(version, &task, context));
            }
            Some(context) => context.clone(),
            // kagent 0.10 does not look the context up: the model sees an empty session.
            None if self.board.settings.flavor == Flavor::Kagent => new(),
            None => task.ids.context.clone(),
        };
        if !task.state.is_paused() {
            return Err(does_not_wait(asked, id));
        }
        Ok(Turn {
            sent,
            target: Some(task),
            context,
        })
    }

    async fn asks_script(
        &self,
        asked: &Asked,
        turn: Turn,
        decided: Option<(Pending, Decision)>,
    ) -> Answer {
        let decision = decided.as_ref().map(|(_, decision)| decision.clone());
        let incoming = self.incoming(asked, &turn, decision);
        let reply = (self.board.script())(&incoming);
        let mut prompt = prompt_of(&turn.sent, &incoming);
        if !reply.needs_task() {
            let steps = reply.into_steps();
            if matches!(steps.last(), Some(Step::Message(_))) {
                self.count_turn(&incoming);
            }
            self.board.record_prompt(prompt);
            return self.answer_without_task(asked, &turn.context, steps).await;
        }
        let (user, context) = (incoming.user.clone(), incoming.context_id.clone());
        let Some(woken) = self.wake(asked, turn) else {
            let id = incoming.task_id.unwrap_or_default();
            return Answer::Refused(does_not_wait(asked, &id));
        };
        self.count_turn(&incoming);
        prompt.task_id = Some(woken.task.ids.task.clone());
        self.board.record_prompt(prompt);
        // Of two decisions at once, one finds nothing to decide on.
        let is_first = |_: &_| self.board.settle(&user, &context, &woken.task.ids.task);
        let decided = decided.filter(is_first);
        self.execute(decided.as_ref());
        self.start(asked, woken, decided, reply).await
    }

    pub(super) fn incoming(
        &self,
        asked: &Asked,
        turn: &Turn,
        decision: Option<Decision>,
    ) -> Incoming {
        let (turn_number, earlier) = self.board.look_back(&asked.user, &turn.context);
        let message = &turn.sent.message;
        let shows_data = self.board.settings.flavor != Flavor::A2a && decision.is_none();
        Incoming {
            text: if shows_data {
                message.text_for_model()
            } else {
                message.text()
            },
            parts: message.parts.iter().map(Part::shown).collect(),
            decision,
            message_id: message.id.clone(),
            context_id: turn.context.clone(),
            task_id: turn.sent.task_id.clone(),
            user: asked.user.clone(),
            turn: turn_number,
            earlier,
        }
    }

    /// A decision is no prompt of the conversation.
    fn count_turn(&self, incoming: &Incoming) {
        if incoming.decision.is_none() {
            let (user, context) = (&incoming.user, &incoming.context_id);
            self.board.count_turn(user, context, &incoming.text);
        }
    }

    /// The task that goes on with the message, or a new one. None where the task that it names
    /// waits no more.
    pub(super) fn wake(&self, asked: &Asked, turn: Turn) -> Option<Woken> {
        let Sent {
            message, blocking, ..
        } = turn.sent;
        let (begins, (task, signals)) = if let Some(task) = &turn.target {
            let resumed = self.board.resume(&task.ids.task, message)?;
            (Begins::Again, resumed)
        } else {
            let made = self.board.create(&asked.user, &turn.context, message);
            (Begins::New, made)
        };
        Some(Woken {
            task,
            begins,
            signals,
            blocking,
        })
    }

    async fn start(
        &self,
        asked: &Asked,
        woken: Woken,
        decided: Option<(Pending, Decision)>,
        reply: Reply,
    ) -> Answer {
        let Woken {
            task,
            begins,
            mut signals,
            blocking,
        } = woken;
        let leads_with_fault = reply.leads_with_fault();
        let cut_after = reply.cuts_after();
        let run = Run::new(
            Arc::clone(&self.board),
            task.clone(),
            begins,
            asked.opted_in,
        );
        let run = self.runtime.spawn(run.play(decided, reply.into_steps()));
        self.board.attach(&task.ids.task, run.abort_handle());
        if asked.method == Method::Stream && !leads_with_fault {
            let listening = Listening::to_prompt(task.ids, signals, cut_after);
            return Answer::Stream(Box::new(listening));
        }
        if !blocking && !leads_with_fault {
            return Answer::Result(self.wire(asked.version).sent_task(&task));
        }
        self.wait(asked.version, &task, &mut signals).await
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

pub(super) fn does_not_wait(asked: &Asked, id: &str) -> Refusal {
    let text = format!("Task {id} does not wait for input");
    Refusal::of(asked.version, -32602, text)
}

pub(super) fn prompt_of(sent: &Sent, incoming: &Incoming) -> Prompt {
    Prompt {
        text: incoming.text.clone(),
        parts: incoming.parts.clone(),
        decision: incoming.decision.clone(),
        message_id: incoming.message_id.clone(),
        context_id: sent.context_id.clone(),
        user: incoming.user.clone(),
        turn: incoming.turn,
        task_id: None,
    }
}
