//! Reads JSON-RPC requests, and refuses what the real ones refuse.
//!
//! `v03` and `v10` read a message; all else is the same in both. Both are stricter than the
//! Python SDK in one point: a 0.3 message or part without `kind` is refused, although its default
//! would fill it in, and a 1.0 one with `kind`, although it is ignored. A client should not rely
//! on either.

mod v03;
mod v10;

use serde_json::{Value, json};

use super::model::Message;
use super::protocol::Version;
use super::refusal::Refusal;

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
        refusal.data = Some(json!([v03::problem(what, &[what])]));
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

/// The parameters of a send or a stream.
pub(super) struct Sent {
    pub message: Message,
    /// The message as it came, for what only pauses read.
    pub raw: Value,
    pub context_id: Option<String>,
    pub task_id: Option<String>,
    pub blocking: bool,
}

/// Reads the parameters of a send or a stream.
pub(super) fn sent(version: Version, params: &Value) -> Result<Sent, Refusal> {
    let message = match version {
        Version::V03 => v03::message(&params["message"])?,
        Version::V10 => v10::message(&params["message"])?,
    };
    let configuration = &params["configuration"];
    let raw = params["message"].clone();
    Ok(Sent {
        context_id: named(&raw, "contextId"),
        task_id: named(&raw, "taskId"),
        blocking: match version {
            Version::V03 => configuration["blocking"] != false,
            Version::V10 => configuration["returnImmediately"] != true,
        },
        message,
        raw,
    })
}

/// The `id` of what takes a task's id.
pub(super) fn task_id(version: Version, params: &Value) -> Result<String, Refusal> {
    named(params, "id").ok_or_else(|| match version {
        Version::V03 => Refusal::params_v03(vec![v03::problem("missing", &["id"])]),
        Version::V10 => Refusal::params_v10("id is required"),
    })
}

/// A string field, where it is there and not empty.
pub(super) fn named(object: &Value, field: &str) -> Option<String> {
    let text = object.get(field)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The parameters of tasks/list and `ListTasks`.
pub(super) struct ListQuery {
    pub context_id: Option<String>,
    pub status: Option<String>,
    pub page_size: usize,
    pub skip: usize,
    pub history_length: Option<i64>,
    pub include_artifacts: bool,
}

/// Tasks on a page when the client names no number.
const PAGE_DEFAULT: usize = 50;
/// The most tasks on a page; kagent lowers a greater number to it, 1.0 refuses it.
const PAGE_MAX: usize = 100;

/// Reads the parameters of a list.
pub(super) fn list(version: Version, params: &Value) -> Result<ListQuery, Refusal> {
    let skip = match named(params, "pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("from-")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| Refusal::of(version, -32602, "invalid pageToken"))?,
    };
    let asked = params["pageSize"].as_i64();
    if version == Version::V10 && asked.is_some_and(|size| !(1..=100).contains(&size)) {
        return Err(Refusal::params_v10("page_size must be between 1 and 100"));
    }
    let page_size = asked.and_then(|size| usize::try_from(size).ok());
    let page_size = page_size.filter(|size| *size > 0).unwrap_or(PAGE_DEFAULT);
    Ok(ListQuery {
        context_id: named(params, "contextId"),
        status: named(params, "status"),
        page_size: page_size.min(PAGE_MAX),
        skip,
        history_length: params["historyLength"].as_i64(),
        include_artifacts: params["includeArtifacts"] == true,
    })
}

/// The token of the page that begins after so many tasks.
pub(super) fn page_token(skip: usize) -> String {
    format!("from-{skip}")
}
