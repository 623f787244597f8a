//! What each failure means for the prompt, the operator and the person.

use super::*;

fn http(status: u16) -> A2aError {
    A2aError::Http {
        status,
        retry_after: None,
        detail: String::new(),
    }
}

#[test]
fn only_what_surely_did_not_run_is_not_unknown() {
    use Outcome::{NotSent, Refused, Unknown};
    let refused_dial = "failed to send HTTP request: Post \"http://a:1/\": dial tcp 10.0.0.1:1: connect: connection refused";
    let cut = "failed to send HTTP request: Post \"http://a:1/\": EOF";
    let inner = format!("tool failed: {refused_dial}");
    for (error, outcome, may_resend) in [
        (A2aError::Busy, NotSent, true),
        (A2aError::Connect("refused".to_owned()), NotSent, true),
        (
            A2aError::Timeout {
                phase: Phase::FirstByte,
            },
            Unknown,
            false,
        ),
        (A2aError::Cut, Unknown, false),
        (A2aError::NotJson, Unknown, false),
        (A2aError::Html, Unknown, false),
        (A2aError::Empty, Unknown, false),
        (A2aError::TooLarge, Unknown, false),
        (A2aError::protocol("x"), Unknown, false),
        (http(307), Refused, false),
        (http(400), Refused, false),
        (http(401), Refused, false),
        (http(404), Refused, false),
        (http(408), Unknown, false),
        (http(413), Refused, false),
        (http(429), Refused, true),
        (http(499), Unknown, false),
        (http(500), Unknown, false),
        (http(502), Unknown, false),
        (http(503), Unknown, false),
        (http(504), Unknown, false),
        (A2aError::rpc(-32700, ""), Refused, false),
        (A2aError::rpc(-32601, ""), Refused, false),
        (A2aError::rpc(-32602, ""), Refused, false),
        (A2aError::rpc(-32001, ""), Refused, false),
        (A2aError::rpc(-32009, ""), Refused, false),
        (A2aError::rpc(-32006, ""), Unknown, false),
        (A2aError::rpc(-32000, ""), Unknown, false),
        (A2aError::rpc(-32603, "executor crashed"), Unknown, false),
        (A2aError::rpc(-32603, refused_dial), Refused, true),
        (A2aError::rpc(-32603, cut), Unknown, false),
        (A2aError::rpc(-32603, &inner), Unknown, false),
    ] {
        assert_eq!(error.outcome(), outcome, "{error}");
        assert_eq!(error.may_resend(), may_resend, "{error}");
    }
    let late = A2aError::Rpc {
        code: -32602,
        message: String::new(),
        begun: true,
    };
    assert_eq!(late.outcome(), Unknown, "after events the agent had begun");
}

#[test]
fn a_wrong_version_is_told_from_a_wrong_message() {
    let bad_request = |detail: &str| A2aError::Http {
        status: 400,
        retry_after: None,
        detail: detail.to_owned(),
    };
    for (error, refuses) in [
        (A2aError::rpc(-32601, "Method not found"), true),
        (A2aError::rpc(-32009, ""), true),
        (A2aError::rpc(-32600, ""), false),
        (A2aError::rpc(-32004, ""), false),
        (
            bad_request("missing required A2A-Version header; expected \"1.0\""),
            true,
        ),
        (
            bad_request("unsupported A2A-Version \"1.0\"; expected \"0.3\""),
            true,
        ),
        (bad_request("Agent name not provided"), false),
    ] {
        assert_eq!(error.refuses_version(), refuses, "{error}");
        if refuses {
            assert_eq!(error.outcome(), Outcome::Refused, "{error}");
            assert_eq!(error.to_user(), "The agent does not support this.");
        }
    }
    let large = A2aError::rpc(-32600, "Payload too large");
    assert_eq!(large.to_user(), "The message is too large for the agent.");
}

#[test]
fn neither_the_log_nor_the_chat_shows_addresses() {
    let dial = "failed to send HTTP request: Post \"http://u:pw@k8s.kagent:8080/\": dial tcp 10.0.0.1:8080: refused";
    let error = A2aError::rpc(-32603, dial);
    for text in [error.to_string(), format!("{error:?}"), error.to_user()] {
        assert!(!text.contains("8080") && !text.contains("pw"), "{text}");
    }
    assert_eq!(error.to_user(), "The agent cannot be reached.");
}
