//! Artifacts beyond one text, and the small print of streams, in both versions.

use serde_json::{Value, json};
use switchboard_emulators::agent::{AgentEmulator, Part, Reply, Settings, State, Versions, reply};

use crate::support::{Client, message, message_v10, plays, shape, shape_v10};

const DOT: &str = "iVBORw0KGgo=";

fn both(reply: Reply) -> AgentEmulator {
    plays(Settings::a2a("echo").versions(Versions::Both), reply)
}

async fn streams(agent: &AgentEmulator) -> (Vec<Value>, Vec<Value>) {
    let v03 = Client::of(agent);
    let v03 = v03.events("message/stream", message("x")).await;
    let v10 = Client::of(agent).v10();
    let v10 = v10.events("SendStreamingMessage", message_v10("x")).await;
    (v03, v10)
}

#[actix_web::test]
async fn chunks_append_to_one_artifact() {
    let agent = both(reply().chunks(&["a ", "b ", "c"]).completes());
    let (v03, v10) = streams(&agent).await;
    let flags = |event: &Value| {
        let result = &event["result"];
        (result["append"].clone(), result["lastChunk"].clone())
    };
    let flags: Vec<_> = v03[2..5].iter().map(flags).collect();
    let expected = [(false, false), (true, false), (true, true)];
    assert_eq!(
        flags,
        expected.map(|(append, last)| (json!(append), json!(last)))
    );
    assert_eq!(
        shape_v10(&v10)[2..5],
        ["artifact a ", "artifact +b ", "artifact +c."]
    );
    let first = &v10[2]["result"]["artifactUpdate"];
    assert!(first.get("append").is_none() && first.get("lastChunk").is_none());
    let task = &agent.tasks()[0];
    assert_eq!((task.artifacts.len(), task.answer().as_str()), (1, "a b c"));
    assert_eq!(task.artifacts[0].parts.len(), 3, "each piece stays a part");
}

#[actix_web::test]
async fn a_piece_that_does_not_append_replaces() {
    let pieces = reply()
        .piece("a", "one", true, false)
        .piece("b", "other", false, true)
        .piece("a", "two", false, true)
        .completes();
    let agent = both(pieces);
    streams(&agent).await;
    assert_eq!(agent.tasks()[0].answer(), "twoother");
}

#[actix_web::test]
async fn many_artifacts_keep_their_order() {
    let texts: Vec<String> = (0..50).map(|number| format!("{number};")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let agent = both(reply().artifacts(&texts).completes());
    let task = Client::of(&agent).says("x").await;
    assert_eq!(task["artifacts"].as_array().map(Vec::len), Some(50));
    assert_eq!(agent.tasks()[0].answer(), texts.concat());
}

#[actix_web::test]
async fn files_come_as_bytes_or_as_a_uri() {
    let agent = both(
        reply()
            .file_bytes("dot.png", "image/png", DOT)
            .file_uri("report.pdf", "application/pdf", "https://files.example/r")
            .artifact_of(&[Part::Text("see".to_owned()), Part::Data(json!({"k": [1]}))])
            .completes(),
    );
    let (v03, v10) = streams(&agent).await;
    let parts = |at: usize| v03[at]["result"]["artifact"]["parts"].clone();
    let file = json!({"bytes": DOT, "mimeType": "image/png", "name": "dot.png"});
    assert_eq!(parts(2), json!([{"kind": "file", "file": file}]));
    let file = json!({"uri": "https://files.example/r", "mimeType": "application/pdf",
        "name": "report.pdf"});
    assert_eq!(parts(3), json!([{"kind": "file", "file": file}]));
    assert_eq!(parts(4)[1], json!({"kind": "data", "data": {"k": [1]}}));
    let parts = |at: usize| v10[at]["result"]["artifactUpdate"]["artifact"]["parts"].clone();
    let file = json!({"raw": DOT, "mediaType": "image/png", "filename": "dot.png"});
    assert_eq!(parts(2), json!([file]));
    assert_eq!(parts(3)[0]["url"], "https://files.example/r");
    assert_eq!(parts(4), json!([{"text": "see"}, {"data": {"k": [1.0]}}]));
}

#[actix_web::test]
async fn files_of_the_person_are_taken_in_both_versions() {
    let agent = both(reply().artifact("got it").completes());
    let mut params = message("look");
    let file = json!({"kind": "file", "file": {"bytes": DOT, "mimeType": "image/png"}});
    params["message"]["parts"]
        .as_array_mut()
        .expect("it")
        .push(file);
    Client::of(&agent).result("message/send", params).await;
    let mut params = message_v10("look");
    let file = json!({"raw": DOT, "mediaType": "image/png"});
    params["message"]["parts"]
        .as_array_mut()
        .expect("it")
        .push(file);
    let client = Client::of(&agent).v10();
    client.result("SendMessage", params).await;
    let [one, two] = agent.tasks().try_into().expect("two tasks");
    assert!(matches!(one.history[0].parts[1], Part::File(_)));
    assert_eq!(one.history[0].parts, two.history[0].parts, "one model");
}

#[actix_web::test]
async fn a_ping_is_a_comment_between_events() {
    let agent = both(reply().working("on it").pings().artifact("x").completes());
    let client = Client::of(&agent);
    let answer = client.raw("message/stream", message("x")).await;
    let body = answer.expect("a stream").body;
    let lines: Vec<&str> = body.split("\n\n").collect();
    assert!(lines[3].starts_with(": ping - 2"), "{body}");
    assert!(lines[4].starts_with("data: "), "{body}");
}

#[actix_web::test]
async fn the_last_event_may_lack_its_blank_line() {
    let mut settings = Settings::a2a("echo").versions(Versions::Both);
    settings.streams.blank_line_at_end = false;
    let agent = plays(settings, reply().artifact("x").completes());
    let v10 = Client::of(&agent).v10();
    for answer in [
        Client::of(&agent).raw("message/stream", message("x")).await,
        v10.raw("SendStreamingMessage", message_v10("x")).await,
    ] {
        let body = answer.expect("a stream").body;
        let last = body.rsplit("\n\n").next().expect("a rest");
        assert!(last.starts_with("data: {") && last.ends_with('}'), "{body}");
        assert!(last.to_lowercase().contains("completed"), "{body}");
    }
}

#[actix_web::test]
async fn a_refusal_of_the_agent_is_a_state_of_its_own() {
    let agent = both(reply().rejects("not my job"));
    let (v03, v10) = streams(&agent).await;
    let last = "status-update rejected not my job !";
    assert_eq!(shape(&v03).last().expect("events"), last);
    let last = "statusUpdate REJECTED not my job";
    assert_eq!(shape_v10(&v10).last().expect("events"), last);
    assert_eq!(agent.tasks()[0].state, State::Rejected);
}
