//! Prompts: what is taken, what is refused, what is counted.

use serde_json::{Value, json};
use switchboard_emulators::agent::{Card, Settings, replies, reply};

use crate::support::{
    Client, LIMIT, always, answer_of, error_of, kagent, message, message_in, plays, shape, text_of,
};

#[actix_web::test]
async fn a_blocking_prompt_answers_the_task_as_kagent_does() {
    let agent = always(replies("2 pods"));
    let task = Client::of(&agent).user("telegram:7").says("pods").await;

    assert_eq!(task["kind"], "task");
    assert_eq!(task["status"]["state"], "completed");
    assert_eq!(answer_of(&task), "2 pods");
    let history = task["history"].as_array().expect("a history");
    let ids = |at: usize| history[at]["messageId"].clone();
    assert_eq!(history.len(), 3, "the user's message stands there twice");
    assert_eq!((ids(0), ids(1)), (json!("id of pods"), json!("id of pods")));
    assert_eq!(history[2]["role"], "agent");
    assert_eq!(history[2]["metadata"]["kagent_adk_partial"], Value::Null);
    assert_eq!(task["metadata"]["kagent_user_id"], "telegram:7");
    assert_eq!(task["metadata"]["kagent_session_id"], task["contextId"]);
}

#[actix_web::test]
async fn a_prompt_without_blocking_returns_a_submitted_task_that_runs_on() {
    let agent = always(replies("2 pods"));
    let client = Client::of(&agent);
    let id = client.submits("pods").await;
    agent
        .wait_for("the end", LIMIT, |agent| {
            agent.task(&id).filter(|task| task.is_over)
        })
        .await;
    assert_eq!(answer_of(&client.get(&id).await), "2 pods");
}

#[actix_web::test]
async fn messages_are_counted_by_user_and_conversation() {
    let agent = kagent(|incoming| {
        replies(&format!(
            "messages so far: {}, before: {:?}",
            incoming.turn, incoming.earlier
        ))
    });
    let (ann, bob) = (
        Client::of(&agent).user("ann"),
        Client::of(&agent).user("bob"),
    );
    let says = async |client: &Client, context: &str, text: &str| {
        let task = client
            .result("message/send", message_in(context, text))
            .await;
        assert_eq!(task["contextId"], context);
        answer_of(&task)
    };
    assert!(
        says(&ann, "c1", "one")
            .await
            .contains("so far: 1, before: []")
    );
    assert!(
        says(&ann, "c1", "two")
            .await
            .contains("so far: 2, before: [\"one\"]")
    );
    assert!(says(&ann, "c2", "three").await.contains("so far: 1"));
    assert!(says(&bob, "c1", "four").await.contains("so far: 1"));
    let turns: Vec<u32> = agent.prompts().iter().map(|prompt| prompt.turn).collect();
    assert_eq!(turns, [1, 2, 1, 1]);
}

#[actix_web::test]
async fn a_failed_task_is_a_result_with_the_error_as_its_message() {
    let agent = always(reply().fails("Error code: 500"));
    let task = Client::of(&agent).says("pods").await;
    assert_eq!(task["status"]["state"], "failed");
    let message = &task["status"]["message"];
    assert_eq!(message["parts"][0]["text"], "Error code: 500");
    assert_eq!(message["metadata"]["kagent_error_code"], "API_ERROR");
    assert!(task["artifacts"].is_null());
}

#[actix_web::test]
async fn an_empty_answer_leaves_the_task_working() {
    let agent = always(reply().empty());
    let task = Client::of(&agent).says("pods").await;
    assert_eq!(task["status"]["state"], "working");
    assert!(task["artifacts"].is_null());
    assert!(agent.tasks()[0].is_over);
}

#[actix_web::test]
async fn a_message_answers_without_a_task() {
    let agent = always(reply().message("hello"));
    let client = Client::of(&agent);
    let answer = client.says("hi").await;
    assert_eq!(answer["kind"], "message");
    assert_eq!(answer["parts"][0]["text"], "hello");
    assert!(answer["taskId"].is_null());
    let events = client.events("message/stream", message("hi")).await;
    assert_eq!(shape(&events), ["message"]);
    assert!(agent.tasks().is_empty());
}

#[actix_web::test]
async fn tool_calls_and_results_are_data_parts_with_one_id() {
    let reply = reply()
        .tool_call("get_pods", json!({"namespace": "shop"}))
        .tool_result("get_pods", "web-1")
        .thinks("hm")
        .answers("web-1 runs");
    let agent = always(reply);
    let task = Client::of(&agent).says("pods").await;
    let part = |at: usize| task["history"][at]["parts"][0].clone();
    let (call, result) = (part(2), part(3));
    assert_eq!(call["metadata"]["kagent_type"], "function_call");
    assert_eq!(call["data"]["args"]["namespace"], "shop");
    assert_eq!(result["metadata"]["kagent_type"], "function_response");
    assert_eq!(
        result["data"]["response"]["content"][0]["text"],
        json!("web-1")
    );
    assert_eq!(call["data"]["id"], result["data"]["id"]);
    assert_eq!(part(4)["metadata"]["kagent_thought"], true);
}

#[actix_web::test]
async fn what_is_not_a_call_is_refused() {
    let agent = always(replies("never"));
    let client = Client::of(&agent);
    let send = |body: &str| {
        let body = body.to_owned();
        async {
            let answer = client.post(body).await.expect("an answer");
            assert_eq!(answer.status, 200);
            let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
            error_of(&answer).0
        }
    };
    assert_eq!(send("{oops").await, -32700);
    assert_eq!(send(r#"{"id":"1","method":"tasks/get"}"#).await, -32600);
    let no_id = r#"{"jsonrpc":"2.0","method":"tasks/get"}"#;
    assert_eq!(send(no_id).await, -32600);
    assert_eq!(send(r#"{"jsonrpc":"2.0","id":"1"}"#).await, -32600);
    assert_eq!(client.error("foo/bar", json!({})).await.0, -32601);
    assert_eq!(client.error("SendMessage", json!({})).await.0, -32601);
    let push = "tasks/pushNotificationConfig/set";
    assert_eq!(client.error(push, json!({})).await.0, -32603);
    assert_eq!(client.error("tasks/get", json!({})).await.0, -32602);
    assert_eq!(agent.calls().len(), 8);
    assert!(agent.prompts().is_empty());
}

#[actix_web::test]
async fn a_message_that_lacks_a_field_is_refused_by_name() {
    let agent = always(replies("never"));
    let client = Client::of(&agent);
    for field in ["kind", "messageId", "role", "parts"] {
        let mut params = message("pods");
        let fields = params["message"].as_object_mut().expect("an object");
        fields.remove(field);
        for method in ["message/send", "message/stream"] {
            let answer = client.call(method, params.clone()).await;
            assert_eq!(error_of(&answer).0, -32602, "{field}");
            assert_eq!(answer["error"]["data"][0]["loc"][2], field);
        }
    }
    for part in [json!({"text": "pods"}), json!({"kind": "text"}), json!("x")] {
        let mut params = message("pods");
        params["message"]["parts"] = json!([part]);
        assert_eq!(client.error("message/send", params).await.0, -32602);
    }
    assert!(agent.prompts().is_empty());
}

#[actix_web::test]
async fn a_prompt_to_a_finished_or_unknown_task_is_refused() {
    let agent = always(replies("2 pods"));
    let client = Client::of(&agent);
    let task = client.says("pods").await;
    let mut params = message("again");
    params["message"]["taskId"] = task["id"].clone();
    let (code, text) = client.error("message/send", params.clone()).await;
    let id = text_of(&task["id"]);
    let expected = format!("Task {id} is in terminal state: completed");
    assert_eq!((code, text), (-32602, expected));
    params["message"]["taskId"] = json!("nope");
    assert_eq!(client.error("message/send", params.clone()).await.0, -32001);
    let events = client.events("message/stream", params).await;
    assert_eq!(error_of(&events[0]).0, -32001, "an event, as 0.3 has it");
    assert_eq!(agent.prompts().len(), 1);
}

#[actix_web::test]
async fn the_card_is_served_below_each_path() {
    let mut settings = Settings::kagent("k8s-agent").skill("k", "K", "pods", &["list pods"]);
    settings.card.description = "Looks after pods".to_owned();
    let agent = plays(settings, replies("2 pods"));
    let http = awc::Client::default();
    for url in [agent.url(), format!("{}/", agent.base_url())] {
        for file in ["agent-card.json", "agent.json"] {
            let card = format!("{url}.well-known/{file}");
            let mut response = http.get(card).send().await.expect("a card");
            let card: Value = response.json().await.expect("JSON");
            assert_eq!(card["name"], "k8s_agent");
            assert_eq!(card["description"], "Looks after pods");
            assert_eq!(card["url"], url);
            assert_eq!(card["capabilities"]["streaming"], true);
            assert_eq!(card["skills"][0]["examples"][0], "list pods");
        }
    }
    assert_eq!(agent.calls_of("agent-card").len(), 4);
    let elsewhere = format!("{}/api/a2a/kagent/other/", agent.base_url());
    let response = http.post(elsewhere).send_body("{}").await;
    assert_eq!(response.expect("an answer").status(), 404);
}

#[actix_web::test]
async fn an_agent_without_streaming_refuses_the_stream() {
    let mut settings = Settings::a2a("echo");
    settings.card = Card {
        streaming: false,
        ..settings.card
    };
    let agent = plays(settings, replies("2 pods"));
    let client = Client::of(&agent);
    let refused = client.error("message/stream", message("pods")).await;
    assert_eq!(refused.0, -32004);
    assert_eq!(answer_of(&client.says("pods").await), "2 pods");
}

#[actix_web::test]
async fn another_protocol_version_is_refused_before_json() {
    let agent = always(replies("2 pods"));
    let http = awc::Client::default();
    for (version, status) in [("0.3", 200), ("0.3.0", 400), ("1.0", 400)] {
        let request = http
            .post(agent.url())
            .insert_header(("A2A-Version", version));
        let response = request.send_body("{}").await.expect("an answer");
        assert_eq!(response.status(), status, "{version}");
    }
}
