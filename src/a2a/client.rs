//! The calls to one agent, over awc; with `http` and `stream` all that knows awc.
//!
//! Two pools: prompts and streams have one, so that whoever only looks, lists or cancels never
//! waits behind a long stream. In the first an idle connection is used again for two seconds
//! only: a peer that closes it meanwhile leaves us with a prompt that may or may not have arrived.

mod cards;
mod pool;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use awc::http::header;
use awc::{Client, ClientRequest};
use futures_util::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use self::pool::pool;
use super::codec::{self, Call};
use super::error::A2aError;
use super::headers::{Header, Trace};
use super::http::{self, Bounds};
use super::model::{Event, Prompt, Reply, Task};
use super::proxy::Proxy;
use super::rpc;
use super::stream::{self, EventStream};
use super::terms::Terms;
use super::tls::{Authorities, install_tls};
use crate::crash::{self, When};
use crate::ids::{ContextId, Principal, PromptId, TaskId, TurnId};
use crate::model::Protocol;

/// How long an idle connection may still carry a prompt.
const PROMPT_IDLE: Duration = Duration::from_secs(2);

/// The same for control calls, which may be repeated; uvicorn closes after five seconds.
const CONTROL_IDLE: Duration = Duration::from_secs(4);

/// Our name in `tracestate` (W3C Trace Context: small letters). Its value is the turn's reference,
/// so that a trace leads to the lines of the log and to what the person was told.
const TRACE_STATE: &str = "switchboard";

/// What the client needs to know of an agent. No `Debug`: the URL stays out of logs.
#[derive(Clone)]
pub struct Settings {
    /// Where requests go, exactly as configured; cards are looked for under it.
    pub url: Url,
    /// Where the card is, if not there.
    pub card_url: Option<Url>,
    /// Calls go to the path that the card names, at the host of `url`.
    pub path_of_card: bool,
    /// The version to speak; none to find out.
    pub protocol: Option<Protocol>,
    /// What every call carries, such as a credential.
    pub headers: Vec<Header>,
    /// Whom to trust; none for the public authorities alone.
    pub authorities: Option<Authorities>,
    /// The proxy on the way.
    pub proxy: Option<Proxy>,
    /// The agent is kagent's: it is told the principal on every call.
    pub kagent: bool,
    /// For name resolution, TCP and the proxy; as long again for TLS.
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
    terms: Rc<RefCell<Terms>>,
    /// The card's tag and where it was read, to ask for changes only.
    tag: Rc<RefCell<Option<(Url, String)>>>,
    trace: Option<(Trace, TurnId)>,
}

impl A2aClient {
    /// A client that has not connected yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        install_tls();
        Self {
            prompts: pool(&settings, PROMPT_IDLE),
            control: pool(&settings, CONTROL_IDLE),
            permits: std::sync::Arc::new(Semaphore::new(settings.calls_max)),
            last_id: Rc::new(Cell::new(0)),
            terms: Rc::new(RefCell::new(Terms::new(
                settings.protocol,
                settings.kagent,
                settings.path_of_card,
            ))),
            tag: Rc::default(),
            trace: None,
            settings: Rc::new(settings),
        }
    }

    /// The same client, whose calls are part of the trace of this prompt, and name its turn.
    #[must_use]
    pub fn traced(&self, prompt: &PromptId, turn: TurnId) -> Self {
        Self {
            trace: Some((Trace::of(prompt), turn)),
            ..self.clone()
        }
    }

    /// The version to begin a prompt with: a guess until [`Self::proven`] was told.
    #[must_use]
    pub fn speaks(&self) -> Protocol {
        self.terms.borrow().speaks()
    }

    /// The version to offer a prompt in after this error, if the error says that the version
    /// was wrong (so that nothing ran) and the configuration leaves the choice.
    #[must_use]
    pub fn other(&self, protocol: Protocol, error: &A2aError) -> Option<Protocol> {
        self.terms.borrow_mut().other(protocol, error)
    }

    /// The agent was seen to understand this version: prompts begin with it from now on.
    pub fn proven(&self, protocol: Protocol) {
        self.terms.borrow_mut().proven(protocol);
    }

    /// Sends a prompt and waits for the answer: the run's, if `blocking`, which then takes up to
    /// the total time-out; else the first word of it.
    ///
    /// # Errors
    /// See [`A2aError::outcome`] for what became of the prompt.
    pub async fn send(
        &self,
        protocol: Protocol,
        prompt: &Prompt,
        blocking: bool,
    ) -> Result<Reply, A2aError> {
        let permit = self.permit()?;
        let mut bounds = self.bounds();
        if blocking {
            bounds.head = bounds.total;
        }
        let accept = "application/json";
        let request = self.request(&self.prompts, protocol, &prompt.principal, accept)?;
        let call = Call::Send { prompt, blocking };
        let answer = self.exchange(request, protocol, &call, bounds).await?;
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
    pub async fn stream(
        &self,
        protocol: Protocol,
        prompt: &Prompt,
    ) -> Result<EventStream, A2aError> {
        let call = Call::Stream(prompt);
        self.follow(protocol, &call, &prompt.principal).await
    }

    /// Follows a run that is under way. Agents replay nothing: fetch the task once this stands.
    ///
    /// # Errors
    /// [`A2aError::Rpc`], here or as the stream's first item, if the task is over or unknown or
    /// the agent cannot do this.
    pub async fn resubscribe(
        &self,
        protocol: Protocol,
        task: &TaskId,
        principal: &Principal,
    ) -> Result<EventStream, A2aError> {
        let call = Call::Resubscribe(task);
        self.follow(protocol, &call, principal).await
    }

    /// The task as it is now.
    ///
    /// # Errors
    /// [`A2aError::Rpc`] with -32001 if the agent does not know it, or not for this principal.
    pub async fn get(
        &self,
        protocol: Protocol,
        task: &TaskId,
        principal: &Principal,
    ) -> Result<Task, A2aError> {
        let result = self.control(protocol, &Call::Get(task), principal).await?;
        codec::task(result)
    }

    /// The newest tasks of a context, or of all, with their histories (1.0; of a context kagent's
    /// controller in 0.3, too).
    ///
    /// # Errors
    /// [`A2aError::Rpc`] with -32601 from agents that cannot list.
    pub async fn list(
        &self,
        protocol: Protocol,
        context: Option<&ContextId>,
        principal: &Principal,
    ) -> Result<Vec<Task>, A2aError> {
        let call = Call::List(context);
        codec::tasks(self.control(protocol, &call, principal).await?)
    }

    /// Asks the agent to stop a run, and returns the task.
    ///
    /// # Errors
    /// [`A2aError::Rpc`] with -32002 if it is over, with -32603 from agents that cannot cancel
    /// (kagent's Python runtime): the run goes on.
    pub async fn cancel(
        &self,
        protocol: Protocol,
        task: &TaskId,
        principal: &Principal,
    ) -> Result<Task, A2aError> {
        let call = Call::Cancel(task);
        codec::task(self.control(protocol, &call, principal).await?)
    }

    /// What every call carries.
    pub(super) fn headers(&self) -> &[Header] {
        &self.settings.headers
    }

    /// The configured address.
    #[cfg(test)]
    pub(super) fn url(&self) -> &Url {
        &self.settings.url
    }

    async fn control(
        &self,
        protocol: Protocol,
        call: &Call<'_>,
        principal: &Principal,
    ) -> Result<serde_json::Value, A2aError> {
        let request = self.request(&self.control, protocol, principal, "application/json")?;
        let bounds = self.bounds();
        let mut answer = self.exchange(request, protocol, call, bounds).await?;
        answer.deadline = answer.deadline.min(Instant::now() + bounds.head);
        rpc::result(&answer.read().await?)
    }

    async fn follow(
        &self,
        protocol: Protocol,
        call: &Call<'_>,
        principal: &Principal,
    ) -> Result<EventStream, A2aError> {
        let permit = self.permit()?;
        let accept = "text/event-stream, application/json";
        let request = self.request(&self.prompts, protocol, principal, accept)?;
        let answer = self
            .exchange(request, protocol, call, self.bounds())
            .await?;
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

    fn exchange(
        &self,
        request: ClientRequest,
        protocol: Protocol,
        call: &Call<'_>,
        bounds: Bounds,
    ) -> impl Future<Output = Result<http::Answer, A2aError>> {
        let point = call.point();
        crash::point(point, When::Before);
        let answer = http::exchange(request, self.body(protocol, call), bounds);
        answer.inspect(move |_| crash::point(point, When::After))
    }

    fn permit(&self) -> Result<OwnedSemaphorePermit, A2aError> {
        let permits = std::sync::Arc::clone(&self.permits);
        permits.try_acquire_owned().map_err(|_| A2aError::Busy)
    }

    fn body(&self, protocol: Protocol, call: &Call<'_>) -> Vec<u8> {
        self.last_id.set(self.last_id.get() + 1);
        let tenant = self.terms.borrow().tenant(protocol);
        call.write(protocol, self.last_id.get(), tenant.as_deref())
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            connect: self.settings.connect_timeout,
            head: self.settings.first_byte_timeout,
            total: self.settings.total_timeout,
            error_body: self.settings.first_byte_timeout,
            bytes_max: self.settings.response_bytes_max,
        }
    }

    fn request(
        &self,
        client: &Client,
        protocol: Protocol,
        principal: &Principal,
        accept: &'static str,
    ) -> Result<ClientRequest, A2aError> {
        let terms = self.terms.borrow();
        let mut request = client
            .post(terms.endpoint(protocol, &self.settings.url).as_str())
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::ACCEPT, accept));
        if protocol == Protocol::V10 {
            // 0.3 is spoken by saying nothing: some of its servers refuse any version.
            request = request.insert_header(("A2A-Version", protocol.as_str()));
        }
        if let Some(extensions) = terms.extensions(protocol) {
            request = request.insert_header(extensions);
        }
        if self.settings.kagent {
            request = request.insert_header(("X-User-Id", principal.as_str()));
        }
        if let Some((trace, turn)) = self.trace {
            let state = format!("{TRACE_STATE}={}", turn.reference());
            request = request
                .insert_header(("traceparent", trace.parent()))
                .insert_header(("tracestate", state));
        }
        self.with_headers(request)
    }

    fn with_headers(&self, mut request: ClientRequest) -> Result<ClientRequest, A2aError> {
        for header in &self.settings.headers {
            request = request.insert_header(header.read()?);
        }
        Ok(request)
    }
}
