//! The client's calls against real sockets.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::test_server::Act::{Reset, Say};
use super::test_server::{
    Act, DONE, REFUSED, STEP, json, prompt, server, server_with, settings, sse, whole,
};
use super::{A2aClient, A2aError, Outcome, Phase, Reply, TaskState, install_tls};
use crate::ids::{ContextId, Principal, PromptId, TaskId};
use crate::model::Protocol::V03;

async fn sent(acts: Vec<Act>) -> Result<Reply, A2aError> {
    let (client, _server) = server(vec![acts]).await;
    client.send(V03, &prompt(), true).await
}

#[actix_rt::test]
async fn a_send_carries_the_principal_and_brings_the_task() {
    let (client, server) = server(vec![json(DONE)]).await;
    let Reply::Task(task) = client.send(V03, &prompt(), true).await.unwrap() else {
        panic!("not a task");
    };
    assert_eq!(task.answer_text().as_deref(), Some("2 pods"));
    let request = server.await.unwrap().remove(0);
    assert!(
        request.starts_with("POST /api/a2a/ns/k8s/ HTTP/1.1\r\n"),
        "{request}"
    );
    let lower = request.to_ascii_lowercase();
    assert!(lower.contains("x-user-id: telegram:7\r\n"), "{request}");
    assert!(
        lower.contains("content-type: application/json\r\n"),
        "{request}"
    );
    assert!(request.contains("\"messageId\":\"m1\"") && request.contains("\"contextId\":\"c\""));
}

#[actix_rt::test]
async fn a_plain_agent_is_not_told_the_principal() {
    let (client, server) = server_with(vec![json(DONE)], |settings| settings.kagent = false).await;
    client.send(V03, &prompt(), true).await.unwrap();
    let request = server.await.unwrap().remove(0).to_ascii_lowercase();
    assert!(!request.contains("x-user-id"), "{request}");
}

#[actix_rt::test]
async fn bodies_that_are_no_answer_are_named_and_leave_the_outcome_unknown() {
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"result\":7}".to_owned();
    let endless = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_owned() + DONE;
    let cut_chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"res".to_owned();
    let big = "x".repeat(5000);
    for (acts, expected) in [
        (
            whole("200 OK", "text/html", "<html>login</html>"),
            A2aError::Html,
        ),
        (json(""), A2aError::Empty),
        (json("upstream said no"), A2aError::NotJson),
        (json(r#"{"jsonrpc":"2.0","resu"#), A2aError::Cut),
        (json(&big), A2aError::TooLarge),
        (vec![Say(short)], A2aError::Cut),
        (vec![Say(cut_chunk)], A2aError::Cut),
        (vec![], A2aError::Cut),
        (vec![Reset], A2aError::Cut),
        (
            vec![Say("not http at all\r\n\r\n".to_owned())],
            A2aError::Cut,
        ),
        // Only closing the connection ends this body: awc does not read it.
        (vec![Say(endless)], A2aError::Empty),
    ] {
        let error = sent(acts).await.unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    }
}

#[actix_rt::test]
async fn statuses_carry_their_wait_and_a_clean_detail() {
    let limited =
        "HTTP/1.1 429 Too Many Requests\r\nx-ratelimit-reset: 7\r\ncontent-length: 4\r\n\r\nslow";
    let redirect =
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere/\r\ncontent-length: 0\r\n\r\n";
    for (acts, status, wait, detail) in [
        (
            whole("404 Not Found", "text/plain", "Agent ns/k8s not found"),
            404,
            None,
            "Agent ns/k8s not found",
        ),
        (
            whole("502 Bad Gateway", "text/html", "<html>nginx"),
            502,
            None,
            "",
        ),
        (
            whole(
                "401 Unauthorized",
                "application/json",
                "{\"error\":\"unauthorized\"}",
            ),
            401,
            None,
            "{\"error\":\"unauthorized\"}",
        ),
        (
            whole(
                "503 Service Unavailable",
                "text/plain",
                "no route to http://10.0.0.1/x",
            ),
            503,
            None,
            "no route to <address>",
        ),
        (vec![Say(limited.to_owned())], 429, Some(7), "slow"),
        (
            vec![Say(redirect.to_owned())],
            307,
            None,
            "a redirect to another address of the same host",
        ),
    ] {
        let expected = A2aError::Http {
            status,
            retry_after: wait.map(Duration::from_secs),
            detail: detail.to_owned(),
        };
        assert_eq!(sent(acts).await, Err(expected));
    }
    let coded = whole("500 Internal Server Error", "application/json", REFUSED);
    assert_eq!(sent(coded).await, Err(A2aError::rpc(-32602, "no")));
}

#[actix_rt::test]
async fn a_refused_connection_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = A2aClient::new(settings(listener.local_addr().unwrap().port()));
    drop(listener);
    let error = client.send(V03, &prompt(), true).await.unwrap_err();
    assert!(matches!(error, A2aError::Connect(_)), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}

#[actix_rt::test]
async fn silence_ends_in_a_timeout_that_names_its_phase() {
    let short = Duration::from_millis(60);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = |total| {
        let mut settings = settings(listener.local_addr().unwrap().port());
        settings.connect_timeout = short;
        settings.first_byte_timeout = short;
        settings.total_timeout = total;
        A2aClient::new(settings)
    };
    let first_byte = A2aError::Timeout {
        phase: Phase::FirstByte,
    };
    let patient = client(Duration::from_secs(10));
    let error = patient.send(V03, &prompt(), false).await.unwrap_err();
    assert_eq!(error, first_byte);
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(patient.stream(V03, &prompt()).await.err(), Some(first_byte));
    // The answer to a blocking send comes when the run ends.
    let total = A2aError::Timeout {
        phase: Phase::Total,
    };
    assert_eq!(client(short).send(V03, &prompt(), true).await, Err(total));
}

#[actix_rt::test]
async fn control_calls_read_their_results() {
    let (task, principal) = (TaskId::from("t"), Principal::from("telegram:7"));
    let page = r#"{"result":{"tasks":[{"id":"t","history":[{"role":"user","messageId":"m1"}]}]}}"#;
    let gone = r#"{"error":{"code":-32001,"message":"Task not found"}}"#;
    let (client, server) = server(vec![
        json(DONE),
        json(page),
        json(gone),
        sse(&[&format!("data: {STEP}\n\n")], false),
    ])
    .await;
    let found = client.get(V03, &task, &principal).await.unwrap();
    assert_eq!(found.state, TaskState::Completed);
    let tasks = client
        .list(V03, Some(&ContextId::from("c")), &principal)
        .await
        .unwrap();
    assert!(tasks[0].contains_prompt(&PromptId::from("m1")));
    let cancel = client.cancel(V03, &task, &principal).await;
    assert_eq!(cancel, Err(A2aError::rpc(-32001, "Task not found")));
    let events: Vec<_> = client
        .resubscribe(V03, &task, &principal)
        .await
        .unwrap()
        .collect()
        .await;
    assert_eq!(events.len(), 1);
    for (request, method) in
        server
            .await
            .unwrap()
            .iter()
            .zip(["get", "list", "cancel", "resubscribe"])
    {
        assert!(
            request.contains(&format!("\"method\":\"tasks/{method}\"")),
            "{request}"
        );
        assert!(
            request
                .to_ascii_lowercase()
                .contains("x-user-id: telegram:7"),
            "{request}"
        );
    }
}

#[actix_rt::test]
async fn the_card_is_found_in_either_place() {
    let card = r#"{"name":"k8s_agent","capabilities":{"streaming":true}}"#;
    let missing = || whole("404 Not Found", "text/plain", "no");
    let (client, server) = server(vec![missing(), json(card), missing(), missing()]).await;
    assert_eq!(
        client.card().await.unwrap().name.as_deref(),
        Some("k8s_agent")
    );
    assert!(matches!(
        client.card().await,
        Err(A2aError::Http { status: 404, .. })
    ));
    let requests = server.await.unwrap();
    assert!(requests[0].starts_with("GET /api/a2a/ns/k8s/.well-known/agent-card.json HTTP"));
    assert!(requests[1].starts_with("GET /api/a2a/ns/k8s/.well-known/agent.json HTTP"));
}

#[actix_rt::test]
async fn https_works_with_ring_alone() {
    install_tls();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut https = settings(port);
    https.url = url::Url::parse(&format!("https://localhost:{port}/")).unwrap();
    let client = A2aClient::new(https);
    let prompt = prompt();
    let serve = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut hello = [0; 1];
        socket.read_exact(&mut hello).await.unwrap();
        hello[0]
    };
    let (answer, first_byte) = futures_util::join!(client.send(V03, &prompt, true), serve);
    assert_eq!(first_byte, 0x16, "a TLS handshake record");
    let error = answer.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
}
