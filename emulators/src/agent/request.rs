//! Reads JSON-RPC requests of A2A 0.3, and refuses what the real ones refuse.
//!
//! Stricter than the Python SDK in one point: a message or a part without `kind` is refused,
//! although its default would fill it in. A client should not rely on that.

use serde_json::{Value, json};

use super::model::{Message, Part, Role};

/// A JSON-RPC error.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub code: i64,
    pub message: String,
    pub data: Option<Value>,
}

impl Refusal {
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            message,
            data: None,
        }
    }

    /// -32602 with the problems, as pydantic lists them.
    fn params(problems: Vec<Value>) -> Self {
        let mut refusal = Self::new(-32602, "Invalid parameters");
        refusal.data = Some(Value::Array(problems));
        refusal
    }
}

/// A JSON-RPC call whose frame is right.
pub(super) struct Rpc {
    pub id: Value,
    pub method: String,
    pub params: Value,
}

/// Reads the frame. The error carries the id to answer with.
pub(super) fn frame(body: &Value) -> Result<Rpc, (Value, Refusal)> {
    let id = body.get("id").cloned().unwrap_or(Value::Null);
    let invalid = |what: &str| {
        let mut refusal = Refusal::new(-32600, "Request payload validation error");
        refusal.data = Some(json!([problem(what, &[what])]));
        refusal
    };
    if body.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err((id, invalid("jsonrpc")));
    }
    if !(id.is_string() || id.is_i64()) {
        return Err((Value::Null, invalid("id")));
    }
    let Some(method) = body.get("method").and_then(Value::as_str) else {
        return Err((id, invalid("method")));
    };
    Ok(Rpc {
        id,
        method: method.to_owned(),
        params: body.get("params").cloned().unwrap_or(Value::Null),
    })
}

/// The parameters of message/send and message/stream.
pub(super) struct Sent {
    pub message: Message,
    pub context_id: Option<String>,
    pub task_id: Option<String>,
    pub blocking: bool,
}

/// Reads the parameters of message/send and message/stream.
pub(super) fn sent(params: &Value) -> Result<Sent, Refusal> {
    let message = &params["message"];
    if !message.is_object() {
        return Err(Refusal::params(vec![problem("missing", &["message"])]));
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
        return Err(Refusal::params(problems));
    };
    Ok(Sent {
        context_id: named(message, "contextId"),
        task_id: named(message, "taskId"),
        blocking: params["configuration"]["blocking"] != false,
        message: Message {
            id: named(message, "messageId").unwrap_or_default(),
            role: Role::User,
            parts,
            partial: None,
            is_error: false,
        },
    })
}

/// The `id` of tasks/get, tasks/cancel and tasks/resubscribe.
pub(super) fn task_id(params: &Value) -> Result<String, Refusal> {
    named(params, "id").ok_or_else(|| Refusal::params(vec![problem("missing", &["id"])]))
}

/// A string field, where it is there and not empty.
pub(super) fn named(object: &Value, field: &str) -> Option<String> {
    let text = object.get(field)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
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
        "file" => {
            let file = &part["file"];
            let has_content = file["bytes"].is_string() != file["uri"].is_string();
            has_content.then(|| Part::File(file.clone()))
        }
        _ => None,
    }
}

fn problem(kind: &str, at: &[&str]) -> Value {
    let mut path = vec!["params"];
    path.extend(at);
    json!({"type": kind, "loc": path, "msg": "Field required"})
}

/// The parameters of kagent's tasks/list.
pub(super) struct ListQuery {
    pub context_id: Option<String>,
    pub status: Option<String>,
    pub page_size: usize,
    pub skip: usize,
    pub history_length: Option<i64>,
    pub include_artifacts: bool,
}

/// Tasks on a page of tasks/list when the client names no number (kagent's own).
const PAGE_DEFAULT: usize = 50;
/// The most tasks on a page; kagent lowers a greater number to it.
const PAGE_MAX: usize = 100;

/// Reads the parameters of tasks/list. kagent corrects a page size and refuses a token.
pub(super) fn list(params: &Value) -> Result<ListQuery, Refusal> {
    let skip = match named(params, "pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("from-")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| Refusal::new(-32602, "invalid pageToken"))?,
    };
    let page_size = params["pageSize"].as_u64().filter(|size| *size > 0);
    let page_size = page_size.and_then(|size| usize::try_from(size).ok());
    Ok(ListQuery {
        context_id: named(params, "contextId"),
        status: named(params, "status"),
        page_size: page_size.unwrap_or(PAGE_DEFAULT).min(PAGE_MAX),
        skip,
        history_length: params["historyLength"].as_i64(),
        include_artifacts: params["includeArtifacts"] == true,
    })
}

/// The token of the page that begins after so many tasks.
pub(super) fn page_token(skip: usize) -> String {
    format!("from-{skip}")
}
