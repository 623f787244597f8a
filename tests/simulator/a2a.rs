//! The way from one process to an agent. What is under way when the process dies may still
//! arrive; what arrived runs on.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::stream;
use switchboard::a2a::{
    A2aError, AgentCall, AgentCalls, AgentCard, Event, EventStream, Phase, Prompt, Reply,
    SharedAgent, Task,
};
use switchboard::ids::{ContextId, Principal, PromptId, TaskId, TurnId};
use switchboard::model::Protocol;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::{sleep, sleep_until};

use crate::agents::{NOT_THIS_VERSION, SimAgent, Taken};
use crate::checks;
use crate::sim::Process;

/// An agent, as one process reaches it.
#[derive(Clone)]
pub struct SimCalls {
    process: Rc<Process>,
    agent: Rc<SimAgent>,
    outside: Rc<LocalSet>,
    prompts_in_flight: Rc<Cell<usize>>,
    /// The version that is known to be understood.
    proven: Rc<Cell<Option<Protocol>>>,
}

/// A prompt or its stream is under way as long as this lives.
struct InFlight(Rc<Cell<usize>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// The call that carries a decision.
const DECISION: &str = "takes a decision";

impl SimCalls {
    pub fn new(process: &Rc<Process>, agent: &Rc<SimAgent>, outside: &Rc<LocalSet>) -> Self {
        Self {
            process: process.clone(),
            agent: agent.clone(),
            outside: outside.clone(),
            prompts_in_flight: Rc::default(),
            proven: Rc::default(),
        }
    }

    fn goes_wrong(&self) -> bool {
        let sim = &self.process.sim;
        sim.mishap(sim.odds.agent)
    }

    /// One call: it has its effect when it arrives, even if its caller is dead by then.
    async fn call<T: 'static>(
        &self,
        name: &'static str,
        effect: impl FnOnce(&SimAgent) -> Result<T, A2aError> + 'static,
    ) -> Result<T, A2aError> {
        let (process, chance) = (&self.process, &self.process.sim.chance);
        process.step().await;
        let way = chance.millis(1, 300);
        // Decisions are few: what becomes of them when they are cut has to be seen all the same.
        let decides = name == DECISION;
        let wrong = self.goes_wrong() || decides && self.goes_wrong();
        let wrong = wrong.then(|| chance.below(5));
        let prompt = decides || name == "takes a prompt";
        let told = prompt.then(|| self.agent.mishap.take()).flatten();
        let wrong = told.or(wrong);
        let unreachable = A2aError::Connect("refused".to_owned());
        let told = if self.agent.down.get() {
            sleep(way).await;
            Err(unreachable)
        } else {
            match wrong {
                Some(0) => {
                    sleep(way).await;
                    Err(unreachable)
                }
                Some(1) => {
                    sleep(way).await;
                    Err(A2aError::rpc(-32602, "not like this"))
                }
                Some(2) => {
                    sleep(way).await;
                    Err(A2aError::Cut)
                }
                lost => {
                    let (answer, answered) = oneshot::channel();
                    let agent = self.agent.clone();
                    self.outside.spawn_local(async move {
                        sleep(way).await;
                        let _ = answer.send(effect(&agent));
                    });
                    let told = answered.await.unwrap_or(Err(A2aError::Cut));
                    match lost {
                        Some(3) => Err(A2aError::Cut),
                        Some(_) => {
                            sleep(Duration::from_secs(20)).await;
                            let phase = Phase::FirstByte;
                            Err(A2aError::Timeout { phase })
                        }
                        None => told,
                    }
                }
            }
        };
        process.step().await;
        sleep(chance.millis(1, 100)).await;
        let result = told
            .as_ref()
            .map_or_else(ToString::to_string, |_| "ok".to_owned());
        process.note(format_args!("{} {name}: {result}", self.agent.kind.name));
        told
    }

    /// A prompt leaves: it must be committed as submitting, and be the next of its conversation.
    async fn gives(&self, protocol: Protocol, prompt: &Prompt) -> Result<Taken, A2aError> {
        if prompt.answer.is_none() {
            checks::submitted(&self.process, prompt);
        }
        let prompt = prompt.clone();
        let name = prompt
            .answer
            .as_ref()
            .map_or("takes a prompt", |_| DECISION);
        self.call(name, move |agent| {
            agent.understands(protocol)?;
            agent.receives(&prompt)
        })
        .await
    }

    fn begins(&self) -> InFlight {
        self.prompts_in_flight.set(self.prompts_in_flight.get() + 1);
        checks::prompts_in_flight(&self.process, self.prompts_in_flight.get());
        InFlight(self.prompts_in_flight.clone())
    }

    /// The events of a run from this one on; the connection may break at any of them.
    fn events(&self, task: TaskId, from: usize, held: InFlight) -> EventStream {
        let chance = &self.process.sim.chance;
        let breaks_at = self
            .goes_wrong()
            .then(|| from + usize::from(chance.permille(500)));
        let following = (self.clone(), task, from, held);
        EventStream::new(stream::unfold(
            following,
            move |(calls, task, seen, held)| async move {
                if breaks_at == Some(seen) {
                    calls
                        .process
                        .note(format_args!("the stream of {task} breaks"));
                    return None;
                }
                let (at, event) = calls.agent.next_event(&task, from, seen)?;
                sleep_until(at).await;
                calls.process.step().await;
                Some((Ok(event), (calls, task, seen + 1, held)))
            },
        ))
    }
}

impl AgentCalls for SimCalls {
    fn traced(&self, _: &PromptId, _: TurnId) -> SharedAgent {
        Rc::new(self.clone())
    }

    fn speaks(&self) -> Protocol {
        self.proven.get().unwrap_or(self.agent.kind.first)
    }

    fn other(&self, protocol: Protocol, error: &A2aError) -> Option<Protocol> {
        let version = matches!(error, A2aError::Rpc { code, .. } if *code == NOT_THIS_VERSION);
        (version && self.proven.get().is_none()).then(|| protocol.other())
    }

    fn proven(&self, protocol: Protocol) {
        self.proven.set(Some(protocol));
    }

    fn card(&self) -> AgentCall<'_, Rc<AgentCard>> {
        let streams = self.agent.kind.streams;
        let card = format!(
            r#"{{"name":"it","capabilities":{{"streaming":{streams}}},"defaultInputModes":["*/*"]}}"#
        );
        Box::pin(self.call("card", move |_| {
            AgentCard::read(card.as_bytes()).map(Rc::new)
        }))
    }

    fn send<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt, _: bool) -> AgentCall<'a, Reply> {
        Box::pin(async move {
            let _held = self.begins();
            match self.gives(protocol, prompt).await? {
                Taken::Run(task, _) => Ok(Reply::Task(self.agent.task(&task, &prompt.principal)?)),
                Taken::Direct(message) => Ok(Reply::Message(message)),
            }
        })
    }

    fn stream<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt) -> AgentCall<'a, EventStream> {
        Box::pin(async move {
            let held = self.begins();
            match self.gives(protocol, prompt).await? {
                Taken::Run(task, before) => Ok(self.events(task, before, held)),
                Taken::Direct(message) => {
                    let whole = [Ok(Event::Message(message))];
                    Ok(EventStream::new(stream::iter(whole)))
                }
            }
        })
    }

    fn resubscribe<'a>(
        &'a self,
        _: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, EventStream> {
        let (id, principal) = (task.clone(), principal.clone());
        Box::pin(async move {
            let held = self.begins();
            let now = self
                .call("resubscribe", move |agent| agent.task(&id, &principal))
                .await?;
            if now.state.is_terminal() {
                return Err(A2aError::rpc(-32004, "task is over"));
            }
            Ok(self.events(task.clone(), self.agent.happened(task), held))
        })
    }

    fn get<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        let (task, principal) = (task.clone(), principal.clone());
        Box::pin(self.call("get", move |agent| {
            agent.understands(protocol)?;
            agent.task(&task, &principal)
        }))
    }

    fn list<'a>(
        &'a self,
        _: Protocol,
        context: Option<&'a ContextId>,
        principal: &'a Principal,
    ) -> AgentCall<'a, Vec<Task>> {
        let (context, principal) = (context.cloned(), principal.clone());
        Box::pin(self.call("list", move |agent| {
            agent.tasks(context.as_ref(), &principal)
        }))
    }

    fn cancel<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        let (task, principal) = (task.clone(), principal.clone());
        Box::pin(self.call("cancel", move |agent| {
            agent.understands(protocol)?;
            agent.cancel(&task, &principal)
        }))
    }
}
