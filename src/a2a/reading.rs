//! How the model is read: the text a person gets, the tools an agent calls, and how a stream's
//! events add up to a task. Pure.

use serde_json::Value;

use super::model::{
    Artifact, ArtifactUpdate, Content, Event, Message, Metadata, Part, Role, StatusUpdate, Task,
    TaskState,
};
use crate::ids::PromptId;

/// Messages that a followed stream keeps, newest last. Enough for the last answer; the agent
/// keeps the whole history itself.
const HISTORY_MAX: usize = 64;

/// Artifacts that a followed stream keeps. Some agents open a new one with every step.
const ARTIFACTS_MAX: usize = 256;

/// kagent's extension of 1.0 for approvals and questions: its name in cards, in headers, and in
/// the metadata of the messages that carry them.
pub const HITL: &str = "https://kagent.dev/extensions/hitl/v1";

/// The name under which a question to the person waits.
const ASK_USER: &str = "ask_user";

/// kagent's name for the call that asks a person to approve another call.
pub(super) const CONFIRMATION: &str = "adk_request_confirmation";

/// A runtime's annotation. kagent's Go pods write `adk_`, its Python pods `kagent_` (once
/// `kagent_adk_`); null counts as absent.
pub(super) fn note<'a>(metadata: &'a Metadata, name: &str) -> Option<&'a Value> {
    ["adk_", "kagent_", "kagent_adk_"]
        .iter()
        .filter_map(|prefix| {
            let mut notes = metadata.iter();
            notes.find(|(key, _)| key.strip_prefix(prefix) == Some(name))
        })
        .map(|(_, value)| value)
        .find(|value| !value.is_null())
}

/// Whether the annotations say that a text is a piece of one that will come whole later.
pub(super) fn is_partial(metadata: &Metadata) -> bool {
    note(metadata, "partial").and_then(Value::as_bool) == Some(true)
}

/// The visible text of some parts. They are joined with nothing between: agents cut one text
/// into several parts, and SDKs collapse appended chunks into such a list.
fn joined(parts: &[Part]) -> String {
    parts.iter().filter_map(Part::text).collect()
}

impl Part {
    /// A part of text.
    #[must_use]
    pub fn of_text(text: impl Into<String>) -> Self {
        Self {
            content: Content::Text(text.into()),
            metadata: Metadata::new(),
        }
    }

    /// Bytes of its content, about.
    pub(super) fn size(&self) -> usize {
        const ALONE: usize = 64;
        ALONE
            + match &self.content {
                Content::Text(text) => text.len(),
                Content::FileBytes { bytes, .. } => bytes.len(),
                Content::FileUri { uri, .. } => uri.len(),
                Content::Data(data) => data.to_string().len(),
                Content::Unknown => 0,
            }
    }

    /// The text to show; none for other content and for an agent's thoughts.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let thought = note(&self.metadata, "thought").and_then(Value::as_bool) == Some(true);
        match &self.content {
            Content::Text(text) if !thought => Some(text),
            _ => None,
        }
    }

    /// The data of a function call or response, if this part is one of that kind.
    fn function(&self, kind: &str) -> Option<&Value> {
        match &self.content {
            Content::Data(data) if note(&self.metadata, "type")?.as_str() == Some(kind) => {
                Some(data)
            }
            _ => None,
        }
    }

    /// The name of the tool that the agent calls here. A request for approval is no tool call.
    #[must_use]
    pub fn tool_call(&self) -> Option<&str> {
        let name = self.function("function_call")?.get("name")?.as_str()?;
        (name != CONFIRMATION).then_some(name)
    }

    /// The name of the tool whose result this is.
    #[must_use]
    pub fn tool_result(&self) -> Option<&str> {
        self.function("function_response")?.get("name")?.as_str()
    }

    /// The name of the tool that waits for a person here (kagent up to 0.10). A question to the
    /// person waits under the name `ask_user`.
    #[must_use]
    pub fn pending_tool(&self) -> Option<&str> {
        let Content::Data(data) = &self.content else {
            return None;
        };
        if data.get("name")?.as_str()? != CONFIRMATION {
            return None;
        }
        data.pointer("/args/originalFunctionCall/name")?.as_str()
    }
}

impl Message {
    /// The text to show, without thoughts; empty where there is none.
    #[must_use]
    pub fn text(&self) -> String {
        joined(&self.parts)
    }

    /// The names of the tools that the agent calls in this message.
    #[must_use]
    pub fn tool_calls(&self) -> Vec<&str> {
        self.parts.iter().filter_map(Part::tool_call).collect()
    }

    /// The names of the tools that wait for a person's approval or answer, in either of kagent's
    /// forms. Of an agent behind the agent the inner tools are named: they are what will run.
    #[must_use]
    pub fn pending_tools(&self) -> Vec<&str> {
        let Some(request) = self.metadata.get(HITL) else {
            return self.parts.iter().filter_map(Part::pending_tool).collect();
        };
        if request.get("type").and_then(Value::as_str) == Some("ask_user_request") {
            return vec![ASK_USER];
        }
        let tools = ["/nested/tools", "/tools"];
        let tools = tools.iter().find_map(|at| request.pointer(at)?.as_array());
        let names = tools.into_iter().flatten();
        names
            .filter_map(|tool| tool.get("name")?.as_str())
            .collect()
    }

    /// Whether the text is a piece of one that will come whole later.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        is_partial(&self.metadata)
    }

    /// The text, if the agent says it, whole and in words.
    fn agent_words(&self) -> Option<String> {
        if self.role != Role::Agent || self.is_partial() {
            return None;
        }
        Some(self.text()).filter(|text| !text.trim().is_empty())
    }
}

impl StatusUpdate {
    /// What the agent says; none for an echo of our own prompt.
    #[must_use]
    pub fn agent_message(&self) -> Option<&Message> {
        self.message
            .as_ref()
            .filter(|message| message.role == Role::Agent)
    }
}

impl Task {
    /// The answer: the texts of the artifacts, a blank line between two of them. A completed task
    /// whose artifacts hold no text is answered by what the agent said last, after our last
    /// message. None where there are no words, as for kagent's empty answer.
    #[must_use]
    pub fn answer_text(&self) -> Option<String> {
        if let Some(text) = self.produced_text() {
            return Some(text);
        }
        if self.state != TaskState::Completed {
            return None;
        }
        let said = self.status_message.as_ref();
        said.and_then(Message::agent_words).or_else(|| {
            self.history
                .iter()
                .rev()
                .take_while(|message| message.role == Role::Agent)
                .find_map(Message::agent_words)
        })
    }

    /// The texts of the artifacts so far, a blank line between two of them.
    #[must_use]
    pub fn produced_text(&self) -> Option<String> {
        let texts = self
            .artifacts
            .iter()
            .map(|artifact| joined(&artifact.parts));
        let texts: Vec<String> = texts.filter(|text| !text.trim().is_empty()).collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    }

    /// What the agent has said since our last message, oldest first.
    #[must_use]
    pub fn said(&self) -> Vec<&Message> {
        let all = self.history.iter().chain(&self.status_message);
        let newest = all.rev().take_while(|message| message.role == Role::Agent);
        let mut said: Vec<&Message> = newest.collect();
        said.reverse();
        said
    }

    /// How far it is: its state, how many bytes there are, and what is said. It changes while
    /// the run goes on.
    #[must_use]
    pub fn stage(&self) -> (TaskState, usize, Option<String>) {
        let parts = self.artifacts.iter().flat_map(|artifact| &artifact.parts);
        let bytes: usize = parts.map(Part::size).sum();
        let size = bytes + self.history.len();
        (self.state.clone(), size, self.status_text())
    }

    /// What the agent says about the state: its question, or why it failed.
    #[must_use]
    pub fn status_text(&self) -> Option<String> {
        self.status_message.as_ref().and_then(Message::agent_words)
    }

    /// The names of the tools that the agent called, in order. 1.0 agents of kagent put their
    /// calls into artifacts, older ones into messages.
    #[must_use]
    pub fn tool_calls(&self) -> Vec<&str> {
        let said = self.history.iter().chain(&self.status_message);
        let parts = said.flat_map(|message| &message.parts);
        let made = self.artifacts.iter().flat_map(|artifact| &artifact.parts);
        parts.chain(made).filter_map(Part::tool_call).collect()
    }

    /// Whether the task's history shows that the agent received this prompt. False proves
    /// nothing: histories are cut.
    #[must_use]
    pub fn contains_prompt(&self, prompt: &PromptId) -> bool {
        self.status_message
            .iter()
            .chain(&self.history)
            .any(|said| said.role == Role::User && said.id.as_deref() == Some(prompt.as_str()))
    }

    /// Adds one event of a stream to what is known of its task. Pieces of texts leave no trace:
    /// the whole text follows them.
    pub fn follow(known: &mut Option<Self>, event: Event) {
        let blank = |id, context_id| Self {
            id,
            context_id,
            state: TaskState::Submitted,
            status_message: None,
            artifacts: Vec::new(),
            history: Vec::new(),
            metadata: Metadata::new(),
        };
        if known.is_none()
            && let Some(id) = event.task_id()
        {
            *known = Some(blank(id.clone(), event.context_id().cloned()));
        }
        let Some(task) = known else { return };
        match event {
            Event::Task(whole) => *task = whole,
            Event::Message(_) => {}
            Event::Status(status) => task.take_status(status),
            Event::Artifact(update) => task.take_artifact(update),
        }
    }

    fn take_status(&mut self, status: StatusUpdate) {
        self.state = status.state;
        if status.partial {
            return;
        }
        self.metadata.extend(status.metadata);
        if let Some(said) = std::mem::replace(&mut self.status_message, status.message) {
            if self.history.len() == HISTORY_MAX {
                self.history.remove(0);
            }
            self.history.push(said);
        }
    }

    fn take_artifact(&mut self, update: ArtifactUpdate) {
        let full = self.artifacts.len() >= ARTIFACTS_MAX;
        let Artifact { id, .. } = &update.artifact;
        match self.artifacts.iter_mut().find(|known| known.id == *id) {
            Some(known) if update.append => known.parts.extend(update.artifact.parts),
            Some(known) => *known = update.artifact,
            // Some agents send even the first chunk with `append`.
            None if full => {}
            None => self.artifacts.push(update.artifact),
        }
    }
}

#[cfg(test)]
mod tests;
