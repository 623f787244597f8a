//! tasks/get, tasks/list and tasks/cancel.

use serde_json::{Value, json};
use switchboard_emulators::agent::{Cancel, Gate, Settings, State, replies, reply};

use crate::support::{Client, always, kagent, message_in, plays, text_of};

#[actix_web::test]
async fn another_user_does_not_see_a_task() {
    let agent = always(replies("2 pods"));
    let (ann, bob) = (
        Client::of(&agent).user("ann"),
        Client::of(&agent).user("bob"),
    );
    let task = ann.says("pods").await;
    let id = json!({"id": task["id"]});
    assert_eq!(ann.get(&text_of(&task["id"])).await["id"], task["id"]);
    for stranger in [&bob, &Client::of(&agent)] {
        let refused = stranger.error("tasks/get", id.clone()).await;
        assert_eq!(refused, (-32001, "Task not found".to_owned()));
        let refused = stranger.error("tasks/cancel", id.clone()).await;
        assert_eq!(refused.0, -32001);
        let list = stranger.result("tasks/list", json!({})).await;
        assert_eq!(list["tasks"], json!([]));
    }
    let refused = bob
        .error("tasks/list", json!({"contextId": task["contextId"]}))
        .await;
    assert_eq!(refused.0, -32603);
}

#[actix_web::test]
async fn a_plain_agent_does_not_tell_users_apart() {
    let agent = plays(Settings::a2a("echo"), replies("2 pods"));
    let task = Client::of(&agent).user("ann").says("pods").await;
    let bob = Client::of(&agent).user("bob");
    assert_eq!(bob.get(&text_of(&task["id"])).await["id"], task["id"]);
    assert_eq!(bob.error("tasks/list", json!({})).await.0, -32601);
}

#[actix_web::test]
async fn a_running_task_proves_that_the_prompt_was_received() {
    let gate = Gate::new();
    let agent = always(reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let id = client.submits("pods").await;
    gate.reached().await;
    let task = client.get(&id).await;
    assert_eq!(task["status"]["state"], "working");
    let query = json!({"contextId": task["contextId"]});
    let list = client.result("tasks/list", query).await;
    assert_eq!(
        list["tasks"][0]["history"][0]["messageId"],
        json!("id of pods")
    );
    assert_eq!(agent.tasks()[0].state, State::Working);
}

#[actix_web::test]
async fn the_list_has_filters_and_pages() {
    let agent = kagent(|incoming| match incoming.text.as_str() {
        "bad" => reply().fails("no"),
        text => replies(text),
    });
    let client = Client::of(&agent).user("ann");
    for (context, text) in [
        ("c1", "one"),
        ("c1", "bad"),
        ("c2", "three"),
        ("c1", "four"),
    ] {
        client
            .result("message/send", message_in(context, text))
            .await;
    }
    let prompts = async |query: Value| {
        let page = client.result("tasks/list", query).await;
        let tasks = page["tasks"].as_array().expect("tasks").clone();
        let prompt = |task: &Value| text_of(&task["history"][0]["parts"][0]["text"]);
        let prompts: Vec<String> = tasks.iter().map(prompt).collect();
        (prompts, page)
    };
    assert_eq!(
        prompts(json!({})).await.0,
        ["four", "three", "bad", "one"],
        "newest first"
    );
    let in_context = json!({"contextId": "c1", "status": "completed"});
    assert_eq!(prompts(in_context).await.0, ["four", "one"]);

    let (first, page) = prompts(json!({"pageSize": 3})).await;
    assert_eq!(first, ["four", "three", "bad"]);
    let token = page["nextPageToken"].clone();
    let (second, page) = prompts(json!({"pageSize": 3, "pageToken": token})).await;
    assert_eq!(second, ["one"]);
    assert_eq!(page["nextPageToken"], "");
    let bad_token = json!({"pageToken": "x"});
    assert_eq!(client.error("tasks/list", bad_token).await.0, -32602);
}

#[actix_web::test]
async fn the_list_leaves_out_artifacts_unless_asked() {
    let agent = always(replies("2 pods"));
    let client = Client::of(&agent);
    client.says("pods").await;
    let list = client.result("tasks/list", json!({})).await;
    assert!(list["tasks"][0]["artifacts"].is_null());
    let query = json!({"includeArtifacts": true, "historyLength": 1});
    let list = client.result("tasks/list", query).await;
    let task = &list["tasks"][0];
    assert_eq!(task["artifacts"][0]["parts"][0]["text"], "2 pods");
    assert_eq!(task["history"].as_array().map(Vec::len), Some(1));
}

#[actix_web::test]
async fn a_task_of_a_python_pod_cannot_be_cancelled_and_runs_on() {
    let gate = Gate::new();
    let agent = always(reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let id = client.submits("pods").await;
    let refused = client.error("tasks/cancel", json!({"id": id})).await;
    let expected = (-32603, "Cancellation is not supported".to_owned());
    assert_eq!(refused, expected);
    assert!(!agent.tasks()[0].is_over);
    gate.open();
}

#[actix_web::test]
async fn cancelling_ends_the_task_and_its_stream_once() {
    let gate = Gate::new();
    let settings = Settings::kagent("k8s-agent").cancel(Cancel::Works);
    let agent = plays(settings, reply().held(&gate).answers("late"));
    let client = Client::of(&agent);
    let id = client.submits("pods").await;
    gate.reached().await;
    let mut stream = client.opens("tasks/resubscribe", json!({"id": id})).await;

    let task = client.result("tasks/cancel", json!({"id": id})).await;
    assert_eq!(task["status"]["state"], "canceled");
    let last = stream.next().await.expect("an event");
    assert_eq!(last["status"]["state"], "canceled");
    assert_eq!(last["final"], true);
    assert_eq!(stream.next().await, None);

    let refused = client.error("tasks/cancel", json!({"id": id})).await;
    assert_eq!(refused.0, -32002);
    gate.open();
    assert_eq!(client.get(&id).await["status"]["state"], "canceled");
}
