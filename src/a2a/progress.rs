//! What can be shown of an answer that is still being made.

use super::{ArtifactUpdate, Event, Message};

/// Enough of a tool's name, in characters.
const TOOL_MAX: usize = 60;

/// The text so far, and the tool that runs.
#[derive(Debug, Default)]
pub struct Progress {
    whole: String,
    pieces: String,
    tool: Option<String>,
}

impl Progress {
    /// Takes in one event.
    pub fn take_in(&mut self, event: &Event) {
        match event {
            Event::Status(status) => {
                if let Some(message) = status.agent_message() {
                    self.said(message, status.partial || message.is_partial());
                }
            }
            Event::Artifact(update) => self.produced(update),
            Event::Task(_) | Event::Message(_) => {}
        }
    }

    fn said(&mut self, message: &Message, partial: bool) {
        if let Some(tool) = message.tool_calls().first() {
            self.tool = Some(one_line(tool));
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
            self.tool = Some(one_line(tool));
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
        match &self.tool {
            Some(tool) if text.is_empty() => format!("{tool} …"),
            Some(tool) => format!("{text}\n\n{tool} …"),
            None => text.clone(),
        }
    }
}

/// A tool's name as a line that fits a phone; the agent may put anything into it.
fn one_line(tool: &str) -> String {
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
        assert_eq!(one_line("k8s_get_pod_logs"), "k8s_get_pod_logs");
        assert_eq!(one_line(" a\n\u{1b}b\t c "), "a b c");
        assert_eq!(one_line(&"🫛".repeat(99)).chars().count(), TOOL_MAX);
    }
}
