//! kagent's metadata: which keys, and where.

use serde_json::{Map, Value, json};

use super::super::model::Ids;
use super::super::settings::{Flavor, Runtime, Settings};

/// What a model's step cost. The numbers are invented.
const USAGE: [(&str, u64); 3] = [
    ("candidatesTokenCount", 7),
    ("promptTokenCount", 11),
    ("totalTokenCount", 18),
];

/// Writes the metadata of one agent.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub flavor: Flavor,
    runtime: Runtime,
    author: String,
}

impl Metadata {
    pub fn new(settings: &Settings) -> Self {
        Self {
            flavor: settings.flavor,
            runtime: settings.runtime,
            author: settings.card.name.clone(),
        }
    }

    /// Whether there is none.
    pub fn is_plain(&self) -> bool {
        self.flavor == Flavor::A2a
    }

    /// The key of this name; the Python runtime spells `partial` in its own way.
    pub fn key(&self, name: &str) -> String {
        match (self.runtime, name) {
            (Runtime::Go, name) => format!("adk_{name}"),
            (Runtime::Python, "partial") => "kagent_adk_partial".to_owned(),
            (Runtime::Python, name) => format!("kagent_{name}"),
        }
    }

    /// kagent 0.10: of a run, or of a message of it (`by_model`).
    pub fn run(&self, ids: &Ids, partial: Option<bool>, by_model: bool) -> Value {
        let mut metadata = self.session(ids);
        metadata.insert(self.key("invocation_id"), json!(ids.invocation));
        if by_model {
            metadata.insert(self.key("partial"), json!(partial));
            metadata.insert(self.key("author"), json!(self.author));
        }
        Value::Object(metadata)
    }

    /// kagent 0.10: of the end of a run, with what it cost.
    pub fn whole_run(&self, ids: &Ids, by_model: bool) -> Value {
        let mut metadata = self.run(ids, None, by_model);
        metadata[self.key("usage_metadata")] = usage();
        metadata
    }

    /// kagent 0.10: of the session.
    pub fn session(&self, ids: &Ids) -> Map<String, Value> {
        self.of_session(|name| self.key(name), ids)
    }

    /// kagent main: of a task's events; its end tells the same under `kagent_` too.
    pub fn main(&self, ids: &Ids, is_end: bool) -> Value {
        let mut metadata = self.of_session(|name| format!("adk_{name}"), ids);
        let extension = "https://google.github.io/adk-docs/a2a/a2a-extension/";
        metadata.insert(extension.to_owned(), json!({"adk_agent_executor_v2": true}));
        if is_end {
            metadata.extend(self.of_session(|name| format!("kagent_{name}"), ids));
            metadata.insert("kagent_invocation_id".to_owned(), json!(ids.invocation));
            metadata.insert("kagent_usage_metadata".to_owned(), usage());
        }
        Value::Object(metadata)
    }

    /// kagent main: of a step of the agent.
    pub fn step(&self, ids: &Ids, event: &str, by_model: bool) -> Value {
        let mut metadata = json!({
            "adk_author": self.author,
            "adk_invocation_id": ids.invocation,
            "adk_event_id": event,
            "adk_actions": {"stateDelta": {}},
        });
        if by_model {
            metadata["adk_usage_metadata"] = usage();
        }
        metadata
    }

    fn of_session(&self, key: impl Fn(&str) -> String, ids: &Ids) -> Map<String, Value> {
        let app = format!("kagent__NS__{}", self.author);
        let mut metadata = Map::new();
        metadata.insert(key("app_name"), json!(app));
        metadata.insert(key("user_id"), json!(ids.user));
        metadata.insert(key("session_id"), json!(ids.context));
        metadata
    }
}

fn usage() -> Value {
    USAGE.into_iter().collect()
}
