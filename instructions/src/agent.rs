//! An agent that answers at once, with a task that is over.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::ready;
use switchboard::a2a::codec::{self, Call};
use switchboard::a2a::{
    A2aError, AgentCall, AgentCalls, AgentCard, EventStream, Prompt, Reply, SharedAgent, Task, rpc,
};
use switchboard::ids::{ContextId, Principal, PromptId, TaskId, TurnId};
use switchboard::model::Protocol;

const CARD: &str = r#"{"name": "k8s", "description": "Pods, nodes, logs, events", "version": "1",
    "url": "http://k8s/", "protocolVersion": "0.3.0", "preferredTransport": "JSONRPC",
    "capabilities": {"streaming": false}, "skills": [],
    "defaultInputModes": ["text"], "defaultOutputModes": ["text"]}"#;

/// Markdown, as agents answer.
const ANSWER: &str = "Three nodes, **all ready**:\\n\\n| node | state |\\n|---|---|\\n\
    | `node-a` | Ready |\\n| `node-b` | Ready |\\n\\nNothing was restarted since *yesterday*.";

/// Counts its tasks.
#[derive(Clone, Default)]
pub struct InstantAgent(Rc<Cell<u64>>);

impl InstantAgent {
    /// What it says to a prompt, written and read as on a wire.
    fn answer(&self, protocol: Protocol, prompt: &Prompt) -> Result<Reply, A2aError> {
        let number = self.0.get() + 1;
        self.0.set(number);
        let call = Call::Send {
            prompt,
            blocking: true,
        };
        let asked = call.write(protocol, number, None);
        // An agent reads it, too; what that costs is not ours.
        assert!(!asked.is_empty());
        let body = format!(
            r#"{{"jsonrpc": "2.0", "id": {number}, "result": {{"kind": "task", "id": "task-{number}",
                "contextId": "context-{number}", "status": {{"state": "completed"}},
                "artifacts": [{{"artifactId": "a", "parts": [{{"kind": "text", "text": "{ANSWER}"}}]}}]}}}}"#
        );
        codec::reply(rpc::result(body.as_bytes())?)
    }
}

fn not_asked<T: 'static>() -> AgentCall<'static, T> {
    ready(Err(A2aError::rpc(-32601, "not asked for"))).boxed_local()
}

impl AgentCalls for InstantAgent {
    fn traced(&self, _: &PromptId, _: TurnId) -> SharedAgent {
        Rc::new(self.clone())
    }

    fn speaks(&self) -> Protocol {
        Protocol::V03
    }

    fn other(&self, _: Protocol, _: &A2aError) -> Option<Protocol> {
        None
    }

    fn proven(&self, _: Protocol) {}

    fn card(&self) -> AgentCall<'_, Rc<AgentCard>> {
        ready(AgentCard::read(CARD.as_bytes()).map(Rc::new)).boxed_local()
    }

    fn send<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt, _: bool) -> AgentCall<'a, Reply> {
        ready(self.answer(protocol, prompt)).boxed_local()
    }

    fn stream<'a>(&'a self, _: Protocol, _: &'a Prompt) -> AgentCall<'a, EventStream> {
        not_asked()
    }

    fn resubscribe<'a>(
        &'a self,
        _: Protocol,
        _: &'a TaskId,
        _: &'a Principal,
    ) -> AgentCall<'a, EventStream> {
        not_asked()
    }

    fn get<'a>(&'a self, _: Protocol, _: &'a TaskId, _: &'a Principal) -> AgentCall<'a, Task> {
        not_asked()
    }

    fn list<'a>(
        &'a self,
        _: Protocol,
        _: Option<&'a ContextId>,
        _: &'a Principal,
    ) -> AgentCall<'a, Vec<Task>> {
        not_asked()
    }

    fn cancel<'a>(&'a self, _: Protocol, _: &'a TaskId, _: &'a Principal) -> AgentCall<'a, Task> {
        not_asked()
    }
}
