//! What calls carry beside their bodies, and where they go.

use std::rc::Rc;

use super::test_server::Act::Say;
use super::test_server::{DONE, json, prompt, server, server_with, settings, whole};
use super::{A2aClient, A2aError, AgentCard, HITL, Header, Outcome, Source};
use crate::ids::{Principal, PromptId, TaskId, TurnId};
use crate::model::Protocol::{V03, V10};

/// The lines of a request's head in small letters.
fn head(request: &str) -> Vec<String> {
    let head = request.split("\r\n\r\n").next().unwrap();
    head.lines().map(str::to_ascii_lowercase).collect()
}

/// The value of a header of a request.
fn header<'a>(head: &'a [String], name: &str) -> Option<&'a str> {
    let mut lines = head.iter();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[actix_rt::test]
async fn each_version_has_its_headers() {
    for (kagent, protocol, version, extensions) in [
        (true, V03, None, None),
        (true, V10, Some("1.0"), Some(HITL)),
        (false, V10, Some("1.0"), None),
    ] {
        let (client, server) =
            server_with(vec![json(DONE), json(DONE)], |s| s.kagent = kagent).await;
        let (task, principal) = (TaskId::from("t"), Principal::from("telegram:7"));
        client.send(protocol, &prompt(), true).await.unwrap();
        client.get(protocol, &task, &principal).await.unwrap();
        for request in server.await.unwrap() {
            let head = head(&request);
            assert_eq!(header(&head, "a2a-version"), version);
            assert_eq!(header(&head, "a2a-extensions"), extensions);
            assert_eq!(header(&head, "x-a2a-extensions"), None);
            assert_eq!(header(&head, "traceparent"), None);
        }
    }
}

#[actix_rt::test]
async fn configured_headers_and_the_trace_are_on_every_call() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let token = Header {
        name: "Authorization".to_owned(),
        prefix: "Bearer ".to_owned(),
        source: Source::File(file.path().to_owned()),
    };
    let plays = vec![json(DONE), json(DONE), json(r#"{"name":"n"}"#)];
    let (client, server) = server_with(plays, |s| s.headers = vec![token]).await;
    let client = client.traced(
        &PromptId::from("6ba7b812-9dad-11d1-80b4-00c04fd430c8"),
        TurnId(33),
    );
    let error = client.send(V03, &prompt(), true).await.unwrap_err();
    assert!(matches!(error, A2aError::Credential(_)), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    let (task, principal) = (TaskId::from("t"), Principal::from("telegram:7"));
    std::fs::write(file.path(), "one").unwrap();
    client.send(V03, &prompt(), true).await.unwrap();
    std::fs::write(file.path(), "two\n").unwrap();
    client.get(V03, &task, &principal).await.unwrap();
    client.card().await.unwrap();
    let heads: Vec<_> = server
        .await
        .unwrap()
        .iter()
        .map(|text| head(text))
        .collect();
    for (head, token) in heads.iter().zip(["bearer one", "bearer two", "bearer two"]) {
        assert_eq!(header(head, "authorization"), Some(token));
    }
    let trace = "00-6ba7b8129dad11d180b400c04fd430c8-";
    assert!(header(&heads[0], "traceparent").unwrap().starts_with(trace));
    let turn = |head| header(head, "tracestate");
    assert_eq!(turn(&heads[0]), Some("switchboard=t11"));
    assert_eq!(turn(&heads[1]), Some("switchboard=t11"));
    let spans: Vec<_> = heads[..2]
        .iter()
        .map(|head| header(head, "traceparent"))
        .collect();
    assert_ne!(spans[0], spans[1]);
}

#[actix_rt::test]
async fn a_card_that_has_not_changed_is_not_sent_again() {
    let card = r#"{"name":"n","supportedInterfaces":[{"url":"http://x/","protocolVersion":"1.0","tenant":"ops"}]}"#;
    let tagged = format!(
        "HTTP/1.1 200 OK\r\netag: W/\"7\"\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{card}",
        card.len()
    );
    let unchanged = "HTTP/1.1 304 Not Modified\r\netag: W/\"7\"\r\nconnection: close\r\n\r\n";
    let plays = vec![
        vec![Say(tagged)],
        vec![Say(unchanged.to_owned())],
        json(DONE),
    ];
    let (client, server) = server(plays).await;
    assert_eq!(client.speaks(), V03);
    let first = client.card().await.unwrap();
    assert_eq!(client.speaks(), V10);
    assert_eq!(client.card().await.unwrap(), first);
    client.send(V10, &prompt(), true).await.unwrap();
    let requests = server.await.unwrap();
    assert_eq!(header(&head(&requests[0]), "if-none-match"), None);
    assert_eq!(header(&head(&requests[0]), "a2a-version"), Some("1.0"));
    assert_eq!(
        header(&head(&requests[1]), "if-none-match"),
        Some("w/\"7\"")
    );
    assert!(
        requests[2].contains("\"tenant\":\"ops\""),
        "{}",
        requests[2]
    );
}

#[actix_rt::test]
async fn calls_go_to_the_configured_path_unless_the_card_may_name_it() {
    for (path_of_card, path) in [(false, "/api/a2a/ns/k8s/"), (true, "/rpc")] {
        let (client, server) = server_with(vec![json(DONE)], |settings| {
            settings.path_of_card = path_of_card;
        })
        .await;
        let card = r#"{"name":"n","url":"http://127.0.0.1:PORT/rpc"}"#;
        let card = card.replace("PORT", &client.port().to_string());
        client.learn(Rc::new(AgentCard::read(card.as_bytes()).unwrap()));
        client.send(V03, &prompt(), true).await.unwrap();
        let request = server.await.unwrap().remove(0);
        assert!(request.starts_with(&format!("POST {path} ")), "{request}");
    }
}

#[actix_rt::test]
async fn a_card_elsewhere_gets_no_credentials() {
    let card = whole("200 OK", "application/json", r#"{"name":"elsewhere"}"#);
    let (other, server) = server_with(vec![card], |_| {}).await;
    let mut settings = settings(1);
    let mut card_url = settings.url.clone();
    card_url.set_port(Some(other.port())).unwrap();
    card_url.set_path("/cards/k8s.json");
    settings.card_url = Some(card_url);
    settings.headers = vec![Header {
        name: "Authorization".to_owned(),
        prefix: String::new(),
        source: Source::Fixed("s3cret".to_owned().into()),
    }];
    let card = A2aClient::new(settings).card().await.unwrap();
    assert_eq!(card.name.as_deref(), Some("elsewhere"));
    let request = server.await.unwrap().remove(0);
    assert!(request.starts_with("GET /cards/k8s.json "), "{request}");
    assert!(!request.contains("s3cret"), "{request}");
}
