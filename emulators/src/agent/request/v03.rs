//! A message of A2A 0.3.

use serde_json::{Value, json};

use super::super::model::{File, FileContent, Message, Part, Role};
use super::super::refusal::Refusal;
use super::named;

/// Reads a message, or lists all that is wrong with it.
pub(super) fn message(message: &Value) -> Result<Message, Refusal> {
    if !message.is_object() {
        return Err(Refusal::params_v03(vec![problem("missing", &["message"])]));
    }
    let mut problems = Vec::new();
    let mut missing = |field: &str| problems.push(problem("missing", &["message", field]));
    if message["kind"] != "message" {
        missing("kind");
    }
    if message["messageId"].as_str().is_none_or(str::is_empty) {
        missing("messageId");
    }
    if message["role"] != "user" {
        missing("role");
    }
    let parts = parts(&message["parts"]);
    if parts.is_none() {
        missing("parts");
    }
    let (true, Some(parts)) = (problems.is_empty(), parts) else {
        return Err(Refusal::params_v03(problems));
    };
    let id = named(message, "messageId").unwrap_or_default();
    Ok(Message::of(Role::User, id, parts))
}

/// One problem, as pydantic tells it.
pub(super) fn problem(kind: &str, at: &[&str]) -> Value {
    let mut path = vec!["params"];
    path.extend(at);
    json!({"type": kind, "loc": path, "msg": "Field required"})
}

/// All parts, or None where there are none or one is not a part of A2A 0.3.
fn parts(parts: &Value) -> Option<Vec<Part>> {
    let parts = parts.as_array().filter(|parts| !parts.is_empty())?;
    parts.iter().map(part).collect()
}

fn part(part: &Value) -> Option<Part> {
    match part["kind"].as_str()? {
        "text" => Some(Part::Text(part["text"].as_str()?.to_owned())),
        "data" => part["data"]
            .is_object()
            .then(|| Part::Data(part["data"].clone())),
        "file" => file(&part["file"]).map(Part::File),
        _ => None,
    }
}

fn file(file: &Value) -> Option<File> {
    let content = match (file["bytes"].as_str(), file["uri"].as_str()) {
        (Some(bytes), None) => FileContent::Bytes(bytes.to_owned()),
        (None, Some(uri)) => FileContent::Uri(uri.to_owned()),
        _ => return None,
    };
    Some(File {
        name: named(file, "name"),
        media_type: named(file, "mimeType"),
        content,
    })
}
