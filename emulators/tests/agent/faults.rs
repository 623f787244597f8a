//! Each fault of the transport, as the client sees it, and what the agent did meanwhile.

use serde_json::Value;
use switchboard_emulators::agent::{AgentEmulator, Gate, State, reply};

use crate::support::{Client, LIMIT, always, error_of, message, shape};

/// The one task, when it is over.
async fn the_task_ends(agent: &AgentEmulator) {
    let over = |agent: &AgentEmulator| agent.tasks().first().filter(|task| task.is_over).cloned();
    let task = agent.wait_for("the end of the task", LIMIT, over).await;
    assert_eq!(task.state, State::Completed);
    assert_eq!(task.answer(), "2 pods");
}

#[actix_web::test]
async fn an_http_status_alone_means_that_the_prompt_was_not_taken() {
    let agent = always(reply().http_status(503, "no healthy upstream"));
    for method in ["message/send", "message/stream"] {
        let answer = Client::of(&agent).raw(method, message("pods")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 503);
        assert_eq!(answer.body, "no healthy upstream");
    }
    assert!(agent.tasks().is_empty());
    let prompts = agent.prompts();
    assert_eq!(prompts.len(), 2);
    assert_eq!((prompts[1].turn, &prompts[1].task_id), (1, &None));
}

#[actix_web::test]
async fn an_http_status_before_an_answer_hides_that_the_task_runs() {
    let agent = always(reply().http_status(504, "timeout").answers("2 pods"));
    for method in ["message/send", "message/stream"] {
        let answer = Client::of(&agent).raw(method, message("pods")).await;
        assert_eq!(answer.expect("an answer").status, 504);
    }
    the_task_ends(&agent).await;
    assert_eq!(agent.tasks().len(), 2);
}

#[actix_web::test]
async fn too_many_requests_says_how_long_to_wait() {
    let agent = always(reply().too_many_requests(3));
    let request = awc::Client::default().post(agent.url());
    let params = message("pods");
    let call = serde_json::json!({
        "jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params,
    });
    let response = request.send_json(&call).await.expect("an answer");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers().get("retry-after").expect("it"), "3");
}

#[actix_web::test]
async fn html_comes_with_its_content_type() {
    let agent = always(reply().html());
    let answer = Client::of(&agent)
        .raw("message/send", message("pods"))
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(answer.content_type.starts_with("text/html"));
    assert!(answer.body.starts_with("<!doctype html>"));
}

#[actix_web::test]
async fn an_empty_body_is_empty() {
    let agent = always(reply().empty_body());
    let answer = Client::of(&agent)
        .raw("message/send", message("pods"))
        .await;
    let answer = answer.expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[actix_web::test]
async fn a_json_rpc_error_is_json_or_an_event() {
    let agent = always(reply().jsonrpc_error(-32603, "failed to send HTTP request"));
    let client = Client::of(&agent);
    let refused = client.error("message/send", message("pods")).await;
    assert_eq!(refused, (-32603, "failed to send HTTP request".to_owned()));
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(events.len(), 1);
    assert_eq!(error_of(&events[0]).0, -32603);
    assert!(agent.tasks().is_empty());
}

#[actix_web::test]
async fn truncated_json_does_not_parse() {
    let agent = always(reply().truncated_json().answers("2 pods"));
    for method in ["message/send", "message/stream"] {
        let answer = Client::of(&agent).raw(method, message("pods")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200);
        let json = answer.body.trim_start_matches("data: ");
        assert!(json.starts_with('{'), "{json}");
        assert!(serde_json::from_str::<Value>(json).is_err());
    }
    the_task_ends(&agent).await;
}

#[actix_web::test]
async fn a_cut_before_the_task_closes_the_connection_without_a_byte() {
    let agent = always(reply().cut_before_accept());
    for method in ["message/send", "message/stream"] {
        let answer = Client::of(&agent).raw(method, message("pods")).await;
        assert!(answer.is_err());
    }
    assert!(agent.tasks().is_empty());
    assert_eq!(agent.prompts().len(), 2);
}

#[actix_web::test]
async fn a_cut_answer_leaves_the_task_running() {
    let agent = always(reply().working("looking").cut().answers("2 pods"));
    let answer = Client::of(&agent)
        .raw("message/send", message("pods"))
        .await;
    assert!(answer.is_err());
    the_task_ends(&agent).await;
}

#[actix_web::test]
async fn a_cut_stream_shows_what_came_before_and_no_end() {
    let gate = Gate::new();
    let reply = reply()
        .working("looking")
        .cut()
        .held(&gate)
        .answers("2 pods");
    let agent = always(reply);
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(
        shape(&events),
        [
            "status-update submitted pods",
            "status-update working",
            "status-update working looking",
        ]
    );
    gate.open();
    the_task_ends(&agent).await;
}

#[actix_web::test]
async fn a_stream_may_break_in_the_middle_in_other_ways() {
    let broken = reply()
        .working("looking")
        .truncated_json()
        .answers("2 pods");
    let agent = always(broken);
    let answer = Client::of(&agent)
        .raw("message/stream", message("pods"))
        .await
        .expect("a stream");
    let last = answer.body.rsplit("\n\n").next().expect("a rest");
    assert!(last.starts_with("data: {"), "{last}");

    agent.set_script(|_| reply().working("looking").jsonrpc_error(-32603, "gone"));
    let client = Client::of(&agent);
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(error_of(&events[3]), (-32603, "gone".to_owned()));

    agent.set_script(|_| reply().working("looking").empty_body().answers("2 pods"));
    let events = client.events("message/stream", message("pods")).await;
    assert_eq!(
        shape(&events).last().expect("events"),
        "status-update working looking"
    );
}

#[actix_web::test]
async fn a_stream_may_be_cut_after_any_of_its_events_and_the_task_runs_on() {
    // Created, working, said, artifact, completed.
    for count in 0..=5 {
        let agent = always(reply().answers("2 pods").cut_after(count));
        let client = Client::of(&agent);
        let events = client.events("message/stream", message("pods")).await;
        assert_eq!(events.len(), count);
        the_task_ends(&agent).await;
    }
}
