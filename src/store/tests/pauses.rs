//! What agents wait for: kept by its version, one a turn, and every decision for good.

use serde_json::json;

use super::*;
use crate::ids::{CallId, Digest, PauseId, TaskId};
use crate::pause::{Asks, Decision, Form, Pause, ToolCall};
use crate::rules::approval::{Closed, Event, Made, Move, Picks, Posted, State, Under, Waiting};
use crate::rules::quota::Used;

fn waiting(id: i64, turn: TurnId) -> Waiting {
    let call = ToolCall {
        id: CallId::from("call_1"),
        name: "delete_pod".to_owned(),
        args: json!({"name": "web-1"}),
        via: None,
    };
    let pause = Pause {
        task: TaskId::from("t"),
        context: None,
        form: Form::Parts,
        asks: Asks::Approval(vec![call]),
    };
    Waiting {
        id: PauseId(id),
        version: 1,
        state: State::Open,
        turn,
        conversation: ConversationId(1),
        agent: AgentName::from("k8s"),
        place: HERE,
        asked_by: ANNA,
        route: Some(RouteName::from("k8s")),
        digest: Digest::from("abc"),
        allowed: Vec::new(),
        picks: Picks::new(&pause),
        pause,
        reason: None,
        cards: vec![Posted {
            post: OutboxId(id),
            place: HERE,
        }],
        opened_at: NOON,
        expires_at: NOON,
        reminded: false,
        attempt: 0,
        made: None,
        perhaps: None,
        inferred: false,
    }
}

fn keep(waiting: &Waiting) -> Change {
    Change::KeepPause(Box::new(waiting.clone()))
}

fn deciding(before: &Waiting) -> Waiting {
    let mut next = before.moved(Event::Decide).unwrap();
    next.attempt += 1;
    next.made = Some(Made {
        decision: Decision::all(before.pause.calls(), true),
        by: Some(BEN),
        at: NOON,
    });
    next
}

#[tokio::test]
async fn a_pause_moves_by_its_version_alone() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let store = &bench.store;
    let first = waiting(7, turn);
    store.commit(vec![keep(&first)]).await.unwrap();
    assert_eq!(store.pause_of(turn).await.unwrap(), Some(first.clone()));
    let another = store.commit(vec![keep(&waiting(8, turn))]).await;
    assert!(matches!(another, Err(StoreError::Stale(_))), "one a turn");
    let second = deciding(&first);
    store.commit(vec![keep(&second)]).await.unwrap();
    for late in [deciding(&first), first.changed(), first.clone()] {
        assert!(store.commit(vec![keep(&late)]).await.is_err(), "{late:?}");
    }
    let over = second.moved(Event::Delivered(Move::Decided)).unwrap();
    store.commit(vec![keep(&over)]).await.unwrap();
    assert_eq!(store.pause_of(turn).await.unwrap(), None);
    let after = store.commit(vec![keep(&over.changed())]).await;
    assert!(matches!(after, Err(StoreError::Stale(_))), "it is over");
    store.commit(vec![keep(&waiting(9, turn))]).await.unwrap();
}

#[tokio::test]
async fn a_decision_is_noted_with_what_was_decided_about_and_never_changed() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let first = waiting(7, turn);
    let second = deciding(&first);
    bench.store.commit(vec![keep(&first)]).await.unwrap();
    bench.store.commit(vec![keep(&second)]).await.unwrap();
    let row = "SELECT concat_ws(' ', pause, attempt, digest, user, verdict) FROM decisions";
    let noted = bench.seen(row).await;
    let verdict = r#"{"tools":[{"id":"call_1","approved":true,"reason":null}]}"#;
    assert_eq!(noted, [format!("7 1 abc 22 {verdict}")]);
    let mut connection = by_hand(&bench.path()).await;
    let forged = query("UPDATE decisions SET user = 1")
        .execute(&mut connection)
        .await;
    assert!(forged.unwrap_err().to_string().contains("append-only"));
    let over = second.moved(Event::Delivered(Move::Decided)).unwrap();
    bench.store.commit(vec![keep(&over)]).await.unwrap();
    let body = bench
        .seen("SELECT coalesce(body, 'erased') FROM pauses")
        .await;
    assert_eq!(body, ["erased"], "the arguments, when it is over");
}

/// A message of ours, sent as this post.
async fn sent(bench: &Bench, turn: TurnId, post: OutboxId, place: Place) -> MessageId {
    let mut row = Post::new(post, place, Kind::Notice, Body::default());
    row.turn = Some(turn);
    let message = MessageId(post.0 + 1_000);
    let changes = vec![
        Change::Post(row),
        Change::Sending(post),
        Change::Sent {
            post,
            message: Some(message),
        },
    ];
    bench.store.commit(changes).await.unwrap();
    message
}

#[tokio::test]
async fn what_came_of_a_pause_is_known_by_every_card_of_it_for_as_long_as_its_rows() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let store = &bench.store;
    let elsewhere = Place {
        chat: ChatId(-900),
        topic: TopicId::NONE,
    };
    let (one, two) = (store.new_post(), store.new_post());
    let cards = [(one, HERE), (two, elsewhere)];
    let mut messages = Vec::new();
    for (post, place) in cards {
        messages.push((place.chat, sent(&bench, turn, post, place).await));
    }
    let other = store.new_post();
    let beside = sent(&bench, turn, other, HERE).await;
    let first = Waiting {
        cards: cards.map(|(post, place)| Posted { post, place }).into(),
        ..waiting(one.0, turn)
    };
    store.commit(vec![keep(&first)]).await.unwrap();
    let open = Under {
        turn,
        pause: first.id,
        state: State::Open,
        closed: None,
    };
    for (chat, message) in &messages {
        let under = store.waits_under(*chat, *message).await.unwrap();
        assert_eq!(under, Some(open.clone()));
    }
    let second = deciding(&first);
    let over = second.arrived(true).unwrap();
    store
        .commit(vec![keep(&second), keep(&over)])
        .await
        .unwrap();
    let bench = bench.reopened().await;
    let under = bench.store.waits_under(messages[1].0, messages[1].1).await;
    let under = under.unwrap().unwrap();
    assert_eq!((under.pause, under.state), (first.id, State::Decided));
    let came = under.closed.clone().unwrap().said(|user| user.to_string());
    assert!(came.starts_with("⚠️ Approved by 22 at"), "{came}");
    assert_eq!(under.closed, Closed::of(&over));
    let first = bench.store.waits_under(messages[0].0, messages[0].1).await;
    assert_eq!(first.unwrap(), Some(under));
    let none = bench.store.waits_under(HERE.chat, beside).await.unwrap();
    assert_eq!(none, None, "what else was said of the turn is no card");
    let kept = bench.seen("SELECT closed FROM pauses").await;
    assert!(!kept[0].contains("web-1"), "no argument stays: {kept:?}");
}

#[tokio::test]
async fn a_pause_survives_its_process() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let first = waiting(7, turn);
    bench.store.commit(vec![keep(&first)]).await.unwrap();
    let bench = bench.reopened().await;
    assert_eq!(bench.store.pause_of(turn).await.unwrap(), Some(first));
}

#[tokio::test]
async fn what_people_ask_is_counted() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let next = TurnId(turn.0 + 1);
    let used = |user, route: &str, now| {
        let route = RouteName::from(route);
        bench.store.used(user, route, next, now)
    };
    let now = Timestamp::now();
    let one = used(ANNA, "k8s", now).await.unwrap();
    let all = Used {
        person_minute: 1,
        person_day: 1,
        person_open: 1,
        route_minute: 1,
        route_day: 1,
        first: Some(turn),
    };
    assert_eq!(one, all);
    let before = bench.store.used(ANNA, RouteName::from("k8s"), turn, now);
    assert_eq!(
        before.await.unwrap(),
        Used::default(),
        "it does not count itself"
    );
    let other = used(BEN, "istio", now).await.unwrap();
    let nobody = Used {
        first: Some(turn),
        ..Used::default()
    };
    assert_eq!(other, nobody);
    let all_of_route = used(BEN, "k8s", now).await.unwrap();
    let by_others = Used {
        route_minute: 1,
        route_day: 1,
        ..nobody
    };
    assert_eq!(all_of_route, by_others);
    let later = used(ANNA, "k8s", now.plus(std::time::Duration::from_hours(2)));
    let later = later.await.unwrap();
    let hours_ago = Used {
        person_minute: 0,
        route_minute: 0,
        ..all
    };
    assert_eq!(later, hours_ago);
    let tomorrow = used(ANNA, "k8s", now.plus(std::time::Duration::from_hours(25)));
    assert_eq!(tomorrow.await.unwrap().first, None);
}
