//! A bare A2A client: no rules, so that the emulator's are seen.

use std::time::Duration;

use awc::error::SendRequestError;
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use switchboard_emulators::agent::{AgentEmulator, Incoming, Reply, Settings};

/// Above what any wait in these tests takes.
pub const LIMIT: Duration = Duration::from_secs(20);

/// An agent with these settings that always does the same.
pub fn plays(settings: Settings, reply: Reply) -> AgentEmulator {
    AgentEmulator::start(settings, move |_| reply.clone()).expect("the emulator starts")
}

/// A kagent agent with this script.
pub fn kagent(script: impl Fn(&Incoming) -> Reply + Send + Sync + 'static) -> AgentEmulator {
    AgentEmulator::start(Settings::kagent("k8s-agent"), script).expect("the emulator starts")
}

/// A kagent agent that always does the same.
pub fn always(reply: Reply) -> AgentEmulator {
    plays(Settings::kagent("k8s-agent"), reply)
}

pub struct Client {
    http: awc::Client,
    url: String,
    user: Option<String>,
    headers: Vec<(&'static str, String)>,
}

/// What came over HTTP. `body` is what arrived, whole or not.
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Client {
    pub fn of(agent: &AgentEmulator) -> Self {
        Self::at(agent.url())
    }

    pub fn at(url: String) -> Self {
        let http = awc::Client::builder().timeout(LIMIT).finish();
        Self {
            http,
            url,
            user: None,
            headers: Vec::new(),
        }
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// As a client of A2A 1.0.
    pub fn v10(self) -> Self {
        self.header("A2A-Version", "1.0")
    }

    pub fn user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    fn request(&self) -> awc::ClientRequest {
        let mut request = self
            .http
            .post(&self.url)
            .insert_header(("content-type", "application/json"));
        if let Some(user) = &self.user {
            request = request.insert_header(("X-User-Id", user.as_str()));
        }
        for (name, value) in &self.headers {
            request = request.insert_header((*name, value.as_str()));
        }
        request
    }

    /// Sends a body and reads what comes, whatever it is.
    pub async fn post(&self, body: String) -> Result<Answer, SendRequestError> {
        let mut response = self.request().send_body(body).await?;
        let mut bytes = Vec::new();
        while let Some(Ok(chunk)) = response.next().await {
            bytes.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            content_type: header(&response, "content-type"),
            body: String::from_utf8(bytes).expect("UTF-8"),
        })
    }

    /// A call's raw answer.
    pub async fn raw(&self, method: &str, params: Value) -> Result<Answer, SendRequestError> {
        let call = json!({"jsonrpc": "2.0", "id": "7", "method": method, "params": params});
        self.post(call.to_string()).await
    }

    /// A call's JSON.
    pub async fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.raw(method, params).await.expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
        let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(answer["id"], "7");
        assert_eq!(answer["jsonrpc"], "2.0");
        answer
    }

    /// A call's result.
    pub async fn result(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params).await;
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// A call's error code and message.
    pub async fn error(&self, method: &str, params: Value) -> (i64, String) {
        error_of(&self.call(method, params).await)
    }

    pub async fn says(&self, text: &str) -> Value {
        self.result("message/send", message(text)).await
    }

    /// A prompt that returns at once; gives the task's id.
    pub async fn submits(&self, text: &str) -> String {
        let mut params = message(text);
        params["configuration"] = json!({"blocking": false});
        let task = self.result("message/send", params).await;
        assert_eq!(task["status"]["state"], "submitted");
        text_of(&task["id"])
    }

    pub async fn get(&self, task: &str) -> Value {
        self.result("tasks/get", json!({"id": task})).await
    }

    /// All events of a stream, up to its end, clean or not.
    pub async fn events(&self, method: &str, params: Value) -> Vec<Value> {
        let answer = self.raw(method, params).await.expect("a stream");
        assert!(answer.content_type.starts_with("text/event-stream"));
        frames(&answer.body)
    }

    /// An open stream, to be read event by event.
    pub async fn opens(&self, method: &str, params: Value) -> Open {
        let call = json!({"jsonrpc": "2.0", "id": "7", "method": method, "params": params});
        let response = self.request().send_body(call.to_string()).await;
        let stream = response.expect("a stream").boxed_local();
        let buffer = String::new();
        Open { stream, buffer }
    }
}

/// A stream that is being read.
pub struct Open {
    stream: futures_util::stream::LocalBoxStream<'static, Result<Bytes, awc::error::PayloadError>>,
    buffer: String,
}

impl Open {
    /// The next event's result.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((frame, rest)) = self.buffer.split_once("\n\n") {
                let event = frames(frame).remove(0);
                self.buffer = String::from(rest);
                return Some(event["result"].clone());
            }
            let chunk = self.stream.next().await?.ok()?;
            let chunk = std::str::from_utf8(&chunk).expect("UTF-8");
            self.buffer.push_str(chunk);
        }
    }
}

/// The whole events of a body.
pub fn frames(body: &str) -> Vec<Value> {
    body.split("\n\n")
        .filter_map(|frame| frame.strip_prefix("data: "))
        .map_while(|data| serde_json::from_str(data).ok())
        .collect()
}

/// The parameters of a prompt; the message id is the text.
pub fn message(text: &str) -> Value {
    json!({"message": {
        "kind": "message",
        "messageId": format!("id of {text}"),
        "role": "user",
        "parts": [{"kind": "text", "text": text}],
    }})
}

/// The parameters of a prompt in A2A 1.0.
pub fn message_v10(text: &str) -> Value {
    json!({"message": {
        "messageId": format!("id of {text}"),
        "role": "ROLE_USER",
        "parts": [{"text": text}],
    }})
}

/// The same in a conversation.
pub fn message_in(context: &str, text: &str) -> Value {
    let mut params = message(text);
    params["message"]["contextId"] = json!(context);
    params
}

pub fn error_of(answer: &Value) -> (i64, String) {
    let error = &answer["error"];
    let code = error["code"].as_i64().expect("an error code");
    (code, text_of(&error["message"]))
}

pub fn text_of(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// The text of a task's only artifact.
pub fn answer_of(task: &Value) -> String {
    text_of(&task["artifacts"][0]["parts"][0]["text"])
}

/// `kind state[ text]` of each event, and `!` where it is final.
pub fn shape(events: &[Value]) -> Vec<String> {
    let shape = |event: &Value| {
        let result = &event["result"];
        let kind = text_of(&result["kind"]);
        let state = result["status"]["state"].as_str().unwrap_or_default();
        let text = result["status"]["message"]["parts"][0]["text"].as_str();
        let is_final = result["final"] == true;
        let line = format!("{kind} {state} {}", text.unwrap_or_default());
        format!("{}{}", line.trim_end(), if is_final { " !" } else { "" })
    };
    events.iter().map(shape).collect()
}

/// `member state[ text]` of each event of 1.0: of a status its message, of an artifact its text
/// or the kind of its data, with `+` where it appends and `.` where it is the last of it.
pub fn shape_v10(events: &[Value]) -> Vec<String> {
    events.iter().map(shape_of_v10).collect()
}

fn shape_of_v10(event: &Value) -> String {
    let result = event["result"].as_object().expect("a result");
    let (member, value) = result.iter().next().expect("a member");
    if member != "artifactUpdate" {
        let status = &value["status"];
        let state = status["state"].as_str().unwrap_or_default();
        let state = state.trim_start_matches("TASK_STATE_");
        let text = status["message"]["parts"][0]["text"].as_str();
        let line = format!("{member} {state} {}", text.unwrap_or_default());
        return line.trim_end().to_owned();
    }
    let part = &value["artifact"]["parts"][0];
    let text = part["text"].as_str();
    let text = text.or(part["metadata"]["adk_type"].as_str());
    let append = if value["append"] == true { "+" } else { "" };
    let last = if value["lastChunk"] == true { "." } else { "" };
    format!("artifact {append}{}{last}", text.unwrap_or("file"))
}

fn header<S>(response: &awc::ClientResponse<S>, name: &str) -> String {
    let value = response.headers().get(name);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
