//! A client that gives a prompt away again where nobody knows.

use std::rc::Rc;

use switchboard::a2a::{
    A2aError, AgentCall, AgentCalls, AgentCard, EventStream, Outcome, Prompt, Reply, SharedAgent,
    Task,
};
use switchboard::ids::{ContextId, Principal, PromptId, TaskId, TurnId};
use switchboard::model::Protocol;

pub struct Insistent(pub SharedAgent);

fn nobody_knows<T>(done: &Result<T, A2aError>) -> bool {
    matches!(done, Err(error) if error.outcome() == Outcome::Unknown)
}

impl AgentCalls for Insistent {
    fn traced(&self, prompt: &PromptId, turn: TurnId) -> SharedAgent {
        Rc::new(Self(self.0.traced(prompt, turn)))
    }

    fn speaks(&self) -> Protocol {
        self.0.speaks()
    }

    fn other(&self, protocol: Protocol, error: &A2aError) -> Option<Protocol> {
        self.0.other(protocol, error)
    }

    fn proven(&self, protocol: Protocol) {
        self.0.proven(protocol);
    }

    fn card(&self) -> AgentCall<'_, Rc<AgentCard>> {
        self.0.card()
    }

    fn send<'a>(
        &'a self,
        protocol: Protocol,
        prompt: &'a Prompt,
        blocking: bool,
    ) -> AgentCall<'a, Reply> {
        Box::pin(async move {
            let done = self.0.send(protocol, prompt, blocking).await;
            if nobody_knows(&done) {
                return self.0.send(protocol, prompt, blocking).await;
            }
            done
        })
    }

    fn stream<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt) -> AgentCall<'a, EventStream> {
        Box::pin(async move {
            let done = self.0.stream(protocol, prompt).await;
            if nobody_knows(&done) {
                return self.0.stream(protocol, prompt).await;
            }
            done
        })
    }

    fn resubscribe<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, EventStream> {
        self.0.resubscribe(protocol, task, principal)
    }

    fn get<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        self.0.get(protocol, task, principal)
    }

    fn list<'a>(
        &'a self,
        protocol: Protocol,
        context: Option<&'a ContextId>,
        principal: &'a Principal,
    ) -> AgentCall<'a, Vec<Task>> {
        self.0.list(protocol, context, principal)
    }

    fn cancel<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        self.0.cancel(protocol, task, principal)
    }
}
