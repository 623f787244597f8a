//! Server-sent events: the same events at every split of the bytes, and none over the limit.
//!
//! Input: two bytes of the limit, one of the packets' size, the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use switchboard_fuzz::a2a::sse::{EventTooLarge, SseDecoder, SseEvent};

fn decode(body: &[u8], packet: usize, limit: usize) -> (Vec<SseEvent>, Option<EventTooLarge>) {
    let mut decoder = SseDecoder::new(limit);
    let mut events = Vec::new();
    for packet in body.chunks(packet) {
        if let Err(refused) = decoder.feed(packet, &mut events) {
            return (events, Some(refused));
        }
    }
    events.extend(decoder.finish());
    (events, None)
}

fuzz_target!(|input: &[u8]| {
    let [low, high, packet, body @ ..] = input else {
        return;
    };
    let limit = usize::from(u16::from_le_bytes([*low, *high]));
    let whole = decode(body, body.len().max(1), limit);
    assert_eq!(whole, decode(body, usize::from(*packet) + 1, limit));
    for event in &whole.0 {
        // A byte that is no UTF-8 becomes a character of three.
        assert!(!event.data.is_empty() && event.data.len() <= 3 * limit);
        assert!(event.kind.len() <= 3 * limit);
    }
});
