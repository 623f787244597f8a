//! What is asked, and what a good reply does.

use serde_json::json;
use switchboard_emulators::agent::{AgentEmulator, Settings, State, Versions, reply};

use super::{asked, call_id, data, decides, names, operator, pauses, pod};
use crate::support::{
    Client, LIMIT, answer_of, kagent, message_in, message_v10, plays, shape, shape_v10, text_of,
};

#[actix_web::test]
async fn each_tool_that_waits_is_a_data_part_and_runs_once_approved() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete two").await;
    let parts = task["status"]["message"]["parts"].as_array().expect("it");
    assert_eq!(parts.len(), 2);
    let metadata = &parts[0]["metadata"];
    assert_eq!(metadata["kagent_type"], "function_call");
    assert_eq!(metadata["kagent_is_long_running"], true);
    let first = &asked(&task)[0];
    assert_eq!(first["name"], "adk_request_confirmation");
    assert!(text_of(&first["id"]).starts_with("adk-"));
    let original = &first["args"]["originalFunctionCall"];
    assert_eq!(original["name"], "delete_pod");
    assert_eq!(original["args"], json!({"name": "web-1"}));
    let hint = &first["args"]["toolConfirmation"]["hint"];
    assert_eq!(
        hint,
        "Tool 'delete_pod' requires approval before execution."
    );
    assert_eq!(agent.executed(), []);
    assert_eq!(agent.tasks()[0].state, State::InputRequired);
    assert!(!agent.tasks()[0].is_over);

    let done = decides(&client, &task, json!({"decision_type": "approve"})).await;
    assert_eq!(done["id"], task["id"]);
    assert_eq!(done["status"]["state"], "completed");
    let said = "Tool said: delete_pod done | restart_deployment done";
    assert_eq!(answer_of(&done), said);
    let [(tool, args), (other, _)] = agent.executed().try_into().expect("two");
    assert_eq!(
        (tool.as_str(), other.as_str()),
        ("delete_pod", "restart_deployment")
    );
    assert_eq!(args, json!({"name": "web-1"}));
}

#[actix_web::test]
async fn a_go_pod_asks_under_its_own_keys() {
    let agent = AgentEmulator::start(Settings::kagent_go("k8s-agent"), operator);
    let agent = agent.expect("it starts");
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let metadata = &task["status"]["message"]["parts"][0]["metadata"];
    assert_eq!(metadata["adk_type"], "function_call");
    assert_eq!(metadata["adk_is_long_running"], true);
    let canceled = client
        .result("tasks/cancel", json!({"id": task["id"]}))
        .await;
    assert_eq!(canceled["status"]["state"], "canceled");
}

#[actix_web::test]
async fn a_rejection_runs_nothing_and_gives_its_reason() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let reject = json!({"decision_type": "reject", "rejection_reason": "not in prod"});
    let done = decides(&client, &task, reject).await;
    let said = "Tool said: Tool call was rejected by user. Reason: not in prod";
    assert_eq!(answer_of(&done), said);
    assert_eq!(agent.executed(), []);
    let prompt = &agent.prompts()[1];
    let verdict = &prompt.decision.as_ref().expect("a decision").verdicts[0];
    assert_eq!(verdict.reason.as_deref(), Some("not in prod"));
    assert!(!verdict.approved);
}

#[actix_web::test]
async fn a_batch_decides_by_the_calls_own_id() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete two").await;
    let [one, two] = [call_id(&asked(&task)[0]), call_id(&asked(&task)[1])];
    let batch = json!({"decision_type": "batch",
        "decisions": {&one: "approve", &two: "reject"},
        "rejection_reasons": {&two: "too risky"}});
    let done = decides(&client, &task, batch).await;
    assert!(answer_of(&done).ends_with("Reason: too risky"));
    assert_eq!(names(&agent), ["delete_pod"]);
}

#[actix_web::test]
async fn a_nested_pause_shows_the_sub_agents_call_and_is_decided_by_its_id() {
    for (verdict, ran) in [("approve", 1), ("reject", 0)] {
        let agent = kagent(operator);
        let client = Client::of(&agent);
        let task = pauses(&client, "delegate").await;
        let args = &asked(&task)[0]["args"];
        assert_eq!(
            args["originalFunctionCall"]["name"],
            "kagent__NS__sub_agent"
        );
        let payload = &args["toolConfirmation"]["payload"];
        assert_eq!(payload["subagent_name"], "kagent__NS__sub_agent");
        let inner = &payload["hitl_parts"][0]["originalFunctionCall"];
        assert_eq!(inner["name"], "delete_pod");
        let batch = json!({"decision_type": "batch",
            "decisions": {text_of(&inner["id"]): verdict}});
        decides(&client, &task, batch).await;
        assert_eq!(agent.executed().len(), ran);
    }
}

#[actix_web::test]
async fn answers_are_positional_and_a_missing_one_is_empty() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let given = json!([{"answer": ["PostgreSQL"]}, {"answer": ["Auth", "Caching"]}]);
    let task = pauses(&client, "ask me").await;
    let questions = &asked(&task)[0]["args"]["originalFunctionCall"]["args"]["questions"];
    let second = json!({"question": "Which features?", "choices": ["Auth", "Caching"],
        "multiple": true});
    assert_eq!(questions[1], second);
    assert_eq!(questions[2], json!({"question": "Anything else?"}));
    let reply = json!({"decision_type": "approve", "ask_user_answers": given});
    let done = decides(&client, &task, reply).await;
    let decision = agent.prompts()[1].decision.clone().expect("a decision");
    let [one, two, three] = decision.answers.try_into().expect("three");
    assert_eq!(
        (one, two),
        (
            vec!["PostgreSQL".to_owned()],
            vec!["Auth".to_owned(), "Caching".to_owned()]
        )
    );
    assert!(three.is_empty());
    let history = done["history"].to_string();
    assert!(
        history.contains(r#"\"answer\": [\"Auth\", \"Caching\"]"#),
        "{history}"
    );
    assert_eq!(agent.executed(), [], "ask_user is no tool of the cluster");
}

#[actix_web::test]
async fn a_stream_ends_at_the_pause_and_the_decision_has_its_own() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let events = client
        .events("message/stream", message_in("c1", "delete one"))
        .await;
    assert_eq!(
        shape(&events),
        [
            "status-update submitted delete one",
            "status-update working",
            "status-update working",
            "status-update working",
            "status-update input-required !",
        ]
    );
    let id = &events[4]["result"]["taskId"];
    let task = json!({"id": id});
    let approve = data(
        &json!({"decision_type": "approve"}),
        Some("c1"),
        Some(&task),
    );
    let events = client.events("message/stream", approve).await;
    assert_eq!(
        shape(&events),
        [
            "status-update working",
            "status-update working",
            "status-update working Tool said: delete_pod done",
            "artifact-update",
            "status-update completed !",
        ]
    );
    let result = &events[1]["result"]["status"]["message"]["parts"][0];
    assert_eq!(result["metadata"]["kagent_type"], "function_response");
}

#[actix_web::test]
async fn the_controller_of_0_10_takes_the_same_in_1_0() {
    let settings = Settings::kagent("k8s-agent").versions(Versions::Both);
    let agent = AgentEmulator::start(settings, operator).expect("it starts");
    let client = Client::of(&agent).v10();
    let mut params = message_v10("delete one");
    params["message"]["contextId"] = json!("c1");
    let events = client.events("SendStreamingMessage", params).await;
    assert_eq!(shape_v10(&events)[4], "statusUpdate INPUT_REQUIRED");
    let update = &events[4]["result"]["statusUpdate"];
    let part = &update["status"]["message"]["parts"][0];
    assert_eq!(part["data"]["name"], "adk_request_confirmation");
    let mut reply = message_v10("Approved");
    reply["message"]["parts"] = json!([{"data": {"decision_type": "approve"}}]);
    reply["message"]["contextId"] = json!("c1");
    reply["message"]["taskId"] = update["taskId"].clone();
    client.result("SendMessage", reply).await;
    assert_eq!(names(&agent), ["delete_pod"]);
}

#[actix_web::test]
async fn a_decision_that_never_reached_the_agent_leaves_the_pause() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    agent.set_script(|_| reply().http_status(503, "no healthy upstream"));
    let approve = data(
        &json!({"decision_type": "approve"}),
        Some("c1"),
        Some(&task),
    );
    let answer = client.raw("message/send", approve.clone()).await;
    assert_eq!(answer.expect("an answer").status, 503);
    assert_eq!(agent.executed(), []);

    agent.set_script(|_| reply().http_status(504, "timeout").answers("done"));
    let answer = client.raw("message/send", approve).await;
    assert_eq!(answer.expect("an answer").status, 504);
    assert_eq!(names(&agent), ["delete_pod"], "this one did");
    let over = |agent: &AgentEmulator| agent.tasks()[0].is_over.then_some(());
    agent.wait_for("the end", LIMIT, over).await;
}

#[actix_web::test]
async fn a_plain_agent_asks_in_words() {
    let agent = plays(Settings::a2a("echo"), reply().asks_approval(&[pod()]));
    let task = Client::of(&agent).says("delete one").await;
    let parts = &task["status"]["message"]["parts"];
    let text = "Tool 'delete_pod' requires approval before execution.";
    assert_eq!(parts, &json!([{"kind": "text", "text": text}]));
}
