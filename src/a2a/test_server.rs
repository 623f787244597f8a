//! For tests: a listener on a real socket that plays one canned answer for each connection and
//! hands back what it was sent.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{A2aClient, Prompt, Settings};
use crate::ids::{ContextId, Principal, PromptId};

/// What the server does once it has read a request; then it closes the connection.
pub(super) enum Act {
    /// Write this packet, flushed before the next.
    Say(String),
    /// Wait for a word from the test, or from another connection.
    Wait(oneshot::Receiver<()>),
    /// Give such a word.
    Word(oneshot::Sender<()>),
    /// Let the close be a reset.
    Reset,
    /// Leave the connection open.
    Hold,
}

/// A finished task.
pub(super) const DONE: &str = r#"{"jsonrpc":"2.0","id":"1","result":{"kind":"task","id":"t","status":{"state":"completed"},"artifacts":[{"artifactId":"a","parts":[{"kind":"text","text":"2 pods"}]}]}}"#;

/// A step of a stream.
pub(super) const STEP: &str =
    r#"{"result":{"kind":"status-update","taskId":"t","status":{"state":"working"}}}"#;

/// An error that says the agent did not run.
pub(super) const REFUSED: &str = r#"{"error":{"code":-32602,"message":"no"}}"#;

/// A whole answer. It says that the connection closes: otherwise the client may use it again
/// before the server's close reaches it.
pub(super) fn whole(status: &str, kind: &str, body: &str) -> Vec<Act> {
    let length = body.len();
    vec![Act::Say(format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    ))]
}

/// A whole answer of JSON.
pub(super) fn json(body: &str) -> Vec<Act> {
    whole("200 OK", "application/json", body)
}

/// A chunked event stream in the given packets; without its last chunk if `cut`.
pub(super) fn sse(packets: &[&str], cut: bool) -> Vec<Act> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut acts = vec![Act::Say(head.to_owned())];
    for packet in packets {
        acts.push(Act::Say(format!("{:x}\r\n{packet}\r\n", packet.len())));
    }
    if !cut {
        acts.push(Act::Say("0\r\n\r\n".to_owned()));
    }
    acts
}

/// The stream of one [`STEP`], never ended.
pub(super) fn one_step() -> Vec<Act> {
    sse(&[&format!("data: {STEP}\n\n")], true)
}

/// Settings with times that no test waits for.
pub(super) fn settings(port: u16) -> Settings {
    Settings {
        url: url::Url::parse(&format!("http://127.0.0.1:{port}/api/a2a/ns/k8s/")).unwrap(),
        card_url: None,
        path_of_card: false,
        protocol: None,
        headers: Vec::new(),
        authorities: None,
        proxy: None,
        kagent: true,
        connect_timeout: Duration::from_secs(5),
        first_byte_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(10),
        response_bytes_max: 4096,
        calls_max: 2,
    }
}

/// A client of a server that plays one list of acts for each connection, in the order in which
/// they come, and at last resolves to the requests.
pub(super) async fn server(plays: Vec<Vec<Act>>) -> (A2aClient, JoinHandle<Vec<String>>) {
    server_with(plays, |_| {}).await
}

/// The same with other settings.
pub(super) async fn server_with(
    plays: Vec<Vec<Act>>,
    change: impl FnOnce(&mut Settings),
) -> (A2aClient, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(listener.local_addr().unwrap().port());
    change(&mut settings);
    let task = actix_rt::spawn(async move {
        let (mut requests, mut playing) = (Vec::new(), Vec::new());
        for acts in plays {
            let (mut socket, _) = listener.accept().await.unwrap();
            requests.push(read_request(&mut socket).await);
            playing.push(actix_rt::spawn(play(socket, acts)));
        }
        for played in playing {
            played.await.unwrap();
        }
        requests
    });
    (A2aClient::new(settings), task)
}

async fn play(mut socket: TcpStream, acts: Vec<Act>) {
    for act in acts {
        match act {
            Act::Say(text) => {
                socket.write_all(text.as_bytes()).await.unwrap();
                tokio::task::yield_now().await;
            }
            Act::Wait(word) => word.await.unwrap(),
            Act::Word(word) => word.send(()).unwrap(),
            Act::Reset => socket.set_zero_linger().unwrap(),
            Act::Hold => std::future::pending::<()>().await,
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let mut packet = [0; 4096];
        let count = socket.read(&mut packet).await.unwrap();
        assert!(count > 0, "the client closed in mid-request");
        request.extend_from_slice(&packet[..count]);
    }
}

impl A2aClient {
    /// The port of the server.
    pub(super) fn port(&self) -> u16 {
        self.url().port().unwrap()
    }
}

/// A prompt to send.
pub(super) fn prompt() -> Prompt {
    Prompt {
        id: PromptId::from("m1"),
        text: "hi".to_owned(),
        files: Vec::new(),
        context: Some(ContextId::from("c")),
        task: None,
        principal: Principal::from("telegram:7"),
        answer: None,
    }
}
