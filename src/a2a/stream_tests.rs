//! Streams against real sockets.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::sync::oneshot;

use super::test_server::{
    Act, DONE, REFUSED, STEP, json, one_step, prompt, server, server_with, sse, whole,
};
use super::{A2aError, Event, Phase, TaskState};
use crate::ids::{Principal, TaskId};
use crate::model::Protocol::V03;

async fn streamed(acts: Vec<Act>) -> Vec<Result<Event, A2aError>> {
    let (client, _server) = server(vec![acts]).await;
    match client.stream(V03, &prompt()).await {
        Ok(events) => events.collect().await,
        Err(error) => vec![Err(error)],
    }
}

#[actix_rt::test]
async fn a_stream_that_falls_silent_ends_with_the_calls_time() {
    let mut acts = one_step();
    acts.push(Act::Hold);
    let short = Duration::from_millis(300);
    let (client, _server) = server_with(vec![acts], |s| s.total_timeout = short).await;
    let events: Vec<_> = client.stream(V03, &prompt()).await.unwrap().collect().await;
    assert!(events[0].is_ok());
    let total = A2aError::Timeout {
        phase: Phase::Total,
    };
    assert_eq!(events[1..], [Err(total)]);
}

#[actix_rt::test]
async fn a_stream_is_read_across_packets_and_its_plain_end_says_nothing() {
    let body = format!(": ping\n\ndata: {STEP}\r\n\r\nevent: own\ndata: {{}}\n\ndata: {DONE}\n\n");
    let (one, two) = body.split_at(body.len() / 3);
    for cut in [false, true] {
        let events = streamed(sse(&[one, two], cut)).await;
        assert_eq!(events.len(), 2, "{events:?}");
        assert!(matches!(&events[0], Ok(Event::Status(_))));
        assert!(matches!(&events[1], Ok(Event::Task(task)) if task.state == TaskState::Completed));
    }
}

#[actix_rt::test]
async fn the_ways_a_stream_goes_wrong_are_told_apart() {
    let step = format!("data: {STEP}\n\n");
    let late = A2aError::Rpc {
        code: -32602,
        message: "no".to_owned(),
        begun: true,
    };
    let error = format!("event: error\ndata: {REFUSED}\n\n");
    let words = "event: error\ndata: it broke\n\n";
    let big = "data: ".to_owned() + &"x".repeat(5000);
    let upfront = Err(A2aError::rpc(-32602, "no"));
    for (acts, last, count) in [
        (json(REFUSED), upfront.clone(), 1),
        (sse(&[&error], false), upfront, 1),
        (sse(&[&step, &error], false), Err(late), 2),
        (
            sse(&[&step, words], false),
            Err(A2aError::protocol("it broke")),
            2,
        ),
        (
            sse(&[&step, "data: nonsense\n\n"], false),
            Err(A2aError::NotJson),
            2,
        ),
        (sse(&[&step, &big], false), Err(A2aError::TooLarge), 2),
        (sse(&[&step.repeat(80)], false), Err(A2aError::TooLarge), 54),
        (sse(&[], false), Err(A2aError::Empty), 1),
        (whole("200 OK", "text/html", "<p>"), Err(A2aError::Html), 1),
    ] {
        let events = streamed(acts).await;
        assert_eq!(events.last(), Some(&last));
        assert_eq!(events.len(), count, "{events:?}");
    }
    let events = streamed(json(DONE)).await;
    assert!(
        matches!(&events[..], [Ok(Event::Task(_))]),
        "a whole task instead of a stream"
    );
}

#[actix_rt::test]
async fn a_reset_in_mid_stream_is_a_lost_connection() {
    let (cut, word) = oneshot::channel();
    let mut acts = one_step();
    acts.extend([Act::Wait(word), Act::Reset]);
    let (client, _server) = server(vec![acts]).await;
    let mut events = client.stream(V03, &prompt()).await.unwrap();
    assert!(events.next().await.unwrap().is_ok());
    cut.send(()).unwrap();
    assert_eq!(events.next().await, Some(Err(A2aError::Cut)));
    assert!(events.next().await.is_none(), "nothing follows an error");
}

#[actix_rt::test]
async fn long_streams_hold_up_no_control_call_and_are_bounded() {
    let mut held = one_step();
    held.push(Act::Hold);
    let (client, _server) =
        server_with(vec![held, json(DONE), one_step()], |s| s.calls_max = 1).await;
    let mut first = client.stream(V03, &prompt()).await.unwrap();
    assert!(first.next().await.unwrap().is_ok());
    assert_eq!(
        client.stream(V03, &prompt()).await.err(),
        Some(A2aError::Busy)
    );
    let (task, principal) = (TaskId::from("t"), Principal::from("telegram:7"));
    let task = client.get(V03, &task, &principal).await.unwrap();
    assert_eq!(task.state, TaskState::Completed);
    assert!(first.next().now_or_never().is_none(), "still open");
    drop(first);
    assert!(client.stream(V03, &prompt()).await.is_ok());
}

#[actix_rt::test]
async fn a_token_counts_by_its_text_and_not_by_its_annotations() {
    let token = |append: bool, text: &str| {
        let notes = "n".repeat(500);
        let part = format!(r#"{{"text":"{text}"}}"#);
        format!(
            "data: {{\"result\":{{\"artifactUpdate\":{{\"taskId\":\"t\",\"append\":{append},\"metadata\":{{\"adk\":\"{notes}\"}},\"artifact\":{{\"artifactId\":\"a\",\"parts\":[{part}]}}}}}}}}\n\n"
        )
    };
    // Thirty tokens are some 18 KiB on the wire; the limit of these tests is 4 KiB.
    let events = streamed(sse(&[&token(true, "x").repeat(30)], false)).await;
    assert_eq!(events.len(), 30);
    assert!(events.iter().all(Result::is_ok));
    let events = streamed(sse(&[&token(true, &"x".repeat(500)).repeat(30)], false)).await;
    assert_eq!(events.last(), Some(&Err(A2aError::TooLarge)));
    let events = streamed(sse(&[&token(false, "x").repeat(30)], false)).await;
    assert_eq!(events.last(), Some(&Err(A2aError::TooLarge)));
}
