//! Server-sent events, without I/O: bytes in, events out, at any split of the bytes.
//!
//! As the WHATWG standard has it, with two exceptions. An event has a limit, since agents put
//! whole files into one; and an event that the end of the body cuts short of its blank line is
//! kept if its data is complete JSON, since some agents end so.

use serde::de::IgnoredAny;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// The event's type; empty means `message`.
    pub kind: String,
    /// The data lines, joined with `\n`. Never empty: such events are dropped, as the standard
    /// says.
    pub data: String,
}

/// An event grew over the limit; the stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLarge;

/// A decoder of one body.
#[derive(Debug)]
pub struct SseDecoder {
    event_bytes_max: usize,
    line: Vec<u8>,
    data: Vec<u8>,
    kind: Vec<u8>,
    /// A `\n` right after a `\r` ends no second line, even if another packet brings it.
    after_cr: bool,
    /// The first line may begin with a byte order mark.
    first_line: bool,
}

impl SseDecoder {
    /// A decoder that takes events of up to `event_bytes_max` bytes.
    #[must_use]
    pub fn new(event_bytes_max: usize) -> Self {
        Self {
            event_bytes_max,
            line: Vec::new(),
            data: Vec::new(),
            kind: Vec::new(),
            after_cr: false,
            first_line: true,
        }
    }

    /// Takes the next bytes of the body and appends the events that they complete to `events`.
    ///
    /// # Errors
    /// [`EventTooLarge`] if an event, or a line of any kind, grows over the limit.
    pub fn feed(
        &mut self,
        mut bytes: &[u8],
        events: &mut impl Extend<SseEvent>,
    ) -> Result<(), EventTooLarge> {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (piece, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            if piece.len() + self.line.len() + self.data.len() > self.event_bytes_max {
                return Err(EventTooLarge);
            }
            self.line.extend_from_slice(piece);
            bytes = rest;
            if let [ending, rest @ ..] = rest {
                self.after_cr = *ending == b'\r';
                bytes = rest;
                events.extend(self.end_line());
            }
        }
        Ok(())
    }

    /// The body has ended: the event that was begun, if its data is complete JSON.
    pub fn finish(&mut self) -> Option<SseEvent> {
        if !self.line.is_empty() {
            self.end_line();
        }
        let complete = serde_json::from_slice::<IgnoredAny>(&self.data).is_ok();
        self.dispatch().filter(|_| complete)
    }

    /// Reads the line that has ended; a blank one completes an event.
    fn end_line(&mut self) -> Option<SseEvent> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if std::mem::take(&mut self.first_line) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => self.kind = value.to_vec(),
            // Comments (an empty name), `id` and `retry`: there is no replay to ask for.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let kind = std::mem::take(&mut self.kind);
        let mut data = std::mem::take(&mut self.data);
        data.pop();
        (!data.is_empty()).then(|| SseEvent {
            kind: String::from_utf8_lossy(&kind).into_owned(),
            data: String::from_utf8_lossy(&data).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 64;

    /// Decodes a body that arrives in the given packets.
    fn decode<'a>(packets: impl IntoIterator<Item = &'a [u8]>) -> Vec<SseEvent> {
        let mut decoder = SseDecoder::new(LIMIT);
        let mut events = Vec::new();
        for packet in packets {
            decoder.feed(packet, &mut events).unwrap();
        }
        events.extend(decoder.finish());
        events
    }

    /// Checks the events of a body at every split into three packets.
    fn check(body: &str, expected: &[(&str, &str)]) {
        let expected: Vec<SseEvent> = expected
            .iter()
            .map(|(kind, data)| SseEvent {
                kind: (*kind).to_owned(),
                data: (*data).to_owned(),
            })
            .collect();
        let body = body.as_bytes();
        for one in 0..=body.len() {
            for two in one..=body.len() {
                let packets = [&body[..one], &body[one..two], &body[two..]];
                assert_eq!(decode(packets), expected, "split at {one} and {two}");
            }
        }
        assert_eq!(decode(body.chunks(1)), expected, "byte by byte");
    }

    #[test]
    fn lines_may_end_in_any_of_the_three_ways() {
        for ending in ["\n", "\r\n", "\r"] {
            let body = "data: 1\n\ndata: [\ndata: 2]\n\n".replace('\n', ending);
            check(&body, &[("", "1"), ("", "[\n2]")]);
        }
        check("data: 1\r\r\ndata: 2\n\n", &[("", "1"), ("", "2")]);
    }

    #[test]
    fn data_lines_are_joined_and_one_space_is_dropped() {
        check("data: {\ndata:  1\ndata:}\n\n", &[("", "{\n 1\n}")]);
        check("data\ndata: x\n\n", &[("", "\nx")]);
    }

    #[test]
    fn comments_pings_ids_and_empty_events_are_passed_over() {
        check(
            ": ping - 15:38\n\n:\n\nid: 7\nretry: 1\n\ndata: 1\n\n",
            &[("", "1")],
        );
        check("event: x\n\ndata: 1\n\n", &[("", "1")]);
        check("data:\n\n\n\n", &[]);
    }

    #[test]
    fn an_error_event_keeps_its_kind_and_the_next_one_does_not() {
        check(
            "event: error\ndata: {}\n\ndata: 1\n\n",
            &[("error", "{}"), ("", "1")],
        );
    }

    #[test]
    fn a_byte_order_mark_is_dropped_at_the_beginning_only() {
        check("\u{feff}data: 1\n\n\u{feff}data: 2\n\n", &[("", "1")]);
        check("\u{feff}", &[]);
    }

    #[test]
    fn characters_of_several_bytes_survive_every_split() {
        check("data: \"é🦀\"\n\n", &[("", "\"é🦀\"")]);
    }

    #[test]
    fn an_unfinished_event_counts_if_its_json_is_whole() {
        check("data: {\"a\":1}\n", &[("", "{\"a\":1}")]);
        check("data: {\"a\":1}", &[("", "{\"a\":1}")]);
        check("data: {\"a\":", &[]);
        check("dat", &[]);
    }

    #[test]
    fn an_event_over_the_limit_is_refused_however_it_is_cut() {
        let lines = format!("data: {}\n", "x".repeat(20)).repeat(4);
        for body in [
            format!("data: {}", "x".repeat(LIMIT)),
            lines,
            "c".repeat(LIMIT + 1),
        ] {
            for size in 1..=body.len() {
                let mut decoder = SseDecoder::new(LIMIT);
                let mut chunks = body.as_bytes().chunks(size);
                let refused = chunks.any(|packet| {
                    let mut none: Vec<SseEvent> = Vec::new();
                    decoder.feed(packet, &mut none).is_err()
                });
                assert!(refused, "packets of {size}");
            }
        }
    }
}
