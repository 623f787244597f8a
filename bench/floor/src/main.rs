//! The floor: the least that the job takes. It polls Telegram, asks the agent, sends the answer,
//! each question on its own and all at once, on one thread. It keeps nothing: no store, no order,
//! no retry, no limits, no access control. Nothing here is tuned, and nothing is left out that a
//! question needs. What others cost is told as multiples of this.

use std::env;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Whatever went wrong: the question is dropped, and the log has it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What Telegram wraps its answers in.
#[derive(Deserialize)]
struct Answer<T> {
    result: T,
}

#[derive(Deserialize)]
struct Update {
    update_id: i64,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    chat: Chat,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
}

/// A JSON-RPC answer with a task, as `message/send` of A2A 0.3 returns it.
#[derive(Deserialize)]
struct Reply {
    result: Task,
}

#[derive(Deserialize)]
struct Task {
    #[serde(default)]
    artifacts: Vec<Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
}

/// Where the two sides are, and the connections to them.
#[derive(Clone)]
struct Ends {
    client: Client<HttpConnector, Full<Bytes>>,
    telegram: String,
    agent: String,
}

impl Ends {
    fn from_env() -> Result<Self, Failure> {
        let (api, token) = (
            env::var("TELEGRAM_API_URL")?,
            env::var("TELEGRAM_BOT_TOKEN")?,
        );
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            telegram: format!("{api}/bot{token}"),
            agent: env::var("AGENT_URL")?,
        })
    }

    async fn post<T: DeserializeOwned>(&self, url: &str, body: &Value) -> Result<T, Failure> {
        let body = Full::new(Bytes::from(serde_json::to_vec(body)?));
        let request = Request::post(url).header(CONTENT_TYPE, "application/json");
        let response = self.client.request(request.body(body)?).await?;
        if !response.status().is_success() {
            return Err(format!("HTTP status {}", response.status()).into());
        }
        let body = response.into_body().collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }

    async fn updates(&self, offset: i64) -> Result<Vec<Update>, Failure> {
        let body = json!({ "offset": offset, "timeout": 50, "limit": 100 });
        let url = format!("{}/getUpdates", self.telegram);
        Ok(self.post::<Answer<_>>(&url, &body).await?.result)
    }

    /// One question, from its update to the message that answers it.
    async fn answer(&self, update: i64, chat: i64, text: &str) -> Result<(), Failure> {
        let message = json!({
            "kind": "message",
            "messageId": format!("update-{update}"),
            "contextId": format!("telegram-{chat}"),
            "role": "user",
            "parts": [{ "kind": "text", "text": text }],
        });
        let call = json!({
            "jsonrpc": "2.0",
            "id": update,
            "method": "message/send",
            "params": { "message": message },
        });
        let reply: Reply = self.post(&self.agent, &call).await?;
        let artifacts = reply.result.artifacts.into_iter();
        let parts = artifacts.flat_map(|artifact| artifact.parts);
        let text: String = parts.filter_map(|part| part.text).collect();
        let send = json!({ "chat_id": chat, "text": text });
        let url = format!("{}/sendMessage", self.telegram);
        self.post::<Answer<Value>>(&url, &send).await.map(drop)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let ends = Ends::from_env()?;
    let mut offset = 0;
    loop {
        for update in ends.updates(offset).await? {
            let id = update.update_id;
            offset = id + 1;
            let Some(Message { chat, text }) = update.message else {
                continue;
            };
            let ends = ends.clone();
            tokio::spawn(async move {
                let text = text.unwrap_or_default();
                if let Err(error) = ends.answer(id, chat.id, &text).await {
                    eprintln!("update {id}: {error}");
                }
            });
        }
    }
}
