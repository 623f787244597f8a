//! Answers whose transport fails.

use super::{Fault, Reply, Step};

impl Reply {
    /// Fails in the way given.
    #[must_use]
    pub fn fault(self, fault: Fault) -> Self {
        self.step(Step::Fault(fault))
    }

    /// Answers with an HTTP status and a plain text.
    #[must_use]
    pub fn http_status(self, status: u16, text: &str) -> Self {
        self.fault(Fault::Http {
            status,
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
            body: text.to_owned(),
        })
    }

    /// Answers HTTP 429 with a `Retry-After` of so many seconds.
    #[must_use]
    pub fn too_many_requests(self, retry_after_secs: u32) -> Self {
        self.fault(Fault::Http {
            status: 429,
            content_type: "application/json",
            headers: vec![("Retry-After".to_owned(), retry_after_secs.to_string())],
            body: r#"{"error":"too many requests"}"#.to_owned(),
        })
    }

    /// Answers HTTP 200 with a web page, as a login proxy or a wrong path does.
    #[must_use]
    pub fn html(self) -> Self {
        self.fault(Fault::Http {
            status: 200,
            content_type: "text/html; charset=utf-8",
            headers: Vec::new(),
            body: "<!doctype html><html><title>Sign in</title></html>".to_owned(),
        })
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
