//! What runs of kagent's agents used. The model behind them counted every call as 11 + 7.

use super::super::usage::Ledger;
use super::{body, codec, events, rpc};

/// The tokens in a capture, in calls of that model.
fn calls(folder: &str, file: &str) -> u64 {
    let (body, is_stream) = body(folder, file);
    let results = if is_stream {
        let events = events(&body).into_iter();
        let results = events.map(|event| rpc::result(event.data.as_bytes()).unwrap());
        results.collect()
    } else {
        vec![rpc::result(&body).unwrap()]
    };
    let mut used = Ledger::default();
    // Whatever is told twice counts once, as after a cut.
    for result in results.iter().chain(&results) {
        used.take_in(&codec::event(result.clone()).unwrap().unwrap());
    }
    let Some(used) = used.total() else { return 0 };
    assert_eq!(
        (used.prompt % 11, used.answer % 7),
        (0, 0),
        "{folder}/{file}"
    );
    assert_eq!(used.total, used.prompt + used.answer);
    used.total / 18
}

#[test]
fn every_call_of_the_model_is_counted_once() {
    for (folder, file, expected) in [
        ("kagent-0.10", "01_send_text", 1),
        ("kagent-0.10", "03_send_tool_noapproval", 2),
        ("kagent-0.10", "10_approval_request", 1),
        ("kagent-0.10", "12_approve_reply", 2),
        ("kagent-0.10", "41_empty", 1),
        ("kagent-0.10", "60_stream_nonstream_agent_list", 2),
        ("kagent-0.10", "60_stream_stream_agent_list", 2),
        ("kagent-0.10", "60_stream_stream_agent_long", 1),
        ("kagent-0.10", "61_stream_approve_reply", 1),
        ("kagent-0.10", "71_get_after_disconnect", 1),
        // What an agent behind the agent used is that one's.
        ("kagent-0.10", "82_nested_approve", 2),
        ("kagent-0.10", "40_llm_fail", 0),
        ("kagent-1.0", "01_send", 1),
        ("kagent-1.0", "11_approve", 2),
        ("kagent-1.0", "51_stream_tool", 2),
        ("kagent-1.0", "52_stream_partial_text", 1),
        ("kagent-1.0", "61_empty", 1),
    ] {
        let file = format!("{file}.json");
        assert_eq!(calls(folder, &file), expected, "{folder}/{file}");
    }
    assert_eq!(calls("a2a-py-1.3.0-v1", "01-send-blocking.txt"), 0);
}
