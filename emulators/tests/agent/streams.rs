//! message/stream and tasks/resubscribe.

use serde_json::json;
use switchboard_emulators::agent::{Gate, Runtime, Settings, replies, reply};

use crate::support::{Client, LIMIT, always, error_of, message, plays, shape, text_of};

#[actix_web::test]
async fn a_stream_has_kagents_order() {
    let agent = always(reply().working("looking").answers("2 pods"));
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(
        shape(&events),
        [
            "status-update submitted pods",
            "status-update working",
            "status-update working looking",
            "status-update working 2 pods",
            "artifact-update",
            "status-update completed !",
        ]
    );
    let echo = &events[0]["result"]["status"]["message"];
    assert_eq!(echo["messageId"], "id of pods");
    let artifact = &events[4]["result"];
    assert_eq!(artifact["lastChunk"], true);
    assert_eq!(artifact["artifact"]["parts"][0]["text"], "2 pods");
}

#[actix_web::test]
async fn tokens_are_deltas_and_then_the_whole() {
    let zero = std::time::Duration::ZERO;
    let agent = always(reply().streams(zero, &["2 ", "pods"]));
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    let told: Vec<_> = events[2..5]
        .iter()
        .map(|event| {
            let message = &event["result"]["status"]["message"];
            let partial = message["metadata"]["kagent_adk_partial"].as_bool();
            (text_of(&message["parts"][0]["text"]), partial)
        })
        .collect();
    let expected = [("2 ", true), ("pods", true), ("2 pods", false)];
    let expected = expected.map(|(text, partial)| (text.to_owned(), Some(partial)));
    assert_eq!(told, expected);
    let task = client.get(&text_of(&events[0]["result"]["taskId"])).await;
    let history = task["history"].as_array().expect("a history");
    assert_eq!(history.len(), 3, "no delta is kept");
}

#[actix_web::test]
async fn a_go_pod_has_its_own_metadata_keys() {
    let mut settings = Settings::kagent("k8s-agent");
    settings.runtime = Runtime::Go;
    let agent = plays(settings, reply().tokens(&["2 pods"]).completes());
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    let metadata = &events[2]["result"]["status"]["message"]["metadata"];
    assert_eq!(metadata["adk_partial"], true);
    assert!(metadata["kagent_adk_partial"].is_null());
}

#[actix_web::test]
async fn a_failure_is_told_while_working_and_as_the_end() {
    let agent = always(reply().fails("it broke"));
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(
        shape(&events)[2..],
        [
            "status-update working it broke",
            "status-update failed it broke !"
        ]
    );
}

#[actix_web::test]
async fn an_empty_answer_ends_the_stream_without_a_final_event() {
    let agent = always(reply().empty());
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(
        shape(&events),
        ["status-update submitted pods", "status-update working"]
    );
}

#[actix_web::test]
async fn a_plain_agent_opens_the_stream_with_the_task() {
    let agent = plays(Settings::a2a("echo"), replies("2 pods"));
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(shape(&events)[0], "task submitted");
    assert_eq!(
        shape(&events).last().expect("an end"),
        "status-update completed !"
    );
    assert!(events[2]["result"]["metadata"].is_null());
}

#[actix_web::test]
async fn resubscribing_gives_only_what_is_new() {
    let gate = Gate::new();
    let agent = always(reply().working("looking").held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let id = client.submits("pods").await;
    gate.reached().await;

    let mut again = client.opens("tasks/resubscribe", json!({"id": id})).await;
    // The response's head says that the emulator listens by now.
    gate.open();
    let first = again.next().await.expect("an event");
    assert_eq!(first["status"]["message"]["parts"][0]["text"], "2 pods");
    let mut last = first;
    while let Some(event) = again.next().await {
        last = event;
    }
    assert_eq!(last["final"], true);

    let events = client.events("tasks/resubscribe", json!({"id": id})).await;
    let (code, text) = error_of(&events[0]);
    assert_eq!(code, -32602);
    assert!(text.ends_with("is in terminal state: completed"));
    let unknown = json!({"id": "nope"});
    let events = client.events("tasks/resubscribe", unknown).await;
    assert_eq!(error_of(&events[0]).0, -32001);
}

#[actix_web::test]
async fn the_task_goes_on_when_the_client_leaves_the_stream() {
    let gate = Gate::new();
    let agent = always(reply().working("looking").held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let mut stream = client.opens("message/stream", message("pods")).await;
    let first = stream.next().await.expect("an event");
    drop(stream);
    gate.open();
    let id = text_of(&first["taskId"]);
    let answer = agent
        .wait_for("the answer", LIMIT, |agent| {
            agent.task(&id).filter(|task| task.is_over)
        })
        .await;
    assert_eq!(answer.answer(), "2 pods");
}
