//! A2A 1.0 beside 0.3: the Python SDK's, kagent main's, and kagent 0.10's controller.

use serde_json::{Value, json};
use switchboard_emulators::agent::{
    AgentEmulator, Cancel, CancelAgain, Gate, Reply, Settings, Versions, replies, reply,
};

use crate::support::{Client, LIMIT, answer_of, error_of, message_v10, plays, shape_v10, text_of};

fn plain(reply: Reply) -> AgentEmulator {
    plays(Settings::a2a("echo").versions(Versions::V10), reply)
}

fn main_branch(reply: Reply) -> AgentEmulator {
    plays(Settings::kagent_main("k8s-agent"), reply)
}

async fn submits(client: &Client, text: &str) -> String {
    let mut params = message_v10(text);
    params["configuration"] = json!({"returnImmediately": true});
    let sent = client.result("SendMessage", params).await;
    assert_eq!(sent["task"]["status"]["state"], "TASK_STATE_SUBMITTED");
    text_of(&sent["task"]["id"])
}

#[actix_web::test]
async fn a_send_wraps_the_task_and_a_get_does_not() {
    let agent = plain(replies("2 pods"));
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("pods")).await;
    let task = &sent["task"];
    assert_eq!(task["status"]["state"], "TASK_STATE_COMPLETED");
    let at = text_of(&task["status"]["timestamp"]);
    assert!(at.ends_with('Z') && at.len() == 27, "{at}");
    assert_eq!(answer_of(task), "2 pods");
    assert_eq!(task["history"][0]["role"], "ROLE_USER");
    assert_eq!(task["history"][0]["taskId"], task["id"]);
    assert!(task["kind"].is_null() && task["metadata"].is_null());
    let got = client.result("GetTask", json!({"id": task["id"]})).await;
    assert_eq!(&got, task);
    let query = json!({"id": task["id"], "historyLength": 0});
    assert!(client.result("GetTask", query).await["history"].is_null());
}

#[actix_web::test]
async fn a_message_in_place_of_a_task_is_a_member_too() {
    let agent = plain(reply().message("hello"));
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("hi")).await;
    assert_eq!(sent["message"]["role"], "ROLE_AGENT");
    assert_eq!(sent["message"]["parts"], json!([{"text": "hello"}]));
    let events = client
        .events("SendStreamingMessage", message_v10("hi"))
        .await;
    assert_eq!(shape_v10(&events), ["message"]);
}

#[actix_web::test]
async fn a_plain_stream_opens_with_the_task_and_has_no_final() {
    let agent = plain(reply().working("on it").artifact("2 pods").completes());
    let client = Client::of(&agent).v10();
    let events = client
        .events("SendStreamingMessage", message_v10("pods"))
        .await;
    assert_eq!(
        shape_v10(&events),
        [
            "task SUBMITTED",
            "statusUpdate WORKING",
            "statusUpdate WORKING on it",
            "artifact 2 pods.",
            "statusUpdate COMPLETED",
        ]
    );
    assert!(events[0]["result"]["task"]["status"]["timestamp"].is_null());
    assert!(
        events
            .iter()
            .all(|event| !event.to_string().contains("final"))
    );
}

#[actix_web::test]
async fn kagent_main_tells_each_step_as_an_artifact() {
    let agent = main_branch(
        reply()
            .tool_call("get_pods", json!({"limit": 3}))
            .tool_result("get_pods", "web-1")
            .tokens(&["web-1 ", "runs"])
            .artifact("web-1 runs")
            .completes(),
    );
    let client = Client::of(&agent).v10();
    let events = client
        .events("SendStreamingMessage", message_v10("pods"))
        .await;
    assert_eq!(
        shape_v10(&events),
        [
            "task SUBMITTED",
            "statusUpdate WORKING",
            "artifact function_call.",
            "artifact function_response.",
            "artifact web-1 ",
            "artifact +runs",
            "artifact web-1 runs.",
            "statusUpdate WORKING",
            "statusUpdate COMPLETED",
        ]
    );
    let artifact = |at: usize| events[at]["result"]["artifactUpdate"]["artifact"].clone();
    assert_eq!(artifact(4)["artifactId"], artifact(6)["artifactId"]);
    assert!(
        artifact(2)["parts"][0]["data"]["args"]["limit"].is_f64(),
        "ProtoJSON"
    );
    let empty = &events[7]["result"]["statusUpdate"]["status"]["message"];
    assert_eq!(empty["role"], "ROLE_AGENT");
    assert!(empty.get("parts").is_none());
    let end = &events[8]["result"]["statusUpdate"]["metadata"];
    assert_eq!(end["kagent_usage_metadata"]["totalTokenCount"], json!(18.0));
    assert_eq!(end["adk_user_id"], "admin@kagent.dev");

    let id = &events[0]["result"]["task"]["id"];
    let task = client.result("GetTask", json!({"id": id})).await;
    let artifacts = task["artifacts"].as_array().expect("artifacts");
    assert_eq!(artifacts.len(), 3, "the pieces are one");
    assert_eq!(artifacts[2]["parts"], json!([{"text": "web-1 runs"}]));
}

#[actix_web::test]
async fn kagent_main_fails_where_the_model_says_nothing() {
    let agent = main_branch(reply().empty());
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("pods")).await;
    let status = &sent["task"]["status"];
    assert_eq!(status["state"], "TASK_STATE_FAILED");
    let metadata = &status["message"]["metadata"];
    assert_eq!(metadata["adk_error_code"], "MODEL_RETURNED_NO_CONTENT");
}

#[actix_web::test]
async fn the_controller_of_kagent_0_10_speaks_1_0_with_the_pods_events() {
    let settings = Settings::kagent("k8s-agent").versions(Versions::Both);
    let agent = plays(settings, replies("2 pods"));
    let client = Client::of(&agent).v10();
    let events = client
        .events("SendStreamingMessage", message_v10("pods"))
        .await;
    assert_eq!(
        shape_v10(&events),
        [
            "statusUpdate SUBMITTED pods",
            "statusUpdate WORKING",
            "statusUpdate WORKING 2 pods",
            "artifact 2 pods.",
            "statusUpdate COMPLETED",
        ]
    );
}

#[actix_web::test]
async fn a_subscription_begins_with_the_task() {
    for agent in [plain, main_branch] {
        let gate = Gate::new();
        let agent = agent(reply().held(&gate).answers("2 pods"));
        let client = Client::of(&agent).v10();
        let id = submits(&client, "pods").await;
        gate.reached().await;
        let mut stream = client.opens("SubscribeToTask", json!({"id": id})).await;
        let first = stream.next().await.expect("the task");
        assert_eq!(first["task"]["status"]["state"], "TASK_STATE_WORKING");
        gate.open();
        let mut last = Value::Null;
        while let Some(event) = stream.next().await {
            last = event;
        }
        assert_eq!(
            last["statusUpdate"]["status"]["state"],
            "TASK_STATE_COMPLETED"
        );

        let refused = client.call("SubscribeToTask", json!({"id": id})).await;
        assert_eq!(error_of(&refused).0, -32004, "plain JSON, no event");
        let info = &refused["error"]["data"][0];
        assert_eq!(info["reason"], "UNSUPPORTED_OPERATION");
        let unknown = client.error("SubscribeToTask", json!({"id": "nope"})).await;
        assert_eq!(unknown, (-32001, "Task not found".to_owned()));
    }
}

#[actix_web::test]
async fn errors_of_1_0_name_their_reason() {
    let agent = plain(replies("2 pods"));
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("pods")).await;
    let mut params = message_v10("again");
    params["message"]["taskId"] = sent["task"]["id"].clone();
    for method in ["SendMessage", "SendStreamingMessage"] {
        let refused = client.call(method, params.clone()).await;
        let (code, text) = error_of(&refused);
        assert_eq!(code, -32004);
        assert!(text.ends_with("is in terminal state: TASK_STATE_COMPLETED"));
        let info = &refused["error"]["data"][0];
        assert_eq!(info["reason"], "UNSUPPORTED_OPERATION");
    }
    params["message"]["taskId"] = json!("nope");
    let refused = client.error("SendMessage", params).await;
    assert_eq!(refused, (-32001, "Task nope not found".to_owned()));
    let v03 = crate::support::message("pods");
    assert_eq!(client.error("SendMessage", v03).await.0, -32602);
    for part in [
        json!({"kind": "text", "text": "x"}),
        json!({"text": "x", "data": 1}),
        json!({}),
    ] {
        let mut params = message_v10("pods");
        params["message"]["parts"] = json!([part]);
        assert_eq!(client.error("SendMessage", params).await.0, -32602);
    }
}

#[actix_web::test]
async fn the_list_of_1_0_has_pages_and_the_sdks_defaults() {
    let agent = plain(replies("2 pods"));
    let client = Client::of(&agent).v10();
    for text in ["one", "two", "three"] {
        client.result("SendMessage", message_v10(text)).await;
    }
    let query = json!({"pageSize": 2, "status": "TASK_STATE_COMPLETED"});
    let page = client.result("ListTasks", query).await;
    assert_eq!(
        (&page["totalSize"], &page["pageSize"]),
        (&json!(3), &json!(2))
    );
    let message = &page["tasks"][0]["history"][0];
    assert_eq!(message["parts"][0]["text"], "three");
    assert_eq!(message["parts"][0]["mediaType"], "");
    assert_eq!(message["extensions"], json!([]));
    let query = json!({"pageToken": page["nextPageToken"]});
    let rest = client.result("ListTasks", query).await;
    assert_eq!(rest["tasks"][0]["history"][0]["parts"][0]["text"], "one");
    assert_eq!(rest["nextPageToken"], "");
    for size in [0, 101] {
        let query = json!({"pageSize": size});
        assert_eq!(client.error("ListTasks", query).await.0, -32602);
    }
}

#[actix_web::test]
async fn cancelling_twice_is_refused_or_gives_the_task() {
    for (again, code) in [
        (CancelAgain::Refused, Some(-32002)),
        (CancelAgain::Task, None),
    ] {
        let gate = Gate::new();
        let mut settings = Settings::a2a("echo").versions(Versions::Both);
        settings.cancel_again = again;
        let agent = plays(settings, reply().held(&gate).answers("late"));
        let client = Client::of(&agent).v10();
        let id = submits(&client, "pods").await;
        let task = client.result("CancelTask", json!({"id": id})).await;
        assert_eq!(task["status"]["state"], "TASK_STATE_CANCELED");
        let answer = client.call("CancelTask", json!({"id": id})).await;
        assert_eq!(answer["error"]["code"].as_i64(), code);
        let v03 = Client::of(&agent)
            .call("tasks/cancel", json!({"id": id}))
            .await;
        assert_eq!(v03["error"]["code"].as_i64(), code);
    }
}

#[actix_web::test]
async fn a_completed_task_cannot_be_cancelled() {
    let mut settings = Settings::a2a("echo").versions(Versions::V10);
    settings.cancel_again = CancelAgain::Task;
    let agent = plays(settings, replies("2 pods"));
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("pods")).await;
    let answer = client
        .call("CancelTask", json!({"id": sent["task"]["id"]}))
        .await;
    assert_eq!(
        error_of(&answer),
        (-32002, "Task cannot be canceled".to_owned())
    );
    assert_eq!(answer["error"]["data"][0]["reason"], "TASK_NOT_CANCELABLE");
}

#[actix_web::test]
async fn an_agent_that_cannot_cancel_says_so_in_1_0_too_and_runs_on() {
    let gate = Gate::new();
    let settings = Settings::kagent_main("k8s-agent").cancel(Cancel::Unsupported);
    let agent = plays(settings, reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent).v10();
    let id = submits(&client, "pods").await;
    let refused = client.error("CancelTask", json!({"id": id})).await;
    assert_eq!(
        refused,
        (-32603, "Cancellation is not supported".to_owned())
    );
    gate.open();
    let over = |agent: &AgentEmulator| agent.task(&id).filter(|task| task.is_over);
    let task = agent.wait_for("the end", LIMIT, over).await;
    assert_eq!(task.answer(), "2 pods");
}

#[actix_web::test]
async fn a_task_that_kagent_main_cancelled_is_failed_afterwards() {
    let gate = Gate::new();
    let agent = main_branch(reply().held(&gate).answers("late"));
    let client = Client::of(&agent).v10();
    let id = submits(&client, "pods").await;
    let task = client.result("CancelTask", json!({"id": id})).await;
    assert_eq!(task["status"]["state"], "TASK_STATE_CANCELED");
    let task = client.result("GetTask", json!({"id": id})).await;
    assert_eq!(task["status"]["state"], "TASK_STATE_FAILED");
    let text = &task["status"]["message"]["parts"][0]["text"];
    assert_eq!(text, "A2A request execution was cancelled.");
}

#[actix_web::test]
async fn an_error_in_the_middle_of_a_stream_is_a_named_event() {
    let agent = plain(
        reply()
            .working("looking")
            .jsonrpc_error(-32603, "executor crashed"),
    );
    let client = Client::of(&agent).v10();
    let answer = client.raw("SendStreamingMessage", message_v10("x")).await;
    let body = answer.expect("a stream").body;
    let last = body.trim_end().rsplit("\n\n").next().expect("an event");
    assert!(
        last.starts_with("event: error\ndata: {\"error\":{\"code\":-32603"),
        "{last}"
    );
}
