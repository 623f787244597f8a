//! What can go wrong with a call to the Bot API, and what that means for its caller.

use std::error::Error;
use std::time::Duration;

use thiserror::Error;

use super::lenient::Object;
use crate::ids::ChatId;

/// The longest description of Telegram's that is kept, in characters.
const DESCRIPTION_MAX: usize = 200;
/// The wait of a 429 that does not say how long.
const WAIT_UNTOLD: Duration = Duration::from_secs(5);
/// The longest wait that is believed; penalties of hours have been seen.
const WAIT_MAX_SECS: i64 = 7 * 24 * 60 * 60;

/// A call that did not simply succeed. It holds neither the token, nor an address, nor
/// message text: it may be logged as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TelegramError {
    /// 429: nothing was done; the same call may be made after this long.
    #[error("too many requests, retry after {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// 401, or the 404 that a malformed token gets: no call will work with this token.
    #[error("the bot token is not accepted")]
    Unauthorized,
    /// 409 to a poll: another process polls for this bot, or a webhook is set.
    #[error("{}", conflict(*webhook))]
    Conflict {
        /// Whether a webhook is the reason; only removing it helps.
        webhook: bool,
    },
    /// 403: blocked, removed from the chat, or never started by this person.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// The group became a supergroup: the same call belongs there.
    #[error("the group has become supergroup {0}")]
    Migrated(ChatId),
    /// The topic is closed, deleted, or not to be found: nothing can be sent to it.
    #[error("the topic is closed or gone")]
    TopicClosed,
    /// An edit that changes nothing: the message already looks as wanted.
    #[error("the message already looks like this")]
    NotModified,
    /// The message to edit or delete is not there any more, or past editing.
    #[error("the message is gone or cannot be changed any more")]
    MessageGone,
    /// Any other refusal: the same call would be refused again.
    #[error("refused: {0}")]
    BadRequest(String),
    /// An answer that is not the Bot API's (HTML, a redirect, an unreadable body), or
    /// the Bot API's own failure (5xx).
    #[error("no usable answer, HTTP status {status}")]
    Server {
        /// The HTTP status.
        status: u16,
    },
    /// Resolving, connecting, TLS or the proxy failed: surely nothing was sent.
    #[error("cannot reach the Bot API: {0}")]
    NotSent(String),
    /// The time was up or the connection cut after the request may have been received.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// Telegram said ok, but the id of the sent message could not be read.
    #[error("sent, but the message id is unknown")]
    SentUnread,
}

/// What has become of a call that ended in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has its effect.
    Done,
    /// It surely has no effect, and the same call may succeed later.
    NotSent,
    /// It surely has no effect, and the same call would be refused again.
    Refused,
    /// Nobody can know whether it has its effect.
    Unknown,
}

/// Whether and when the same call makes sense again; whether a second effect would do
/// harm is for the caller to judge by [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never.
    No,
    /// After a growing pause.
    Backoff,
    /// After exactly this long.
    After(Duration),
}

impl TelegramError {
    /// What has become of the call.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotModified | Self::SentUnread => Outcome::Done,
            Self::RetryAfter(_)
            | Self::Unauthorized
            | Self::Conflict { .. }
            | Self::NotSent(_)
            // A redirect or a 4xx without the Bot API's own words comes from something
            // in front of it.
            | Self::Server { status: 300..500 } => Outcome::NotSent,
            Self::Forbidden(_)
            | Self::Migrated(_)
            | Self::TopicClosed
            | Self::MessageGone
            | Self::BadRequest(_) => Outcome::Refused,
            Self::Server { .. } | Self::Unknown(_) => Outcome::Unknown,
        }
    }

    /// Whether and when the same call makes sense again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::RetryAfter(wait) => Retry::After(*wait),
            Self::Conflict { .. } | Self::Server { .. } | Self::NotSent(_) | Self::Unknown(_) => {
                Retry::Backoff
            }
            Self::Unauthorized
            | Self::Forbidden(_)
            | Self::Migrated(_)
            | Self::TopicClosed
            | Self::NotModified
            | Self::MessageGone
            | Self::BadRequest(_)
            | Self::SentUnread => Retry::No,
        }
    }

    /// A failure of the HTTP client. Only the words of its causes are kept, because the
    /// error itself knows the URL, and the URL holds the token.
    pub(super) fn transport(error: reqwest::Error, token: &str) -> Self {
        let unsent = error.is_connect() || error.is_builder();
        let words = clean(&causes(&error.without_url()), token);
        if unsent {
            Self::NotSent(words)
        } else {
            Self::Unknown(words)
        }
    }

    /// An answer with `"ok": false`. `header` is the `Retry-After` header in seconds.
    pub(super) fn refusal(
        status: u16,
        header: Option<i64>,
        reply: &Object<'_>,
        token: &str,
    ) -> Self {
        let code = reply.number("error_code").unwrap_or(i64::from(status));
        let said = reply.text("description").unwrap_or_default();
        let parameters = reply.object("parameters").unwrap_or_default();
        if let Some(chat) = parameters.number("migrate_to_chat_id") {
            return Self::Migrated(ChatId(chat));
        }
        let told = parameters.number("retry_after");
        if code == 429 || told.is_some() {
            return Self::wait(told.or_else(|| said_seconds(&said)).or(header));
        }
        match code {
            401 => Self::Unauthorized,
            // An unknown method is told "Not Found: method not found".
            404 if said == "Not Found" => Self::Unauthorized,
            403 => Self::Forbidden(clean(&said, token)),
            409 => Self::Conflict {
                webhook: said.contains("webhook"),
            },
            500.. => Self::Server {
                status: u16::try_from(code).unwrap_or(status),
            },
            _ => Self::bad_request(&said, token),
        }
    }

    /// A 429: as long as told, else a short while.
    pub(super) fn wait(told: Option<i64>) -> Self {
        Self::RetryAfter(told.map_or(WAIT_UNTOLD, |secs| {
            Duration::from_secs(secs.clamp(1, WAIT_MAX_SECS).unsigned_abs())
        }))
    }

    fn bad_request(said: &str, token: &str) -> Self {
        const GONE: [&str; 5] = [
            "message to edit not found",
            "message to delete not found",
            "message can't be edited",
            "message can't be deleted",
            "message_id_invalid",
        ];
        const TOPIC: [&str; 4] = [
            "message thread not found",
            "topic_closed",
            "topic_deleted",
            "topic_id_invalid",
        ];
        let lower = said.to_lowercase();
        if lower.contains("message is not modified") {
            Self::NotModified
        } else if TOPIC.iter().any(|topic| lower.contains(topic)) {
            Self::TopicClosed
        } else if GONE.iter().any(|gone| lower.contains(gone)) {
            Self::MessageGone
        } else {
            Self::BadRequest(clean(said, token))
        }
    }
}

fn conflict(webhook: bool) -> &'static str {
    if webhook {
        "a webhook is set for this bot"
    } else {
        "another process polls for this bot"
    }
}

/// The words of an error and of all its causes.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}

/// `retry after 17` at the end of a description, in seconds.
fn said_seconds(said: &str) -> Option<i64> {
    said.rsplit_once("retry after ")?.1.trim().parse().ok()
}

/// A description that may be logged: on one line, bounded, without the token and
/// without what stands in double quotes, which may quote the message.
fn clean(said: &str, token: &str) -> String {
    let said = said.replace(token, "<token>");
    let outside = said.split('"').step_by(2).collect::<Vec<_>>().join("\"…\"");
    outside
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(DESCRIPTION_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "7:secret";

    fn of(json: &str) -> TelegramError {
        TelegramError::refusal(400, None, &Object::parse(json).unwrap(), TOKEN)
    }

    #[test]
    fn descriptions_decide_only_where_the_code_does_not() {
        let bad = |said: &str| of(&serde_json::json!({"description": said}).to_string());
        assert_eq!(
            bad("Bad Request: message is not modified: x"),
            TelegramError::NotModified
        );
        assert_eq!(
            bad("Bad Request: message to edit not found"),
            TelegramError::MessageGone
        );
        assert_eq!(
            bad("Bad Request: message to delete not found"),
            TelegramError::MessageGone
        );
        assert_eq!(
            bad("Bad Request: message can't be deleted"),
            TelegramError::MessageGone
        );
        assert_eq!(
            bad("Bad Request: MESSAGE_ID_INVALID"),
            TelegramError::MessageGone
        );
        for topic in ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"] {
            assert_eq!(
                bad(&format!("Bad Request: {topic}")),
                TelegramError::TopicClosed
            );
        }
        let chat = "Bad Request: chat not found";
        assert_eq!(bad(chat), TelegramError::BadRequest(chat.to_owned()));
    }

    #[test]
    fn a_wait_is_as_long_as_told_within_reason() {
        let secs = |secs| TelegramError::RetryAfter(Duration::from_secs(secs));
        assert_eq!(
            of(r#"{"error_code":429,"parameters":{"retry_after":217}}"#),
            secs(217)
        );
        assert_eq!(of(r#"{"parameters":{"retry_after":3,"new":{}}}"#), secs(3));
        assert_eq!(
            of(r#"{"error_code":429,"description":"Too Many Requests: retry after 9"}"#),
            secs(9)
        );
        assert_eq!(of(r#"{"error_code":429}"#), secs(5));
        assert_eq!(
            of(r#"{"error_code":429,"parameters":{"retry_after":-1}}"#),
            secs(1)
        );
        assert_eq!(
            of(r#"{"error_code":429,"parameters":{"retry_after":9000000000000000000}}"#),
            secs(604_800)
        );
    }

    #[test]
    fn a_malformed_token_is_told_apart_from_an_unknown_method() {
        assert_eq!(
            of(r#"{"error_code":404,"description":"Not Found"}"#),
            TelegramError::Unauthorized
        );
        let method = of(r#"{"error_code":404,"description":"Not Found: method not found"}"#);
        assert_eq!(method.outcome(), Outcome::Refused);
    }

    #[test]
    fn a_description_tells_neither_token_nor_message() {
        let said = r#"can't parse entities: tag "hunter2" in /bot7:secret/x"#;
        let error = of(&serde_json::json!({"error_code": 400, "description": said}).to_string());
        assert_eq!(
            error.to_string(),
            r#"refused: can't parse entities: tag "…" in /bot<token>/x"#
        );
        assert_eq!(
            clean(&format!("a\nb{}", "x".repeat(1000)), TOKEN)
                .chars()
                .count(),
            200
        );
        assert_eq!(clean(r#"cut "off"#, TOKEN), "cut ");
    }
}
