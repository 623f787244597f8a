//! How a transport fails, and the answers that end so.

use super::{Reply, Step};

/// How a transport fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another HTTP answer than the protocol's. In the middle of a stream: as [`Fault::Cut`].
    Http {
        /// The status code.
        status: u16,
        /// The content type.
        content_type: &'static str,
        /// More headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// HTTP 200 without a body. In the middle of a stream: its clean end, without a final event.
    EmptyBody,
    /// A JSON-RPC error; on a stream it is an event, and the last one.
    JsonRpc {
        /// The code.
        code: i64,
        /// The message.
        message: String,
    },
    /// The first half of a JSON answer, with a content length that fits the half.
    TruncatedJson,
    /// The connection is closed in the middle of the answer.
    Cut,
    /// The request is read and the connection closed: no answer, no task.
    CutBeforeAccept,
}

impl Fault {
    /// An HTTP status with a plain text, as gateways and kagent's controller answer.
    #[must_use]
    pub fn http(status: u16, text: &str) -> Self {
        Self::Http {
            status,
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
            body: text.to_owned(),
        }
    }

    /// HTTP 429 of agentgateway's own limiter: how long to wait stands in `x-ratelimit-reset`,
    /// in seconds, and there is no `Retry-After`.
    #[must_use]
    pub fn rate_limited(reset_secs: u32) -> Self {
        Self::http(429, "rate limit exceeded")
            .header("x-ratelimit-limit", "10")
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", &reset_secs.to_string())
    }

    /// HTTP 429 with a `Retry-After` of so many seconds.
    #[must_use]
    pub fn too_many_requests(retry_after_secs: u32) -> Self {
        Self::Http {
            status: 429,
            content_type: "application/json",
            headers: vec![("Retry-After".to_owned(), retry_after_secs.to_string())],
            body: r#"{"error":"too many requests"}"#.to_owned(),
        }
    }

    /// HTTP 200 with a web page, as a login proxy or a wrong path answers.
    #[must_use]
    pub fn html() -> Self {
        Self::Http {
            status: 200,
            content_type: "text/html; charset=utf-8",
            headers: Vec::new(),
            body: "<!doctype html><html><title>Sign in</title></html>".to_owned(),
        }
    }

    /// The same with one more header, where it is an HTTP answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Http { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

impl Reply {
    /// Fails in the way given.
    #[must_use]
    pub fn fault(self, fault: Fault) -> Self {
        self.step(Step::Fault(fault))
    }

    /// Answers with an HTTP status and a plain text.
    #[must_use]
    pub fn http_status(self, status: u16, text: &str) -> Self {
        self.fault(Fault::http(status, text))
    }

    /// Answers as [`Fault::rate_limited`].
    #[must_use]
    pub fn rate_limited(self, reset_secs: u32) -> Self {
        self.fault(Fault::rate_limited(reset_secs))
    }

    /// Answers HTTP 429 with a `Retry-After` of so many seconds.
    #[must_use]
    pub fn too_many_requests(self, retry_after_secs: u32) -> Self {
        self.fault(Fault::too_many_requests(retry_after_secs))
    }

    /// Answers HTTP 200 with a web page, as a login proxy or a wrong path does.
    #[must_use]
    pub fn html(self) -> Self {
        self.fault(Fault::html())
    }

    /// Answers HTTP 200 without a body; ends a stream that has begun without a final event.
    #[must_use]
    pub fn empty_body(self) -> Self {
        self.fault(Fault::EmptyBody)
    }

    /// Answers with a JSON-RPC error.
    #[must_use]
    pub fn jsonrpc_error(self, code: i64, message: &str) -> Self {
        let message = message.to_owned();
        self.fault(Fault::JsonRpc { code, message })
    }

    /// Answers with the first half of the JSON.
    #[must_use]
    pub fn truncated_json(self) -> Self {
        self.fault(Fault::TruncatedJson)
    }

    /// Cuts the connection here; the task exists and the steps that follow still run.
    #[must_use]
    pub fn cut(self) -> Self {
        self.fault(Fault::Cut)
    }

    /// Reads the request and closes the connection; no task is made.
    #[must_use]
    pub fn cut_before_accept(self) -> Self {
        self.fault(Fault::CutBeforeAccept)
    }
}
