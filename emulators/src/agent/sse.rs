//! The body of a stream: a task's signals as server-sent events, until their end or a fault.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Sleep;

use super::board::Signal;
use super::clock;
use super::model::{Event, Ids};
use super::protocol::Version;
use super::refusal::Refusal;
use super::reply::Fault;
use super::settings::Streams;
use super::wire::{self, Wire};

/// How often the body lets the server write what it has, before it breaks off. Once is enough
/// for what fits the socket's buffer; more for what does not.
const FLUSHES: u8 = 8;

/// Server-sent events of one connection.
pub(super) struct Events {
    pub wire: Wire,
    /// The request's id, which each event repeats.
    pub request: Value,
    pub ids: Ids,
    /// What is told before all signals.
    pub first: Option<Value>,
    pub signals: UnboundedReceiver<Signal>,
    /// Events until the connection is cut, if it is to be.
    pub left: Option<usize>,
    pub settings: Streams,
    /// When the gateway cuts the stream.
    pub deadline: Option<Pin<Box<Sleep>>>,
    pub end: End,
}

/// How far a body is from its end.
pub(super) enum End {
    NotYet,
    /// The end comes next, cleanly.
    Clean,
    /// The connection breaks after so many more flushes.
    Cut(u8),
}

/// One JSON value as an event.
pub(super) fn frame(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}

/// The error that makes the server close the connection without the body's end.
pub(super) fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "cut by the script")
}

/// The first half of a JSON text, cut where a character begins.
pub(super) fn half(value: &Value) -> String {
    let mut text = value.to_string();
    let mut middle = text.len() / 2;
    while !text.is_char_boundary(middle) {
        middle -= 1;
    }
    text.truncate(middle);
    text
}

impl Events {
    /// What a signal puts on the wire, if anything; it may set the end.
    fn render(&mut self, signal: Signal) -> Option<Bytes> {
        match signal {
            Signal::Event(event) => {
                let is_last = matches!(event, Event::Status { state, .. } if state.is_terminal());
                let event = self.wire.event(&event, &self.ids);
                let frame = frame(&wire::result(&self.request, &event));
                if is_last && !self.settings.blank_line_at_end {
                    self.end = End::Clean;
                    return Some(frame.slice(..frame.len() - 2));
                }
                Some(frame)
            }
            Signal::Ping => {
                let comment = format!(": ping - {}\n\n", clock::now());
                Some(Bytes::from(comment))
            }
            Signal::Paused if !self.settings.end_on_pause => None,
            Signal::Over | Signal::Paused | Signal::Fault(Fault::EmptyBody) => {
                self.end = End::Clean;
                None
            }
            Signal::Fault(Fault::JsonRpc { code, message }) => {
                self.end = End::Clean;
                let refusal = Refusal::new(code, message);
                let frame = frame(&wire::error(&self.request, &refusal));
                // The Python SDK 1.3.0 names the event; 0.3 has no such word.
                Some(match self.wire.version {
                    Version::V03 => frame,
                    Version::V10 => [b"event: error\n", &frame[..]].concat().into(),
                })
            }
            Signal::Fault(Fault::TruncatedJson) => {
                self.end = End::Clean;
                let whole = Value::String("x".repeat(64));
                let whole = half(&wire::result(&self.request, &whole));
                Some(Bytes::from(format!("data: {whole}")))
            }
            Signal::Fault(Fault::Cut | Fault::CutBeforeAccept | Fault::Http { .. }) => {
                self.end = End::Cut(FLUSHES);
                None
            }
        }
    }
}

impl Stream for Events {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.end {
                End::Clean => return Poll::Ready(None),
                End::Cut(0) => return Poll::Ready(Some(Err(cut()))),
                // The server writes what it has when the body has nothing for it.
                End::Cut(flushes) => {
                    self.end = End::Cut(flushes - 1);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                End::NotYet => {}
            }
            if let Some(first) = self.first.take() {
                let first = frame(&wire::result(&self.request, &first));
                return Poll::Ready(Some(Ok(first)));
            }
            if let Some(deadline) = &mut self.deadline
                && deadline.as_mut().poll(context).is_ready()
            {
                self.end = End::Cut(FLUSHES);
                continue;
            }
            if self.left == Some(0) {
                self.end = End::Cut(FLUSHES);
                continue;
            }
            let Some(signal) = std::task::ready!(self.signals.poll_recv(context)) else {
                return Poll::Ready(None);
            };
            if let Some(bytes) = self.render(signal) {
                self.left = self.left.map(|left| left - 1);
                return Poll::Ready(Some(Ok(bytes)));
            }
        }
    }
}
