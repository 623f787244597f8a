//! One agent, as the actors and the run see it: [`A2aClient`], or something else that answers
//! as it does.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;

use super::card::AgentCard;
use super::client::A2aClient;
use super::error::A2aError;
use super::model::{Prompt, Reply, Task};
use super::stream::EventStream;
use crate::ids::{ContextId, Principal, PromptId, TaskId, TurnId};
use crate::model::Protocol;

/// One call; [`A2aError::outcome`] says what became of it where it fails.
pub type AgentCall<'a, T> = LocalBoxFuture<'a, Result<T, A2aError>>;

/// The calls to one agent. Each does what the method of the same name of [`A2aClient`] does,
/// with its bounds and its errors.
pub trait AgentCalls {
    /// The same agent, whose calls are part of the trace of this prompt and name its turn.
    fn traced(&self, prompt: &PromptId, turn: TurnId) -> SharedAgent;

    /// The version to begin a prompt with.
    fn speaks(&self) -> Protocol;

    /// The version to offer a prompt in after this error, if there is another.
    fn other(&self, protocol: Protocol, error: &A2aError) -> Option<Protocol>;

    /// The agent was seen to understand this version.
    fn proven(&self, protocol: Protocol);

    /// The agent's card.
    fn card(&self) -> AgentCall<'_, Rc<AgentCard>>;

    /// Sends a prompt and waits for the answer, or for the first word of it.
    fn send<'a>(
        &'a self,
        protocol: Protocol,
        prompt: &'a Prompt,
        blocking: bool,
    ) -> AgentCall<'a, Reply>;

    /// Sends a prompt and follows the run.
    fn stream<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt) -> AgentCall<'a, EventStream>;

    /// Follows a run that is under way.
    fn resubscribe<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, EventStream>;

    /// The task as it is now.
    fn get<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task>;

    /// The newest tasks of a context, or of all.
    fn list<'a>(
        &'a self,
        protocol: Protocol,
        context: Option<&'a ContextId>,
        principal: &'a Principal,
    ) -> AgentCall<'a, Vec<Task>>;

    /// Asks the agent to stop a run.
    fn cancel<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task>;
}

/// An agent as it is handed around.
pub type SharedAgent = Rc<dyn AgentCalls>;

impl AgentCalls for A2aClient {
    fn traced(&self, prompt: &PromptId, turn: TurnId) -> SharedAgent {
        Rc::new(A2aClient::traced(self, prompt, turn))
    }

    fn speaks(&self) -> Protocol {
        A2aClient::speaks(self)
    }

    fn other(&self, protocol: Protocol, error: &A2aError) -> Option<Protocol> {
        A2aClient::other(self, protocol, error)
    }

    fn proven(&self, protocol: Protocol) {
        A2aClient::proven(self, protocol);
    }

    fn card(&self) -> AgentCall<'_, Rc<AgentCard>> {
        Box::pin(self.cleaned(A2aClient::card(self)))
    }

    fn send<'a>(
        &'a self,
        protocol: Protocol,
        prompt: &'a Prompt,
        blocking: bool,
    ) -> AgentCall<'a, Reply> {
        Box::pin(self.cleaned(A2aClient::send(self, protocol, prompt, blocking)))
    }

    fn stream<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt) -> AgentCall<'a, EventStream> {
        Box::pin(self.cleaned_stream(A2aClient::stream(self, protocol, prompt)))
    }

    fn resubscribe<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, EventStream> {
        Box::pin(self.cleaned_stream(A2aClient::resubscribe(self, protocol, task, principal)))
    }

    fn get<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        Box::pin(self.cleaned(A2aClient::get(self, protocol, task, principal)))
    }

    fn list<'a>(
        &'a self,
        protocol: Protocol,
        context: Option<&'a ContextId>,
        principal: &'a Principal,
    ) -> AgentCall<'a, Vec<Task>> {
        Box::pin(self.cleaned(A2aClient::list(self, protocol, context, principal)))
    }

    fn cancel<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        Box::pin(self.cleaned(A2aClient::cancel(self, protocol, task, principal)))
    }
}
