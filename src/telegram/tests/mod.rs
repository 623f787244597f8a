//! The client against a server that answers one request with given bytes.

mod calls;
mod outcomes;
pub(crate) mod tls;
mod update;

use std::fmt;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::ids::{ChatId, TopicId};

const SECRET: &str = "AAFseven-g0yNcWnm5IyfZlp_x";
const TEXT: &str = "the password is hunter2";

fn settings(api_url: &str) -> Settings {
    Settings {
        token: SecretString::from(format!("4242:{SECRET}")),
        api_url: api_url.parse().unwrap(),
        proxy: None,
        ca_file: None,
    }
}

fn api(api_url: &str) -> BotApi {
    BotApi::new(&settings(api_url)).unwrap()
}

fn message() -> OutMessage {
    OutMessage::text(ChatId(7), TopicId::NONE, TEXT)
}

/// Reads one request up to its last byte.
async fn request(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut read = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap();
        read.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let length = text
            .to_lowercase()
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| {
                rest.split_once("\r\n")
                    .map_or(0, |(length, _)| length.parse().unwrap())
            });
        match text.split_once("\r\n\r\n") {
            Some((_, body)) if body.len() >= length => return text,
            _ => assert!(count > 0, "the request ended early: {text}"),
        }
    }
}

/// A server that answers one request and closes the connection; its task returns the request.
async fn serve(answer: impl Into<String>) -> (String, JoinHandle<String>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = request(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
        request
    });
    (address, task)
}

fn http(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

fn ok(result: &str) -> String {
    http(200, "", &format!(r#"{{"ok":true,"result":{result}}}"#))
}

fn tells_nothing(error: &(impl fmt::Debug + fmt::Display)) {
    let told = format!("{error} {error:?} {error:#?}");
    for secret in [SECRET, TEXT, "hunter2", "/bot", "127.0.0.1"] {
        assert!(!told.contains(secret), "{told}");
    }
}
