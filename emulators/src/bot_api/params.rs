//! The parameters of one call, read as leniently as the real server reads them: whatever way
//! they came (JSON, query, form, multipart), a number may be a string and an object may be JSON
//! in a string.

use serde_json::{Map, Value};

use super::message::ChatId;
use super::refusal::Refused;

/// The parameters of one call.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// Sets one parameter; a null counts as absent.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        if !value.is_null() {
            self.0.insert(name.into(), value);
        }
    }

    /// All of them, for the log.
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Whether the parameter is there and not an empty string.
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|v| v.as_str() != Some(""))
    }

    /// A text parameter; numbers and booleans are written out.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// An integer; anything that is not one reads as absent, as the real server does.
    pub fn int(&self, name: &str) -> Option<i64> {
        as_int(self.0.get(name)?)
    }

    /// A boolean: `true`, `"true"`, `"yes"`, `"1"` or 1.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(as_flag)
    }

    /// A structured parameter, whether it came as JSON or as JSON in a string.
    pub fn json(&self, name: &str, what: &str) -> Result<Option<Value>, Refused> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refused::bad(format!("can't parse {what} JSON object"))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// The chat that the call is about, if it names one by number.
    pub fn chat(&self) -> Option<ChatId> {
        self.int("chat_id")
    }

    /// The chat that the call must name.
    pub fn need_chat(&self) -> Result<ChatId, Refused> {
        if !self.has("chat_id") {
            return Err(Refused::bad("chat_id is empty"));
        }
        self.chat().ok_or_else(|| Refused::bad("chat not found"))
    }

    /// The message that the call must name.
    pub fn need_message(&self) -> Result<i64, Refused> {
        self.int("message_id")
            .filter(|id| *id > 0)
            .ok_or_else(|| Refused::bad("message identifier is not specified"))
    }
}

/// Reads an integer from a number or a numeric string.
pub(super) fn as_int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Reads a boolean the way the real server does.
pub(super) fn as_flag(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => {
            matches!(
                text.trim().to_ascii_lowercase().as_str(),
                "true" | "yes" | "1"
            )
        }
        _ => false,
    }
}
