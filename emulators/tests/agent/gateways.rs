//! What stands before an agent: tokens, limits, redirects, cuts; and an agent that restarts.

use std::time::Duration;

use serde_json::json;
use switchboard_emulators::agent::{
    AgentEmulator, Fault, Gate, Settings, State, Versions, replies, reply,
};

use crate::support::{
    Client, LIMIT, always, answer_of, error_of, message, message_v10, plays, shape,
};

#[actix_web::test]
async fn a_wrong_token_is_refused_as_text_on_the_card_too() {
    let settings = Settings::kagent("k8s-agent").bearer("right");
    let agent = plays(settings, replies("2 pods"));
    let http = awc::Client::default();
    let card = format!("{}.well-known/agent-card.json", agent.url());
    for given in [
        None,
        Some("Bearer wrong"),
        Some("Basic right"),
        Some("right"),
    ] {
        let client = Client::of(&agent);
        let client = given.map_or(Client::of(&agent), |given| {
            client.header("Authorization", given)
        });
        let answer = client.raw("message/send", message("pods")).await;
        let answer = answer.expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (401, "Unauthorized"));
        assert!(answer.content_type.starts_with("text/plain"));
    }
    let response = http.get(&card).send().await.expect("an answer");
    assert_eq!(response.status(), 401);
    let right = Client::of(&agent).header("Authorization", "Bearer right");
    assert_eq!(answer_of(&right.says("pods").await), "2 pods");

    agent.set_bearer(Some("newer"));
    let stale = right.raw("message/send", message("pods")).await;
    assert_eq!(stale.expect("an answer").status, 401);
    agent.set_bearer(None);
    assert_eq!(answer_of(&right.says("pods").await), "2 pods");
    assert_eq!(agent.prompts().len(), 2);
    assert_eq!(
        agent.calls_of("message/send").len(),
        7,
        "the refused ones too"
    );
}

#[actix_web::test]
async fn a_gateways_limit_says_when_without_retry_after() {
    let agent = always(reply().rate_limited(7));
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send",
        "params": message("pods")});
    let request = awc::Client::default().post(agent.url());
    let mut response = request.send_json(&call).await.expect("an answer");
    assert_eq!(response.status(), 429);
    let header = |name: &str| response.headers().get(name).cloned();
    assert_eq!(header("x-ratelimit-reset").expect("it"), "7");
    assert!(header("retry-after").is_none());
    assert_eq!(
        response.body().await.expect("a body"),
        "rate limit exceeded"
    );
    assert!(agent.tasks().is_empty());
}

#[actix_web::test]
async fn any_method_can_be_broken_in_turn() {
    let agent = always(replies("2 pods"));
    let client = Client::of(&agent);
    let task = client.says("pods").await;
    let id = json!({"id": task["id"]});
    agent.breaks_next("tasks/get", Fault::http(503, "no healthy upstream"));
    agent.breaks_next("tasks/get", Fault::http(504, "timeout"));
    agent.breaks_next("tasks/cancel", Fault::Cut);
    let jsonrpc = Fault::JsonRpc {
        code: -32603,
        message: "failed to send HTTP request".to_owned(),
    };
    agent.breaks_next("tasks/list", jsonrpc);
    for (status, text) in [(503, "no healthy upstream"), (504, "timeout")] {
        let answer = client.raw("tasks/get", id.clone()).await.expect("it");
        assert_eq!((answer.status, answer.body.as_str()), (status, text));
        assert!(answer.content_type.starts_with("text/plain"));
    }
    assert_eq!(
        client.result("tasks/get", id.clone()).await["id"],
        task["id"]
    );
    assert!(client.raw("tasks/cancel", id).await.is_err());
    assert_eq!(client.error("tasks/list", json!({})).await.0, -32603);
    agent.breaks_next("agent-card", Fault::html());
    let url = format!("{}.well-known/agent-card.json", agent.url());
    let response = awc::Client::default().get(url).send().await.expect("it");
    let kind = response.headers().get("content-type").expect("it");
    assert!(kind.to_str().expect("text").starts_with("text/html"));
}

#[actix_web::test]
async fn a_missing_slash_is_redirected() {
    let mut settings = Settings::kagent("k8s-agent");
    settings.redirects_to_slash = true;
    let agent = plays(settings, replies("2 pods"));
    let url = agent.url();
    let without = url.trim_end_matches('/');
    let http = awc::Client::builder().disable_redirects().finish();
    let response = http.post(without).send_body("{}").await.expect("it");
    assert_eq!(response.status(), 307);
    let location = response.headers().get("location").expect("it");
    assert_eq!(location, "/api/a2a/kagent/k8s-agent/");
    assert_eq!(answer_of(&Client::of(&agent).says("pods").await), "2 pods");
}

#[actix_web::test]
async fn a_gateway_cuts_a_long_stream_and_the_task_runs_on() {
    let gate = Gate::new();
    let mut settings = Settings::a2a("echo");
    settings.streams.max = Some(Duration::from_millis(50));
    let agent = plays(
        settings,
        reply().working("on it").held(&gate).answers("2 pods"),
    );
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    let last = "status-update working on it";
    assert_eq!(shape(&events).last().expect("events"), last);
    gate.open();
    let over = |agent: &AgentEmulator| agent.tasks()[0].is_over.then_some(());
    agent.wait_for("the end", LIMIT, over).await;
    assert_eq!(agent.tasks()[0].state, State::Completed);
}

#[actix_web::test]
async fn a_test_cuts_all_connections_at_a_moment_of_its_own() {
    let gate = Gate::new();
    let agent = always(reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let mut stream = client.opens("message/stream", message("pods")).await;
    gate.reached().await;
    let waits = client.raw("message/send", message("more"));
    let cuts = async {
        gate.reached_by(2).await;
        agent.cuts_connections();
    };
    let (waited, ()) = futures_util::future::join(waits, cuts).await;
    assert!(waited.is_err());
    while stream.next().await.is_some() {}
    gate.open();
    let over = |agent: &AgentEmulator| agent.tasks().iter().all(|task| task.is_over).then_some(());
    agent.wait_for("the end of both", LIMIT, over).await;
}

#[actix_web::test]
async fn an_agent_that_restarted_knows_nothing() {
    let gate = Gate::new();
    let settings = Settings::kagent("k8s-agent").versions(Versions::Both);
    let agent = plays(settings, reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let id = json!({"id": client.submits("pods").await});
    let mut stream = client.opens("tasks/resubscribe", id.clone()).await;
    gate.reached().await;
    agent.forget_tasks();
    while stream.next().await.is_some() {}
    gate.open();
    for method in ["tasks/get", "tasks/cancel"] {
        assert_eq!(client.error(method, id.clone()).await.0, -32001);
    }
    let events = client.events("tasks/resubscribe", id.clone()).await;
    assert_eq!(error_of(&events[0]).0, -32001);
    let v10 = Client::of(&agent).v10();
    for method in ["GetTask", "CancelTask", "SubscribeToTask"] {
        assert_eq!(v10.error(method, id.clone()).await.0, -32001);
    }
    let mut reply = message_v10("blue");
    reply["message"]["taskId"] = id["id"].clone();
    assert_eq!(v10.error("SendMessage", reply).await.0, -32001);
    assert!(agent.tasks().is_empty());
    assert_eq!(agent.prompts().len(), 1, "the records stay");
    assert_eq!(answer_of(&client.says("pods").await), "2 pods");
    assert_eq!(agent.prompts()[1].turn, 1);
}
