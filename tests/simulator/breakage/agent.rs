//! A client that forgets one rule.

use std::rc::Rc;

use futures_util::StreamExt;
use serde_json::{Value, json};
use switchboard::a2a::pause::Answer;
use switchboard::a2a::{
    A2aError, AgentCall, AgentCalls, AgentCard, Event, EventStream, Outcome, Prompt, Reply,
    SharedAgent, Task, TaskState,
};
use switchboard::ids::{ContextId, Principal, PromptId, TaskId, TurnId};
use switchboard::model::Protocol;
use switchboard::rules::words::approvals::EXPIRED_REASON;

/// The rule that is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A prompt whose outcome is unknown is not given away again.
    PromptOnce,
    /// Nor is a decision.
    DecisionOnce,
    /// Every call that waits is named in a decision.
    EveryCall,
    /// What nobody decided about in time is rejected.
    Expiry,
    /// A task that waits has not ended.
    Pause,
}

pub struct Broken {
    pub inner: SharedAgent,
    pub forgets: Rule,
}

impl Broken {
    /// Whether it goes once more.
    fn again<T>(&self, prompt: &Prompt, done: &Result<T, A2aError>) -> bool {
        let unknown = matches!(done, Err(error) if error.outcome() == Outcome::Unknown);
        let forgets = match prompt.answer {
            Some(_) => Rule::DecisionOnce,
            None => Rule::PromptOnce,
        };
        unknown && self.forgets == forgets
    }

    /// What leaves in the place of a prompt.
    fn written(&self, prompt: &Prompt) -> Prompt {
        let answer = prompt.answer.clone().map(|answer| match self.forgets {
            Rule::EveryCall => without_one(answer),
            Rule::Expiry => approved_if_expired(answer),
            _ => answer,
        });
        Prompt {
            answer,
            ..prompt.clone()
        }
    }

    fn state(&self, state: &mut TaskState) {
        if self.forgets == Rule::Pause && *state == TaskState::InputRequired {
            *state = TaskState::Completed;
        }
    }

    fn task(&self, mut task: Task) -> Task {
        self.state(&mut task.state);
        task
    }
}

fn without_one(mut answer: Answer) -> Answer {
    match &mut answer {
        Answer::Part(data) => {
            if let Some(decisions) = data["decisions"].as_object_mut() {
                let last = decisions.keys().next_back().cloned();
                last.map(|last| decisions.remove(&last));
            }
        }
        Answer::Extension(payload) => {
            payload["approvals"].as_array_mut().map(Vec::pop);
        }
    }
    answer
}

fn approved_if_expired(answer: Answer) -> Answer {
    match answer {
        Answer::Part(data) if data["rejection_reason"] == EXPIRED_REASON => {
            Answer::Part(json!({"decision_type": "approve"}))
        }
        Answer::Extension(mut payload) => {
            let approvals = payload["approvals"].as_array_mut().into_iter().flatten();
            for approval in approvals {
                if approval["rejection_reason"] == EXPIRED_REASON {
                    approval["approved"] = Value::Bool(true);
                }
            }
            Answer::Extension(payload)
        }
        answer @ Answer::Part(_) => answer,
    }
}

impl AgentCalls for Broken {
    fn traced(&self, prompt: &PromptId, turn: TurnId) -> SharedAgent {
        Rc::new(Self {
            inner: self.inner.traced(prompt, turn),
            forgets: self.forgets,
        })
    }

    fn speaks(&self) -> Protocol {
        self.inner.speaks()
    }

    fn other(&self, protocol: Protocol, error: &A2aError) -> Option<Protocol> {
        self.inner.other(protocol, error)
    }

    fn proven(&self, protocol: Protocol) {
        self.inner.proven(protocol);
    }

    fn card(&self) -> AgentCall<'_, Rc<AgentCard>> {
        self.inner.card()
    }

    fn send<'a>(
        &'a self,
        protocol: Protocol,
        prompt: &'a Prompt,
        blocking: bool,
    ) -> AgentCall<'a, Reply> {
        Box::pin(async move {
            let prompt = self.written(prompt);
            let mut done = self.inner.send(protocol, &prompt, blocking).await;
            if self.again(&prompt, &done) {
                done = self.inner.send(protocol, &prompt, blocking).await;
            }
            Ok(match done? {
                Reply::Task(task) => Reply::Task(self.task(task)),
                message @ Reply::Message(_) => message,
            })
        })
    }

    fn stream<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt) -> AgentCall<'a, EventStream> {
        Box::pin(async move {
            let prompt = self.written(prompt);
            let mut done = self.inner.stream(protocol, &prompt).await;
            if self.again(&prompt, &done) {
                done = self.inner.stream(protocol, &prompt).await;
            }
            let read = Self {
                inner: self.inner.clone(),
                forgets: self.forgets,
            };
            let events = done?.map(move |event| {
                event.map(|event| match event {
                    Event::Status(mut update) => {
                        read.state(&mut update.state);
                        Event::Status(update)
                    }
                    Event::Task(task) => Event::Task(read.task(task)),
                    other => other,
                })
            });
            Ok(EventStream::new(events))
        })
    }

    fn resubscribe<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, EventStream> {
        self.inner.resubscribe(protocol, task, principal)
    }

    fn get<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        Box::pin(async move {
            let found = self.inner.get(protocol, task, principal).await;
            found.map(|task| self.task(task))
        })
    }

    fn list<'a>(
        &'a self,
        protocol: Protocol,
        context: Option<&'a ContextId>,
        principal: &'a Principal,
    ) -> AgentCall<'a, Vec<Task>> {
        self.inner.list(protocol, context, principal)
    }

    fn cancel<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        self.inner.cancel(protocol, task, principal)
    }
}
