//! The files among what an agent says. Pure.

use super::model::{Content, Message, Part, Role, Task};
use crate::rules::answer::{Place, Produced};

/// The files of an answer that comes without a task.
pub(super) fn of_message(message: &Message) -> Vec<Produced> {
    let files = message.parts.iter().filter_map(|part| produced(part, None));
    once(files)
}

/// The files of a task's answer: those of its artifacts, and of what the agent said with its
/// last state. Some agents put a file into both.
pub(super) fn of_task(task: &Task) -> Vec<Produced> {
    let made = task.artifacts.iter().flat_map(|artifact| {
        let parts = artifact.parts.iter();
        parts.filter_map(|part| produced(part, artifact.name.as_deref()))
    });
    let said = task.status_message.iter();
    let said = said.filter(|message| message.role == Role::Agent && !message.is_partial());
    let said = said.flat_map(|message| message.parts.iter());
    once(made.chain(said.filter_map(|part| produced(part, None))))
}

/// A file; `of` is the name of its artifact, for a part that has none.
fn produced(part: &Part, of: Option<&str>) -> Option<Produced> {
    let (content, name, media_type) = match &part.content {
        Content::FileBytes {
            bytes,
            name,
            media_type,
        } => (Place::Bytes(bytes.clone()), name, media_type),
        Content::FileUri {
            uri,
            name,
            media_type,
        } => (Place::Address(uri.clone()), name, media_type),
        Content::Text(_) | Content::Data(_) | Content::Unknown => return None,
    };
    let name = name.as_deref().filter(|name| !name.trim().is_empty());
    Some(Produced {
        name: name.or(of).map(str::to_owned),
        media_type: media_type.clone(),
        content,
    })
}

/// Each file once.
fn once(files: impl Iterator<Item = Produced>) -> Vec<Produced> {
    let mut kept: Vec<Produced> = Vec::new();
    for file in files {
        if !kept.iter().any(|known| known.content == file.content) {
            kept.push(file);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::a2a::codec;
    use crate::a2a::model::Event;

    fn task(json: serde_json::Value) -> Task {
        match codec::event(json).unwrap().unwrap() {
            Event::Task(task) => task,
            other => panic!("{other:?}"),
        }
    }

    fn names(files: &[Produced]) -> Vec<&str> {
        let names = files.iter().map(|file| file.name.as_deref());
        names.map(|name| name.unwrap_or("-")).collect()
    }

    #[test]
    fn files_come_from_artifacts_and_the_last_state_each_once() {
        let file = |name: &str, bytes: &str| json!({"kind": "file", "file": {"name": name, "mimeType": "image/png", "bytes": bytes}});
        let nameless = json!({"kind": "file", "file": {"bytes": "YWFh", "name": " "}});
        let link = json!({"kind": "file", "file": {"uri": "https://a.io/x.pdf", "name": "x.pdf"}});
        let task = task(json!({
            "kind": "task", "id": "t", "contextId": "c",
            "status": {"state": "completed", "message": {"kind": "message", "messageId": "m",
                "role": "agent", "parts": [file("again.png", "eA=="), link]}},
            "artifacts": [
                {"artifactId": "1", "parts": [{"kind": "text", "text": "two"}, file("chart.png", "eA==")]},
                {"artifactId": "2", "name": "heap dump", "parts": [nameless]},
            ],
            "history": [{"kind": "message", "messageId": "q", "role": "user",
                "parts": [file("asked.png", "cQ==")]}],
        }));
        let files = of_task(&task);
        assert_eq!(names(&files), ["chart.png", "heap dump", "x.pdf"]);
        assert_eq!(files[0].content, Place::Bytes("x".into()));
        assert_eq!(files[0].media_type.as_deref(), Some("image/png"));
        assert_eq!(
            files[2].content,
            Place::Address("https://a.io/x.pdf".to_owned())
        );
    }

    #[test]
    fn what_a_person_sent_is_not_sent_back() {
        let task = task(json!({
            "kind": "task", "id": "t", "contextId": "c",
            "status": {"state": "completed", "message": {"kind": "message", "messageId": "q",
                "role": "user", "parts": [{"kind": "file", "file": {"bytes": "cQ=="}}]}},
        }));
        assert_eq!(of_task(&task), []);
    }
}
