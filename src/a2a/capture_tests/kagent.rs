//! What kagent's agents said, old and new.

use super::super::reading::HITL;
use super::{capture, check, task_of};
use crate::ids::PromptId;

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

/// A build of kagent's main branch, on the way to 1.0: `tests/captures/kagent-1.0`.
const KAGENT_1_0: [(&str, &str); 24] = [
    (
        "01_send",
        "completed · = You said: hello (messages so far: 1)",
    ),
    ("02_no_version_header", "error -32009"),
    ("03_v03_method", "error -32601"),
    (
        "10_approval_request",
        "input-required · delete_pod · delete_pod? · : Tool 'delete_pod' requires approval before execution.",
    ),
    (
        "11_approve",
        "completed · delete_pod · = Tool said: pod web-1 deleted from default",
    ),
    ("12_approve_twice", "error -32004"),
    (
        "13_reject",
        "completed · delete_pod · = Tool said: Tool call was rejected by user. Reason: not in prod",
    ),
    (
        "20_two",
        "input-required · delete_pod restart_deployment · delete_pod? restart_deployment? · : Tool 'delete_pod' requires approval before execution.",
    ),
    (
        "21_two_partial",
        "failed · delete_pod restart_deployment · : Tool approval response is missing ids: adk-7ec08200-a4fa-4504-bff9-45596e4d9a4e",
    ),
    ("22_two_mixed", "error -32004"),
    (
        "30_ask",
        "input-required · ask_user · ask_user? · : Which database?; Which features?; Anything else?",
    ),
    (
        "31_ask_reply",
        "completed · ask_user · = Tool said: [{\"question\": \"Which database?\", \"answer\": [\"Post… 173",
    ),
    (
        "40_no_extension_optin",
        "input-required · delete_pod · : Human input is required before the agent can continue.",
    ),
    (
        "41_text_reply_to_pause",
        "input-required · delete_pod · : It was not provided a function response for the function call.",
    ),
    (
        "42_old_decision_type",
        "input-required · delete_pod · : It was not provided a function response for the function call.",
    ),
    (
        "50_stream_approval",
        "input-required · delete_pod · delete_pod? · : Tool 'delete_pod' requires approval before execution.",
    ),
    (
        "51_stream_tool",
        "completed · get_pods · = Tool said: web-1 Running in default",
    ),
    // Five chunks, then the whole once more, which replaces them.
    (
        "52_stream_partial_text",
        "completed · = 0123456789 lorem ipsum *dolor* _sit_ `amet`.\n0123456789 lore… 200",
    ),
    (
        "60_fail",
        "failed · : Error code: 500 - fake upstream exploded",
    ),
    (
        "61_empty",
        "failed · : The model returned no content (finish_reason=STOP with empty parts).",
    ),
    ("62_get_unknown", "error -32001"),
    ("70_return_immediately", "submitted"),
    ("71_cancel", "canceled"),
    // Its answer to the cancel said otherwise.
    ("72_get", "failed · : A2A request execution was cancelled."),
];

#[test]
fn every_capture_of_kagent_0_10_is_read_as_a_person_reads_it() {
    check("kagent-0.10", "json", &[&KAGENT, &KAGENT_NESTED]);
}

#[test]
fn every_capture_of_kagent_1_0_is_read_as_a_person_reads_it() {
    check("kagent-1.0", "json", &[&KAGENT_1_0]);
}

#[test]
fn what_an_approval_needs_survives_the_reading() {
    let message = task_of("kagent-1.0", "10_approval_request.json").status_message;
    let request = &message.unwrap().metadata[HITL];
    assert_eq!(request["type"], "tool_approval_request");
    assert_eq!(
        request["tools"][0]["id"],
        "adk-f172fc28-be7d-493f-8555-d04a0137ea62"
    );
    assert_eq!(request["tools"][0]["call_id"], "call_5d847fa8b562");
    assert_eq!(request["tools"][0]["args"]["name"], "web-1");
    let message = task_of("kagent-1.0", "30_ask.json").status_message.unwrap();
    let questions = message.metadata[HITL]["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 3);
}

#[test]
fn a_prompt_is_found_in_the_history_of_its_task_only() {
    for (folder, sent, other) in [
        (
            "kagent-0.10",
            "01_send_text.json",
            "02_send_text_same_context.json",
        ),
        ("kagent-1.0", "01_send.json", "13_reject.json"),
    ] {
        let capture = capture(folder, sent);
        let id = &capture["request"]["params"]["message"]["messageId"];
        let prompt = PromptId::from(id.as_str().unwrap());
        assert!(task_of(folder, sent).contains_prompt(&prompt), "{folder}");
        assert!(!task_of(folder, other).contains_prompt(&prompt), "{folder}");
    }
}
