//! A2A 0.3: its requests, written strictly, and how it tags what it sends.

use serde::Serialize;
use serde_json::Value;

use super::codec::Call;
use super::error::A2aError;
use super::json::{Object, text};
use super::model::{Content, Event, Prompt};
use super::params::{Base64, Configuration, Listing, Named, PromptMessage, Submission};
use super::rpc::request;
use super::wire;

/// The bytes of a call.
#[must_use]
pub fn write(call: &Call<'_>, id: u64) -> Vec<u8> {
    let named = |id| Named { id, tenant: None };
    match call {
        Call::Send { prompt, blocking } => {
            request(id, "message/send", &submission(prompt, Some(*blocking)))
        }
        Call::Stream(prompt) => request(id, "message/stream", &submission(prompt, None)),
        Call::Get(task) => request(id, "tasks/get", &named(task)),
        // kagent's extension: the method is none of 0.3's.
        Call::List(context) => request(id, "tasks/list", &Listing::of(*context, None)),
        Call::Cancel(task) => request(id, "tasks/cancel", &named(task)),
        Call::Resubscribe(task) => request(id, "tasks/resubscribe", &named(task)),
    }
}

fn submission(prompt: &Prompt, blocking: Option<bool>) -> Submission<'_, Part<'_>> {
    Submission {
        message: PromptMessage {
            kind: Some("message"),
            ..PromptMessage::new(prompt, "user")
        },
        configuration: Configuration {
            blocking,
            ..Configuration::default()
        },
        tenant: None,
    }
}

/// A part of a message, tagged.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Part<'a> {
    Text { text: &'a str },
    File { file: File<'a> },
    Data { data: &'a Value },
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text { text }
    }
}

impl<'a> From<&'a Value> for Part<'a> {
    fn from(data: &'a Value) -> Self {
        Self::Data { data }
    }
}

impl<'a> From<&'a Content> for Part<'a> {
    fn from(content: &'a Content) -> Self {
        match content {
            Content::Text(text) => Self::from(text.as_str()),
            Content::FileBytes {
                bytes,
                name,
                media_type,
            } => Self::File {
                file: File {
                    bytes: Some(Base64(bytes)),
                    name: name.as_deref(),
                    mime_type: media_type.as_deref(),
                    uri: None,
                },
            },
            Content::FileUri { uri, .. } => Self::File {
                file: File {
                    uri: Some(uri),
                    ..File::default()
                },
            },
            Content::Data(data) => Self::from(data),
            Content::Unknown => Self::from(""),
        }
    }
}

/// Reads what the tag `kind` says it is; none for a kind that is not known.
///
/// # Errors
/// [`A2aError::Protocol`] for a task without an id.
pub(super) fn event(mut from: Object) -> Result<Option<Event>, A2aError> {
    let kind = text(&mut from, "kind");
    // Agents that leave the tag out are known by what they send.
    let kind = kind.as_deref().unwrap_or_else(|| match &from {
        _ if from.contains_key("artifact") => "artifact-update",
        _ if from.contains_key("status") && from.contains_key("taskId") => "status-update",
        _ if from.contains_key("status") => "task",
        _ if from.contains_key("parts") => "message",
        _ => "",
    });
    Ok(match kind {
        "task" => Some(Event::Task(wire::task(from)?)),
        "message" => Some(Event::Message(wire::message(from))),
        "status-update" => Some(Event::Status(wire::status_update(from))),
        "artifact-update" => Some(Event::Artifact(wire::artifact_update(from))),
        _ => None,
    })
}
