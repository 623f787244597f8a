//! How a call to an agent can fail. The one question that matters for a prompt, whether the agent
//! may have run it, is answered by [`A2aError::outcome`]; agents change clusters, so what is not
//! surely known counts as unknown.
//!
//! No variant holds an address or a credential, so `Display` and `Debug` may go to the log; name
//! the agent beside it. Foreign texts are kept whole and cut only where they are shown, so that
//! half of a secret of ours is never left of one that was not known yet.

use std::time::Duration;

use super::proxy_fault::ProxyFault;
use super::scrub::{cut, scrubbed};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum A2aError {
    /// As many calls as the settings allow are in flight; nothing was sent.
    #[error("too many calls in flight")]
    Busy,
    /// A header cannot be made, mostly a credential's file that is not there; nothing was sent.
    #[error("cannot make {0}")]
    Credential(String),
    /// No connection came about; nothing was sent.
    #[error("cannot connect: {}", cut(.0))]
    Connect(String),
    /// There is no way through the proxy; nothing was sent to the agent.
    #[error("cannot connect: {0}")]
    Proxy(ProxyFault),
    /// Time ran out after the request was sent.
    #[error("timed out waiting for {phase}")]
    Timeout {
        /// What was waited for.
        phase: Phase,
    },
    /// The connection was lost after the request was sent.
    #[error("connection lost after sending")]
    Cut,
    /// An HTTP status other than success, from the agent or something before it.
    #[error("http status {status}{}", hint(.detail))]
    Http {
        /// The status.
        status: u16,
        /// How long to wait, if the answer says so.
        retry_after: Option<Duration>,
        /// The text that came with it, cleaned; empty for web pages. For a redirect what is
        /// wrong with the configured address.
        detail: String,
    },
    /// Neither JSON nor HTML.
    #[error("the answer is not json")]
    NotJson,
    /// A web page: the login of a proxy, or a gateway's error with status 200.
    #[error("the answer is a web page")]
    Html,
    /// No body. Also what awc makes of an HTTP/1.1 body that only closing the connection ends.
    #[error("the answer is empty (or has neither a length nor chunks, which cannot be read)")]
    Empty,
    /// The body, or an event in it, is over the limit.
    #[error("the answer is over the size limit")]
    TooLarge,
    /// The agent's own error.
    #[error("json-rpc error {code}: {}", cut(.message))]
    Rpc {
        /// The code.
        code: i64,
        /// The text, cleaned.
        message: String,
        /// Events came before it in the stream, so the agent had begun.
        begun: bool,
    },
    /// JSON, but not the protocol.
    #[error("not the a2a protocol: {}", cut(.0))]
    Protocol(String),
}

/// What was waited for when time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The head of the answer.
    FirstByte,
    /// The end of the call.
    Total,
}

/// What a failed call says about the prompt or decision in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It never left us.
    NotSent,
    /// It was answered by a refusal to take it; the agent surely did not run it.
    Refused,
    /// The agent may have run it, or may still.
    Unknown,
}

/// Statuses that say the request was not taken. 408 and 499 are missing: proxies send them when
/// an agent was too slow.
const REFUSING: [u16; 20] = [
    400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 413, 414, 415, 417, 421, 422, 426, 428, 429,
    431,
];

/// JSON-RPC codes of a check before the run: malformed, unknown method or parameter, unknown or
/// finished task, not cancelable, no push, unsupported, content type, no extended card, extension
/// and version (A2A), and a2a-go's two codes for a caller that it does not accept.
const REFUSING_RPC: [i64; 14] = [
    -32700, -32600, -32601, -32602, -32001, -32002, -32003, -32004, -32005, -32007, -32008, -32009,
    -31401, -31403,
];

impl A2aError {
    /// The agent's own error; its text is cleaned.
    #[must_use]
    pub fn rpc(code: i64, message: &str) -> Self {
        Self::Rpc {
            code,
            message: scrubbed(message),
            begun: false,
        }
    }

    /// JSON, but not the protocol; the text is cleaned.
    #[must_use]
    pub fn protocol(what: &str) -> Self {
        Self::Protocol(scrubbed(what))
    }

    /// What the failure says about a prompt or decision in the call.
    ///
    /// 503 counts as unknown with its siblings: Envoy, and so Istio, sends it both when it cannot
    /// reach the agent and when the connection breaks after the request was passed on, and its
    /// retries hide the first of several attempts; no text in the body tells these apart.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Busy | Self::Credential(_) | Self::Connect(_) | Self::Proxy(_) => {
                Outcome::NotSent
            }
            Self::Http {
                status: 300..=399, ..
            } => Outcome::Refused,
            Self::Http { status, .. } if REFUSING.contains(status) => Outcome::Refused,
            Self::Rpc {
                code,
                message,
                begun: false,
            } if REFUSING_RPC.contains(code) || is_failed_dial(*code, message) => Outcome::Refused,
            _ => Outcome::Unknown,
        }
    }

    /// Whether the same call may work later. For a prompt ask [`Self::may_resend`].
    #[must_use]
    pub fn retry(&self) -> bool {
        match self {
            Self::Busy
            | Self::Credential(_)
            | Self::Connect(_)
            | Self::Timeout { .. }
            | Self::Cut
            | Self::Empty
            | Self::Html => true,
            Self::Proxy(fault) => fault.may_pass(),
            Self::Http { status, .. } => matches!(status, 408 | 429 | 500 | 502..=504),
            Self::Rpc { code, message, .. } => is_failed_dial(*code, message),
            Self::NotJson | Self::TooLarge | Self::Protocol(_) => false,
        }
    }

    /// Whether the agent was not there to answer: not a word of it about the call.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Proxy(_) => true,
            Self::Http { status, .. } => matches!(status, 502..=504),
            Self::Rpc { code, message, .. } => is_failed_dial(*code, message),
            _ => false,
        }
    }

    /// Whether a prompt may be sent again, after a wait, without asking anyone.
    #[must_use]
    pub fn may_resend(&self) -> bool {
        self.retry() && self.outcome() != Outcome::Unknown
    }

    /// Whether it says that the agent speaks another version of the protocol: no such method,
    /// no such version, or the text that kagent's controller (1.0, read in code) sends about the
    /// header. All of them are checks before the run.
    #[must_use]
    pub fn refuses_version(&self) -> bool {
        match self {
            Self::Rpc { code, begun, .. } => [-32601, -32009].contains(code) && !begun,
            Self::Http {
                status: 400,
                detail,
                ..
            } => detail.to_ascii_lowercase().contains("a2a-version"),
            _ => false,
        }
    }

    /// Whether it says that the agent does not stream, and ran nothing.
    #[must_use]
    pub fn refuses_streaming(&self) -> bool {
        matches!(
            self,
            Self::Rpc {
                code: -32601 | -32004,
                begun: false,
                ..
            }
        )
    }

    /// Whether it says that the agent does not answer a send before the run ends, and ran nothing.
    #[must_use]
    pub fn refuses_to_answer_at_once(&self) -> bool {
        matches!(
            self,
            Self::Rpc {
                code: -32004,
                begun: false,
                ..
            }
        )
    }

    /// How long the answer asks us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What the person is told: one sentence without internals.
    #[must_use]
    pub fn to_user(&self) -> String {
        let sentence = match self {
            _ if self.refuses_version() => "The agent does not support this.",
            Self::Rpc { message, .. } if is_too_large(message) => {
                "The message is too large for the agent."
            }
            Self::Credential(_) => "My credential for the agent cannot be read.",
            Self::Busy | Self::Http { status: 429, .. } => {
                "The agent takes no more questions at the moment."
            }
            Self::Proxy(fault) if !fault.may_pass() => {
                "The proxy on the way to the agent does not let me through."
            }
            Self::Connect(_) | Self::Proxy(_) => "The agent cannot be reached.",
            Self::Rpc { code, message, .. } if is_failed_dial(*code, message) => {
                "The agent cannot be reached."
            }
            Self::Timeout { .. } => "The agent did not answer in time.",
            Self::Cut => "The connection to the agent was lost.",
            Self::Http {
                status: 401 | 403 | 407,
                ..
            }
            | Self::Rpc {
                code: -31401 | -31403,
                ..
            } => "The agent does not accept calls from this bot.",
            Self::Http {
                status: 300..=399 | 404 | 405 | 410,
                ..
            } => "There is no agent at the configured address.",
            Self::Http { status: 413, .. } => "The message is too large for the agent.",
            Self::Http {
                status: 400..=499, ..
            }
            | Self::Rpc {
                code: -32700 | -32600 | -32602 | -32005,
                ..
            } => "The agent refused the message.",
            Self::Http { .. } => "The agent is not available at the moment.",
            Self::NotJson | Self::Html | Self::Protocol(_) => {
                "Something other than the agent answered."
            }
            Self::Empty => "The answer was empty.",
            Self::TooLarge => "The answer was too large.",
            Self::Rpc { code: -32001, .. } => "The agent does not know this task any more.",
            Self::Rpc { code: -32002, .. } => "The agent can no longer stop this task.",
            Self::Rpc {
                code: -32003 | -32004 | -32007 | -32008,
                ..
            } => "The agent does not support this.",
            Self::Rpc { .. } => "The agent reported an error.",
        };
        sentence.to_owned()
    }
}

/// kagent's controller answers -32603 "failed to send HTTP request" for whatever goes wrong
/// between it and the agent's pod. "dial tcp" in it is Go's word that no connection came about
/// (read in code; a mesh beside the controller hides it). Only at the beginning: further in, it
/// is the agent that speaks, of a call of its own.
fn is_failed_dial(code: i64, message: &str) -> bool {
    let lower = message.to_ascii_lowercase();
    let text = lower.strip_prefix("internal error: ").unwrap_or(&lower);
    code == -32603 && text.starts_with("failed to send http request") && text.contains("dial tcp")
}

/// kagent 1.0 says -32600 "Payload too large" with HTTP 200.
fn is_too_large(message: &str) -> bool {
    message
        .to_ascii_lowercase()
        .starts_with("payload too large")
}

/// What the operator may want to know beside the status.
fn hint(detail: &str) -> String {
    if detail.is_empty() {
        String::new()
    } else {
        format!(": {}", cut(detail))
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FirstByte => "the beginning of the answer",
            Self::Total => "the end of the answer",
        })
    }
}

#[cfg(test)]
mod tests;
