//! The port for those who operate the bot: probes, metrics, a status page.
//!
//! Its worker is a thread of its own, so it answers that the machine does not. It owns nothing
//! of the machine but the address of the [`Overseer`], and never changes anything. It is bounded
//! by `CONNECTIONS_MAX` and the time that an answer may take.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix::{Addr, Handler, Message, dev::ToEnvelope};
use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{error, info};

use super::overview::{Overview, Pulse};
use super::{metrics, page};
use crate::actors::overseer::{InspectAll, Overseer, TakePulse};

/// Connections at once; one more waits.
const CONNECTIONS_MAX: usize = 64;
/// How long a machine that lives may take to say so.
const PULSE_MAX: Duration = Duration::from_secs(2);
/// The same where the store is read.
const OVERVIEW_MAX: Duration = Duration::from_secs(5);
/// What a client may take to send its request.
const REQUEST_MAX: Duration = Duration::from_secs(5);

/// How far the process is.
#[derive(Clone)]
enum Phase {
    /// It waits for the store, or for Telegram.
    Begins,
    /// The machine runs.
    Runs(Addr<Overseer>),
    /// It drains.
    Ends,
}

const BEGINS: &str = "starting: waiting for the store or for Telegram";
const ENDS: &str = "stopping";
const SILENT: &str = "no answer in time";

/// The port, open or not configured.
pub struct Port {
    phase: watch::Sender<Phase>,
    server: Option<(SocketAddr, ServerHandle)>,
}

impl Port {
    /// Opens it; none is a port that nobody sees. Before the machine runs it says that it begins.
    ///
    /// # Errors
    /// When nothing can listen at that address.
    pub fn open(listen: Option<SocketAddr>) -> anyhow::Result<Self> {
        let (phase, seen) = watch::channel(Phase::Begins);
        let server = listen.map(|address| serve(address, seen)).transpose()?;
        Ok(Self { phase, server })
    }

    /// Where it is, with the port that the system chose if 0 was asked for.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.server.as_ref().map(|(address, _)| *address)
    }

    /// Whether a restart would not help, as `/livez` says.
    ///
    /// # Errors
    /// Why it would.
    pub async fn lives(&self) -> Result<(), &'static str> {
        let phase = self.phase.borrow().clone();
        lives(phase).await
    }

    /// From now on this machine is seen.
    pub fn shows(&self, overseer: Addr<Overseer>) {
        self.phase.send_replace(Phase::Runs(overseer));
    }

    /// From now on it is seen to end.
    pub fn shows_the_end(&self) {
        self.phase.send_replace(Phase::Ends);
    }

    /// Closes it.
    pub async fn close(self) {
        if let Some((_, server)) = self.server {
            server.stop(false).await;
        }
    }
}

fn serve(
    address: SocketAddr,
    seen: watch::Receiver<Phase>,
) -> anyhow::Result<(SocketAddr, ServerHandle)> {
    let what = || format!("ops.listen: cannot listen on {address}");
    let listener = TcpListener::bind(address).with_context(what)?;
    let address = listener.local_addr().with_context(what)?;
    let seen = Data::new(seen);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(seen.clone())
            .wrap(
                DefaultHeaders::new()
                    .add((CACHE_CONTROL, "no-store"))
                    .add((CONTENT_SECURITY_POLICY, page::POLICY))
                    .add((X_CONTENT_TYPE_OPTIONS, "nosniff")),
            )
            .service(web::resource("/livez").get(livez))
            .service(web::resource("/readyz").get(readyz))
            .service(web::resource("/metrics").get(export))
            .service(web::resource("/").get(status))
            // Browsers ask for it by themselves, and would show its absence as an error.
            .service(web::resource("/favicon.ico").get(nothing))
    });
    let server = server
        .workers(1)
        .max_connections(CONNECTIONS_MAX)
        .client_request_timeout(REQUEST_MAX)
        .disable_signals()
        .listen(listener)
        .with_context(what)?
        .run();
    let handle = server.handle();
    actix_rt::spawn(async move {
        if let Err(failure) = server.await {
            error!(%failure, "the operations port has ended");
        }
    });
    info!(%address, "the operations port is open");
    Ok((address, handle))
}

type Seen = Data<watch::Receiver<Phase>>;

/// What the machine says, if it says anything in time.
async fn ask<M>(overseer: Addr<Overseer>, question: M, longest: Duration) -> Option<M::Result>
where
    M: Message + Send + 'static,
    M::Result: Send,
    Overseer: Handler<M>,
    <Overseer as actix::Actor>::Context: ToEnvelope<Overseer, M>,
{
    let answer = timeout(longest, overseer.send(question)).await;
    answer.ok()?.ok()
}

fn phase(seen: &Seen) -> Phase {
    seen.borrow().clone()
}

async fn pulse(overseer: Addr<Overseer>) -> Pulse {
    let pulse = ask(overseer, TakePulse, PULSE_MAX).await;
    pulse.unwrap_or(Pulse::DEAD)
}

/// What there is to see, or why there is nothing.
async fn overview(seen: &Seen) -> Result<Overview, &'static str> {
    match phase(seen) {
        Phase::Begins => Err(BEGINS),
        Phase::Ends => Err(ENDS),
        Phase::Runs(overseer) => {
            let seen = ask(overseer, InspectAll, OVERVIEW_MAX).await;
            seen.flatten().ok_or(SILENT)
        }
    }
}

/// 200 unless a restart would help.
async fn livez(seen: Seen) -> HttpResponse {
    said(lives(phase(&seen)).await)
}

async fn lives(phase: Phase) -> Result<(), &'static str> {
    match phase {
        Phase::Begins | Phase::Ends => Ok(()),
        Phase::Runs(overseer) => pulse(overseer).await.lives(),
    }
}

/// 200 while messages that come now are taken in.
async fn readyz(seen: Seen) -> HttpResponse {
    said(match phase(&seen) {
        Phase::Begins => Err(BEGINS),
        Phase::Ends => Err(ENDS),
        Phase::Runs(overseer) => pulse(overseer).await.is_ready(),
    })
}

fn said(verdict: Result<(), &'static str>) -> HttpResponse {
    let (status, text) = match verdict {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    };
    answer(status, "text/plain; charset=utf-8", format!("{text}\n"))
}

async fn export(seen: Seen) -> HttpResponse {
    let text = metrics::export(overview(&seen).await.ok().as_ref());
    answer(StatusCode::OK, metrics::CONTENT_TYPE, text)
}

async fn status(seen: Seen) -> HttpResponse {
    let html = match overview(&seen).await {
        Ok(seen) => page::of(&seen),
        Err(why) => page::without(why),
    };
    answer(StatusCode::OK, "text/html; charset=utf-8", html)
}

async fn nothing() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, kind))
        .body(body)
}
