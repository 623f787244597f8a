//! What was shown, in one number: two pauses have the same digest only if they ask exactly the
//! same.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::ids::Digest;
use crate::pause::{Asks, Pause};

/// The SHA-256 of what a pause asks, unmasked: task, ids, names, arguments, questions.
#[must_use]
pub fn digest(pause: &Pause) -> Digest {
    let mut hash = Sha256::new();
    put(&mut hash, pause.task.as_str());
    for call in pause.calls() {
        put(&mut hash, call.id.as_str());
        put(&mut hash, call.via.as_deref().unwrap_or_default());
        put(&mut hash, &call.name);
        put_value(&mut hash, &call.args);
    }
    match &pause.asks {
        Asks::Approval(_) => put(&mut hash, "approval"),
        Asks::Unclear { .. } => put(&mut hash, "unclear"),
        Asks::Words(text) | Asks::Login(text) => put(&mut hash, text),
        Asks::Answers { id, questions, .. } => {
            put(&mut hash, id.as_str());
            for question in questions {
                put(&mut hash, &question.text);
                question
                    .choices
                    .iter()
                    .for_each(|choice| put(&mut hash, choice));
            }
        }
    }
    let bytes = hash.finalize();
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    hex.into()
}

/// A text with its length before it, so that two of them never read as one.
fn put(hash: &mut Sha256, text: &str) {
    hash.update(text.len().to_le_bytes());
    hash.update(text);
}

/// A value; the order of an object's members means nothing.
fn put_value(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            put(hash, "object");
            hash.update(names.len().to_le_bytes());
            for name in names {
                put(hash, name);
                put_value(hash, &members[name]);
            }
        }
        Value::Array(items) => {
            put(hash, "array");
            hash.update(items.len().to_le_bytes());
            for item in items {
                put_value(hash, item);
            }
        }
        Value::String(text) => {
            put(hash, "text");
            put(hash, text);
        }
        other => put(hash, &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ids::{CallId, TaskId};
    use crate::pause::{Form, ToolCall};

    fn pause(task: &str, calls: &[(&str, &str, Value)]) -> Pause {
        let call = |(id, name, args): &(&str, &str, Value)| ToolCall {
            id: CallId::from(*id),
            name: (*name).to_owned(),
            args: args.clone(),
            via: None,
        };
        Pause {
            task: TaskId::from(task),
            context: None,
            form: Form::Parts,
            asks: Asks::Approval(calls.iter().map(call).collect()),
        }
    }

    #[test]
    fn only_exactly_the_same_has_the_same_digest() {
        let one = digest(&pause(
            "t",
            &[("a", "x", json!({"n": 1, "m": {"p": [1, 2]}}))],
        ));
        let same = pause("t", &[("a", "x", json!({"m": {"p": [1, 2]}, "n": 1}))]);
        assert_eq!(digest(&same), one);
        assert_eq!(one.as_str().len(), 64);
        let others = [
            pause("t2", &[("a", "x", json!({"n": 1, "m": {"p": [1, 2]}}))]),
            pause("t", &[("b", "x", json!({"n": 1, "m": {"p": [1, 2]}}))]),
            pause("t", &[("a", "y", json!({"n": 1, "m": {"p": [1, 2]}}))]),
            pause("t", &[("a", "x", json!({"n": 2, "m": {"p": [1, 2]}}))]),
            pause("t", &[("a", "x", json!({"n": "1", "m": {"p": [1, 2]}}))]),
            pause("t", &[("a", "x", json!({"n": 1, "m": {"p": [2, 1]}}))]),
            pause("t", &[("a", "x", json!({"n": 1, "m": {"p": [12]}}))]),
            pause("t", &[("a", "x", json!({"n": 1, "m": {}}))]),
            pause("t", &[]),
            pause("t", &[("ax", "", json!({"n": 1, "m": {"p": [1, 2]}}))]),
        ];
        let mut seen = vec![one];
        for other in others {
            let other = digest(&other);
            assert!(!seen.contains(&other));
            seen.push(other);
        }
        let mut via = pause("t", &[("a", "x", json!({"n": 1, "m": {"p": [1, 2]}}))]);
        if let Asks::Approval(calls) = &mut via.asks {
            calls[0].via = Some("sub".to_owned());
        }
        assert!(!seen.contains(&digest(&via)), "who runs it counts");
    }
}
