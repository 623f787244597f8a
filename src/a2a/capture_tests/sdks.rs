//! What servers on the official SDKs said: one list of scenarios, played by the same agent.

use super::super::AgentCard;
use super::super::model::{Content, Task};
use super::{body, check, folder, read, task_of};
use crate::model::Protocol;

/// A peer's folder, and the scenarios in which it differs.
type Peer = (&'static str, &'static [(&'static str, &'static str)]);

/// What the Python SDK 0.3.26 said: `tests/captures/a2a-py-0.3.26`. A stream that was cut stands
/// where it was cut.
const SCENARIOS: [(&str, &str); 36] = [
    ("01-send-blocking", "completed · = echo: hi there"),
    ("02-send-message-only", "message: hello bob"),
    ("03-send-nonblocking", "submitted"),
    ("04-get-working", "submitted"),
    ("05-get-done", "completed · = slow done"),
    ("06-stream-chunks", "completed · = chunk-0 chunk-1 chunk-2 "),
    ("07-stream-message-only", "message: hello bob"),
    ("08-stream-file", "completed · = see files"),
    ("09-stream-ask", "input-required · : Which colour?"),
    ("10-stream-followup", "completed · = you answered: blue"),
    ("11-send-to-terminal-task", "error -32602"),
    ("12-send-ask", "input-required · : Which colour?"),
    ("13-send-followup", "completed · = you answered: red"),
    (
        "14-send-new-task-same-context",
        "completed · = echo: second",
    ),
    (
        "15-send-auth",
        "auth-required · : Please log in at https://login.example/x",
    ),
    ("16-send-ctx-mismatch", "error -32602"),
    ("17-send-unknown-task", "error -32001"),
    ("18-stream-long-cut", "working · : tick 3/12"),
    ("19-resubscribe-cut", "working · : tick 9/12"),
    ("20-cancel", "canceled"),
    ("21-cancel-again", "error -32002"),
    ("22-get-canceled", "canceled"),
    ("23-resubscribe-terminal", "error -32602"),
    ("24-resubscribe-unknown", "error -32001"),
    ("25-get-unknown", "error -32001"),
    ("26-stream-drop", "working · = chunk-0 "),
    ("27-stream-fail", "failed · : it broke"),
    ("28-stream-reject", "rejected · : will not"),
    ("29-send-crash", "error -32603"),
    ("30-stream-crash", "submitted"),
    ("31-stream-ping", "completed · = slow done"),
    ("32-bad-method", "error -32601"),
    ("33-bad-params", "error -32602"),
    ("34-list-tasks", "error -32601"),
    ("35-parse-error", "error -32700"),
    ("36-status-429", "not the protocol"),
];

/// An error instead of a broken connection, other codes for a finished task.
const PYTHON_1_3: [(&str, &str); 4] = [
    ("11-send-to-terminal-task", "error -32004"),
    ("19-resubscribe-cut", "working · : tick 10/12"),
    ("23-resubscribe-terminal", "error -32004"),
    ("30-stream-crash", "error -32603"),
];

/// The agent on this SDK knows fewer of the words that make it play, and echoes the others.
const JAVASCRIPT: [(&str, &str); 15] = [
    ("04-get-working", "working · : on it"),
    ("05-get-done", "completed · = echo: slow 2"),
    ("08-stream-file", "completed · = echo: file"),
    ("11-send-to-terminal-task", "error -32004"),
    ("15-send-auth", "completed · = echo: auth"),
    ("16-send-ctx-mismatch", "error -32004"),
    ("19-resubscribe-cut", "working · : tick 8/12"),
    ("21-cancel-again", "canceled"),
    ("23-resubscribe-terminal", "error -32004"),
    (
        "26-stream-drop",
        "completed · = chunk-0 chunk-1 chunk-2 chunk-3 chunk-4 ",
    ),
    ("28-stream-reject", "completed · = echo: reject"),
    (
        "29-send-crash",
        "failed · : Agent execution error: executor crashed",
    ),
    (
        "30-stream-crash",
        "failed · : Agent execution error: executor crashed",
    ),
    ("31-stream-ping", "completed · = echo: slow 17"),
    ("36-status-429", "completed · = echo: x !status=429"),
];

const PEERS: [(Peer, &[(&str, &str)]); 5] = [
    (("a2a-py-0.3.26", &[]), &[]),
    (
        ("a2a-py-1.3.0-v1", &PYTHON_1_3),
        &[
            ("34-list-tasks", "2 tasks"),
            ("37-v1-no-version-header", "error -32009"),
            ("38-v1-bad-version", "error -32009"),
            ("39-v1-bad-version-stream", "error -32009"),
        ],
    ),
    (
        ("a2a-py-1.3.0-v03compat", &PYTHON_1_3),
        &[("33-bad-params", "error -32600")],
    ),
    (
        ("a2a-js-1.3.0-v1", &JAVASCRIPT),
        &[
            ("34-list-tasks", "2 tasks"),
            ("37-v1-no-version-header", "error -32601"),
            ("38-v1-bad-version", "error -32009"),
            ("39-v1-bad-version-stream", "error -32009"),
        ],
    ),
    (("a2a-js-1.3.0-v03compat", &JAVASCRIPT), &[]),
];

#[test]
fn every_capture_of_the_sdks_is_read_as_a_person_reads_it() {
    for ((folder, of_sdk), of_version) in PEERS {
        let differs = |name: &str| {
            let differences = of_sdk.iter().chain(of_version);
            differences.rev().find(|(other, _)| *other == name)
        };
        let mut table: Vec<(&str, &str)> = SCENARIOS
            .iter()
            .map(|same| *differs(same.0).unwrap_or(same))
            .collect();
        let known = |name: &str| SCENARIOS.iter().any(|(scenario, _)| *scenario == name);
        table.extend(of_version.iter().filter(|(name, _)| !known(name)));
        check(folder, "txt", &[&table]);
    }
}

#[test]
fn files_and_data_are_the_same_in_every_version() {
    let parts = |folder| {
        let Task { artifacts, .. } = task_of(folder, "08-stream-file.txt");
        artifacts.into_iter().next().unwrap().parts
    };
    let new = parts("a2a-py-1.3.0-v1");
    let Content::FileBytes {
        bytes,
        name,
        media_type,
    } = &new[0].content
    else {
        panic!("not a file: {:?}", new[0]);
    };
    assert!(bytes.starts_with(b"\x89PNG\r\n"));
    assert_eq!(name.as_deref(), Some("dot.png"));
    assert_eq!(media_type.as_deref(), Some("image/png"));
    let link = Content::FileUri {
        uri: "https://files.example/report.pdf".to_owned(),
        name: Some("report.pdf".to_owned()),
        media_type: Some("application/pdf".to_owned()),
    };
    assert_eq!(new[1].content, link);
    assert_eq!(new[3].content, Content::Text("see files".to_owned()));
    for folder in ["a2a-py-1.3.0-v03compat", "a2a-py-0.3.26"] {
        let old = parts(folder);
        assert_eq!(old[..2], new[..2], "{folder}");
        let data = |part: &super::super::Part| match &part.content {
            Content::Data(data) => data["k"][1].clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(data(&old[2]), data(&new[2]), "{folder}");
    }
}

#[test]
fn every_other_capture_is_read_as_what_it_is() {
    let mut files: Vec<String> = std::fs::read_dir(folder("a2a-misc"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut seen = Vec::new();
    for file in files {
        if file.starts_with("card-") {
            let card = std::fs::read(folder("a2a-misc").join(&file)).unwrap();
            let card = AgentCard::read(&card).unwrap();
            let urls = [Protocol::V03, Protocol::V10].map(|version| {
                let interface = card.interface(version);
                interface
                    .map_or("none", |interface| interface.url.as_str())
                    .to_owned()
            });
            let prefers = card.prefers().unwrap();
            seen.push(format!("{prefers} {} {}", urls.join(" "), card.streaming));
        } else {
            let (body, is_stream) = body("a2a-misc", &file);
            seen.push(read(&body, is_stream).0);
        }
    }
    let (js, py) = ("http://127.0.0.1:9102/rpc", "http://127.0.0.1:9101/rpc");
    assert_eq!(
        seen,
        [
            "not the protocol".to_owned(),
            format!("1.0 {js} {js} true"),
            format!("1.0 {py} {py} true"),
            "0.3 http://127.0.0.1:9103/ none true".to_owned(),
            "1.0 none http://wrong.example:1/rpc false".to_owned(),
            "error -32004".to_owned(),
            "error -32601".to_owned(),
        ]
    );
}
