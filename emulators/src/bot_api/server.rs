//! The HTTP side: a thread of its own, routes, faults, answers.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use actix_web::body::SizedStream;
use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, DATE, HttpDate, RETRY_AFTER, TryIntoHeaderValue};
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep};

use super::calls::Outcome;
use super::faults::{Fault, Plan};
use super::files;
use super::methods;
use super::params::Params;
use super::polling;
use super::refusal::Refused;
use super::request;
use super::world::World;

/// What the server and its handles share: the world under its lock, and word of every change.
#[derive(Debug)]
pub(super) struct Shared {
    pub token: String,
    world: Mutex<World>,
    /// Set before the server goes down: open connections outlive it for a moment.
    stopped: AtomicBool,
    pub changed: watch::Sender<u64>,
}

impl Shared {
    pub fn new(world: World) -> Self {
        Self {
            token: world.settings.token.clone(),
            world: Mutex::new(world),
            stopped: AtomicBool::new(false),
            changed: watch::Sender::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        // A test that panics while it looks leaves the world whole.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world and tells all who wait.
    pub fn with<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        let result = change(&mut self.lock());
        self.changed.send_modify(|n| *n = n.wrapping_add(1));
        result
    }

    /// Answers nothing any more; an open long poll dies.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.with(|world| world.poll.wake());
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Looks at the world.
    pub fn look<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        look(&self.lock())
    }
}

/// Starts the server on a thread of its own; returns its port and the way to stop it.
pub(super) async fn start(shared: Data<Shared>, port: u16) -> io::Result<(u16, ServerHandle)> {
    let (tell, told) = oneshot::channel();
    thread::Builder::new()
        .name("bot-api-emulator".into())
        .spawn(move || {
            actix_rt::System::new().block_on(async move {
                match bind(shared, port) {
                    Ok((port, server)) => {
                        let _ = tell.send(Ok((port, server.handle())));
                        if let Err(error) = server.await {
                            tracing::warn!(%error, "bot api emulator ended");
                        }
                    }
                    Err(error) => {
                        let _ = tell.send(Err(error));
                    }
                }
            });
        })?;
    told.await
        .unwrap_or_else(|_| Err(io::Error::other("the emulator's thread ended")))
}

fn bind(shared: Data<Shared>, port: u16) -> io::Result<(u16, actix_web::dev::Server)> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .route("/bot{token}/{method}", web::post().to(call))
            .route("/bot{token}/{method}", web::get().to(call))
            .route("/file/bot{token}/{path:.*}", web::get().to(files::download))
            .default_service(web::to(|| async { refuse(&Refused::not_found()) }))
    })
    .workers(1)
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(1)
    .disable_signals()
    .bind(("127.0.0.1", port))?;
    let port = server
        .addrs()
        .first()
        .map_or(port, std::net::SocketAddr::port);
    Ok((port, server.run()))
}

/// One call, from its arrival to its answer.
async fn call(
    shared: Data<Shared>,
    path: Path<(String, String)>,
    req: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let (token, name) = path.into_inner();
    let read = request::read(&req, payload).await;
    if shared.stopped() {
        return cut();
    }
    let method = methods::canonical(&name);
    let params = match &read {
        Ok(params) => params.clone(),
        Err(_) => Params::default(),
    };
    let checked = match (token == shared.token, method, read) {
        (false, ..) => Err(Refused::unauthorized()),
        (_, None, _) => Err(Refused::not_found()),
        (_, _, Err(refused)) => Err(refused),
        (_, Some(method), Ok(_)) => Ok(method),
    };
    let label = method.unwrap_or(&name);
    let (number, plan) = shared.with(|world| world.arrive(label, &params));
    let (outcome, response) = match checked {
        Ok(method) => carry_out(&shared, method, &params, plan).await,
        Err(refused) => refusal(&shared, label, &params, &refused),
    };
    let clock_ahead = shared.with(|world| {
        world.end(number, outcome);
        world.settings.clock_ahead
    });
    if shared.stopped() {
        return cut();
    }
    dated(response, clock_ahead)
}

/// With the time of a clock that is so many seconds ahead.
fn dated(mut response: HttpResponse, clock_ahead: i64) -> HttpResponse {
    if clock_ahead != 0 {
        let by = Duration::from_secs(clock_ahead.unsigned_abs());
        let now = SystemTime::now();
        let there = if clock_ahead > 0 { now + by } else { now - by };
        if let Ok(date) = HttpDate::from(there).try_into_value() {
            response.headers_mut().insert(DATE, date);
        }
    }
    response
}

/// Goes through a call's faults and does what it asks.
async fn carry_out(
    shared: &Shared,
    method: &'static str,
    params: &Params,
    plan: Plan,
) -> (Outcome, HttpResponse) {
    if !plan.delay.is_zero() {
        sleep(plan.delay).await;
    }
    for gate in plan.before {
        gate.pass().await;
    }
    match plan.failure {
        Some(Fault::CutBefore) => return (Outcome::Lost, cut()),
        Some(Fault::Html502) => return (Outcome::Lost, html_502()),
        Some(Fault::Status(code)) => {
            return (Outcome::Lost, refuse(&Refused::server_error(code)));
        }
        Some(Fault::TooMany { retry_after }) => {
            if methods::rated(method) {
                let now = Instant::now();
                let chat = params.chat();
                shared.with(|world| world.limiter.penalize(chat, retry_after, true, now));
            }
            let refused = Refused::too_many(retry_after, false);
            return refusal(shared, method, params, &refused);
        }
        _ => {}
    }
    let result = if method == "getUpdates" {
        polling::get_updates(shared, params).await
    } else {
        shared.with(|world| perform(world, method, params))
    };
    for gate in plan.after {
        gate.pass().await;
    }
    match (plan.failure, result) {
        (Some(Fault::CutAfter), Ok(_)) => (Outcome::AnswerLost, cut()),
        (Some(Fault::TruncatedJson), Ok(result)) => (Outcome::AnswerLost, truncated(&result)),
        (_, Ok(result)) => (Outcome::Done, done(&result)),
        (_, Err(refused)) => refusal(shared, method, params, &refused),
    }
}

/// One method under the lock: its effect, its chat's watchers, what was let pass.
fn perform(world: &mut World, method: &'static str, params: &Params) -> Result<Value, Refused> {
    let result = methods::perform(world, method, params);
    for note in std::mem::take(&mut world.notes) {
        world.note_violation(method, params, note);
    }
    if let Some(chat) = params.chat().and_then(|id| world.chats.get(&id)) {
        chat.changed.send_modify(|n| *n = n.wrapping_add(1));
    }
    result
}

fn refusal(
    shared: &Shared,
    method: &str,
    params: &Params,
    refused: &Refused,
) -> (Outcome, HttpResponse) {
    shared.with(|world| world.note_refusal(method, params, refused));
    let outcome = Outcome::Refused(refused.code, refused.description.clone());
    (outcome, refuse(refused))
}

fn done(result: &Value) -> HttpResponse {
    HttpResponse::Ok().json(json!({"ok": true, "result": result}))
}

pub(super) fn refuse(refused: &Refused) -> HttpResponse {
    let status = StatusCode::from_u16(refused.code);
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::BAD_REQUEST));
    if let Some(seconds) = refused.retry_after {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    response.json(refused.body())
}

pub(super) fn html_502() -> HttpResponse {
    HttpResponse::BadGateway()
        .content_type(ContentType::html())
        .body("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
}

fn truncated(result: &Value) -> HttpResponse {
    let whole = json!({"ok": true, "result": result}).to_string();
    let half: String = whole.chars().take(whole.chars().count() / 2).collect();
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(half)
}

/// A response whose body fails before its first byte: the head is never flushed and the client
/// sees its connection end.
pub(super) fn cut() -> HttpResponse {
    let body = stream::once(async { Err::<Bytes, _>(io::Error::other("cut on request")) });
    HttpResponse::Ok().body(SizedStream::new(1024, body))
}
