//! Lenient access to JSON: null, an empty string and a value of the wrong type all count as
//! absent. Values are taken out, not copied: a file may be megabytes of base64.

use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// The object, or an empty one.
pub(super) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// Takes a text out; a number counts as its digits, as some agents write ids so.
pub(super) fn text(object: &mut Object, key: &str) -> Option<String> {
    match object.remove(key)? {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Takes an object out.
pub(super) fn inner(object: &mut Object, key: &str) -> Option<Object> {
    match object.remove(key)? {
        Value::Object(inner) => Some(inner),
        _ => None,
    }
}

/// Takes a list out; absent is empty.
pub(super) fn list(object: &mut Object, key: &str) -> Vec<Value> {
    match object.remove(key) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// Reads a flag; absent is false.
pub(super) fn flag(object: &Object, key: &str) -> bool {
    object.get(key).and_then(Value::as_bool).unwrap_or(false)
}
