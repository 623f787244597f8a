//! The calls to one agent, over awc; with `stream` the only file that knows awc.
//!
//! Two pools: prompts and streams have one, so that whoever only looks, lists or cancels never
//! waits behind a long stream. In the first an idle connection is used again for two seconds
//! only: a peer that closes it meanwhile leaves us with a prompt that may or may not have arrived.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use awc::error::{ConnectError, SendRequestError};
use awc::http::{StatusCode, Version, header};
use awc::{Client, ClientRequest, ClientResponse, Connector};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use super::card::AgentCard;
use super::codec_v03 as codec;
use super::error::{A2aError, Phase};
use super::model::{Event, Prompt, Reply, Task};
use super::rpc;
use super::stream::{self, EventStream};
use crate::a2a::scrub::scrub;
use crate::ids::{ContextId, Principal, TaskId};

/// How long an idle connection may still carry a prompt.
const PROMPT_IDLE: Duration = Duration::from_secs(2);

/// The same for control calls, which may be repeated; uvicorn closes after five seconds.
const CONTROL_IDLE: Duration = Duration::from_secs(4);

/// Bytes read of the body of an HTTP error, for the operator's log.
const ERROR_BODY_MAX: usize = 16 * 1024;

/// The longest wait that an agent can ask for.
const RETRY_AFTER_MAX: u64 = 3600;

/// Where both versions of the protocol keep their card, then where old servers do.
const CARD_PATHS: [&str; 2] = [".well-known/agent-card.json", ".well-known/agent.json"];

/// What the client needs to know of an agent. No `Debug`: the URL stays out of logs.
#[derive(Clone)]
pub struct Settings {
    /// Where requests go, exactly as configured; cards are looked for under it.
    pub url: Url,
    /// The agent is kagent's: it is told the principal on every call.
    pub kagent: bool,
    /// For name resolution and TCP; as long again for TLS.
    pub connect_timeout: Duration,
    /// From the request to the head of the answer, except for a blocking send.
    pub first_byte_timeout: Duration,
    /// For one whole call, streams included.
    pub total_timeout: Duration,
    /// The most bytes of one answer, of one event, and of what a stream's reader has to keep.
    pub response_bytes_max: usize,
    /// The most prompts and streams in flight.
    pub calls_max: usize,
}

/// The calls to one agent. Cheap to clone; clones share pools and bounds.
#[derive(Clone)]
pub struct A2aClient {
    settings: Rc<Settings>,
    prompts: Client,
    control: Client,
    permits: std::sync::Arc<Semaphore>,
    last_id: Rc<Cell<u64>>,
}

/// An answer whose head says success, with what is left of the call's time.
pub(super) struct Answer {
    pub(super) response: ClientResponse,
    pub(super) deadline: Instant,
    pub(super) bytes_max: usize,
}

/// Chooses ring for TLS, once for the process. The clients do so too if nobody did.
pub fn install_tls() {
    // An error says that a choice was made before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl A2aClient {
    /// A client that has not connected yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        install_tls();
        let pool = |idle| {
            // HTTP/1.1 only: awc cannot tell a dead idle HTTP/2 connection from a live one.
            let connector = Connector::new()
                .max_http_version(Version::HTTP_11)
                .limit(settings.calls_max)
                .timeout(settings.connect_timeout)
                .handshake_timeout(settings.connect_timeout)
                .conn_keep_alive(idle);
            Client::builder()
                .connector(connector)
                .no_default_headers()
                .disable_redirects()
                .disable_timeout()
                .finish()
        };
        Self {
            prompts: pool(PROMPT_IDLE),
            control: pool(CONTROL_IDLE),
            permits: std::sync::Arc::new(Semaphore::new(settings.calls_max)),
            last_id: Rc::new(Cell::new(0)),
            settings: Rc::new(settings),
        }
    }

    /// The agent's card, from either of its two places.
    ///
    /// # Errors
    /// Why the first place has none, unless the second has one.
    pub async fn card(&self) -> Result<AgentCard, A2aError> {
        let first = self.card_at(CARD_PATHS[0]).await;
        match first {
            Err(A2aError::Http { status: 404, .. } | A2aError::Rpc { .. }) => {
                self.card_at(CARD_PATHS[1]).await.or(first)
            }
            _ => first,
        }
    }

    /// Sends a prompt and waits for the answer: the run's, if `blocking`, which then takes up to
    /// the total time-out; else the first word of it.
    ///
    /// # Errors
    /// See [`A2aError::outcome`] for what became of the prompt.
    pub async fn send(&self, prompt: &Prompt, blocking: bool) -> Result<Reply, A2aError> {
        let permit = self.permit()?;
        let head = if blocking {
            self.settings.total_timeout
        } else {
            self.settings.first_byte_timeout
        };
        let request = self.request(&self.prompts, Some(&prompt.principal), "application/json");
        let body = codec::send(self.next_id(), prompt, blocking);
        let answer = self.exchange(request, body, head).await?;
        let reply = codec::reply(rpc::result(&answer.read().await?)?);
        drop(permit);
        reply
    }

    /// Sends a prompt and follows the run. The stream's plain end proves nothing, see
    /// [`EventStream`].
    ///
    /// # Errors
    /// See [`A2aError::outcome`] for what became of the prompt. The Python SDK's 0.3 servers
    /// refuse with the stream's first item instead.
    pub async fn stream(&self, prompt: &Prompt) -> Result<EventStream, A2aError> {
        let body = codec::stream(self.next_id(), prompt);
        self.follow(body, &prompt.principal).await
    }

    /// Follows a run that is under way. Agents replay nothing: fetch the task once this stands.
    ///
    /// # Errors
    /// [`A2aError::Rpc`], here or as the stream's first item, if the task is over or unknown or
    /// the agent cannot do this.
    pub async fn resubscribe(
        &self,
        task: &TaskId,
        principal: &Principal,
    ) -> Result<EventStream, A2aError> {
        let body = codec::resubscribe(self.next_id(), task);
        self.follow(body, principal).await
    }

    /// The task as it is now.
    ///
    /// # Errors
    /// [`A2aError::Rpc`] with -32001 if the agent does not know it, or not for this principal.
    pub async fn get(&self, task: &TaskId, principal: &Principal) -> Result<Task, A2aError> {
        let body = codec::get(self.next_id(), task);
        codec::task(self.control(body, principal).await?)
    }

    /// The newest tasks of a context, with their histories (kagent).
    ///
    /// # Errors
    /// [`A2aError::Rpc`] with -32601 from agents that cannot list.
    pub async fn list(
        &self,
        context: &ContextId,
        principal: &Principal,
    ) -> Result<Vec<Task>, A2aError> {
        let body = codec::list_tasks(self.next_id(), context);
        codec::tasks(self.control(body, principal).await?)
    }

    /// Asks the agent to stop a run, and returns the task.
    ///
    /// # Errors
    /// [`A2aError::Rpc`] with -32002 if it is over, with -32603 from agents that cannot cancel
    /// (kagent's Python runtime): the run goes on.
    pub async fn cancel(&self, task: &TaskId, principal: &Principal) -> Result<Task, A2aError> {
        let body = codec::cancel(self.next_id(), task);
        codec::task(self.control(body, principal).await?)
    }

    async fn card_at(&self, path: &str) -> Result<AgentCard, A2aError> {
        let base = self.settings.url.as_str().trim_end_matches('/');
        let request = self.control.get(format!("{base}/{path}"));
        let head = self.settings.first_byte_timeout;
        let answer = self.exchange(request, Vec::new(), head).await?;
        AgentCard::read(&answer.read().await?)
    }

    async fn control(
        &self,
        body: Vec<u8>,
        principal: &Principal,
    ) -> Result<serde_json::Value, A2aError> {
        let request = self.request(&self.control, Some(principal), "application/json");
        let head = self.settings.first_byte_timeout;
        let mut answer = self.exchange(request, body, head).await?;
        answer.deadline = answer.deadline.min(Instant::now() + head);
        rpc::result(&answer.read().await?)
    }

    async fn follow(&self, body: Vec<u8>, principal: &Principal) -> Result<EventStream, A2aError> {
        let permit = self.permit()?;
        let accept = "text/event-stream, application/json";
        let request = self.request(&self.prompts, Some(principal), accept);
        let head = self.settings.first_byte_timeout;
        let answer = self.exchange(request, body, head).await?;
        let kind = answer.response.headers().get(header::CONTENT_TYPE);
        let is_sse = kind.is_some_and(|kind| {
            kind.as_bytes()
                .to_ascii_lowercase()
                .starts_with(b"text/event-stream")
        });
        if is_sse {
            return Ok(stream::of_answer(answer, permit));
        }
        // An error before the run, or an agent that answers a stream request with the whole.
        let event = match codec::reply(rpc::result(&answer.read().await?)?)? {
            Reply::Task(task) => Event::Task(task),
            Reply::Message(message) => Event::Message(message),
        };
        Ok(stream::of_event(event))
    }

    fn permit(&self) -> Result<OwnedSemaphorePermit, A2aError> {
        let permits = std::sync::Arc::clone(&self.permits);
        permits.try_acquire_owned().map_err(|_| A2aError::Busy)
    }

    fn next_id(&self) -> u64 {
        self.last_id.set(self.last_id.get() + 1);
        self.last_id.get()
    }

    fn request(
        &self,
        client: &Client,
        principal: Option<&Principal>,
        accept: &'static str,
    ) -> ClientRequest {
        let request = client
            .post(self.settings.url.as_str())
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::ACCEPT, accept));
        match principal.filter(|_| self.settings.kagent) {
            Some(principal) => request.insert_header(("X-User-Id", principal.as_str())),
            None => request,
        }
    }

    /// Sends a request and returns the answer if its status says success.
    async fn exchange(
        &self,
        request: ClientRequest,
        body: Vec<u8>,
        head_timeout: Duration,
    ) -> Result<Answer, A2aError> {
        let Settings {
            connect_timeout,
            total_timeout,
            response_bytes_max,
            ..
        } = *self.settings;
        let deadline = Instant::now() + total_timeout;
        // awc counts connecting as a part of this time. TCP and TLS have their own bounds, so
        // that when this one fires the request was sent.
        let response = request
            .timeout(2 * connect_timeout + head_timeout)
            .send_body(body)
            .await
            .map_err(|error| unsent_or_unknown(&error, head_timeout == total_timeout))?;
        let answer = Answer {
            response,
            deadline,
            bytes_max: response_bytes_max,
        };
        if answer.response.status().is_success() {
            Ok(answer)
        } else {
            Err(refusal(answer, self.settings.first_byte_timeout).await)
        }
    }
}

/// Sorts awc's errors by whether anything was sent.
fn unsent_or_unknown(error: &SendRequestError, whole_call: bool) -> A2aError {
    match error {
        // The name misleads: this is the peer closing the connection instead of answering.
        SendRequestError::Connect(ConnectError::Disconnected) => A2aError::Cut,
        SendRequestError::Connect(error) => A2aError::Connect(scrub(&error.to_string())),
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
async fn refusal(mut answer: Answer, patience: Duration) -> A2aError {
    let status = answer.response.status();
    let retry_after = retry_after(&answer.response);
    let is_page = answer
        .response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    answer.bytes_max = ERROR_BODY_MAX;
    answer.deadline = answer.deadline.min(Instant::now() + patience);
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
    A2aError::Http {
        status: status.as_u16(),
        retry_after,
        detail: if is_page { String::new() } else { scrub(&text) },
    }
}

/// The wait in seconds that the head asks for: `Retry-After`, else agentgateway's
/// `x-ratelimit-reset`. A date in the first, or a time of day in the second, counts as absent.
fn retry_after(response: &ClientResponse) -> Option<Duration> {
    if !matches!(response.status().as_u16(), 429 | 503) {
        return None;
    }
    let seconds: u64 = ["retry-after", "x-ratelimit-reset"]
        .iter()
        .find_map(|name| response.headers().get(*name)?.to_str().ok()?.parse().ok())?;
    // A larger number is no wait but a date, such as the seconds since 1970.
    (seconds <= RETRY_AFTER_MAX * 24).then(|| Duration::from_secs(seconds.min(RETRY_AFTER_MAX)))
}
