//! An agent as kagent serves it: A2A 0.3 over JSON-RPC, tasks that come whole, no stream.

use std::borrow::Cow;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::http::{self, Request};
use crate::ledger::number_after;
use crate::world::World;

/// What the agent says of itself.
const CARD: &str = r#"{"name":"k8s_agent","description":"Answers about a cluster.","url":"http://127.0.0.1/","version":"1","protocolVersion":"0.3.0","preferredTransport":"JSONRPC","capabilities":{"streaming":false,"pushNotifications":false,"stateTransitionHistory":true},"defaultInputModes":["text"],"defaultOutputModes":["text"],"skills":[]}"#;

/// A call, as far as an answer needs it.
#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    method: &'a str,
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    message: Option<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, rename = "messageId")]
    id: Cow<'a, str>,
    #[serde(borrow, rename = "contextId")]
    context: Option<Cow<'a, str>>,
    #[serde(borrow)]
    parts: Vec<Part<'a>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

/// Serves one connection to its end.
pub async fn serve(stream: TcpStream, world: Rc<World>) {
    http::serve(stream, async |request| answer(&world, request).await).await;
}

async fn answer(world: &World, request: &Request<'_>) -> (u16, String) {
    if request.get {
        let card = request.path.ends_with("/.well-known/agent-card.json");
        let (status, body) = if card { (200, CARD) } else { (404, "{}") };
        return (status, body.to_owned());
    }
    let Ok(call) = serde_json::from_slice::<Call<'_>>(request.body) else {
        world.strange(String::from_utf8_lossy(request.body).into_owned());
        return (200, error("null", -32700, "parse error"));
    };
    let id = call.id.get();
    let message = call.params.and_then(|params| params.message);
    let (Some(message), "message/send") = (message, call.method) else {
        world.strange(call.method.to_owned());
        return (200, error(id, -32601, "method not found"));
    };
    let text = message.parts.iter().find_map(|part| part.text.as_deref());
    let text = text.unwrap_or_default();
    let number = number_after(text, "Question ");
    let called = number.and_then(|number| {
        let mut ledger = world.ledger.borrow_mut();
        let context = ledger.call(number, message.context.as_deref(), Instant::now())?;
        Some((number, context))
    });
    let Some((number, context)) = called else {
        world.strange(format!("a question without a number: {text}"));
        return (200, error(id, -32602, "no number"));
    };
    world.think(number).await;
    let body = task(id, number, &context, &message.id, text);
    world.ledger.borrow_mut().done(number, Instant::now());
    (200, body)
}

/// The finished task: its answer as an artifact, and what kagent adds to it.
fn task(id: &str, number: usize, context: &str, message: &str, question: &str) -> String {
    let context = serde_json::to_string(context).unwrap_or_default();
    let message = serde_json::to_string(message).unwrap_or_default();
    let question = serde_json::to_string(question).unwrap_or_default();
    let answer = format!(
        "Answer {number}: **2 of 14 pods** of `shop` are failing.\\n\\n- `checkout-7d9f` restarts \
         since 09:41, out of memory\\n- `cart-5c2b` cannot pull its image\\n\\nThe others are \
         *Running*. See the [events](https://example.com/events) of the namespace."
    );
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"kind":"task","id":"task-{number}","contextId":{context},"status":{{"state":"completed","timestamp":"2026-01-01T00:00:00.000000+00:00"}},"artifacts":[{{"artifactId":"artifact-{number}","parts":[{{"kind":"text","text":"{answer}"}}]}}],"history":[{{"kind":"message","role":"user","messageId":{message},"contextId":{context},"taskId":"task-{number}","parts":[{{"kind":"text","text":{question}}}]}},{{"kind":"message","role":"agent","messageId":"answer-{number}","contextId":{context},"taskId":"task-{number}","parts":[{{"kind":"text","text":"{answer}"}}],"metadata":{{"kagent_author":"k8s_agent"}}}}],"metadata":{{"kagent_app_name":"kagent__NS__k8s_agent","kagent_session_id":{context},"kagent_usage_metadata":{{"promptTokenCount":411,"candidatesTokenCount":97,"totalTokenCount":508}}}}}}}}"#
    )
}

fn error(id: &str, code: i32, message: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{message}"}}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    async fn send(world: &World, body: &Value) -> Value {
        let body = body.to_string();
        let request = Request {
            path: "/",
            get: false,
            form: false,
            body: body.as_bytes(),
        };
        serde_json::from_str(&answer(world, &request).await.1).expect("JSON")
    }

    #[tokio::test]
    async fn a_question_is_answered_in_its_context() {
        let world = World::default();
        world.ask(7);
        let message = json!({
            "messageId": "m\"1", "contextId": "c1", "role": "user",
            "parts": [{ "kind": "text", "text": "Be short.\n\nQuestion 0: why?" }],
        });
        let call = json!({ "jsonrpc": "2.0", "id": 4, "method": "message/send",
            "params": { "message": message } });
        let reply = send(&world, &call).await;
        assert_eq!(reply["id"], 4);
        assert_eq!(reply["result"]["contextId"], "c1");
        let answer = reply["result"]["artifacts"][0]["parts"][0]["text"].as_str();
        assert!(
            answer.is_some_and(|text| text.starts_with("Answer 0: ")),
            "{reply}"
        );
        assert_eq!(world.ledger.borrow().called(), 1);
    }

    #[tokio::test]
    async fn what_is_not_played_is_noted() {
        let world = World::default();
        let call = json!({ "jsonrpc": "2.0", "id": "a", "method": "tasks/get", "params": {} });
        assert_eq!(send(&world, &call).await["error"]["code"], -32601);
        assert_eq!(*world.strange.borrow(), ["tasks/get"]);
    }
}
