//! Real traffic of two peers that speak 0.3, read as the client reads it. Each expectation was
//! written by hand from the capture: state · pieces of partial text · tools called · tools that
//! wait? · = the answer, or : what the state says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use super::model::{Event, Reply, Task};
use super::sse::{SseDecoder, SseEvent};
use super::{A2aError, codec_v03, rpc};

/// kagent-adk 0.10.4: `tests/captures/kagent-0.10`.
const KAGENT: [(&str, &str); 48] = [
    (
        "01_send_text",
        "completed · = You said: hello (messages so far: 1)",
    ),
    (
        "02_send_text_same_context",
        "completed · = You said: again (messages so far: 3)",
    ),
    (
        "03_send_tool_noapproval",
        "completed · get_pods · = Tool said: web-1 Running in default",
    ),
    ("04_err_message_to_completed_task", "error -32602"),
    (
        "10_approval_request",
        "input-required · delete_pod · delete_pod?",
    ),
    (
        "11_tasks_get_input_required",
        "input-required · delete_pod · delete_pod?",
    ),
    (
        "12_approve_reply",
        "completed · delete_pod · = Tool said: pod web-1 deleted from default",
    ),
    ("13_approve_twice", "error -32602"),
    (
        "14_reject_reply_reason",
        "completed · delete_pod · = Tool said: Tool call was rejected by user. Reason: not in prod",
    ),
    (
        "15_deny_reply_seedbot",
        "completed · delete_pod · = You said: {\"decision_type\": \"deny\"}\nDenied (messages so far: 3)",
    ),
    (
        "16_text_reply_to_approval_task",
        "completed · delete_pod · = You said: yes please (messages so far: 3)",
    ),
    (
        "17_approve_without_taskid",
        "completed · = Tool said: pod web-1 deleted from default",
    ),
    (
        "18_newquestion_while_pending",
        "completed · = You said: hello new question (messages so far: 3)",
    ),
    (
        "20_two_approvals_request",
        "input-required · delete_pod restart_deployment · delete_pod? restart_deployment?",
    ),
    (
        "21_batch_reply",
        "completed · delete_pod restart_deployment · = Tool said: pod web-1 deleted from default | Tool call was re… 93",
    ),
    (
        "22_batch_partial",
        "completed · delete_pod restart_deployment · = Tool said: Tool call was rejected by user. | deployment api … 77",
    ),
    (
        "30_ask_user_request",
        "input-required · ask_user · ask_user?",
    ),
    (
        "31_ask_user_reply",
        "completed · ask_user · = Tool said: [{\"question\": \"Which database?\", \"answer\": [\"Post… 184",
    ),
    (
        "32_ask_user_plain_text_reply",
        "completed · ask_user · = You said: PostgreSQL (messages so far: 3)",
    ),
    (
        "40_llm_fail",
        "failed · : Error code: 500 - fake upstream exploded",
    ),
    ("41_empty", "working"),
    ("42_unknown_task", "error -32001"),
    ("43_get_unknown", "error -32001"),
    ("44_unknown_method", "error -32601"),
    ("45_v1_method", "error -32601"),
    ("46_invalid_params", "error -32602"),
    ("47_push_set", "error -32603"),
    (
        "50_image",
        "completed · = You said: what is it <image_url:{\"type\": \"image_url\", \"image… 134",
    ),
    (
        "51_pdf",
        "completed · = You said: what is it (messages so far: 1)",
    ),
    (
        "52_txt",
        "completed · = You said: what is it (messages so far: 1)",
    ),
    (
        "53_data",
        "completed · = You said: {\"x\": 1} (messages so far: 1)",
    ),
    (
        "60_stream_nonstream_agent_ask",
        "input-required · ask_user · ask_user?",
    ),
    (
        "60_stream_nonstream_agent_delete",
        "input-required · delete_pod · delete_pod?",
    ),
    (
        "60_stream_nonstream_agent_fail",
        "failed · : Error code: 500 - fake upstream exploded",
    ),
    (
        "60_stream_nonstream_agent_list",
        "completed · get_pods · = Tool said: web-1 Running in default",
    ),
    (
        "60_stream_nonstream_agent_long",
        "completed · = 0123456789 lorem ipsum *dolor* _sit_ `amet`.\n0123456789 lore… 200",
    ),
    (
        "60_stream_stream_agent_ask",
        "input-required · ask_user · ask_user?",
    ),
    (
        "60_stream_stream_agent_delete",
        "input-required · 6 pieces · delete_pod · delete_pod?",
    ),
    (
        "60_stream_stream_agent_fail",
        "failed · : Error code: 500 - fake upstream exploded",
    ),
    (
        "60_stream_stream_agent_list",
        "completed · 5 pieces · get_pods · = Tool said: web-1 Running in default",
    ),
    (
        "60_stream_stream_agent_long",
        "completed · 5 pieces · = 0123456789 lorem ipsum *dolor* _sit_ `amet`.\n0123456789 lore… 200",
    ),
    (
        "61_stream_approve_reply",
        "completed · 6 pieces · = Tool said: pod web-1 deleted from default",
    ),
    (
        "70_resubscribe",
        "completed · = You said: slow 4 (messages so far: 1)",
    ),
    (
        "71_get_after_disconnect",
        "completed · = You said: slow 4 (messages so far: 1)",
    ),
    ("72_cancel", "error -32603"),
    ("73_blocking_false", "submitted"),
    (
        "74_x_user_id",
        "completed · = You said: hello (messages so far: 1)",
    ),
    (
        "75_history0",
        "completed · = You said: hello (messages so far: 1)",
    ),
];

/// The same peer with an agent behind the agent.
const KAGENT_NESTED: [(&str, &str); 3] = [
    (
        "80_nested_approval_request",
        "input-required · kagent__NS__sub_agent · kagent__NS__sub_agent?",
    ),
    (
        "81_nested_batch_reply",
        "completed · kagent__NS__sub_agent · = Tool said: Tool said: Tool call was rejected by user. Reason… 64",
    ),
    (
        "82_nested_approve",
        "completed · kagent__NS__sub_agent · = Tool said: Tool said: pod web-1 deleted from default",
    ),
];

/// The Python SDK 0.3.26: `tests/captures/a2a-py-0.3.26`. A stream that was cut stands where it
/// was cut.
const PYTHON: [(&str, &str); 36] = [
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

fn folder(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/captures").join(name)
}

/// The body of a capture, and whether it is a stream.
fn body(folder_name: &str, file: &str) -> (Vec<u8>, bool) {
    let text = std::fs::read_to_string(folder(folder_name).join(file)).unwrap();
    if text.starts_with("> ") {
        let answer = &text[text.find("HTTP/1.1").unwrap()..];
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .or_else(|| answer.split_once("\n\n"))
            .unwrap();
        // What curl printed after it.
        let end = ["\ncurl: (", "\n[curl exit"]
            .iter()
            .filter_map(|mark| body.find(mark))
            .min();
        let body = &body[..end.unwrap_or(body.len())];
        return (body.as_bytes().to_vec(), head.contains("event-stream"));
    }
    let capture: Value = serde_json::from_str(&text).unwrap();
    match capture["events"].as_array() {
        None => (capture["response"].to_string().into_bytes(), false),
        Some(events) => {
            let mut body = String::new();
            for event in events {
                write!(body, "data: {}\n\n", event["event"]).unwrap();
            }
            (body.into_bytes(), true)
        }
    }
}

/// Reads a body as the client does; in one line, what came of it.
fn seen(body: &[u8], is_stream: bool) -> Result<String, A2aError> {
    if !is_stream {
        return Ok(match codec_v03::reply(rpc::result(body)?)? {
            Reply::Message(message) => format!("message: {}", message.text()),
            Reply::Task(task) => line(&task, 0),
        });
    }
    let mut events: Vec<SseEvent> = Vec::new();
    let mut decoder = SseDecoder::new(1 << 20);
    decoder.feed(body, &mut events).unwrap();
    events.extend(decoder.finish());
    let (mut known, mut pieces, mut words) = (None, 0, String::new());
    for event in events {
        let event = codec_v03::event(rpc::result(event.data.as_bytes())?)?.unwrap();
        match &event {
            Event::Status(status) if status.partial => pieces += 1,
            Event::Message(message) => words = format!("message: {}", message.text()),
            _ => {}
        }
        Task::follow(&mut known, event);
    }
    Ok(known.map_or(words, |task| line(&task, pieces)))
}

fn line(task: &Task, pieces: usize) -> String {
    let mut line = task.state.to_string();
    if pieces > 0 {
        write!(line, " · {pieces} pieces").unwrap();
    }
    let said = task.history.iter().chain(&task.status_message);
    let calls: BTreeSet<&str> = said.flat_map(|message| message.tool_calls()).collect();
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
        let seen = match seen(&body, is_stream) {
            Ok(line) => line,
            Err(A2aError::Rpc { code, .. }) => format!("error {code}"),
            Err(A2aError::Protocol(_)) => "not the protocol".to_owned(),
            Err(error) => panic!("{file}: {error}"),
        };
        assert_eq!(seen, expected, "{folder_name}/{file}");
        untold.remove(&file);
    }
    assert!(untold.is_empty(), "no expectation for {untold:?}");
}

#[test]
fn every_capture_of_kagent_is_read_as_a_person_reads_it() {
    check("kagent-0.10", "json", &[&KAGENT, &KAGENT_NESTED]);
}

#[test]
fn every_capture_of_the_python_sdk_is_read_as_a_person_reads_it() {
    check("a2a-py-0.3.26", "txt", &[&PYTHON]);
}

#[test]
fn a_prompt_is_found_in_the_history_of_its_task_only() {
    let task = |file| {
        let (body, _) = body("kagent-0.10", file);
        codec_v03::task(rpc::result(&body).unwrap()).unwrap()
    };
    let text = std::fs::read_to_string(folder("kagent-0.10").join("01_send_text.json")).unwrap();
    let capture: Value = serde_json::from_str(&text).unwrap();
    let sent = &capture["request"]["params"]["message"]["messageId"];
    let prompt = crate::ids::PromptId::from(sent.as_str().unwrap());
    assert!(task("01_send_text.json").contains_prompt(&prompt));
    assert!(!task("02_send_text_same_context.json").contains_prompt(&prompt));
}
