//! One HTTP exchange over awc: a request out, an answer or a refusal in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use awc::error::{ConnectError, SendRequestError};
use awc::http::header::HttpDate;
use awc::http::{StatusCode, Uri, header};
use awc::{ClientRequest, ClientResponse};
use futures_util::FutureExt;
use tokio::time::Instant;
use url::Url;

use super::error::{A2aError, Phase};
use super::rpc;
use super::scrub::scrubbed;
use super::tunnel;

/// Bytes read of the body of an HTTP error, for the operator's log.
const ERROR_BODY_MAX: usize = 16 * 1024;

/// The longest wait that an agent can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

/// A larger number is no wait but a date: the seconds since 1970.
const SECONDS_MAX: u64 = 24 * 3600;

/// What bounds one exchange.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// For TCP and the proxy, and as long again for TLS.
    pub(super) connect: Duration,
    /// From the request to the head of the answer.
    pub(super) head: Duration,
    /// For all of it.
    pub(super) total: Duration,
    /// For the body of an error.
    pub(super) error_body: Duration,
    /// The most bytes of the answer.
    pub(super) bytes_max: usize,
}

/// An answer's head, with what is left of the call's time.
pub(super) struct Answer {
    pub(super) response: ClientResponse,
    pub(super) deadline: Instant,
    pub(super) bytes_max: usize,
}

/// Sends a request and returns the answer if its status says success.
pub(super) fn exchange(
    request: ClientRequest,
    body: Vec<u8>,
    bounds: Bounds,
) -> impl Future<Output = Result<Answer, A2aError>> {
    let asked = request.get_uri().clone();
    let sent = send(request, body, bounds);
    async move {
        let answer = sent.await?;
        if answer.response.status().is_success() {
            Ok(answer)
        } else {
            Err(Box::pin(refusal(answer, &asked, bounds.error_body)).await)
        }
    }
}

/// Sends a request and returns whatever is answered. No `async fn`: whoever waits for an answer
/// keeps what is here in memory meanwhile, and the request is not needed any more.
pub(super) fn send(
    request: ClientRequest,
    body: Vec<u8>,
    bounds: Bounds,
) -> impl Future<Output = Result<Answer, A2aError>> {
    let deadline = Instant::now() + bounds.total;
    // awc counts connecting as a part of this time. TCP and TLS have their own bounds, so
    // that when this one fires the request was sent.
    let sent = request
        .timeout(2 * bounds.connect + bounds.head)
        .send_body(body);
    sent.map(move |sent| match sent {
        Ok(response) => Ok(Answer {
            response,
            deadline,
            bytes_max: bounds.bytes_max,
        }),
        Err(error) => Err(unsent_or_unknown(&error, bounds.head == bounds.total)),
    })
}

/// Sorts awc's errors by whether anything was sent.
fn unsent_or_unknown(error: &SendRequestError, whole_call: bool) -> A2aError {
    match error {
        // The name misleads: this is the peer closing the connection instead of answering.
        SendRequestError::Connect(ConnectError::Disconnected) => A2aError::Cut,
        SendRequestError::Connect(error) => match error {
            ConnectError::Io(error) => tunnel::fault_in(error),
            _ => None,
        }
        .unwrap_or_else(|| A2aError::Connect(scrubbed(&error.to_string()))),
        SendRequestError::Url(_) | SendRequestError::Http(_) => {
            A2aError::Connect("the request cannot be built".to_owned())
        }
        SendRequestError::Timeout if whole_call => A2aError::Timeout {
            phase: Phase::Total,
        },
        SendRequestError::Timeout => A2aError::Timeout {
            phase: Phase::FirstByte,
        },
        // Lost while sending, or no HTTP came back. A reused connection that the peer had closed
        // looks like the first.
        _ => A2aError::Cut,
    }
}

/// Reads what an answer without success says.
pub(super) async fn refusal(mut answer: Answer, asked: &Uri, patience: Duration) -> A2aError {
    let status = answer.response.status();
    let said = |name| {
        let value = answer.response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let retry_after = matches!(status.as_u16(), 429 | 503)
        .then(|| wait(&said, SystemTime::now()))
        .flatten();
    let location = said("location");
    let is_page = said("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    answer.bytes_max = ERROR_BODY_MAX;
    answer.deadline = answer.deadline.min(Instant::now() + patience);
    let detail = if status.is_redirection() {
        redirect(&asked.to_string(), location.as_deref()).to_owned()
    } else {
        let body = answer.read().await.unwrap_or_default();
        let may_be_rpc = [
            StatusCode::BAD_REQUEST,
            StatusCode::NOT_FOUND,
            StatusCode::INTERNAL_SERVER_ERROR,
        ];
        // An agent that gives its own errors a status, too: the code says more.
        if let Some(error) = rpc::error_in(&body).filter(|_| may_be_rpc.contains(&status)) {
            return error;
        }
        let text = String::from_utf8_lossy(&body);
        let is_page = is_page || text.trim_start().starts_with('<');
        if is_page {
            String::new()
        } else {
            scrubbed(&text)
        }
    };
    A2aError::Http {
        status: status.as_u16(),
        retry_after,
        detail,
    }
}

/// What a redirect, which is never followed with a prompt, says about the configured address.
fn redirect(asked: &str, location: Option<&str>) -> &'static str {
    let Ok(asked) = Url::parse(asked) else {
        return "a redirect";
    };
    let Some(to) = location.and_then(|location| asked.join(location).ok()) else {
        return "a redirect that does not say where to";
    };
    let same_host = to.host_str() == asked.host_str();
    if same_host && to.path().strip_suffix('/') == Some(asked.path()) {
        "a redirect to the same address with a slash at its end: the agent's url lacks it"
    } else if same_host && to.scheme() == "https" && asked.scheme() == "http" {
        "a redirect to https: the agent's url begins with http"
    } else if same_host {
        "a redirect to another address of the same host"
    } else {
        "a redirect to another host; a login?"
    }
}

/// The wait that the head asks for. `Retry-After` as seconds or as a date, which counts from the
/// answer's own `Date`, else from now; without it agentgateway's `x-ratelimit-reset` (seconds;
/// others put the seconds since 1970 there).
fn wait(said: &impl Fn(&'static str) -> Option<String>, now: SystemTime) -> Option<Duration> {
    let date = |text: &str| text.parse::<HttpDate>().ok().map(SystemTime::from);
    let until = |then: SystemTime, now| then.duration_since(now).unwrap_or_default();
    let number = |text: &str| match text.trim().parse::<u64>().ok()? {
        seconds @ 0..=SECONDS_MAX => Some(Duration::from_secs(seconds)),
        since_1970 => {
            let then = UNIX_EPOCH.checked_add(Duration::from_secs(since_1970))?;
            Some(until(then, now))
        }
    };
    let asked = said(header::RETRY_AFTER.as_str()).and_then(|text| {
        let server_now = || said(header::DATE.as_str()).and_then(|text| date(&text));
        number(&text).or_else(|| Some(until(date(&text)?, server_now().unwrap_or(now))))
    });
    let asked = asked.or_else(|| number(&said("x-ratelimit-reset")?))?;
    Some(asked.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_as_seconds_as_a_date_or_as_a_reset() {
        let now = UNIX_EPOCH + Duration::from_hours(500_000); // Fri, 15 Jan 2027 08:00:00
        for (headers, seconds) in [
            (&[("retry-after", "7")][..], Some(7)),
            (&[("retry-after", "7"), ("x-ratelimit-reset", "1")], Some(7)),
            (&[("x-ratelimit-reset", "30")], Some(30)),
            (&[("x-ratelimit-reset", "1800000020")], Some(20)),
            (&[("x-ratelimit-reset", "1700000000")], Some(0)),
            (
                &[("retry-after", "Fri, 15 Jan 2027 08:01:00 GMT")],
                Some(60),
            ),
            (
                // Its clock is an hour ahead of ours.
                &[
                    ("retry-after", "Fri, 15 Jan 2027 09:01:00 GMT"),
                    ("date", "Fri, 15 Jan 2027 09:00:30 GMT"),
                ],
                Some(30),
            ),
            (&[("retry-after", "Fri, 15 Jan 2027 07:00:00 GMT")], Some(0)),
            (&[("retry-after", "86400")], Some(3600)),
            (&[("retry-after", "99999999999999999999")], None),
            (
                &[("retry-after", "soon"), ("x-ratelimit-reset", "3")],
                Some(3),
            ),
            (&[("retry-after", "soon")], None),
            (&[], None),
        ] {
            let said = |name: &'static str| {
                let found = headers.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(
                wait(&said, now),
                seconds.map(Duration::from_secs),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn a_redirect_tells_the_operator_what_to_mend() {
        for (location, part) in [
            (Some("/k8s/"), "slash"),
            (Some("http://a:1/k8s/"), "slash"),
            (Some("https://a/k8s"), "https"),
            (Some("/login"), "same host"),
            (Some("https://sso.example/"), "another host"),
            (None, "where to"),
        ] {
            let detail = redirect("http://a:1/k8s", location);
            assert!(detail.contains(part), "{location:?}: {detail}");
        }
    }
}
