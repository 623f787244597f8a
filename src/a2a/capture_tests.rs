//! Real traffic, read as the client reads it. Each expectation was written by hand from the
//! capture: state · pieces of partial text · tools called · tools that wait? · = the answer,
//! or : what the state says.

mod kagent;
mod push;
mod sdks;
mod used;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use super::model::{Event, Task};
use super::sse::{SseDecoder, SseEvent};
use super::{A2aError, codec, rpc};

fn folder(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/captures").join(name)
}

/// A capture that is JSON.
pub(super) fn capture(folder_name: &str, file: &str) -> Value {
    let text = std::fs::read(folder(folder_name).join(file)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// The body of a capture, and whether it is a stream.
fn body(folder_name: &str, file: &str) -> (Vec<u8>, bool) {
    let text = std::fs::read_to_string(folder(folder_name).join(file)).unwrap();
    if !file.contains(".json") {
        // Some were kept without a head.
        let answer = text
            .find("HTTP/1.1")
            .map_or(text.as_str(), |at| &text[at..]);
        let split = answer.split_once("\r\n\r\n");
        let (head, body) = split
            .or_else(|| answer.split_once("\n\n"))
            .unwrap_or(("", answer));
        // What curl printed after it.
        let end = ["\ncurl: (", "\n[curl exit"]
            .iter()
            .filter_map(|mark| body.find(mark))
            .min();
        let body = &body[..end.unwrap_or(body.len())];
        return (body.as_bytes().to_vec(), head.contains("event-stream"));
    }
    let capture = capture(folder_name, file);
    match capture["events"].as_array() {
        None => (capture["response"].to_string().into_bytes(), false),
        Some(events) => {
            let mut body = String::new();
            for event in events {
                // The two recorders differed.
                let event = event.get("event").unwrap_or(event);
                write!(body, "data: {event}\n\n").unwrap();
            }
            (body.into_bytes(), true)
        }
    }
}

/// Reads a body as the client does; in one line what came of it, and the task.
fn read(body: &[u8], is_stream: bool) -> (String, Option<Task>) {
    let read = if is_stream { follow(body) } else { whole(body) };
    read.unwrap_or_else(|error| match error {
        A2aError::Rpc { code, .. } => (format!("error {code}"), None),
        A2aError::Protocol(_) => ("not the protocol".to_owned(), None),
        error => panic!("{error}"),
    })
}

fn whole(body: &[u8]) -> Result<(String, Option<Task>), A2aError> {
    let result = rpc::result(body)?;
    if result.get("tasks").is_some() {
        return Ok((format!("{} tasks", codec::tasks(result)?.len()), None));
    }
    Ok(told(codec::event(result)?, 0, None))
}

fn events(body: &[u8]) -> Vec<SseEvent> {
    let mut events: Vec<SseEvent> = Vec::new();
    let mut decoder = SseDecoder::new(1 << 20);
    decoder.feed(body, &mut events).unwrap();
    events.extend(decoder.finish());
    events
}

fn follow(body: &[u8]) -> Result<(String, Option<Task>), A2aError> {
    let (mut known, mut pieces, mut message) = (None, 0, None);
    for event in events(body) {
        let event = codec::event(rpc::result(event.data.as_bytes())?)?.unwrap();
        match &event {
            Event::Status(status) if status.partial => pieces += 1,
            Event::Message(_) => message = Some(event.clone()),
            _ => {}
        }
        Task::follow(&mut known, event);
    }
    Ok(told(message, pieces, known))
}

/// A direct answer, or the task.
fn told(event: Option<Event>, pieces: u32, known: Option<Task>) -> (String, Option<Task>) {
    match event {
        Some(Event::Message(message)) => (format!("message: {}", message.text()), known),
        Some(Event::Task(task)) => (line(&task, pieces), Some(task)),
        _ => (line(known.as_ref().unwrap(), pieces), known),
    }
}

/// Every result in the captures of a folder.
pub(super) fn results_of(folder_name: &str) -> Vec<Value> {
    let mut results = Vec::new();
    for file in std::fs::read_dir(folder(folder_name)).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let (body, is_stream) = body(folder_name, &file);
        if is_stream {
            results.extend(
                events(&body)
                    .iter()
                    .flat_map(|event| rpc::result(event.data.as_bytes())),
            );
        } else {
            results.extend(rpc::result(&body));
        }
    }
    results
}

/// The task in a capture.
pub(super) fn task_of(folder_name: &str, file: &str) -> Task {
    let (body, is_stream) = body(folder_name, file);
    read(&body, is_stream).1.unwrap()
}

fn line(task: &Task, pieces: u32) -> String {
    let mut line = task.state.to_string();
    if pieces > 0 {
        write!(line, " · {pieces} pieces").unwrap();
    }
    let calls: BTreeSet<&str> = task.tool_calls().into_iter().collect();
    let calls: Vec<&str> = calls.into_iter().collect();
    let waits = task.status_message.iter().flat_map(|m| m.pending_tools());
    let waits: Vec<String> = waits.map(|name| format!("{name}?")).collect();
    for list in [calls.join(" "), waits.join(" ")] {
        if !list.is_empty() {
            write!(line, " · {list}").unwrap();
        }
    }
    if let Some(answer) = task.answer_text() {
        let length = answer.chars().count();
        match answer.char_indices().nth(60).filter(|_| length > 63) {
            Some((end, _)) => write!(line, " · = {}… {length}", &answer[..end]).unwrap(),
            None => write!(line, " · = {answer}").unwrap(),
        }
    } else if let Some(text) = task.status_text() {
        write!(line, " · : {text}").unwrap();
    }
    line
}

fn check(folder_name: &str, extension: &str, tables: &[&[(&str, &str)]]) {
    let mut untold: BTreeSet<String> = std::fs::read_dir(folder(folder_name))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    for (name, expected) in tables.concat() {
        let file = format!("{name}.{extension}");
        let (body, is_stream) = body(folder_name, &file);
        assert_eq!(read(&body, is_stream).0, expected, "{folder_name}/{file}");
        untold.remove(&file);
    }
    assert!(untold.is_empty(), "no expectation for {untold:?}");
}
