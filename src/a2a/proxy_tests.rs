//! Calls through a proxy, on real sockets.

use std::time::Duration;

use switchboard_emulators::proxy::{Asked, Mood, ProxyEmulator};
use tokio::net::TcpListener;

use super::test_server::{DONE, json, prompt, server_with, settings};
use super::tls::Authorities;
use super::{A2aClient, A2aError, Outcome, Proxy, ProxyFault, Settings, Source, install_tls};
use crate::model::Protocol::V03;
use crate::telegram::tests::tls::{ca_file, tls_server};

fn through(proxy: &ProxyEmulator, credentials: &str) -> Proxy {
    let url = format!("http://{credentials}{}", proxy.address());
    Proxy::new(Source::Fixed(url.into()))
}

fn refused(status: u16, credentials: bool) -> A2aError {
    A2aError::Proxy(ProxyFault::Refused {
        status,
        credentials,
    })
}

#[actix_rt::test]
async fn an_http_agent_is_reached_through_the_proxy() {
    let proxy = ProxyEmulator::start(Mood::TunnelsFor("Basic dTpwdw==".to_owned())).unwrap();
    let known = through(&proxy, "u:pw@");
    let (client, server) = server_with(vec![json(DONE)], |s| s.proxy = Some(known)).await;
    client.send(V03, &prompt(), true).await.unwrap();
    let request = server.await.unwrap().remove(0);
    let head = request.to_ascii_lowercase();
    assert!(!head.contains("proxy-authorization"), "{head}");
    let asked = Asked {
        target: format!("127.0.0.1:{}", client.port()),
        authorization: Some("Basic dTpwdw==".to_owned()),
    };
    assert_eq!(proxy.asked(), [asked]);
}

#[actix_rt::test]
async fn tls_is_spoken_with_the_agent_and_not_with_the_proxy() {
    install_tls();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{DONE}",
        DONE.len()
    );
    let url = tls_server(2, answer);
    let proxy = ProxyEmulator::start(Mood::Tunnels).unwrap();
    let ca_file = ca_file();
    let client = |authorities| {
        A2aClient::new(Settings {
            url: url.parse().unwrap(),
            proxy: Some(through(&proxy, "")),
            authorities,
            ..settings(1)
        })
    };
    // The tunnel changes nothing about whom to trust.
    let stranger = client(None).send(V03, &prompt(), true).await.unwrap_err();
    assert_eq!(stranger.outcome(), Outcome::NotSent, "{stranger}");
    assert!(matches!(stranger, A2aError::Connect(_)), "{stranger}");
    let trusted = client(Some(Authorities::read(ca_file.path()).unwrap()));
    assert!(trusted.send(V03, &prompt(), true).await.is_ok());
    let target = url.trim_start_matches("https://");
    assert_eq!(proxy.asked().len(), 2);
    assert!(proxy.asked().iter().all(|asked| asked.target == target));
}

#[actix_rt::test]
async fn whatever_is_wrong_with_the_proxy_nothing_was_sent_and_it_is_said() {
    let page = "<html>Sign in to the guest network</html>";
    let says = |head: &str| Mood::Says(format!("HTTP/1.1 {head}\r\n\r\n"));
    let not_a_proxy = A2aError::Proxy(ProxyFault::NotAProxy);
    let length = page.len();
    for (mood, credentials, error) in [
        (
            Mood::TunnelsFor("Basic eDp5".to_owned()),
            "",
            refused(407, false),
        ),
        (
            Mood::TunnelsFor("Basic eDp5".to_owned()),
            "u:hunter2@",
            refused(407, true),
        ),
        (says("403 Forbidden"), "", refused(403, false)),
        (says("502 Bad Gateway"), "", refused(502, false)),
        (says("503 Busy\r\nretry-after: 1"), "", refused(503, false)),
        (
            says("302 Found\r\nlocation: /login"),
            "",
            refused(302, false),
        ),
        (Mood::Cuts, "", A2aError::Proxy(ProxyFault::Closed)),
        (
            Mood::Says("HTTP/1.1 200".to_owned()),
            "",
            A2aError::Proxy(ProxyFault::Closed),
        ),
        (Mood::Hangs, "", A2aError::Proxy(ProxyFault::Silent)),
        (Mood::Says(page.to_owned()), "", not_a_proxy.clone()),
        (
            says(&format!("200 OK\r\ncontent-length: {length}")),
            "",
            not_a_proxy.clone(),
        ),
        (
            Mood::Says(format!("HTTP/1.1 200 OK\r\n\r\n{page}")),
            "",
            not_a_proxy.clone(),
        ),
        (
            Mood::Says(format!("HTTP/1.1 200 OK\r\n{}", "x: y\r\n".repeat(5000))),
            "",
            not_a_proxy.clone(),
        ),
        (says("what"), "", not_a_proxy.clone()),
    ] {
        let proxy = ProxyEmulator::start(mood.clone()).unwrap();
        let client = A2aClient::new(Settings {
            proxy: Some(through(&proxy, credentials)),
            connect_timeout: Duration::from_millis(500),
            ..settings(1)
        });
        let got = client.send(V03, &prompt(), true).await.unwrap_err();
        assert_eq!(got, error, "{mood:?}");
        assert_eq!(got.outcome(), Outcome::NotSent, "{mood:?}");
        assert!(got.is_unreachable(), "{mood:?}");
        let shown = format!("{got} {got:?} {}", got.to_user());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!shown.contains("127.0.0.1"), "{shown}");
    }
}

#[actix_rt::test]
async fn a_proxy_that_is_not_there_is_told_from_an_agent_that_is_not_there() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let proxy = ProxyEmulator::start(Mood::Tunnels).unwrap();
    let client = |proxy| {
        A2aClient::new(Settings {
            proxy: Some(proxy),
            ..settings(port)
        })
    };
    let behind = client(through(&proxy, ""));
    let behind = behind.send(V03, &prompt(), true).await.unwrap_err();
    assert_eq!(behind, refused(502, false));
    let gone = Proxy::new(Source::Fixed(format!("http://127.0.0.1:{port}").into()));
    let gone = client(gone).send(V03, &prompt(), true).await.unwrap_err();
    assert!(
        matches!(gone, A2aError::Proxy(ProxyFault::Unreachable(_))),
        "{gone}"
    );
    assert!(behind.may_resend() && gone.may_resend());
    let missing = Proxy::new(Source::File("/nonexistent".into()));
    let missing = client(missing).send(V03, &prompt(), true).await;
    assert!(matches!(missing, Err(A2aError::Credential(_))));
}
