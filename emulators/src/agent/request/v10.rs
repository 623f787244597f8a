//! A message of A2A 1.0, as `ProtoJSON` writes it.

use serde_json::Value;

use super::super::model::{File, FileContent, Message, Part, Role};
use super::super::refusal::Refusal;
use super::named;

/// The members of which a part has exactly one.
const CONTENTS: [&str; 4] = ["text", "raw", "url", "data"];

/// Reads a message, or names the first thing that is wrong with it.
pub(super) fn message(message: &Value) -> Result<Message, Refusal> {
    let refused = |problem: &str| Err(Refusal::params_v10(problem));
    if !message.is_object() {
        return refused("message is required");
    }
    if !message["kind"].is_null() {
        return refused("message.kind is of A2A 0.3");
    }
    let Some(id) = named(message, "messageId") else {
        return refused("message.messageId is required.");
    };
    if message["role"] != "ROLE_USER" {
        return refused("message.role must be ROLE_USER");
    }
    let Some(parts) = message["parts"].as_array() else {
        return refused("repeated field parts must be in []");
    };
    let parts: Option<Vec<Part>> = parts.iter().map(part).collect();
    match parts {
        Some(parts) if !parts.is_empty() => Ok(Message::of(Role::User, id, parts)),
        Some(_) => refused("message.parts is required"),
        None => refused("a part needs exactly one of text, raw, url and data, and no kind"),
    }
}

fn part(part: &Value) -> Option<Part> {
    let held = CONTENTS.iter().filter(|name| part.get(**name).is_some());
    if held.count() != 1 || !part["kind"].is_null() {
        return None;
    }
    if let Some(data) = part.get("data") {
        return Some(Part::Data(data.clone()));
    }
    if let Some(text) = part.get("text") {
        return Some(Part::Text(text.as_str()?.to_owned()));
    }
    let content = match part.get("raw") {
        Some(raw) => FileContent::Bytes(raw.as_str()?.to_owned()),
        None => FileContent::Uri(part["url"].as_str()?.to_owned()),
    };
    Some(Part::File(File {
        name: named(part, "filename"),
        media_type: named(part, "mediaType"),
        content,
    }))
}
