//! One HTTP call to the Bot API: status, headers and body in, an answer or a
//! [`TelegramError`] out. It never retries and never waits.

use std::time::{Duration, SystemTime};

use actix_web::http::header::HttpDate;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::multipart::Form;
use reqwest::{RequestBuilder, Response, Url};
use serde::Serialize;
use teloxide_core::Bot;
use teloxide_core::requests::Payload;

use super::error::TelegramError;
use super::lenient::Object;
use crate::crash::{self, When};

/// The longest body that is read. A poll's hundred updates stay far below it.
const BODY_MAX: usize = 64 << 20;

/// The result of a call that succeeded, as JSON text; `None` where Telegram said ok,
/// but what follows could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer(pub(super) Option<String>);

impl Answer {
    /// The result, if it is an object.
    pub(super) fn object(&self) -> Option<Object<'_>> {
        Object::parse(self.0.as_deref()?)
    }
}

/// Calls the method that `payload` belongs to; `timeout` covers everything from
/// connecting to the last byte.
pub(super) async fn call<P: Payload + Serialize>(
    bot: &Bot,
    payload: &P,
    timeout: Duration,
) -> Result<Answer, TelegramError> {
    let request = request(bot, payload, timeout)?;
    crash::point(P::NAME, When::Before);
    let answer = send(bot, request).await;
    crash::point(P::NAME, When::After);
    answer
}

/// The same for what only looks, and is no step of the machine: nothing can die in it.
pub(super) async fn look<P: Payload + Serialize>(
    bot: &Bot,
    payload: &P,
    timeout: Duration,
) -> Result<Answer, TelegramError> {
    send(bot, request(bot, payload, timeout)?).await
}

/// When the server says that it answers (HTTP's `Date`, to the second), whatever it answers.
pub(super) async fn date<P: Payload + Serialize>(
    bot: &Bot,
    payload: &P,
    timeout: Duration,
) -> Result<Option<SystemTime>, TelegramError> {
    let response = request(bot, payload, timeout)?.send().await;
    let response = response.map_err(|error| TelegramError::transport(error, bot.token()))?;
    let date = response.headers().get(DATE);
    let date = date.and_then(|date| date.to_str().ok()?.parse::<HttpDate>().ok());
    Ok(date.map(SystemTime::from))
}

fn request<P: Payload + Serialize>(
    bot: &Bot,
    payload: &P,
    timeout: Duration,
) -> Result<RequestBuilder, TelegramError> {
    let body = serde_json::to_vec(payload)
        .map_err(|_| TelegramError::BadRequest("the call cannot be written".to_owned()))?;
    let request = bot.client().post(method_url(bot, P::NAME));
    let request = request.header(CONTENT_TYPE, "application/json").body(body);
    Ok(request.timeout(timeout))
}

/// Calls a method with a form, which may hold files; `timeout` as in [`call`].
pub(super) async fn call_with_form(
    bot: &Bot,
    method: &str,
    form: Form,
    timeout: Duration,
) -> Result<Answer, TelegramError> {
    let request = bot.client().post(method_url(bot, method)).multipart(form);
    crash::point(method, When::Before);
    let answer = send(bot, request.timeout(timeout)).await;
    crash::point(method, When::After);
    answer
}

async fn send(bot: &Bot, request: RequestBuilder) -> Result<Answer, TelegramError> {
    let response = request
        .send()
        .await
        .map_err(|error| TelegramError::transport(error, bot.token()))?;
    let status = response.status().as_u16();
    let wait = wait_header(response.headers());
    let body = read(response, bot.token()).await;
    judge(status, wait, body, bot.token())
}

fn method_url(bot: &Bot, method: &str) -> Url {
    let mut url = bot.api_url();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty()
            .push(&format!("bot{}", bot.token()))
            .push(method);
    }
    url
}

/// `Retry-After` in seconds; its other form, a date, is not used by Telegram.
fn wait_header(headers: &HeaderMap) -> Option<i64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// What arrived of a body, and why it is not whole.
struct Body {
    text: String,
    cut: Option<TelegramError>,
}

async fn read(mut response: Response, token: &str) -> Body {
    let mut bytes = Vec::new();
    let cut = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > BODY_MAX => {
                break Some(TelegramError::Unknown("the answer is too long".to_owned()));
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break None,
            Err(error) => break Some(TelegramError::transport(error, token)),
        }
    };
    Body {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        cut,
    }
}

/// Decides what an HTTP answer means. The Bot API's own `ok` counts for more than the
/// status: 2xx and HTML is no success, and a body cut after `"ok":true` is no failure.
fn judge(status: u16, wait: Option<i64>, body: Body, token: &str) -> Result<Answer, TelegramError> {
    let reply = Object::parse(&body.text);
    match reply
        .as_ref()
        .and_then(|reply| Some((reply, reply.flag("ok")?)))
    {
        Some((reply, true)) => Ok(Answer(reply.raw("result").map(str::to_owned))),
        Some((reply, false)) => Err(TelegramError::refusal(status, wait, reply, token)),
        None if status < 300 && says_ok(&body.text) => Ok(Answer(None)),
        None if status == 429 => Err(TelegramError::wait(wait)),
        // What stands in front of the Bot API takes no upload of this size, ever.
        None if status == 413 => Err(TelegramError::BadRequest("too large to be sent".to_owned())),
        None if status < 300 => Err(body.cut.unwrap_or(TelegramError::Server { status })),
        None => Err(TelegramError::Server { status }),
    }
}

/// Whether a body that is not whole says that the call succeeded: Telegram writes `ok`
/// first.
fn says_ok(text: &str) -> bool {
    let start: String = text
        .chars()
        .take(40)
        .filter(|c| !c.is_whitespace())
        .collect();
    start.starts_with(r#"{"ok":true"#)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ChatId;

    fn judged(status: u16, text: &str) -> Result<Answer, TelegramError> {
        judge(
            status,
            Some(4),
            Body {
                text: text.to_owned(),
                cut: None,
            },
            "7:secret",
        )
    }

    #[test]
    fn ok_counts_for_more_than_the_status() {
        assert_eq!(
            judged(200, r#"{"ok":true,"result":[1]}"#),
            Ok(Answer(Some("[1]".to_owned())))
        );
        assert_eq!(
            judged(502, r#"{"ok":true,"result":1}"#),
            Ok(Answer(Some("1".to_owned())))
        );
        assert_eq!(
            judged(200, r#"{"ok":false,"error_code":401}"#),
            Err(TelegramError::Unauthorized)
        );
        assert_eq!(judged(200, r#"{ "ok" : true, "resu"#), Ok(Answer(None)));
    }

    #[test]
    fn what_is_not_the_bot_api_is_told_by_its_status() {
        for (status, text) in [
            (200, "<html>log in to the guest wifi</html>"),
            (200, r#"{"ok":tr"#),
            (302, ""),
            (404, r#"{"message":"no route"}"#),
            (502, "<html>"),
            (502, r#"{"ok":true"#),
        ] {
            assert_eq!(
                judged(status, text),
                Err(TelegramError::Server { status }),
                "{text}"
            );
        }
        let large = TelegramError::BadRequest("too large to be sent".to_owned());
        assert_eq!(judged(413, "<html>"), Err(large));
        let wait = TelegramError::RetryAfter(Duration::from_secs(4));
        assert_eq!(judged(429, "<html>"), Err(wait));
    }

    #[test]
    fn a_migration_is_told_by_any_status() {
        let json = r#"{"ok":false,"description":"x","parameters":{"migrate_to_chat_id":-100}}"#;
        assert_eq!(
            judged(200, json),
            Err(TelegramError::Migrated(ChatId(-100)))
        );
    }

    #[test]
    fn the_url_keeps_the_prefix_of_a_self_hosted_server() {
        for base in ["http://h/pre", "http://h/pre/"] {
            let bot = Bot::with_client("7:secret", reqwest::Client::new())
                .set_api_url(Url::parse(base).unwrap());
            assert_eq!(
                method_url(&bot, "GetMe").as_str(),
                "http://h/pre/bot7:secret/GetMe"
            );
        }
    }
}
