//! Pauses in kagent main's form, the extension `hitl/v1`.

use serde_json::{Value, json};
use switchboard_emulators::agent::{
    AgentEmulator, Incoming, Question, Reply, Settings, replies, reply,
};

use crate::support::{Client, answer_of, message_v10, shape_v10};

const HITL: &str = "https://kagent.dev/extensions/hitl/v1";

fn operator(incoming: &Incoming) -> Reply {
    if let Some(decision) = &incoming.decision {
        return replies(&decision.summary());
    }
    let pod = ("delete_pod", json!({"name": "web-1", "grace": 30}));
    let deployment = ("restart_deployment", json!({"name": "api"}));
    let questions = [
        Question::one_of("Which database?", &["PostgreSQL", "MySQL"]),
        Question::free("Anything else?"),
    ];
    match incoming.text.as_str() {
        "delete one" => reply().asks_approval(&[pod]),
        "delete two" => reply().asks_approval(&[pod, deployment]),
        "delegate" => reply().asks_approval_through("sub_agent", &[pod, deployment]),
        "ask me" => reply().asks_user(&questions),
        "delegate questions" => reply().asks_user_through("sub_agent", &questions),
        text => replies(&format!("You said: {text}")),
    }
}

fn starts() -> (AgentEmulator, Client) {
    let agent = AgentEmulator::start(Settings::kagent_main("k8s-agent"), operator);
    let agent = agent.expect("it starts");
    let client = Client::of(&agent).v10().header("A2A-Extensions", HITL);
    (agent, client)
}

async fn pauses(client: &Client, text: &str) -> Value {
    let mut sent = client.result("SendMessage", message_v10(text)).await;
    let task = sent["task"].take();
    assert_eq!(task["status"]["state"], "TASK_STATE_INPUT_REQUIRED");
    task
}

fn request_of(task: &Value) -> Value {
    let message = &task["status"]["message"];
    assert_eq!(message["extensions"], json!([HITL]));
    message["metadata"][HITL].clone()
}

/// A reply in the extension's form.
fn with(task: &Value, payload: &Value) -> Value {
    let mut params = to(task, "Decided");
    params["message"]["extensions"] = json!([HITL]);
    params["message"]["metadata"] = json!({HITL: payload});
    params
}

fn to(task: &Value, text: &str) -> Value {
    let mut params = message_v10(text);
    params["message"]["taskId"] = task["id"].clone();
    params["message"]["contextId"] = task["contextId"].clone();
    params
}

async fn decides(client: &Client, task: &Value, payload: Value) -> Value {
    let mut sent = client.result("SendMessage", with(task, &payload)).await;
    sent["task"].take()
}

fn approvals(verdicts: &[(&Value, bool)]) -> Value {
    let verdicts = verdicts.iter();
    let approvals: Vec<Value> = verdicts
        .map(|(tool, approved)| json!({"id": tool["id"], "approved": approved}))
        .collect();
    json!({"type": "tool_approval_response", "approvals": approvals})
}

fn text_of(task: &Value) -> &str {
    let text = task["status"]["message"]["parts"][0]["text"].as_str();
    text.unwrap_or_default()
}

#[actix_web::test]
async fn a_request_names_each_tool_and_its_arguments() {
    let (agent, client) = starts();
    let task = pauses(&client, "delete two").await;
    let request = request_of(&task);
    assert_eq!(request["type"], "tool_approval_request");
    let hint = "Tool 'delete_pod' requires approval before execution.";
    assert_eq!((&request["hint"], text_of(&task)), (&json!(hint), hint));
    let tool = &request["tools"][0];
    assert_eq!(tool["name"], "delete_pod");
    assert_eq!(tool["args"], json!({"name": "web-1", "grace": 30.0}));
    assert_ne!(tool["id"], tool["call_id"]);
    assert_eq!(agent.executed(), []);
}

#[actix_web::test]
async fn each_id_is_decided_by_itself() {
    let (agent, client) = starts();
    let task = pauses(&client, "delete two").await;
    let tools = request_of(&task)["tools"].clone();
    let mut payload = approvals(&[(&tools[1], false), (&tools[0], true)]);
    payload["approvals"][0]["rejection_reason"] = json!("too risky");
    let done = decides(&client, &task, payload).await;
    assert_eq!(done["status"]["state"], "TASK_STATE_COMPLETED");
    let executed = agent.executed();
    assert_eq!(executed.len(), 1);
    assert_eq!(executed[0].0, "delete_pod");
    assert_eq!(
        executed[0].1["grace"], 30,
        "as the tool has it, not the wire"
    );
    let last = done["artifacts"].as_array().and_then(|all| all.last());
    let said = last.expect("an answer")["parts"][0]["text"].to_string();
    assert!(said.contains("Reason: too risky"), "{said}");

    let again = approvals(&[(&tools[0], true), (&tools[1], true)]);
    let (code, _) = client.error("SendMessage", with(&task, &again)).await;
    assert_eq!(code, -32004, "terminal");
    assert_eq!(agent.executed().len(), 1);
}

#[actix_web::test]
async fn an_unusable_decision_fails_the_task_and_runs_nothing() {
    let bad = |change: fn(&mut Value)| change;
    for (change, complaint) in [
        (
            bad(|payload| drop(payload["approvals"].as_array_mut().map(Vec::pop))),
            "Tool approval response is missing ids: adk-",
        ),
        (
            bad(|payload| payload["approvals"][1]["id"] = json!("adk-0")),
            "Tool approval response is missing ids: adk-",
        ),
        (
            bad(|payload| payload["approvals"][1] = payload["approvals"][0].clone()),
            "Tool approval response contains duplicate ids",
        ),
        (
            bad(|payload| {
                let more = json!({"id": "adk-0", "approved": true});
                payload["approvals"].as_array_mut().expect("it").push(more);
            }),
            "Tool approval response contains unknown ids: adk-0",
        ),
        (
            bad(|payload| payload["approvals"][0]["comment"] = json!("ok")),
            "Tool approval request requires a tool approval response",
        ),
        (
            bad(|payload| payload["by"] = json!("ann")),
            "Tool approval request requires a tool approval response",
        ),
        (
            bad(|payload| payload["approvals"][0]["approved"] = json!("yes")),
            "Tool approval request requires a tool approval response",
        ),
    ] {
        let (agent, client) = starts();
        let task = pauses(&client, "delete two").await;
        let tools = request_of(&task)["tools"].clone();
        let mut payload = approvals(&[(&tools[0], true), (&tools[1], true)]);
        change(&mut payload);
        let failed = decides(&client, &task, payload).await;
        assert_eq!(failed["status"]["state"], "TASK_STATE_FAILED");
        assert!(
            text_of(&failed).starts_with(complaint),
            "{}",
            text_of(&failed)
        );
        assert_eq!(agent.executed(), []);
    }
}

#[actix_web::test]
async fn a_client_that_has_not_opted_in_gets_words_that_no_decision_fits() {
    let (agent, _) = starts();
    for extensions in ["", "https://kagent.dev/extensions/hitl/v2"] {
        let client = Client::of(&agent)
            .v10()
            .header("A2A-Extensions", extensions);
        let task = pauses(&client, "delete one").await;
        let message = &task["status"]["message"];
        assert!(message["metadata"].is_null() && message["extensions"].is_null());
        let said = "Human input is required before the agent can continue.";
        assert_eq!(text_of(&task), said);
        let payload = json!({"type": "tool_approval_response",
            "approvals": [{"id": "adk-0", "approved": true}]});
        let failed = decides(&client, &task, payload).await;
        let said = "Stored input-required task has no HITL request";
        assert_eq!(text_of(&failed), said);
    }
    let header = format!("https://example.com/x, {HITL}");
    let client = Client::of(&agent).v10().header("A2A-Extensions", &header);
    request_of(&pauses(&client, "delete one").await);
}

#[actix_web::test]
async fn anything_else_leaves_the_task_waiting_and_spoils_its_request() {
    let (agent, client) = starts();
    let legacy = json!([{"data": {"decision_type": "approve"}}]);
    for (parts, declares) in [
        (json!([{"text": "yes please"}]), true),
        (legacy, true),
        (json!([{"text": "Approved"}]), false),
    ] {
        let task = pauses(&client, "delete one").await;
        let payload = approvals(&[(&request_of(&task)["tools"][0], true)]);
        let mut params = to(&task, "x");
        params["message"]["parts"] = parts;
        if !declares {
            // The metadata alone is not enough: the message must name the extension too.
            params["message"]["metadata"] = json!({HITL: payload});
        }
        let sent = client.result("SendMessage", params).await;
        let still = &sent["task"];
        assert_eq!(still["id"], task["id"]);
        assert_eq!(still["status"]["state"], "TASK_STATE_INPUT_REQUIRED");
        let said = "It was not provided a function response for the function call.";
        assert_eq!(text_of(still), said);
        assert!(still["status"]["message"]["metadata"].is_null());

        let failed = decides(&client, &task, payload).await;
        assert_eq!(failed["status"]["state"], "TASK_STATE_FAILED");
    }
    assert_eq!(agent.executed(), []);
}

#[actix_web::test]
async fn a_decision_without_its_task_fails_a_new_one() {
    let (agent, client) = starts();
    let task = pauses(&client, "delete one").await;
    let payload = approvals(&[(&request_of(&task)["tools"][0], true)]);
    let mut params = with(&task, &payload);
    let message = params["message"].as_object_mut().expect("a message");
    message.remove("taskId");
    let sent = client.result("SendMessage", params).await;
    assert_ne!(sent["task"]["id"], task["id"]);
    let said = "HITL decision requires a stored current task";
    assert_eq!(text_of(&sent["task"]), said);
    assert_eq!(agent.executed(), []);
    decides(&client, &task, payload).await;
    assert_eq!(agent.executed().len(), 1, "the old one still waited");
}

#[actix_web::test]
async fn a_nested_request_is_decided_by_the_sub_agents_ids() {
    let (agent, client) = starts();
    let task = pauses(&client, "delegate").await;
    let request = request_of(&task);
    assert_eq!(request["tools"][0]["name"], "sub_agent");
    let nested = &request["nested"];
    assert_eq!(nested["subagent_name"], "sub_agent");
    let hint = "Remote agent 'sub_agent' requires approval for tool(s): \
                delete_pod, restart_deployment";
    assert_eq!(text_of(&task), hint);
    let tools = &nested["tools"];
    decides(
        &client,
        &task,
        approvals(&[(&tools[0], false), (&tools[1], true)]),
    )
    .await;
    let executed = agent.executed();
    assert_eq!(executed.len(), 1);
    assert_eq!(executed[0].0, "restart_deployment");

    let task = pauses(&client, "delegate").await;
    let outer = request_of(&task)["tools"][0].clone();
    let failed = decides(&client, &task, approvals(&[(&outer, true)])).await;
    assert_eq!(failed["status"]["state"], "TASK_STATE_FAILED");
    assert_eq!(agent.executed().len(), 1);
}

#[actix_web::test]
async fn questions_are_answered_all_or_the_task_fails() {
    for (given, complaint) in [
        (json!([{"answer": ["MySQL"]}, {"answer": ["no"]}]), None),
        (
            json!([{"answer": ["MySQL"]}]),
            Some("ask_user response must answer every question"),
        ),
        (json!([]), Some("ask_user response contains no answers")),
    ] {
        let (agent, client) = starts();
        let task = pauses(&client, "ask me").await;
        let request = request_of(&task);
        assert_eq!(request["type"], "ask_user_request");
        assert_eq!(text_of(&task), "Which database?; Anything else?");
        assert_eq!(
            request["questions"][0]["choices"],
            json!(["PostgreSQL", "MySQL"])
        );
        let payload = json!({"type": "ask_user_response", "id": request["id"],
            "answers": given});
        let done = decides(&client, &task, payload).await;
        if let Some(complaint) = complaint {
            assert_eq!(text_of(&done), complaint);
            continue;
        }
        assert_eq!(done["status"]["state"], "TASK_STATE_COMPLETED");
        let decision = agent.prompts()[1].decision.clone().expect("a decision");
        assert_eq!(decision.answers, [["MySQL"], ["no"]]);
    }
}

#[actix_web::test]
async fn nested_questions_are_answered_under_the_inner_id() {
    let (_agent, client) = starts();
    for inner in [true, false] {
        let task = pauses(&client, "delegate questions").await;
        let request = request_of(&task);
        let said = "Remote agent 'sub_agent' asks: Which database? Anything else?";
        assert_eq!(text_of(&task), said);
        let nested = &request["nested"]["tools"][0];
        assert_eq!(nested["name"], "ask_user");
        let id = if inner { &nested["id"] } else { &request["id"] };
        let payload = json!({"type": "ask_user_response", "id": id,
            "answers": [{"answer": ["MySQL"]}, {"answer": ["no"]}]});
        let done = decides(&client, &task, payload).await;
        let is_completed = done["status"]["state"] == "TASK_STATE_COMPLETED";
        assert_eq!(is_completed, inner, "{}", text_of(&done));
    }
}

#[actix_web::test]
async fn the_stream_has_the_order_of_kagent_main() {
    let (_agent, client) = starts();
    let events = client
        .events("SendStreamingMessage", message_v10("delete one"))
        .await;
    assert_eq!(
        shape_v10(&events),
        [
            "task SUBMITTED",
            "statusUpdate WORKING",
            "artifact function_call.",
            "statusUpdate WORKING",
            "artifact function_response.",
            "statusUpdate INPUT_REQUIRED Tool 'delete_pod' requires approval before execution.",
        ]
    );
    let task = json!({"id": events[0]["result"]["task"]["id"],
        "contextId": events[0]["result"]["task"]["contextId"],
        "status": events[5]["result"]["statusUpdate"]["status"]});
    let payload = approvals(&[(&request_of(&task)["tools"][0], true)]);
    let events = client
        .events("SendStreamingMessage", with(&task, &payload))
        .await;
    assert_eq!(
        shape_v10(&events),
        [
            "statusUpdate WORKING",
            "artifact function_response.",
            "artifact Tool said: delete_pod done.",
            "statusUpdate WORKING",
            "statusUpdate COMPLETED",
        ]
    );
}

#[actix_web::test]
async fn a_new_question_starts_a_task_of_its_own() {
    let (agent, client) = starts();
    let task = pauses(&client, "delete one").await;
    let mut params = message_v10("hello");
    params["message"]["contextId"] = task["contextId"].clone();
    let sent = client.result("SendMessage", params).await;
    assert_eq!(answer_of(&sent["task"]), "You said: hello");
    let query = json!({"contextId": task["contextId"], "status": "TASK_STATE_INPUT_REQUIRED"});
    let list = client.result("ListTasks", query).await;
    assert_eq!(list["tasks"][0]["id"], task["id"]);
    assert_eq!(agent.executed(), []);
}
