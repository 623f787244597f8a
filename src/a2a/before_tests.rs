//! What an agent still shows of a question that is answered already is not asked again.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::run::{Begin, News, Run, Stopper};
use super::test_server::{Act, DONE, json, prompt, server};
use super::{Prompt, codec, pause};
use crate::ids::{SaidId, TaskId, TurnId, UserId};
use crate::model::{Awaited, Protocol};
use crate::pause::{Decision, Pause};
use crate::rules::turn::End;

/// A task that waits: with this status message.
fn waits(message: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":"1","result":{{"kind":"task","id":"t","contextId":"c","status":{{"state":"input-required"{message}}}}}}}"#
    )
}

/// A question in words, in the message of this id.
fn question(id: &str) -> String {
    waits(&format!(
        r#","message":{{"kind":"message","messageId":"{id}","role":"agent","parts":[{{"kind":"text","text":"Which colour?"}}]}}"#
    ))
}

/// A call that waits, as kagent 0.10 asks about it.
fn call(id: &str) -> String {
    waits(&format!(
        r#","message":{{"kind":"message","messageId":"m-{id}","role":"agent","parts":[{{"kind":"data","data":{{"name":"adk_request_confirmation","id":"adk-1","args":{{"originalFunctionCall":{{"name":"delete_pod","id":"{id}","args":{{"name":"web-1"}}}}}}}}}}]}}"#
    ))
}

fn read(body: &str) -> Pause {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let task = codec::task(body["result"].clone()).unwrap();
    pause::pause(&task).unwrap()
}

async fn run(
    plays: Vec<Vec<Act>>,
    begin: Begin,
    prompt: Prompt,
    look_after: Duration,
) -> (End, usize, usize) {
    let (end, requests, delivered) = run_seen(plays, begin, prompt, look_after).await;
    (end, requests.len(), delivered.len())
}

/// The end of a run, what was asked of the agent, and each time that the decision counts as
/// delivered, whether that was only inferred.
async fn run_seen(
    plays: Vec<Vec<Act>>,
    begin: Begin,
    prompt: Prompt,
    look_after: Duration,
) -> (End, Vec<String>, Vec<bool>) {
    let (client, server) = server(plays).await;
    let delivered: Rc<RefCell<Vec<bool>>> = Rc::default();
    let heard = delivered.clone();
    let answers = prompt.answer.is_none().then(|| Awaited {
        task: TaskId::from("t"),
        protocol: Protocol::V03,
        of: UserId(7),
        said: Some(SaidId::from("q1")),
    });
    let run = Run {
        client: Rc::new(client),
        protocol: Protocol::V03,
        streams: false,
        kagent: true,
        look_after,
        total: Duration::from_secs(30),
        detached: false,
        health: Rc::default(),
        prompt,
        answers,
        mask: crate::rules::mask::Mask::default(),
        turn: TurnId(1),
        agent: "k8s".into(),
        listener: Rc::new(move |news| {
            if let News::Delivered { inferred } = news {
                heard.borrow_mut().push(inferred);
            }
            Box::pin(std::future::ready(()))
        }),
        stop: Stopper::new(false).1,
    };
    let end = run.run(begin).await;
    // A run that ends too early leaves answers over.
    let asked = tokio::time::timeout(Duration::from_secs(10), server).await;
    let requests = asked.expect("it asks for all of them").unwrap();
    let delivered = delivered.borrow().clone();
    (end, requests, delivered)
}

fn words() -> Prompt {
    Prompt {
        task: Some("t".into()),
        ..prompt()
    }
}

#[actix_rt::test]
async fn an_answered_question_that_still_shows_is_not_asked_again() {
    let plays = [question("q1"), waits(""), question("q1")];
    let mut plays: Vec<_> = plays.iter().map(|body| json(body)).collect();
    plays.push(json(DONE));
    let patience = Duration::from_secs(20);
    let (end, requests, _) = run(plays, Begin::Submit, words(), patience).await;
    assert_eq!(end, End::Answer("2 pods".to_owned().into()));
    assert_eq!(requests, 4);
}

#[actix_rt::test]
async fn another_question_of_the_same_words_is_asked_at_once() {
    let plays = vec![json(&question("q2"))];
    let patience = Duration::from_secs(20);
    let (end, ..) = run(plays, Begin::Submit, words(), patience).await;
    assert!(matches!(end, End::Asked { .. }), "{end:?}");
}

#[actix_rt::test]
async fn a_question_that_shows_for_long_is_asked_again() {
    let plays = [question("q1"), question("q1"), question("q1")];
    let plays = plays.iter().map(|body| json(body)).collect();
    let patience = Duration::from_millis(600);
    let (end, requests, _) = run(plays, Begin::Submit, words(), patience).await;
    assert!(matches!(end, End::Asked { .. }), "{end:?}");
    assert_eq!(requests, 3, "sent, then looked at after 0.5 s and 1 s");
}

fn decides(call: &str) -> (Begin, Prompt) {
    let pause = read(call);
    let decision = Decision::all(pause.calls(), true);
    let prompt = prompt();
    let context = pause.context.as_ref();
    let decided = super::pause::prompt(&pause, &decision, prompt.id, context, &prompt.principal);
    (Begin::Decide(Box::new(pause)), decided.unwrap())
}

#[actix_rt::test]
async fn a_decided_call_that_still_shows_is_not_asked_about_again() {
    let first = call("call_1");
    let (begin, prompt) = decides(&first);
    let plays = [first.clone(), first.clone(), waits(""), first];
    let mut plays: Vec<_> = plays.iter().map(|body| json(body)).collect();
    plays.push(json(DONE));
    let patience = Duration::from_secs(20);
    let (end, requests, delivered) = run(plays, begin, prompt, patience).await;
    assert_eq!(end, End::Answer("2 pods".to_owned().into()));
    assert_eq!((requests, delivered), (5, 1));
}

#[actix_rt::test]
async fn the_next_call_of_the_same_task_is_asked_about_at_once() {
    let (first, second) = (call("call_1"), call("call_2"));
    let (begin, prompt) = decides(&first);
    let plays = vec![json(&first), json(&second)];
    let patience = Duration::from_secs(20);
    let (end, _, delivered) = run(plays, begin, prompt, patience).await;
    assert_eq!(end, End::Paused(Box::new(read(&second))));
    assert_eq!(delivered, 1);
}

#[actix_rt::test]
async fn a_decision_about_another_call_than_the_one_that_waits_never_leaves() {
    let (first, second) = (call("call_1"), call("call_2"));
    let (begin, prompt) = decides(&first);
    let plays = vec![json(&second), json(&second)];
    let patience = Duration::from_secs(20);
    let (end, requests, delivered) = run_seen(plays, begin, prompt, patience).await;
    assert_eq!(end, End::Paused(Box::new(read(&second))));
    assert_eq!(delivered, [false; 0]);
    let sent = requests.iter().filter(|text| text.contains("message/send"));
    assert_eq!(sent.count(), 0, "{requests:?}");
}

/// A decision whose call ends so, about a task that does not wait any more afterwards.
async fn moved_on(answer: Vec<Act>) -> (End, Vec<bool>) {
    let first = call("call_1");
    let (begin, prompt) = decides(&first);
    let plays = vec![json(&first), answer, json(DONE), json(DONE)];
    let patience = Duration::from_secs(20);
    let (end, _, delivered) = run_seen(plays, begin, prompt, patience).await;
    (end, delivered)
}

#[actix_rt::test]
async fn a_decision_whose_call_was_cut_counts_as_delivered_by_inference_if_the_task_has_moved_on() {
    let (end, delivered) = moved_on(Vec::new()).await;
    assert_eq!(end, End::Answer("2 pods".to_owned().into()));
    assert_eq!(delivered, [true]);
}

#[actix_rt::test]
async fn a_decision_that_was_surely_not_taken_never_counts_as_delivered() {
    let terminal = r#"{"jsonrpc":"2.0","id":"1","error":{"code":-32602,"message":"Task t is in terminal state: completed"}}"#;
    let (end, delivered) = moved_on(json(terminal)).await;
    assert_eq!(end, End::Answer("2 pods".to_owned().into()));
    assert_eq!(delivered, [false; 0]);
}

#[actix_rt::test]
async fn a_decision_that_was_taken_is_known_to_be() {
    let first = call("call_1");
    let (begin, prompt) = decides(&first);
    let plays = vec![json(&first), json(DONE)];
    let patience = Duration::from_secs(20);
    let (_, _, delivered) = run_seen(plays, begin, prompt, patience).await;
    assert_eq!(delivered, [false]);
}
