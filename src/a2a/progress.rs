//! What can be shown of an answer that is still being made.

use super::{ArtifactUpdate, Event, Message, Task};
use crate::rules::mask::Mask;

/// Enough of a tool's name, in characters.
const TOOL_MAX: usize = 60;

/// The text so far, and the tool that runs.
#[derive(Debug, Default)]
pub struct Progress {
    whole: String,
    pieces: String,
    tool: Option<String>,
    /// This stream has told something: it knows more than a snapshot.
    streamed: bool,
    /// What is taken out before anything is cut, or put together with something else: at the end
    /// of what grows, half of a secret is still known to be one.
    mask: Mask,
}

impl Progress {
    /// Nothing so far; this is taken out of what comes.
    #[must_use]
    pub fn new(mask: Mask) -> Self {
        Self {
            mask,
            ..Self::default()
        }
    }

    /// Takes in one event.
    pub fn take_in(&mut self, event: &Event) {
        match event {
            Event::Status(status) => {
                if let Some(message) = status.agent_message() {
                    self.streamed = true;
                    self.said(message, status.partial || message.is_partial());
                }
            }
            Event::Artifact(update) => {
                self.streamed = true;
                self.produced(update);
            }
            Event::Task(task) if !self.streamed && task.state.is_under_way() => self.stands(task),
            Event::Task(_) | Event::Message(_) => {}
        }
    }

    /// From now on a snapshot knows more than what was streamed, until another stream tells.
    pub fn stream_ended(&mut self) {
        self.streamed = false;
    }

    /// Of a task that is only looked at: what it has produced, else what was said last; and the
    /// tool that was called last, if nothing came of it yet.
    fn stands(&mut self, task: &Task) {
        let said = task.said();
        let words = said.iter().rev().map(|message| message.text());
        let words = words.filter(|text| !text.is_empty());
        if let Some(text) = task.produced_text().or_else(|| words.clone().next()) {
            self.pieces.clear();
            self.whole = text;
            self.tool = None;
        }
        if let Some(tool) = said
            .last()
            .and_then(|last| last.tool_calls().first().copied())
        {
            self.tool = Some(one_line(&self.mask, tool));
        }
    }

    fn said(&mut self, message: &Message, partial: bool) {
        if let Some(tool) = message.tool_calls().first() {
            self.tool = Some(one_line(&self.mask, tool));
        }
        let text = message.text();
        if text.is_empty() {
            return;
        }
        self.tool = None;
        if partial {
            self.pieces.push_str(&text);
        } else {
            self.pieces.clear();
            self.whole = text;
        }
    }

    fn produced(&mut self, update: &ArtifactUpdate) {
        let text: String = update
            .artifact
            .parts
            .iter()
            .filter_map(super::Part::text)
            .collect();
        let mut parts = update.artifact.parts.iter();
        if let Some(tool) = parts.find_map(super::Part::tool_call) {
            self.tool = Some(one_line(&self.mask, tool));
        }
        if text.is_empty() {
            return;
        }
        self.pieces.clear();
        self.tool = None;
        if update.append {
            self.whole.push_str(&text);
        } else {
            self.whole = text;
        }
    }

    /// What to show; empty while there is nothing.
    #[must_use]
    pub fn text(&self) -> String {
        let text = if self.pieces.is_empty() {
            &self.whole
        } else {
            &self.pieces
        };
        let text = self.mask.growing(text).text;
        match &self.tool {
            Some(tool) if text.is_empty() => format!("{tool} …"),
            Some(tool) => format!("{text}\n\n{tool} …"),
            None => text.into_owned(),
        }
    }
}

/// A tool's name as a line that fits a phone; the agent may put anything into it.
fn one_line(mask: &Mask, tool: &str) -> String {
    let tool = mask.whole(tool).text;
    let words = tool.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(TOOL_MAX).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::a2a::codec::event;

    #[test]
    fn a_task_that_is_only_looked_at_shows_what_it_says_what_it_calls_and_what_it_makes() {
        let task = |state: &str, said: serde_json::Value, artifacts: &[&str]| {
            let artifacts: Vec<_> = artifacts
                .iter()
                .map(|text| json!({"artifactId": text, "parts": [{"kind": "text", "text": text}]}))
                .collect();
            let message = json!({"role": "agent", "parts": [said]});
            let asked = json!({"role": "user", "parts": [{"kind": "text", "text": "pods?"}]});
            let old = json!({"role": "agent", "parts": [{"kind": "text", "text": "before"}]});
            let wire = json!({"kind": "task", "id": "t", "artifacts": artifacts,
                "history": [old, asked], "status": {"state": state, "message": message}});
            event(wire).unwrap().unwrap()
        };
        let words = |text: &str| json!({"kind": "text", "text": text});
        let call = json!({"kind": "data", "data": {"name": "get_pods"},
            "metadata": {"kagent_type": "function_call"}});
        let mut progress = Progress::default();
        for (event, shown) in [
            (task("submitted", json!({}), &[]), ""),
            (task("working", words("I look."), &[]), "I look."),
            (task("working", call, &[]), "I look.\n\nget_pods …"),
            (task("working", words("Found."), &[]), "Found."),
            (task("working", words("Found."), &["Two"]), "Two"),
            (task("working", json!({}), &["Two", "pods"]), "Two\n\npods"),
            // The end comes as the answer.
            (task("completed", words("Done."), &["All"]), "Two\n\npods"),
        ] {
            progress.take_in(&event);
            assert_eq!(progress.text(), shown);
        }
    }

    #[test]
    fn a_snapshot_does_not_take_away_what_a_stream_tells_and_replaces_what_it_told() {
        let chunk = json!({"artifactUpdate": {"taskId": "t", "artifact":
            {"artifactId": "a", "parts": [{"text": "Two pods are"}]}}});
        let snapshot = json!({"task": {"id": "t", "status": {"state": "TASK_STATE_WORKING"},
            "artifacts": [{"artifactId": "a", "parts": [{"text": "Two"}]}]}});
        let read = |wire: &serde_json::Value| event(wire.clone()).unwrap().unwrap();
        let mut progress = Progress::default();
        progress.take_in(&read(&chunk));
        progress.take_in(&read(&snapshot));
        assert_eq!(progress.text(), "Two pods are");
        progress.stream_ended();
        progress.take_in(&read(&snapshot));
        assert_eq!(progress.text(), "Two");
    }

    #[test]
    fn a_tool_that_an_artifact_calls_shows_until_the_next_words() {
        let artifact = |id: &str, part: serde_json::Value, append: bool| {
            event(
                json!({"artifactUpdate": {"taskId": "t", "append": append, "artifact":
                {"artifactId": id, "parts": [part]}}}),
            )
            .unwrap()
            .unwrap()
        };
        let note =
            |kind: &str| json!({"data": {"name": "get_pods"}, "metadata": {"adk_type": kind}});
        let mut progress = Progress::default();
        for (event, shown) in [
            (artifact("a", json!({"text": "I look."}), false), "I look."),
            (
                artifact("b", note("function_call"), false),
                "I look.\n\nget_pods …",
            ),
            (
                artifact("c", note("function_response"), false),
                "I look.\n\nget_pods …",
            ),
            (artifact("d", json!({"text": "Two"}), false), "Two"),
            (artifact("d", json!({"text": " pods"}), true), "Two pods"),
            (
                artifact("d", json!({"text": "Two pods."}), false),
                "Two pods.",
            ),
        ] {
            progress.take_in(&event);
            assert_eq!(progress.text(), shown);
        }
    }

    #[test]
    fn a_tools_name_is_one_short_line_whatever_the_agent_puts_into_it() {
        assert_eq!(
            one_line(&Mask::default(), "k8s_get_pod_logs"),
            "k8s_get_pod_logs"
        );
        assert_eq!(one_line(&Mask::default(), " a\n\u{1b}b\t c "), "a b c");
        assert_eq!(
            one_line(&Mask::default(), &"🫛".repeat(99)).chars().count(),
            TOOL_MAX
        );
    }

    #[test]
    fn a_secret_is_masked_before_a_name_is_cut_and_before_something_follows_it() {
        let own = "s3cr3t-0f-our-own";
        let progress = || Progress::new(Mask::new([own.to_owned()], true, Vec::new()));
        for before in 40..60 {
            let tool = format!("{} {own}", "x".repeat(before));
            let line = one_line(&progress().mask, &tool);
            assert!(!line.contains("s3c"), "{line}");
        }
        for end in "s3cr3t-".len()..own.len() {
            let mut progress = progress();
            progress.pieces = format!("it sent {}", &own[..end]);
            progress.tool = Some("get_pods".to_owned());
            assert_eq!(progress.text(), "it sent ‹masked›\n\nget_pods …");
        }
    }
}
