//! What a call ends with, whatever the server does, and that no error tells a secret.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::ids::MessageId;

/// What a send ends with, and that nothing of it tells a secret.
async fn sent(answer: impl Into<String>) -> Result<MessageId, TelegramError> {
    let (address, server) = serve(answer).await;
    let sent = api(&address).send_message(&message()).await;
    server.await.unwrap();
    if let Err(error) = &sent {
        tells_nothing(error);
    }
    sent
}

#[tokio::test]
async fn a_sent_message_whose_id_is_unreadable_is_no_failure() {
    let cut = r#"{"ok":true,"result":{"message_id":3"#;
    for answer in [
        ok("true"),
        ok(r#"{"message_id":"31"}"#),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{cut}"),
        format!("HTTP/1.1 200 OK\r\n\r\n{cut}"),
    ] {
        assert_eq!(sent(answer).await, Err(TelegramError::SentUnread));
    }
    assert_eq!(TelegramError::SentUnread.outcome(), Outcome::Done);
}

#[tokio::test]
async fn every_refusal_is_told_apart() {
    use TelegramError as E;
    let wait = |secs| E::RetryAfter(Duration::from_secs(secs));
    for (status, rest, expected, outcome) in [
        (
            429,
            r#""parameters":{"retry_after":17}"#,
            wait(17),
            Outcome::NotSent,
        ),
        (
            429,
            r#""parameters":{"retry_after":17,"new":[1]}"#,
            wait(17),
            Outcome::NotSent,
        ),
        (
            429,
            r#""parameters":{"retry_after":"odd"}"#,
            wait(3),
            Outcome::NotSent,
        ),
        (
            429,
            r#""description":"Too Many Requests""#,
            wait(3),
            Outcome::NotSent,
        ),
        (
            401,
            r#""description":"Unauthorized""#,
            E::Unauthorized,
            Outcome::NotSent,
        ),
        (
            404,
            r#""description":"Not Found""#,
            E::Unauthorized,
            Outcome::NotSent,
        ),
        (
            403,
            r#""description":"Forbidden: x""#,
            E::Forbidden("Forbidden: x".into()),
            Outcome::Refused,
        ),
        (
            400,
            r#""parameters":{"migrate_to_chat_id":-1001}"#,
            E::Migrated(ChatId(-1001)),
            Outcome::Refused,
        ),
        (
            400,
            r#""description":"Bad Request: x""#,
            E::BadRequest("Bad Request: x".into()),
            Outcome::Refused,
        ),
        (
            400,
            r#""description":5"#,
            E::BadRequest(String::new()),
            Outcome::Refused,
        ),
        (
            500,
            r#""description":"Internal Server Error""#,
            E::Server { status: 500 },
            Outcome::Unknown,
        ),
    ] {
        let body = format!(r#"{{"ok":false,"error_code":{status},{rest}}}"#);
        let error = sent(http(status, "Retry-After: 3\r\n", &body))
            .await
            .unwrap_err();
        assert_eq!((error.outcome(), &error), (outcome, &expected), "{body}");
    }
}

#[tokio::test]
async fn a_refusal_that_echoes_does_not_tell() {
    let said = format!(r#"Bad Request: 4242:{SECRET} has \"{TEXT}\""#);
    let echo = http(
        400,
        "",
        &format!(r#"{{"ok":false,"description":"{said}"}}"#),
    );
    assert!(matches!(
        sent(echo).await,
        Err(TelegramError::BadRequest(_))
    ));
}

#[tokio::test]
async fn what_is_not_the_bot_api_is_a_server_error() {
    for (status, outcome) in [
        (502, Outcome::Unknown),
        (200, Outcome::Unknown),
        (404, Outcome::NotSent),
    ] {
        let html = http(
            status,
            "content-type: text/html\r\n",
            "<html>hunter2</html>",
        );
        let error = sent(html).await.unwrap_err();
        assert_eq!(error, TelegramError::Server { status });
        assert_eq!((error.outcome(), error.retry()), (outcome, Retry::Backoff));
    }
    let away = http(307, "location: http://127.0.0.1:1/elsewhere\r\n", "");
    assert_eq!(sent(away).await, Err(TelegramError::Server { status: 307 }));
}

#[tokio::test]
async fn a_cut_before_the_answer_leaves_the_outcome_unknown() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"o",
    ] {
        let error = sent(answer).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
        assert!(matches!(error, TelegramError::Unknown(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_silent_server_leaves_the_outcome_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut api = api(&format!("http://{}", listener.local_addr().unwrap()));
    api.call_timeout = Duration::from_millis(50);
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        // Until the client hangs up.
        stream.read(&mut [0; 16]).await
    });
    let error = api.send_message(&message()).await.unwrap_err();
    assert!(matches!(error, TelegramError::Unknown(_)), "{error:?}");
    tells_nothing(&error);
    assert_eq!(server.await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn what_never_left_is_known_not_to_be_sent() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = api(&format!("http://{closed}"));
    let no_name = api("http://nowhere.invalid");
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let no_tls = api(&format!("https://{}", deaf.local_addr().unwrap()));
    tokio::spawn(async move { drop(deaf.accept().await) });
    let (proxy, _proxy) = serve(http(403, "", "no")).await;
    let by_proxy = Settings {
        proxy: Some(proxy.into()),
        ..settings("https://a.invalid")
    };
    let no_tunnel = BotApi::new(&by_proxy).unwrap();
    for (api, case) in [
        (refused, "port"),
        (no_name, "name"),
        (no_tls, "tls"),
        (no_tunnel, "tunnel"),
    ] {
        let error = api.send_message(&message()).await.unwrap_err();
        assert!(
            matches!(error, TelegramError::NotSent(_)),
            "{case}: {error:?}"
        );
        assert_eq!(
            (error.outcome(), error.retry()),
            (Outcome::NotSent, Retry::Backoff)
        );
        tells_nothing(&error);
    }
}

#[tokio::test]
async fn a_refused_poll_says_who_is_in_the_way() {
    for (said, webhook) in [
        (
            "Conflict: terminated by other getUpdates request; make sure that …",
            false,
        ),
        (
            "Conflict: can't use getUpdates method while webhook is active; use …",
            true,
        ),
    ] {
        let body = format!(r#"{{"ok":false,"error_code":409,"description":"{said}"}}"#);
        let (address, _server) = serve(http(409, "", &body)).await;
        let error = api(&address)
            .get_updates(None, Duration::ZERO, 1)
            .await
            .unwrap_err();
        assert_eq!(error, TelegramError::Conflict { webhook });
        assert_eq!(error.retry(), Retry::Backoff);
    }
    let (address, _server) = serve(ok("{}")).await;
    let error = api(&address)
        .get_updates(None, Duration::ZERO, 1)
        .await
        .unwrap_err();
    assert_eq!(error, TelegramError::Server { status: 200 });
}

#[tokio::test]
async fn a_poll_outlives_the_time_of_other_calls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut api = api(&format!("http://{}", listener.local_addr().unwrap()));
    api.call_timeout = Duration::from_millis(50);
    let waiting = api.clone();
    let poll = tokio::spawn(async move { waiting.get_updates(None, Duration::ZERO, 1).await });
    let (mut polled, _) = listener.accept().await.unwrap();
    request(&mut polled).await;
    let (sent, hung_up) = tokio::join!(api.delete_message(ChatId(7), MessageId(5)), async {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        stream.read(&mut [0; 16]).await
    });
    assert!(matches!(sent, Err(TelegramError::Unknown(_))), "{sent:?}");
    assert_eq!(hung_up.unwrap(), 0);
    polled.write_all(ok("[]").as_bytes()).await.unwrap();
    assert_eq!(poll.await.unwrap(), Ok(Vec::new()));
}

#[tokio::test]
async fn a_poll_ends_on_a_connection_that_takes_everything_and_answers_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut api = api(&address);
    assert!(
        api.poll_grace > Duration::from_secs(5),
        "an idle poll is no dead one"
    );
    api.poll_grace = Duration::from_millis(50);
    let poll = tokio::spawn(async move { api.get_updates(None, Duration::ZERO, 1).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    request(&mut stream).await;
    let error = poll.await.unwrap().unwrap_err();
    assert!(matches!(error, TelegramError::Unknown(_)), "{error:?}");
    assert_eq!(error.retry(), Retry::Backoff);
    tells_nothing(&error);
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0, "it hung up");
}
