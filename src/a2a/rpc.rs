//! The JSON-RPC 2.0 envelope, the same in every version of A2A.

use serde::Serialize;
use serde_json::Value;

use super::error::A2aError;

#[derive(Serialize)]
struct Request<'a, P> {
    jsonrpc: &'static str,
    id: String,
    method: &'a str,
    params: &'a P,
}

/// The bytes of a request. A text as the id: every agent echoes it as it came.
#[must_use]
pub(super) fn request(id: u64, method: &str, params: &impl Serialize) -> Vec<u8> {
    let request = Request {
        jsonrpc: "2.0",
        id: id.to_string(),
        method,
        params,
    };
    // Nothing that is told to an agent fails to be JSON.
    serde_json::to_vec(&request).unwrap_or_default()
}

/// The result in an answer's body.
///
/// # Errors
/// The agent's own error as [`A2aError::Rpc`]; what is no JSON-RPC answer by what it seems to be:
/// empty, a web page, cut off, or something else.
pub fn result(body: &[u8]) -> Result<Value, A2aError> {
    let start = body.trim_ascii_start();
    if start.is_empty() {
        return Err(A2aError::Empty);
    }
    if start[0] == b'<' {
        return Err(A2aError::Html);
    }
    let mut answer: Value = serde_json::from_slice(start).map_err(|error| {
        // awc ends a cut body like a whole one, so an end in mid-value is a lost connection.
        if error.is_eof() {
            A2aError::Cut
        } else {
            A2aError::NotJson
        }
    })?;
    if let Some(error) = rpc_error(&answer) {
        return Err(error);
    }
    match answer.get_mut("result").map(Value::take) {
        None | Some(Value::Null) => Err(A2aError::Protocol(
            "neither a result nor an error".to_owned(),
        )),
        Some(result) => Ok(result),
    }
}

/// The JSON-RPC error in a body that may be anything, such as that of an HTTP error.
#[must_use]
pub fn error_in(body: &[u8]) -> Option<A2aError> {
    match rpc_error(&serde_json::from_slice(body).ok()?)? {
        error @ A2aError::Rpc { .. } => Some(error),
        _ => None,
    }
}

fn rpc_error(answer: &Value) -> Option<A2aError> {
    let error = answer.get("error").filter(|error| !error.is_null())?;
    let message = error
        .get("message")
        .or(Some(error))
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(match error.get("code").and_then(Value::as_i64) {
        Some(code) => A2aError::rpc(code, message),
        None => A2aError::protocol(&format!("an error without a code: {message}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_taken_for_what_they_are() {
        let check = |body: &str| result(body.as_bytes()).unwrap_err();
        assert_eq!(check(" \n"), A2aError::Empty);
        assert_eq!(check("\r\n<!doctype html>"), A2aError::Html);
        assert_eq!(check("upstream error"), A2aError::NotJson);
        assert_eq!(check(r#"{"result":{"id":"#), A2aError::Cut);
        assert!(matches!(check(r#"{"result":null}"#), A2aError::Protocol(_)));
        assert!(matches!(check("[]"), A2aError::Protocol(_)));
        assert!(matches!(
            check(r#"{"error":"injected"}"#),
            A2aError::Protocol(_)
        ));
        assert_eq!(
            check(r#"{"id":null,"error":{"code":-32001,"message":"Task not found","data":[1]}}"#),
            A2aError::rpc(-32001, "Task not found")
        );
        assert_eq!(result(br#"{"error":null,"result":7}"#).unwrap(), 7);
    }

    #[test]
    fn an_error_is_found_in_a_body_only_with_its_code() {
        assert_eq!(error_in(b"Agent ns/name not found"), None);
        assert_eq!(error_in(br#"{"error":"unauthorized"}"#), None);
        assert_eq!(
            error_in(br#"{"error":{"code":-32600}}"#),
            Some(A2aError::rpc(-32600, ""))
        );
    }
}
