//! A2A 1.0: its requests, written strictly, and how it wraps what it sends.

use serde::Serialize;
use serde_json::Value;

use super::codec::Call;
use super::error::A2aError;
use super::json::{Object, inner};
use super::model::{Content, Event, Prompt};
use super::params::{Base64, Configuration, Listing, Named, PromptMessage, Submission};
use super::rpc::request;
use super::wire;

/// The bytes of a call. The tenant is the one that the card names for the interface; where it
/// names none, there is no such member.
///
/// No call bounds the history: what is cut off is its beginning, which is where a prompt is
/// looked for.
#[must_use]
pub fn write(call: &Call<'_>, id: u64, tenant: Option<&str>) -> Vec<u8> {
    let named = |id| Named { id, tenant };
    match call {
        Call::Send { prompt, blocking } => {
            let submission = submission(prompt, Some(!blocking), tenant);
            request(id, "SendMessage", &submission)
        }
        Call::Stream(prompt) => {
            let submission = submission(prompt, None, tenant);
            request(id, "SendStreamingMessage", &submission)
        }
        Call::Get(task) => request(id, "GetTask", &named(task)),
        Call::List(context) => request(id, "ListTasks", &Listing::of(*context, tenant)),
        Call::Cancel(task) => request(id, "CancelTask", &named(task)),
        Call::Resubscribe(task) => request(id, "SubscribeToTask", &named(task)),
    }
}

fn submission<'a>(
    prompt: &'a Prompt,
    return_immediately: Option<bool>,
    tenant: Option<&'a str>,
) -> Submission<'a, Part<'a>> {
    Submission {
        message: PromptMessage::new(prompt, "ROLE_USER"),
        configuration: Configuration {
            return_immediately,
            ..Configuration::default()
        },
        tenant,
    }
}

/// A part of a message, told by its member.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Part<'a> {
    Text {
        text: &'a str,
    },
    File {
        raw: Base64<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        filename: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        media_type: Option<&'a str>,
    },
    Address {
        url: &'a str,
    },
    Data {
        data: &'a Value,
    },
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
                raw: Base64(bytes),
                filename: name.as_deref(),
                media_type: media_type.as_deref(),
            },
            Content::FileUri { uri, .. } => Self::Address { url: uri },
            Content::Data(data) => Self::from(data),
            Content::Unknown => Self::from(""),
        }
    }
}

/// Reads what is wrapped in the one member that names it; the outer object, untouched, if there
/// is no such member.
///
/// # Errors
/// [`A2aError::Protocol`] for a task without an id.
pub(super) fn event(mut from: Object) -> Result<Result<Event, Object>, A2aError> {
    Ok(Ok(if let Some(task) = inner(&mut from, "task") {
        Event::Task(wire::task(task)?)
    } else if let Some(message) = inner(&mut from, "message") {
        Event::Message(wire::message(message))
    } else if let Some(update) = inner(&mut from, "statusUpdate") {
        Event::Status(wire::status_update(update))
    } else if let Some(update) = inner(&mut from, "artifactUpdate") {
        Event::Artifact(wire::artifact_update(update))
    } else {
        return Ok(Err(from));
    }))
}
