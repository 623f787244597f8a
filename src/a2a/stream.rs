//! The bodies of answers: whole, or as a stream of events.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::BytesMut;
use futures_util::stream::{self, LocalBoxStream};
use futures_util::{Stream, StreamExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout_at;

use super::codec;
use super::error::{A2aError, Phase};
use super::http::Answer;
use super::model::{Event, Part};
use super::rpc;
use super::sse::{SseDecoder, SseEvent};

/// The events of a run, as they happen. After an error nothing follows.
///
/// **Its plain end proves nothing**: awc ends a body that was cut like a whole one. The run is
/// over, or waits for a person, only if the last state says so; else fetch the task. Silence
/// proves nothing either: kagent sends no bytes while a tool runs. Dropping the stream closes the
/// connection and leaves the run alone.
pub struct EventStream(LocalBoxStream<'static, Result<Event, A2aError>>);

impl EventStream {
    /// These events.
    #[must_use]
    pub fn new(events: impl Stream<Item = Result<Event, A2aError>> + 'static) -> Self {
        Self(events.boxed_local())
    }
}

impl Stream for EventStream {
    type Item = Result<Event, A2aError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl Answer {
    /// The whole body.
    pub(super) async fn read(mut self) -> Result<BytesMut, A2aError> {
        let expected = self
            .response
            .headers()
            .get("content-length")
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if expected.is_some_and(|length| length > self.bytes_max) {
            return Err(A2aError::TooLarge);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = self.next_chunk().await {
            let chunk = chunk?;
            if body.len() + chunk.len() > self.bytes_max {
                return Err(A2aError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        if expected.is_some_and(|length| body.len() < length) {
            return Err(A2aError::Cut);
        }
        Ok(body)
    }

    async fn next_chunk(&mut self) -> Option<Result<bytes::Bytes, A2aError>> {
        match timeout_at(self.deadline, self.response.next()).await {
            Err(_) => Some(Err(A2aError::Timeout {
                phase: Phase::Total,
            })),
            Ok(chunk) => chunk.map(|chunk| chunk.map_err(|_| A2aError::Cut)),
        }
    }
}

/// A stream of one event, for agents that answer with the whole at once.
pub(super) fn of_event(event: Event) -> EventStream {
    EventStream::new(stream::iter([Ok(event)]))
}

/// The events in an answer's body. The permit is held until the stream is dropped or ends.
pub(super) fn of_answer(answer: Answer, permit: OwnedSemaphorePermit) -> EventStream {
    let reader = Reader {
        decoder: SseDecoder::new(answer.bytes_max),
        answer,
        waiting: VecDeque::new(),
        kept_bytes: 0,
        any_bytes: false,
        any_event: false,
        ended: false,
        _permit: permit,
    };
    let events = stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match reader.next().await? {
            Ok(event) => Some((Ok(event), Some(reader))),
            Err(error) => Some((Err(error), None)),
        }
    });
    EventStream::new(events)
}

struct Reader {
    answer: Answer,
    decoder: SseDecoder,
    waiting: VecDeque<SseEvent>,
    /// Bytes of events that a reader keeps, which is all but the pieces of partial texts.
    kept_bytes: usize,
    any_bytes: bool,
    any_event: bool,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<Event, A2aError>> {
        loop {
            while let Some(event) = self.waiting.pop_front() {
                if let Some(read) = self.read(&event).transpose() {
                    self.any_event = true;
                    return Some(read);
                }
            }
            if self.ended {
                return None;
            }
            match self.answer.next_chunk().await {
                Some(Ok(bytes)) => {
                    self.any_bytes |= !bytes.is_empty();
                    if self.decoder.feed(&bytes, &mut self.waiting).is_err() {
                        return Some(Err(A2aError::TooLarge));
                    }
                }
                Some(Err(error)) => return Some(Err(error)),
                None if !self.any_bytes => return Some(Err(A2aError::Empty)),
                None => {
                    self.ended = true;
                    self.waiting.extend(self.decoder.finish());
                }
            }
        }
    }

    fn read(&mut self, event: &SseEvent) -> Result<Option<Event>, A2aError> {
        let result = match rpc::result(event.data.as_bytes()) {
            Ok(result) => result,
            Err(A2aError::Rpc { code, message, .. }) => {
                return Err(A2aError::Rpc {
                    code,
                    message,
                    begun: self.any_event,
                });
            }
            Err(_) if event.kind == "error" => return Err(A2aError::protocol(&event.data)),
            // A kind of event that only this agent has, such as a ping with data.
            Err(_) if !["", "message"].contains(&event.kind.as_str()) => return Ok(None),
            // Within one event nothing is cut: what does not parse was written so.
            Err(A2aError::Cut | A2aError::Html | A2aError::Empty) => {
                return Err(A2aError::NotJson);
            }
            Err(error) => return Err(error),
        };
        let read = codec::event(result)?;
        self.kept_bytes += match &read {
            Some(Event::Status(status)) if status.partial => 0,
            // Of a chunk its content is kept alone. A token's annotations are a hundred times
            // its size.
            Some(Event::Artifact(update)) if update.append => {
                update.artifact.parts.iter().map(Part::size).sum()
            }
            _ => event.data.len(),
        };
        if self.kept_bytes > self.answer.bytes_max {
            return Err(A2aError::TooLarge);
        }
        Ok(read)
    }
}
