//! Pauses in the form of kagent 0.8 to 0.10. Each trap here was seen on the wire of
//! kagent-adk 0.10.4; the effects are checked at the tools, not in the agent's words.

mod forms;
mod traps;

use serde_json::{Value, json};
use switchboard_emulators::agent::{AgentEmulator, Incoming, Question, Reply, replies, reply};

use crate::support::{Client, message_in, text_of};

/// What an agent with two dangerous tools does.
fn operator(incoming: &Incoming) -> Reply {
    if let Some(decision) = &incoming.decision {
        return replies(&decision.summary());
    }
    match incoming.text.as_str() {
        "delete one" => reply().asks_approval(&[pod()]),
        "delete two" => reply().asks_approval(&[pod(), deployment()]),
        "delegate" => reply().asks_approval_through("kagent__NS__sub_agent", &[pod()]),
        "ask me" => reply().asks_user(&[
            Question::one_of("Which database?", &["PostgreSQL", "MySQL"]),
            Question::some_of("Which features?", &["Auth", "Caching"]),
            Question::free("Anything else?"),
        ]),
        text => replies(&format!("You said: {text} ({})", incoming.turn)),
    }
}

fn pod() -> (&'static str, Value) {
    ("delete_pod", json!({"name": "web-1"}))
}

fn deployment() -> (&'static str, Value) {
    ("restart_deployment", json!({"name": "api"}))
}

fn names(agent: &AgentEmulator) -> Vec<String> {
    agent.executed().into_iter().map(|(tool, _)| tool).collect()
}

async fn pauses(client: &Client, text: &str) -> Value {
    let task = client.result("message/send", message_in("c1", text)).await;
    assert_eq!(task["status"]["state"], "input-required");
    task
}

/// The data of the parts that ask.
fn asked(task: &Value) -> Vec<Value> {
    let parts = task["status"]["message"]["parts"].as_array();
    let parts = parts.expect("parts").iter();
    parts.map(|part| part["data"].clone()).collect()
}

fn call_id(asked: &Value) -> String {
    text_of(&asked["args"]["originalFunctionCall"]["id"])
}

/// A message of data, to a context and a task where given.
fn data(data: &Value, context: Option<&str>, task: Option<&Value>) -> Value {
    let mut params = message_in("c1", "x");
    let message = &mut params["message"];
    message["parts"] = json!([{"kind": "data", "data": data}]);
    message["contextId"] = json!(context);
    if let Some(task) = task {
        message["taskId"] = task["id"].clone();
    }
    params
}

async fn decides(client: &Client, task: &Value, decision: Value) -> Value {
    let params = data(&decision, Some("c1"), Some(task));
    client.result("message/send", params).await
}
