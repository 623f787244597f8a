//! What servers send to a webhook. Nothing asks them to yet; it is read like all the rest: 1.0
//! sends the events of a stream, 0.3 the whole task every time.

use super::super::codec;
use super::super::model::{Event, Task};
use super::{folder, read, told};

/// The calls to the webhook, as they were recorded: heads, then one line of JSON each.
fn bodies() -> Vec<(bool, String)> {
    let text = std::fs::read_to_string(folder("a2a-push").join("webhook-received.txt")).unwrap();
    let (new, old) = text.split_once("=== below: v0.3").unwrap();
    let lines = |text: &str, is_old: bool| {
        let lines = text.lines().filter(|line| line.starts_with('{'));
        let lines = lines.map(|line| (is_old, line.to_owned()));
        lines.collect::<Vec<_>>()
    };
    [lines(new, false), lines(old, true)].concat()
}

#[test]
fn the_answers_that_set_a_webhook_are_read_as_a_person_reads_them() {
    for (file, expected) in [
        ("send-v03.json", "working · : on it"),
        ("send-v1.json", "submitted"),
    ] {
        let body = std::fs::read(folder("a2a-push").join(file)).unwrap();
        assert_eq!(read(&body, false).0, expected, "{file}");
    }
}

#[test]
fn the_calls_to_a_webhook_tell_the_run_as_a_stream_does() {
    let expected = [
        (false, "submitted"),
        (false, "working · : on it"),
        (false, "working · = chunk-0 "),
        (false, "working · = chunk-0 chunk-1 "),
        (false, "completed · = chunk-0 chunk-1 "),
        (true, "submitted"),
        (true, "working · : on it"),
        (true, "working · = chunk-0 "),
        (true, "working · = chunk-0 chunk-1 "),
        (true, "completed · = chunk-0 chunk-1 "),
    ];
    let (mut known, mut version) = (None::<Task>, false);
    let mut seen = Vec::new();
    for (is_old, body) in bodies() {
        if is_old != version {
            (known, version) = (None, is_old);
        }
        let event = codec::event(serde_json::from_str(&body).unwrap()).unwrap();
        let event: Event = event.unwrap();
        Task::follow(&mut known, event);
        seen.push((is_old, told(None, 0, known.clone()).0));
    }
    let seen: Vec<(bool, &str)> = seen
        .iter()
        .map(|(old, line)| (*old, line.as_str()))
        .collect();
    assert_eq!(seen, expected);
}
