//! What a run has used, added up. Pure.
//!
//! Seen of kagent 0.10.4 and its main branch: the figures stand on what the model made, one call
//! of it each: on whole messages (0.3), on artifacts (1.0), again on the update around the
//! message, and on the end and the task those of the last call alone. A snapshot has every
//! message once more, 1.0 even under another message id. So each call counts once, under the id of
//! its event; what stands on the end counts only where nothing else does.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{ArtifactUpdate, Event, Message, Metadata, Role, StatusUpdate, Task};
use super::reading::{is_partial, note};
use crate::usage::Usage;

/// Calls of the model that are told apart; what a longer run uses beyond is not counted.
const CALLS_MAX: usize = 4096;

/// Characters kept of an id.
const ID_MAX: usize = 128;

/// The calls of the model in one task, as far as the agent tells of them.
#[derive(Debug, Default)]
pub struct Ledger {
    calls: BTreeMap<String, Usage>,
    /// Updates without an id of their own.
    nameless: usize,
    /// The last word about the whole.
    last: Option<Usage>,
}

impl Ledger {
    /// Takes in one event.
    pub fn take_in(&mut self, event: &Event) {
        match event {
            Event::Task(task) => self.task(task),
            Event::Message(message) => self.message(message),
            Event::Status(status) => self.status(status),
            Event::Artifact(update) => self.artifact(update),
        }
    }

    /// All of it; none if the agent tells nothing.
    pub fn total(&self) -> Option<Usage> {
        if self.calls.is_empty() {
            return self.last;
        }
        let calls = self.calls.values();
        Some(calls.fold(Usage::default(), |sum, call| sum.plus(*call)))
    }

    fn task(&mut self, task: &Task) {
        for message in task.history.iter().chain(&task.status_message) {
            self.message(message);
        }
        for artifact in &task.artifacts {
            self.call(&artifact.metadata, Some(&artifact.id));
        }
        self.last = usage(&task.metadata).or(self.last);
    }

    fn status(&mut self, status: &StatusUpdate) {
        if let Some(message) = status.message.as_ref().filter(|_| !status.partial) {
            self.message(message);
        }
        self.last = usage(&status.metadata).or(self.last);
    }

    fn message(&mut self, message: &Message) {
        if message.role == Role::Agent {
            self.call(&message.metadata, message.id.as_deref());
        }
    }

    /// kagent's Go runtime writes the figures beside the artifact (read in code), where every
    /// step adds to one artifact.
    fn artifact(&mut self, update: &ArtifactUpdate) {
        let artifact = &update.artifact;
        if !self.call(&artifact.metadata, Some(&artifact.id)) {
            self.call(&update.metadata, None);
        }
    }

    /// Notes a call, if these annotations tell of one.
    fn call(&mut self, metadata: &Metadata, id: Option<&str>) -> bool {
        let Some(usage) = usage(metadata).filter(|_| !is_partial(metadata)) else {
            return false;
        };
        let event = note(metadata, "event_id").and_then(Value::as_str);
        let key = if let Some(id) = event.or(id) {
            id.to_owned()
        } else {
            self.nameless += 1;
            format!("#{}", self.nameless)
        };
        // Ids are short; what is long is none, and need not be kept.
        let key: String = key.chars().take(ID_MAX).collect();
        if self.calls.len() < CALLS_MAX || self.calls.contains_key(&key) {
            self.calls.insert(key, usage);
        }
        true
    }
}

/// The figures in some annotations, if there are any but zeros.
fn usage(metadata: &Metadata) -> Option<Usage> {
    let figures = note(metadata, "usage_metadata")?;
    let count = |key| figures.get(key).map(number).unwrap_or_default();
    let prompt = count("promptTokenCount");
    let answer = count("candidatesTokenCount").saturating_add(count("thoughtsTokenCount"));
    let total = count("totalTokenCount").max(prompt.saturating_add(answer));
    let usage = Usage {
        prompt,
        answer,
        total,
    };
    (usage != Usage::default()).then_some(usage)
}

/// A count as JSON has it: proto JSON makes 7.0 of 7, and a text of what has 64 bits.
fn number(value: &Value) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float saturates, and what is below zero or no number becomes 0"
    )]
    let of_float = |number: f64| number as u64;
    let of_text = || value.as_str()?.trim().parse().ok();
    let whole = value.as_u64().or_else(|| value.as_f64().map(of_float));
    whole.or_else(of_text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::a2a::codec::event;

    fn total(events: &[Value]) -> Option<Usage> {
        let mut ledger = Ledger::default();
        for wire in events {
            ledger.take_in(&event(wire.clone()).unwrap().unwrap());
        }
        ledger.total()
    }

    fn figures(prompt: u64, answer: u64) -> Value {
        json!({"promptTokenCount": prompt, "candidatesTokenCount": answer,
            "totalTokenCount": prompt + answer})
    }

    #[test]
    fn a_call_of_the_model_counts_once_however_often_it_is_told() {
        let said = |id: &str, figures: &Value| {
            json!({"kind": "status-update", "taskId": "t", "metadata":
            {"kagent_usage_metadata": figures}, "status": {"state": "working", "message":
                {"role": "agent", "messageId": id, "metadata": {"kagent_usage_metadata": figures}}}})
        };
        let end = json!({"kind": "status-update", "taskId": "t", "final": true,
            "metadata": {"kagent_usage_metadata": figures(20, 2)}, "status": {"state": "completed"}});
        let message = |id: &str, figures: &Value| {
            json!({"role": "agent", "messageId": id,
            "metadata": {"kagent_usage_metadata": figures}})
        };
        let (one, two) = (figures(10, 1), figures(20, 2));
        let snapshot = json!({"kind": "task", "id": "t", "status": {"state": "completed"},
            "metadata": {"kagent_usage_metadata": two},
            "history": [message("m1", &one), message("m2", &two), message("m2", &two)]});
        let both = Some(Usage {
            prompt: 30,
            answer: 3,
            total: 33,
        });
        let stream = [said("m1", &one), said("m2", &two), end];
        assert_eq!(total(&stream), both);
        assert_eq!(total(std::slice::from_ref(&snapshot)), both);
        let all: Vec<Value> = stream.into_iter().chain([snapshot]).collect();
        assert_eq!(total(&all), both);
    }

    #[test]
    fn pieces_are_not_counted_and_the_last_word_only_where_there_is_no_other() {
        let piece = json!({"kind": "status-update", "taskId": "t", "status": {"state": "working",
            "message": {"role": "agent", "messageId": "m", "metadata":
                {"adk_partial": true, "adk_usage_metadata": figures(9, 9)}}}});
        let echo = json!({"kind": "status-update", "taskId": "t", "status": {"state": "working",
            "message": {"role": "user", "messageId": "m", "metadata":
                {"adk_usage_metadata": figures(9, 9)}}}});
        let end = json!({"kind": "status-update", "taskId": "t", "status": {"state": "completed"},
            "metadata": {"kagent_usage_metadata": figures(11, 7)}});
        assert_eq!(total(&[piece.clone(), echo.clone()]), None);
        let whole = total(&[piece, echo, end]).unwrap();
        assert_eq!((whole.prompt, whole.answer, whole.total), (11, 7, 18));
    }

    #[test]
    fn artifacts_count_by_the_event_that_made_them() {
        let step = |artifact: &str, event: &str, prompt: u64| {
            json!({"artifactUpdate": {"taskId": "t", "append": true, "artifact":
            {"artifactId": artifact, "metadata": {"adk_event_id": event,
                "adk_usage_metadata": figures(prompt, 1)}}}})
        };
        // The figures of one call grow while it streams.
        let steps = [
            step("a", "e1", 1),
            step("a", "e1", 5),
            step("a", "e2", 7),
            step("b", "e2", 7),
        ];
        assert_eq!(total(&steps).unwrap().prompt, 12);
        // kagent's Go runtime (read in code): beside the artifact, without an id.
        let beside = |partial: bool| {
            json!({"artifactUpdate": {"taskId": "t", "append": true,
            "artifact": {"artifactId": "a"},
            "metadata": {"adk_partial": partial, "adk_usage_metadata": figures(3, 1)}}})
        };
        let steps = [beside(false), beside(true), beside(false)];
        assert_eq!(total(&steps).unwrap().prompt, 6);
    }

    #[test]
    fn figures_are_read_in_any_form_and_strange_ones_are_nothing() {
        for (figures, expected) in [
            (
                json!({"promptTokenCount": 11.0, "candidatesTokenCount": "7", "totalTokenCount": null}),
                Some((11, 7, 18)),
            ),
            (
                json!({"promptTokenCount": 1, "thoughtsTokenCount": 5, "totalTokenCount": 9}),
                Some((1, 5, 9)),
            ),
            (
                json!({"promptTokenCount": -3, "totalTokenCount": "many"}),
                None,
            ),
            (json!({}), None),
            (json!("figures"), None),
        ] {
            let end = json!({"kind": "status-update", "taskId": "t",
                "metadata": {"adk_usage_metadata": figures}, "status": {"state": "completed"}});
            let read = total(&[end]).map(|usage| (usage.prompt, usage.answer, usage.total));
            assert_eq!(read, expected, "{figures}");
        }
    }
}
