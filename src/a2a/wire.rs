//! What tasks, messages, artifacts and parts look like on the wire: read leniently (see `json`),
//! and told apart by their shape, so that one reader serves every version. Unknown fields, states
//! and kinds are no errors: a new field must not cost an answer.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde_json::Value;

use super::error::A2aError;
use super::json::{Object, flag, inner, list, object, text};
use super::model::{
    Artifact, ArtifactUpdate, Content, Message, Part, Role, StatusUpdate, Task, TaskState,
};
use super::reading::is_partial;
use crate::ids::{ContextId, TaskId};

/// A task; an error if it has no id.
pub(super) fn task(mut wire: Object) -> Result<Task, A2aError> {
    let id = text(&mut wire, "id").map(TaskId::from);
    let (state, status_message) = status(&mut wire);
    let artifacts = list(&mut wire, "artifacts").into_iter();
    let history = list(&mut wire, "history").into_iter();
    Ok(Task {
        id: id.ok_or_else(|| A2aError::protocol("a task without an id"))?,
        context_id: text(&mut wire, "contextId").map(ContextId::from),
        state,
        status_message,
        artifacts: artifacts.map(|wire| artifact(object(wire))).collect(),
        history: history.map(|wire| message(object(wire))).collect(),
        metadata: inner(&mut wire, "metadata").unwrap_or_default(),
    })
}

fn status(wire: &mut Object) -> (TaskState, Option<Message>) {
    let mut status = inner(wire, "status").unwrap_or_default();
    let state = text(&mut status, "state").unwrap_or_default();
    (
        TaskState::from_wire(&state),
        inner(&mut status, "message").map(message),
    )
}

pub(super) fn message(mut wire: Object) -> Message {
    let role = text(&mut wire, "role").unwrap_or_default();
    let role = role.to_ascii_lowercase();
    Message {
        id: text(&mut wire, "messageId"),
        role: if ["user", "role_user"].contains(&role.as_str()) {
            Role::User
        } else {
            Role::Agent
        },
        parts: parts(&mut wire),
        context_id: text(&mut wire, "contextId").map(ContextId::from),
        task_id: text(&mut wire, "taskId").map(TaskId::from),
        metadata: inner(&mut wire, "metadata").unwrap_or_default(),
    }
}

pub(super) fn status_update(mut wire: Object) -> StatusUpdate {
    let (state, message) = status(&mut wire);
    let metadata = inner(&mut wire, "metadata").unwrap_or_default();
    StatusUpdate {
        task_id: text(&mut wire, "taskId").map(TaskId::from),
        context_id: text(&mut wire, "contextId").map(ContextId::from),
        state,
        is_final: flag(&wire, "final"),
        partial: is_partial(&metadata) || message.as_ref().is_some_and(Message::is_partial),
        message,
        metadata,
    }
}

pub(super) fn artifact_update(mut wire: Object) -> ArtifactUpdate {
    ArtifactUpdate {
        task_id: text(&mut wire, "taskId").map(TaskId::from),
        context_id: text(&mut wire, "contextId").map(ContextId::from),
        append: flag(&wire, "append"),
        last: flag(&wire, "lastChunk"),
        artifact: artifact(inner(&mut wire, "artifact").unwrap_or_default()),
        metadata: inner(&mut wire, "metadata").unwrap_or_default(),
    }
}

fn artifact(mut wire: Object) -> Artifact {
    Artifact {
        id: text(&mut wire, "artifactId").unwrap_or_default(),
        name: text(&mut wire, "name"),
        parts: parts(&mut wire),
        metadata: inner(&mut wire, "metadata").unwrap_or_default(),
    }
}

fn parts(wire: &mut Object) -> Vec<Part> {
    let parts = list(wire, "parts").into_iter();
    parts.map(|wire| part(object(wire))).collect()
}

fn part(mut wire: Object) -> Part {
    let metadata = inner(&mut wire, "metadata").unwrap_or_default();
    let content = if let Some(file) = inner(&mut wire, "file") {
        file_of_0_3(file)
    } else if let Some(whole) = text(&mut wire, "raw") {
        file(File::Whole(whole), wire, ["filename", "mediaType"])
    } else if let Some(uri) = text(&mut wire, "url") {
        file(File::Elsewhere(uri), wire, ["filename", "mediaType"])
    } else if let Some(data) = wire.remove("data").filter(|data| !data.is_null()) {
        Content::Data(data)
    } else if let Some(Value::String(words)) = wire.remove("text") {
        Content::Text(words)
    } else {
        Content::Unknown
    };
    Part { content, metadata }
}

enum File {
    Whole(String),
    Elsewhere(String),
}

/// The pages of 0.3 disagree on the names of the two contents of a file.
fn file_of_0_3(mut wire: Object) -> Content {
    let mut either = |one, other| text(&mut wire, one).or_else(|| text(&mut wire, other));
    let found = match either("bytes", "fileWithBytes") {
        Some(whole) => File::Whole(whole),
        None => match either("uri", "fileWithUri") {
            Some(uri) => File::Elsewhere(uri),
            None => return Content::Unknown,
        },
    };
    file(found, wire, ["name", "mimeType"])
}

/// A file, with the keys of its name and its media type.
fn file(content: File, mut wire: Object, [name, media_type]: [&str; 2]) -> Content {
    let (name, media_type) = (text(&mut wire, name), text(&mut wire, media_type));
    match content {
        File::Elsewhere(uri) => Content::FileUri {
            uri,
            name,
            media_type,
        },
        File::Whole(whole) => {
            decode_base64(whole).map_or(Content::Unknown, |bytes| Content::FileBytes {
                bytes,
                name,
                media_type,
            })
        }
    }
}

/// Either alphabet, padded or not, with line breaks or without.
fn decode_base64(mut text: String) -> Option<Bytes> {
    const ANY_PADDING: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    text.retain(|c| !c.is_ascii_whitespace());
    let alphabet = if text.contains(['-', '_']) {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    let engine = GeneralPurpose::new(alphabet, ANY_PADDING);
    engine.decode(text).ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_read_in_any_base64_and_bad_ones_are_unknown() {
        let old = |file: Value| part(object(json!({"kind": "file", "file": file}))).content;
        let new = |wire: Value| part(object(wire)).content;
        for (base64, bytes) in [
            ("+/8=", &[0xfb, 0xff][..]),
            ("-_8", &[0xfb, 0xff]),
            ("aGk\n", b"hi"),
        ] {
            for content in [old(json!({"bytes": base64})), new(json!({"raw": base64}))] {
                let Content::FileBytes { bytes: read, .. } = content else {
                    panic!("{base64} is not read");
                };
                assert_eq!(read, bytes, "{base64}");
            }
        }
        assert_eq!(old(json!({"bytes": "!!"})), Content::Unknown);
        assert_eq!(old(json!({})), Content::Unknown);
        let link = Content::FileUri {
            uri: "https://f/x".to_owned(),
            name: Some("x".to_owned()),
            media_type: None,
        };
        let of_0_3 = json!({"uri": "https://f/x", "name": "x", "mimeType": ""});
        assert_eq!(old(of_0_3), link);
        let of_1_0 = json!({"url": "https://f/x", "filename": "x", "mediaType": ""});
        assert_eq!(new(of_1_0), link);
    }

    #[test]
    fn the_first_member_of_a_part_that_says_something_is_its_content() {
        for (wire, content) in [
            (
                json!({"text": "", "filename": "", "mediaType": ""}),
                Content::Text(String::new()),
            ),
            (
                json!({"text": "hi", "raw": "", "url": null}),
                Content::Text("hi".to_owned()),
            ),
            (
                json!({"data": 1.0, "mediaType": "application/json"}),
                Content::Data(json!(1.0)),
            ),
            (json!({"data": null}), Content::Unknown),
            (json!({}), Content::Unknown),
        ] {
            assert_eq!(part(object(wire.clone())).content, content, "{wire}");
        }
    }
}
