//! Pauses that any A2A agent may make: a question in words, a login.

use serde_json::{Value, json};
use switchboard_emulators::agent::{
    AgentEmulator, Gate, Incoming, Reply, Settings, State, Versions, replies, reply,
};

use crate::support::{
    Client, LIMIT, answer_of, message, message_v10, plays, shape, shape_v10, text_of,
};

fn asks(incoming: &Incoming) -> Reply {
    match incoming.task_id {
        None => reply().working("on it").asks("Which colour?"),
        Some(_) => replies(&format!("you answered: {}", incoming.text)),
    }
}

fn plain(settings: Settings) -> AgentEmulator {
    AgentEmulator::start(settings, asks).expect("it starts")
}

fn to(task: &Value, mut params: Value) -> Value {
    params["message"]["taskId"] = task["id"].clone();
    params["message"]["contextId"] = task["contextId"].clone();
    params
}

#[actix_web::test]
async fn a_question_in_words_is_answered_under_the_same_task() {
    for settings in [Settings::a2a("echo"), Settings::kagent("k8s-agent")] {
        let agent = plain(settings.versions(Versions::Both));
        let client = Client::of(&agent);
        let task = client.says("paint").await;
        assert_eq!(task["status"]["state"], "input-required");
        let text = &task["status"]["message"]["parts"][0]["text"];
        assert_eq!(text, "Which colour?");
        let done = to(&task, message("blue"));
        let done = client.result("message/send", done).await;
        assert_eq!(done["id"], task["id"]);
        assert_eq!(answer_of(&done), "you answered: blue");
        let history = done["history"].as_array().expect("a history");
        let texts: Vec<&str> = history
            .iter()
            .filter_map(|message| message["parts"][0]["text"].as_str())
            .collect();
        assert!(texts.ends_with(&["Which colour?", "blue", "you answered: blue"]));
        assert!(agent.tasks()[0].is_over);
        assert_eq!(agent.prompts()[1].task_id.as_deref(), done["id"].as_str());
    }
}

#[actix_web::test]
async fn a_follow_up_stream_opens_with_a_status_in_both_versions() {
    let agent = plain(Settings::a2a("echo").versions(Versions::Both));
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("paint")).await;
    let pause = "status-update input-required Which colour? !";
    assert_eq!(shape(&events).last().expect("it"), pause);
    let task = json!({"id": events[0]["result"]["id"],
        "contextId": events[0]["result"]["contextId"]});
    let events = client
        .events("message/stream", to(&task, message("blue")))
        .await;
    assert_eq!(shape(&events)[0], "status-update working");

    let client = client.v10();
    let events = client
        .events("SendStreamingMessage", message_v10("paint"))
        .await;
    let pause = "statusUpdate INPUT_REQUIRED Which colour?";
    assert_eq!(shape_v10(&events).last().expect("it"), pause);
    let task = events[0]["result"]["task"].clone();
    let events = client
        .events("SendStreamingMessage", to(&task, message_v10("blue")))
        .await;
    assert_eq!(shape_v10(&events)[0], "statusUpdate WORKING");
}

#[actix_web::test]
async fn the_context_must_be_the_tasks_own() {
    let agent = plain(Settings::a2a("echo").versions(Versions::V10));
    let client = Client::of(&agent).v10();
    let mut sent = client.result("SendMessage", message_v10("paint")).await;
    let task = sent["task"].take();
    let mut params = to(&task, message_v10("blue"));
    params["message"]["contextId"] = json!("other");
    let (code, text) = client.error("SendMessage", params.clone()).await;
    assert_eq!(code, -32602);
    assert!(text.starts_with("Context other does not match context"));
    let message = params["message"].as_object_mut().expect("a message");
    message.remove("contextId");
    let sent = client.result("SendMessage", params).await;
    assert_eq!(
        sent["task"]["contextId"], task["contextId"],
        "it is inferred"
    );
}

#[actix_web::test]
async fn a_subscription_to_a_pause_is_the_task_or_nothing() {
    let agent = plain(Settings::a2a("echo").versions(Versions::Both));
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("paint")).await;
    let id = json!({"id": sent["task"]["id"]});
    let events = client.events("SubscribeToTask", id.clone()).await;
    assert_eq!(shape_v10(&events), ["task INPUT_REQUIRED Which colour?"]);
    let events = Client::of(&agent).events("tasks/resubscribe", id).await;
    assert_eq!(events[0]["error"]["code"], -32001);
}

#[actix_web::test]
async fn a_server_may_keep_the_stream_open_over_a_pause() {
    let mut settings = Settings::a2a("echo").versions(Versions::V10);
    settings.streams.end_on_pause = false;
    let agent = plain(settings);
    let client = Client::of(&agent).v10();
    let mut stream = client
        .opens("SendStreamingMessage", message_v10("paint"))
        .await;
    let task = stream.next().await.expect("the task")["task"].clone();
    let state = |event: &Value| text_of(&event["statusUpdate"]["status"]["state"]);
    while state(&stream.next().await.expect("an event")) != "TASK_STATE_INPUT_REQUIRED" {}
    let blue = to(&task, message_v10("blue"));
    let sent = client.result("SendMessage", blue).await;
    assert_eq!(answer_of(&sent["task"]), "you answered: blue");
    let mut last = Value::Null;
    while let Some(event) = stream.next().await {
        last = event;
    }
    assert_eq!(state(&last), "TASK_STATE_COMPLETED");
}

#[actix_web::test]
async fn a_layer_over_1_0_pauses_without_final() {
    let mut settings = Settings::a2a("echo");
    settings.streams.final_on_pause = false;
    let agent = plain(settings);
    let events = Client::of(&agent)
        .events("message/stream", message("paint"))
        .await;
    let pause = "status-update input-required Which colour?";
    assert_eq!(shape(&events).last().expect("it"), pause);
}

#[actix_web::test]
async fn a_paused_task_can_be_cancelled() {
    let agent = plain(Settings::a2a("echo"));
    let client = Client::of(&agent);
    let task = client.says("paint").await;
    let id = json!({"id": task["id"]});
    let canceled = client.result("tasks/cancel", id).await;
    assert_eq!(canceled["status"]["state"], "canceled");
    let blue = to(&task, message("blue"));
    assert_eq!(client.error("message/send", blue).await.0, -32602);
}

#[actix_web::test]
async fn after_a_login_the_agent_goes_on_by_itself() {
    let gate = Gate::new();
    let reply = reply()
        .asks_auth("Please log in at https://login.example/x")
        .held(&gate)
        .answers("2 pods");
    let agent = plays(Settings::a2a("echo").versions(Versions::V10), reply);
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("pods")).await;
    let task = &sent["task"];
    assert_eq!(task["status"]["state"], "TASK_STATE_AUTH_REQUIRED");
    let id = json!({"id": task["id"]});
    let mut stream = client.opens("SubscribeToTask", id).await;
    let first = stream.next().await.expect("the task");
    assert_eq!(first["task"]["status"]["state"], "TASK_STATE_AUTH_REQUIRED");
    gate.open();
    while stream.next().await.is_some() {}
    let over = |agent: &AgentEmulator| agent.tasks()[0].is_over.then(|| agent.tasks()[0].clone());
    let task = agent.wait_for("the end", LIMIT, over).await;
    assert_eq!(
        (task.state, task.answer().as_str()),
        (State::Completed, "2 pods")
    );
}

#[actix_web::test]
async fn a_login_is_final_on_0_3_for_a_plain_agent_and_not_through_kagents_controller() {
    for (settings, is_final) in [
        (Settings::a2a("echo"), true),
        (Settings::kagent_go("k8s-agent"), false),
    ] {
        let agent = plays(settings, reply().asks_auth("log in"));
        let client = Client::of(&agent);
        let events = client.events("message/stream", message("pods")).await;
        let last = &events.last().expect("events")["result"];
        assert_eq!(last["status"]["state"], "auth-required");
        assert_eq!(last["final"], is_final);
    }
}
