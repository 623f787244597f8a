//! A bot that talks to the emulator over real HTTP.

use std::future::Future;
use std::time::Duration;

use awc::Client;
use serde_json::{Value, json};
use switchboard_emulators::bot_api::{BotApi, Settings};

pub const ANN: i64 = 7;
pub const GROUP: i64 = -1_001_000_000_001;

/// An emulator and a bot that talks to it.
pub struct Bot {
    pub api: BotApi,
    pub http: Client,
}

impl Bot {
    pub async fn new() -> Self {
        Self::with(Settings::unlimited()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let api = BotApi::start(settings).await;
        let http = Client::builder().timeout(Duration::from_secs(20)).finish();
        Self { api, http }
    }

    pub fn method_url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.api.url(), self.api.token())
    }

    /// A call as it goes over the wire: status and body, or the transport's error. The future
    /// does not borrow, so that it can run beside the test.
    pub fn raw(
        &self,
        method: &str,
        params: &Value,
    ) -> impl Future<Output = Result<(u16, Vec<u8>), String>> + use<> {
        let sent = self.http.post(self.method_url(method)).send_json(params);
        async move {
            let mut answer = sent.await.map_err(|e| e.to_string())?;
            let body = answer.body().await.map_err(|e| e.to_string())?;
            Ok((answer.status().as_u16(), body.to_vec()))
        }
    }

    #[allow(
        clippy::needless_pass_by_value,
        reason = "most calls make their JSON in place"
    )]
    pub fn call(&self, method: &str, params: Value) -> impl Future<Output = Value> + use<> {
        let answer = self.raw(method, &params);
        async move {
            let (status, body) = answer.await.expect("an answer");
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            let code = body["error_code"].as_u64().unwrap_or(200);
            assert_eq!(u64::from(status), code);
            body
        }
    }

    pub async fn ok(&self, method: &str, params: Value) -> Value {
        let body = self.call(method, params).await;
        assert_eq!(body["ok"], true, "{body}");
        body["result"].clone()
    }

    pub async fn refused(&self, method: &str, params: Value) -> String {
        let body = self.call(method, params).await;
        assert_eq!(body["ok"], false, "{body}");
        body["description"].as_str().expect("a text").to_owned()
    }

    pub async fn send(&self, chat: i64, text: &str) -> i64 {
        let sent = self.ok("sendMessage", json!({"chat_id": chat, "text": text}));
        sent.await["message_id"].as_i64().expect("a number")
    }

    /// Ids of the updates that one short poll brings.
    pub async fn poll(&self, params: Value) -> Vec<i64> {
        let updates = self.ok("getUpdates", params).await;
        let updates = updates.as_array().expect("a list").iter();
        updates
            .map(|u| u["update_id"].as_i64().expect("an id"))
            .collect()
    }

    /// Fails if the bot did anything that a correct client never does.
    pub fn was_correct(&self) {
        let violations = self.api.violations();
        assert!(violations.is_empty(), "{violations:#?}");
    }
}
