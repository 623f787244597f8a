//! HTTP: paths, headers, and what an answer looks like as a response.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;
use tokio::time::sleep;
use uuid::Uuid;

use super::methods::{Answer, Asked, Methods};
use super::model::{Message, Part};
use super::protocol::{self, Version};
use super::records::Call;
use super::refusal::Refusal;
use super::reply::Fault;
use super::request::{self, Rpc, named};
use super::sse::{self, End, Events};
use super::wire::{self, HITL};

const EVENT_STREAM: &str = "text/event-stream; charset=utf-8";
/// The user of a request without `X-User-Id` (kagent's `unsecure` mode).
const KAGENT_USER: &str = "admin@kagent.dev";

/// Any request to the emulator.
pub(super) async fn any(
    request: HttpRequest,
    body: Bytes,
    methods: web::Data<Methods>,
) -> HttpResponse {
    let settings = &methods.board.settings;
    let Some(suffix) = settings.suffix_of(request.path()) else {
        let text = format!("Agent {} not found", request.path());
        return text_response(StatusCode::NOT_FOUND, text);
    };
    if request.method() == "GET" && is_card(suffix) {
        methods.board.record_call(call_of(&request, "agent-card"));
        if let Some(refused) = before_agent(&request, &methods, "agent-card", &Value::Null).await {
            return refused;
        }
        return card(&request, &wire::card(settings, &own_url(&request, suffix)));
    }
    if settings.redirects_to_slash && suffix.is_empty() {
        methods.board.record_call(call_of(&request, ""));
        return HttpResponse::TemporaryRedirect()
            .insert_header((LOCATION, format!("{}/", request.path())))
            .finish();
    }
    let version = header(&request, "a2a-version").unwrap_or_default();
    if let Some(text) = protocol::controller_refuses(settings, &version) {
        let body = serde_json::from_slice::<Value>(&body).ok();
        methods.board.record_call(recorded(&request, body.as_ref()));
        return text_response(StatusCode::BAD_REQUEST, text);
    }
    call(&request, &body, &methods).await
}

async fn call(request: &HttpRequest, body: &[u8], methods: &Methods) -> HttpResponse {
    let parsed = serde_json::from_slice::<Value>(body);
    methods
        .board
        .record_call(recorded(request, parsed.as_ref().ok()));
    let body = parsed.as_ref().unwrap_or(&Value::Null);
    let method = named(body, "method").unwrap_or_default();
    let id = body.get("id").unwrap_or(&Value::Null);
    if let Some(refused) = before_agent(request, methods, &method, id).await {
        return refused;
    }
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let refusal = Refusal::new(-32700, error.to_string());
            return json(&wire::error(&Value::Null, &refusal));
        }
    };
    let rpc = match request::frame(&parsed) {
        Ok(rpc) => rpc,
        Err((id, refusal)) => return json(&wire::error(&id, &refusal)),
    };
    let header = header(request, "a2a-version").unwrap_or_default();
    match protocol::resolve(&methods.board.settings, &header, &rpc.method) {
        Err(refusal) => json(&wire::error(&rpc.id, &refusal)),
        Ok((version, method)) => {
            let asked = Asked {
                version,
                method,
                user: user_of(request, methods),
                opted_in: opts_in(request),
            };
            let answer = methods.call(&asked, &rpc.params).await;
            respond(methods, rpc, &asked, answer)
        }
    }
}

fn respond(methods: &Methods, rpc: Rpc, asked: &Asked, answer: Answer) -> HttpResponse {
    // Whether even one answer comes as an event: 1.0 has plain JSON where no stream began.
    let as_event = asked.method.streams() && asked.version == Version::V03;
    let streams = methods.board.settings.streams;
    match answer {
        Answer::Result(result) => one(&wire::result(&rpc.id, &result), asked.method.streams()),
        Answer::Refused(refusal) => one(&wire::error(&rpc.id, &refusal), as_event),
        Answer::Invalid(refusal) => json(&wire::error(&rpc.id, &refusal)),
        Answer::Faulty { fault, instead_of } => {
            let instead_of = wire::result(&rpc.id, &instead_of);
            faulty(fault, &rpc.id, &instead_of, Some(asked))
        }
        Answer::Stream(listening) => events(Events {
            wire: methods.wire(asked.version),
            request: rpc.id,
            ids: listening.ids,
            first: listening.first,
            signals: listening.signals,
            left: listening.cut_after,
            settings: streams,
            deadline: streams.max.map(|max| Box::pin(sleep(max))),
            end: End::NotYet,
        }),
    }
}

/// The card with its `ETag`, or 304 where the client has this one.
fn card(request: &HttpRequest, card: &Value) -> HttpResponse {
    let text = card.to_string();
    let tag = format!(
        "W/\"{}\"",
        Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).simple()
    );
    if header(request, "if-none-match").is_some_and(|known| known == tag) {
        return HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .finish();
    }
    HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .content_type("application/json")
        .body(text)
}

/// What a gateway answers in the agent's place: to a wrong token, or by the test's order.
async fn before_agent(
    request: &HttpRequest,
    methods: &Methods,
    method: &str,
    id: &Value,
) -> Option<HttpResponse> {
    let authorization = header(request, "authorization");
    if !methods.board.lets_in(authorization.as_deref()) {
        let text = "Unauthorized".to_owned();
        return Some(text_response(StatusCode::UNAUTHORIZED, text));
    }
    if let Some(gate) = methods.board.next_gate(method) {
        gate.pass().await;
    }
    if let Some(time) = methods.board.next_delay(method) {
        tokio::time::sleep(time).await;
    }
    let fault = methods.board.next_fault(method)?;
    Some(faulty(fault, id, &Value::Null, None))
}

/// A broken answer, where no byte of the response was sent yet.
/// `asked` is what the agent was asked, where the call has come that far.
fn faulty(fault: Fault, id: &Value, instead_of: &Value, asked: Option<&Asked>) -> HttpResponse {
    let streams = asked.is_some_and(|asked| asked.method.streams());
    let version = asked.map_or(Version::V03, |asked| asked.version);
    match fault {
        Fault::Http {
            status,
            content_type,
            headers,
            body,
        } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            let mut response = HttpResponseBuilder::new(status);
            response.insert_header((CONTENT_TYPE, content_type));
            for (name, value) in headers {
                response.insert_header((name, value));
            }
            response.body(body)
        }
        Fault::EmptyBody => HttpResponse::Ok().content_type("application/json").finish(),
        Fault::JsonRpc { code, message } => {
            let refusal = Refusal::of(version, code, message);
            let as_event = streams && version == Version::V03;
            one(&wire::error(id, &refusal), as_event)
        }
        Fault::TruncatedJson if streams => HttpResponse::Ok()
            .content_type(EVENT_STREAM)
            .body(format!("data: {}", sse::half(instead_of))),
        Fault::TruncatedJson => HttpResponse::Ok()
            .content_type("application/json")
            .body(sse::half(instead_of)),
        // The body breaks before the head was flushed, so that the client sees a closed
        // connection and no byte.
        Fault::Cut | Fault::CutBeforeAccept => {
            let broken = stream::iter([Err::<Bytes, _>(sse::cut())]);
            HttpResponse::Ok().streaming(broken)
        }
    }
}

fn one(value: &Value, streams: bool) -> HttpResponse {
    if streams {
        let mut response = HttpResponse::Ok();
        return response.content_type(EVENT_STREAM).body(sse::frame(value));
    }
    json(value)
}

fn events(events: Events) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(EVENT_STREAM)
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(events)
}

fn json(value: &Value) -> HttpResponse {
    HttpResponse::Ok().json(value)
}

fn text_response(status: StatusCode, text: String) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .content_type("text/plain; charset=utf-8")
        .body(text)
}

fn is_card(suffix: &str) -> bool {
    suffix.ends_with("/.well-known/agent-card.json") || suffix.ends_with("/.well-known/agent.json")
}

/// The URL that the card was asked at, without the card's own path.
fn own_url(request: &HttpRequest, suffix: &str) -> String {
    let path = request.path();
    let root = path.strip_suffix(suffix).unwrap_or_default();
    let host = request.connection_info().host().to_owned();
    format!("http://{host}{root}/")
}

fn user_of(request: &HttpRequest, methods: &Methods) -> String {
    let is_scoped = methods.board.settings.flavor.scopes_by_user();
    let without = if is_scoped { KAGENT_USER } else { "" };
    header(request, "x-user-id").unwrap_or_else(|| without.to_owned())
}

/// Whether the request names the extension `hitl/v1`, exactly, in a list of any length.
fn opts_in(request: &HttpRequest) -> bool {
    let mut named = request.headers().get_all("a2a-extensions");
    named.any(|value| {
        let value = String::from_utf8_lossy(value.as_bytes());
        value.split(',').any(|uri| uri.trim() == HITL)
    })
}

fn header(request: &HttpRequest, name: &str) -> Option<String> {
    let value = request.headers().get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn call_of(request: &HttpRequest, method: &str) -> Call {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    Call {
        number: 0,
        method: method.to_owned(),
        path: request.path().to_owned(),
        params: Value::Null,
        headers: headers.collect(),
        user: header(request, "x-user-id"),
        message_id: None,
        context_id: None,
        task_id: None,
        text: None,
    }
}

/// The record of a call, also of one that will be refused.
fn recorded(request: &HttpRequest, body: Option<&Value>) -> Call {
    let method = body.and_then(|body| named(body, "method"));
    let mut call = call_of(request, &method.unwrap_or_default());
    let Some(params) = body.and_then(|body| body.get("params")) else {
        return call;
    };
    let message = &params["message"];
    call.message_id = named(message, "messageId");
    call.context_id = named(message, "contextId").or_else(|| named(params, "contextId"));
    call.task_id = named(message, "taskId").or_else(|| named(params, "id"));
    call.text = message_text(message);
    call.params = params.clone();
    call
}

fn message_text(message: &Value) -> Option<String> {
    let texts = message["parts"].as_array()?.iter();
    let parts: Vec<Part> = texts
        .filter_map(|part| named(part, "text").map(Part::Text))
        .collect();
    Some(Message::agent(parts).text())
}
