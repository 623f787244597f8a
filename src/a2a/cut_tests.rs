//! Runs against real sockets: what a cut, a silence and a snapshot make of an answer.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::A2aClient;
use super::run::{Begin, News, Run, Stopper};
use super::test_server::{Act, REFUSED, json, prompt, server, sse};
use crate::ids::{ContextId, TurnId};
use crate::model::Protocol;
use crate::rules::turn::End;

/// A short silence after which the task is looked at.
const SOON: Duration = Duration::from_millis(200);
const LATE: Duration = Duration::from_secs(5);

/// Runs a prompt to its end; what was told meanwhile, without progress.
async fn run(client: A2aClient, look_after: Duration) -> (End, Vec<News>) {
    run_of(client, look_after, true).await
}

async fn run_of(client: A2aClient, look_after: Duration, kagent: bool) -> (End, Vec<News>) {
    let (end, mut heard) = heard_of(client, look_after, kagent).await;
    heard.retain(|news| !matches!(news, News::Progress(_)));
    (end, heard)
}

async fn heard_of(client: A2aClient, look_after: Duration, kagent: bool) -> (End, Vec<News>) {
    let heard: Rc<RefCell<Vec<News>>> = Rc::default();
    let told = Rc::clone(&heard);
    let run = Run {
        client: Rc::new(client),
        streams: true,
        protocol: Protocol::V03,
        kagent,
        look_after,
        total: Duration::from_secs(10),
        detached: false,
        health: Rc::default(),
        prompt: prompt(),
        answers: None,
        mask: crate::rules::mask::Mask::default(),
        turn: TurnId(1),
        agent: "k8s".into(),
        listener: Rc::new(move |news| {
            told.borrow_mut().push(news);
            Box::pin(std::future::ready(()))
        }),
        stop: Stopper::new(false).1,
    };
    let end = run.run(Begin::Submit).await;
    (end, heard.take())
}

fn event(result: &str) -> String {
    format!("data: {{\"result\":{result}}}\n\n")
}

fn chunk(text: &str, append: bool) -> String {
    event(&format!(
        r#"{{"kind":"artifact-update","taskId":"t","append":{append},"artifact":{{"artifactId":"a","parts":[{{"kind":"text","text":"{text}"}}]}}}}"#
    ))
}

fn completed() -> String {
    event(r#"{"kind":"status-update","taskId":"t","final":true,"status":{"state":"completed"}}"#)
}

fn snapshot(state: &str, text: &str) -> Vec<Act> {
    json(&format!(
        r#"{{"result":{{"kind":"task","id":"t","status":{{"state":"{state}"}},"artifacts":[{{"artifactId":"a","parts":[{{"kind":"text","text":"{text}"}}]}}]}}}}"#
    ))
}

#[actix_rt::test]
async fn a_chunk_between_a_subscription_and_its_snapshot_is_not_doubled() {
    let (client, _server) = server(vec![
        sse(&[&chunk("one ", false)], true),
        // The second chunk is on this stream and in the snapshot.
        sse(&[&chunk("two", true), &completed()], false),
        snapshot("working", "one two"),
        snapshot("completed", "one two"),
    ])
    .await;
    let (end, _) = run(client, LATE).await;
    assert_eq!(end, End::Answer("one two".into()));
}

#[actix_rt::test]
async fn an_end_on_a_stream_that_missed_a_part_is_no_answer_without_a_snapshot() {
    let nothing = Vec::new;
    let (client, _server) = server(vec![
        sse(&[&chunk("one ", false)], true),
        // The second chunk came before the subscription.
        sse(&[&completed()], false),
        nothing(),
        nothing(),
        json(REFUSED),
        snapshot("completed", "one two"),
    ])
    .await;
    let (end, _) = run(client, LATE).await;
    assert_eq!(end, End::Answer("one two".into()));
}

#[actix_rt::test]
async fn a_plain_agent_is_only_looked_at_since_subscribing_doubles_its_answer() {
    let (client, server) = server(vec![
        sse(&[&chunk("one ", false)], true),
        snapshot("working", "one two"),
        snapshot("completed", "one two three"),
    ])
    .await;
    let (end, _) = run_of(client, LATE, false).await;
    assert_eq!(end, End::Answer("one two three".into()));
    let requests = server.await.unwrap();
    assert!(
        requests[1..]
            .iter()
            .all(|request| request.contains("tasks/get"))
    );
}

/// As the Python SDK 0.3.26 leaves it: the agent crashes, its task stays `working`.
#[actix_rt::test]
async fn a_task_that_never_moves_again_is_spoken_of_once_and_shown_as_it_stands() {
    let (client, _server) = server(vec![
        sse(&[&chunk("one ", false)], true),
        snapshot("working", "one two"),
        snapshot("working", "one two"),
        snapshot("working", "one two"),
        snapshot("completed", "one two three"),
    ])
    .await;
    let (_, heard) = heard_of(client, SOON, false).await;
    let shown: Vec<&str> = heard
        .iter()
        .filter_map(|news| match news {
            News::Progress(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let watched = "one two\n\nNo answer yet, still watching.";
    assert_eq!(shown, ["one ", "one two", watched]);
}

#[actix_rt::test]
async fn a_chunk_that_comes_while_a_silence_is_looked_into_is_not_doubled() {
    let (looked, told) = oneshot::channel();
    let mut stream = sse(&[&chunk("one ", false)], true);
    stream.push(Act::Wait(told));
    let rest = format!("{}{}", chunk("two", true), completed());
    stream.push(Act::Say(format!("{:x}\r\n{rest}\r\n0\r\n\r\n", rest.len())));
    let mut snapshot = snapshot("working", "one two");
    snapshot.push(Act::Word(looked));
    let (client, server) = server(vec![stream, snapshot]).await;
    let (end, _) = run(client, SOON).await;
    assert_eq!(end, End::Answer("one two".into()));
    let requests = server.await.unwrap();
    assert!(requests[1].contains("tasks/get"), "{requests:?}");
}

#[actix_rt::test]
async fn an_answer_without_a_task_still_tells_its_context() {
    let message = event(
        r#"{"kind":"message","role":"agent","contextId":"theirs","parts":[{"kind":"text","text":"hi"}]}"#,
    );
    let (client, _server) = server(vec![sse(&[&message], false)]).await;
    let (end, heard) = run(client, LATE).await;
    assert_eq!(end, End::Answer("hi".into()));
    assert_eq!(heard, [News::Context(ContextId::from("theirs"))]);
}
