//! Refusals as the Bot API words them, and which of them a correct client never causes.

use serde_json::{Map, Value, json};

use super::message::ChatId;

/// A refused call, as the log keeps it.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The method, as documented (`sendMessage`).
    pub method: String,
    /// The call's parameters.
    pub params: Value,
    /// HTTP status and `error_code`.
    pub code: u16,
    /// The description that the client got.
    pub description: String,
}

/// Something that a correct client never does.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The method, as documented (`sendMessage`).
    pub method: String,
    /// The call's parameters.
    pub params: Value,
    /// What was wrong: the description of the refusal, or of what was let pass.
    pub what: String,
}

/// A refusal on its way to the client.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub code: u16,
    pub description: String,
    pub retry_after: Option<u64>,
    pub migrate_to: Option<ChatId>,
    /// Whether a correct client never sees it.
    pub avoidable: bool,
}

impl Refused {
    fn new(code: u16, description: String, avoidable: bool) -> Self {
        Self {
            code,
            description,
            retry_after: None,
            migrate_to: None,
            avoidable,
        }
    }

    /// A 400 that is the client's own fault.
    pub fn bad(why: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", why.as_ref()), true)
    }

    /// A 400 that the world's course can cause: somebody deleted the message, a press is old.
    pub fn gone(why: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", why.as_ref()), false)
    }

    /// A 403: somebody does not want the bot there.
    pub fn forbidden(why: impl AsRef<str>) -> Self {
        Self::new(403, format!("Forbidden: {}", why.as_ref()), false)
    }

    /// A 409: two consumers of one queue.
    pub fn conflict(why: impl AsRef<str>) -> Self {
        Self::new(409, format!("Conflict: {}", why.as_ref()), false)
    }

    /// The 429. `avoidable` when the client had been told to wait.
    pub fn too_many(retry_after: u64, avoidable: bool) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(
                429,
                format!("Too Many Requests: retry after {retry_after}"),
                avoidable,
            )
        }
    }

    /// The group has become a supergroup with another id.
    pub fn migrated(to: ChatId) -> Self {
        Self {
            migrate_to: Some(to),
            ..Self::gone("group chat was upgraded to a supergroup chat")
        }
    }

    /// An upload that is larger than the server takes.
    pub fn too_large() -> Self {
        Self::new(413, "Request Entity Too Large".into(), true)
    }

    /// The token is not the bot's.
    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized".into(), true)
    }

    /// No such method or path.
    pub fn not_found() -> Self {
        Self::new(404, "Not Found".into(), true)
    }

    /// A failure inside the server, made on request.
    pub fn server_error(code: u16) -> Self {
        Self::new(code, "Internal Server Error".into(), false)
    }

    /// The body that the client gets.
    pub fn body(&self) -> Value {
        let mut parameters = Map::new();
        if let Some(seconds) = self.retry_after {
            parameters.insert("retry_after".into(), json!(seconds));
        }
        if let Some(chat) = self.migrate_to {
            parameters.insert("migrate_to_chat_id".into(), json!(chat));
        }
        let mut body =
            json!({"ok": false, "error_code": self.code, "description": self.description});
        if !parameters.is_empty() {
            body["parameters"] = Value::Object(parameters);
        }
        body
    }
}
