//! Whole runs against real sockets: which version is offered, and what is told of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::run::{Begin, Listener, News, Run, Stopper};
use super::test_server::{Act, DONE, json, prompt, server_with, sse, whole};
use super::{A2aClient, AgentCalls, Settings};
use crate::ids::{TaskId, TurnId};
use crate::model::Protocol::{self, V03, V10};
use crate::rules::turn::End;

/// The answer of a 1.0 agent.
const DONE_1_0: &str = r#"{"result":{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"artifactId":"a","parts":[{"text":"3 pods"}]}]}}}"#;

const NO_METHOD: &str = r#"{"error":{"code":-32601,"message":"Method not found"}}"#;
const NO_VERSION: &str = r#"{"error":{"code":-32009,"message":"not supported"}}"#;

/// What came of a run.
struct Played {
    end: End,
    /// The versions in which a task was reported.
    started: Vec<Protocol>,
    /// Each request as its method and its version header.
    requests: Vec<String>,
    /// Whether each of them waits for the end of the run, if it says so.
    blocking: Vec<Option<bool>>,
    client: A2aClient,
}

impl Played {
    fn answer(&self) -> &str {
        match &self.end {
            End::Answer(answer) => &answer.text,
            other => panic!("{other:?}"),
        }
    }
}

async fn play(plays: Vec<Vec<Act>>, streams: bool, begin: Begin) -> Played {
    play_with(plays, streams, begin, |_| {}).await
}

async fn play_with(
    plays: Vec<Vec<Act>>,
    streams: bool,
    begin: Begin,
    change: impl FnOnce(&mut Settings),
) -> Played {
    let (client, server) = server_with(plays, change).await;
    let news = Rc::new(RefCell::new(Vec::new()));
    let heard = news.clone();
    let listener: Listener = Rc::new(move |told| {
        if let News::Started { protocol, .. } = told {
            heard.borrow_mut().push(protocol);
        }
        Box::pin(async {})
    });
    let protocol = match &begin {
        Begin::TakeUp(_) => V10,
        _ => client.speaks(),
    };
    let end = run(&client, protocol, streams, listener).run(begin).await;
    let requests = server.await.unwrap();
    let started = news.borrow().clone();
    Played {
        end,
        started,
        requests: requests.iter().map(|text| seen(text)).collect(),
        blocking: requests.iter().map(|text| blocking(text)).collect(),
        client,
    }
}

fn run(client: &A2aClient, protocol: Protocol, streams: bool, listener: Listener) -> Run {
    Run {
        client: Rc::new(client.clone()),
        protocol,
        streams,
        kagent: true,
        look_after: Duration::from_secs(5),
        total: Duration::from_secs(10),
        detached: false,
        health: Rc::default(),
        prompt: prompt(),
        answers: None,
        mask: crate::rules::mask::Mask::default(),
        turn: TurnId(1),
        agent: "k8s".into(),
        listener,
        stop: Stopper::new(false).1,
    }
}

/// Ten thousand may wait for their agents at once.
#[actix_rt::test]
async fn a_turn_whose_agent_works_takes_little_memory() {
    let (client, _server) = server_with(Vec::new(), |_| {}).await;
    let prompt = prompt();
    let call = AgentCalls::send(&client, V03, &prompt, false);
    assert!(size_of_val(&*call) < 1_000, "{}", size_of_val(&*call));
    let call = AgentCalls::stream(&client, V03, &prompt);
    assert!(size_of_val(&*call) < 1_000, "{}", size_of_val(&*call));
    let listener: Listener = Rc::new(|_| Box::pin(async {}));
    let run = run(&client, V03, true, listener).run(Begin::Submit);
    assert!(size_of_val(&*run) < 3_000, "{}", size_of_val(&*run));
}

fn blocking(request: &str) -> Option<bool> {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    body.pointer("/params/configuration/blocking")?.as_bool()
}

fn seen(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let head = head.to_ascii_lowercase();
    let version = head
        .lines()
        .find_map(|line| line.strip_prefix("a2a-version: "));
    let method = body["method"].as_str().unwrap();
    format!("{method} {}", version.unwrap_or("-"))
}

#[actix_rt::test]
async fn an_agent_that_refuses_one_version_is_asked_once_in_the_other() {
    let missing = "missing required A2A-Version header; expected \"1.0\"";
    for refusal in [
        json(NO_METHOD),
        json(NO_VERSION),
        // The Python SDK's compatible servers refuse inside the stream.
        sse(&[&format!("data: {NO_VERSION}\n\n")], false),
        whole("400 Bad Request", "text/plain", missing),
    ] {
        let played = play(vec![refusal, json(DONE_1_0)], true, Begin::Submit).await;
        assert_eq!(played.answer(), "3 pods");
        assert_eq!(played.started, [V10]);
        assert_eq!(
            played.requests,
            ["message/stream -", "SendStreamingMessage 1.0"]
        );
        assert_eq!(
            played.client.speaks(),
            V10,
            "the next prompt begins with it"
        );
    }
}

#[actix_rt::test]
async fn only_an_error_about_the_version_is_followed_by_the_other_version() {
    let refused = r#"{"error":{"code":-32602,"message":"no"}}"#;
    for refusal in [json(refused), whole("400 Bad Request", "text/plain", "no")] {
        let played = play(vec![refusal], true, Begin::Submit).await;
        assert!(matches!(played.end, End::Failed(_)), "{:?}", played.end);
    }
}

#[actix_rt::test]
async fn a_configured_version_is_the_only_one() {
    let fixed = |settings: &mut Settings| settings.protocol = Some(V10);
    let played = play_with(vec![json(NO_VERSION)], false, Begin::Submit, fixed).await;
    assert_eq!(played.requests, ["SendMessage 1.0"]);
    let End::Failed(why) = played.end else {
        panic!("{:?}", played.end);
    };
    assert_eq!(why, "The agent does not support this.");
}

#[actix_rt::test]
async fn an_agent_that_knows_neither_method_is_asked_four_times_and_no_more() {
    let plays = vec![
        json(NO_METHOD),
        json(NO_METHOD),
        json(NO_METHOD),
        json(NO_METHOD),
    ];
    let played = play(plays, true, Begin::Submit).await;
    assert!(matches!(played.end, End::Failed(_)), "{:?}", played.end);
    assert_eq!(
        played.requests,
        [
            "message/stream -",
            "SendStreamingMessage 1.0",
            "SendMessage 1.0",
            "message/send -"
        ]
    );
}

#[actix_rt::test]
async fn an_agent_that_does_not_stream_is_sent_to() {
    let refused = r#"{"error":{"code":-32004,"message":"Streaming is not supported"}}"#;
    let played = play(vec![json(refused), json(DONE)], true, Begin::Submit).await;
    assert_eq!(played.answer(), "2 pods");
    assert_eq!(played.requests, ["message/stream -", "message/send -"]);
    assert_eq!(played.started, [V03]);
}

#[actix_rt::test]
async fn an_agent_that_only_answers_at_the_end_is_waited_for() {
    let refused = r#"{"error":{"code":-32004,"message":"This operation is not supported"}}"#;
    let empty = r#"{"result":{"kind":"task","id":"t","status":{"state":"working"}}}"#;
    for (answer, text) in [(DONE, "2 pods"), (empty, "")] {
        let plays = vec![json(refused), json(refused), json(answer)];
        let played = play(plays, true, Begin::Submit).await;
        assert_eq!(played.answer(), text);
        let methods = ["message/stream -", "message/send -", "message/send -"];
        assert_eq!(played.requests, methods);
        assert_eq!(played.blocking, [None, Some(false), Some(true)]);
    }
}

#[actix_rt::test]
async fn a_task_is_followed_in_the_version_that_it_was_made_in() {
    let working = r#"{"result":{"task":{"id":"t","status":{"state":"TASK_STATE_WORKING"}}}}"#;
    let over = r#"{"error":{"code":-32004,"message":"is over"}}"#;
    let bare = r#"{"result":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"parts":[{"text":"late"}]}]}}"#;
    // The stream breaks off; then the version is the task's, whatever errors say.
    let cut = sse(&[&format!("data: {working}\n\n")], true);
    let plays = vec![json(NO_VERSION), cut, json(over), json(bare)];
    let played = play(plays, true, Begin::Submit).await;
    assert_eq!(played.answer(), "late");
    assert_eq!(
        played.requests[1..],
        [
            "SendStreamingMessage 1.0",
            "SubscribeToTask 1.0",
            "GetTask 1.0"
        ]
    );
    let begin = Begin::TakeUp(TaskId::from("t"));
    let played = play(vec![json(NO_METHOD), json(bare)], true, begin).await;
    assert_eq!(played.answer(), "late");
    assert_eq!(played.requests, ["SubscribeToTask 1.0", "GetTask 1.0"]);
}
