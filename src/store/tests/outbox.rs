//! What must arrive waits in order, and is sent, refused, dropped or given up once.

use super::*;

const STATES: [&str; 6] = [
    "pending", "sending", "sent", "refused", "unknown", "dropped",
];

fn refused(post: OutboxId) -> Change {
    Change::RefusedPost {
        post,
        reason: "chat not found".to_owned(),
    }
}

/// What brings a pending post to each state.
fn way_to(state: &str, post: OutboxId) -> Vec<Change> {
    let sending = Change::Sending(post);
    match state {
        "pending" => vec![],
        "sending" => vec![sending],
        "sent" => vec![sending, sent(post, 77)],
        "refused" => vec![sending, refused(post)],
        "unknown" => vec![sending, Change::UnknownPost(post)],
        "dropped" => vec![Change::Drop(post)],
        other => panic!("no such state: {other}"),
    }
}

#[tokio::test]
async fn a_post_moves_only_from_the_states_that_a_change_expects() {
    type Make = fn(OutboxId) -> Change;
    let table: [(&str, Make, &[&str], &str); 5] = [
        (
            "sending",
            Change::Sending,
            &["pending", "sending"],
            "sending",
        ),
        ("unsent", Change::Unsent, &["sending"], "pending"),
        ("sent", |post| sent(post, 78), &["sending"], "sent"),
        ("refused", refused, &["sending"], "refused"),
        ("unknown", Change::UnknownPost, &["sending"], "unknown"),
    ];
    for (name, make, from, to) in table {
        for state in STATES {
            let bench = Bench::new().await;
            let post = bench.post(HERE, Kind::Reply, None);
            let id = post.id;
            bench.commit(vec![Change::Post(post)]).await;
            bench.commit(way_to(state, id)).await;
            assert_eq!(bench.seen("SELECT state FROM outbox").await, [state]);
            let changes = vec![audit(name), make(id)];
            if from.contains(&state) {
                bench.commit(changes).await;
                let stands = bench.seen("SELECT state FROM outbox").await;
                assert_eq!(stands, [to], "{name} from {state}");
            } else {
                bench.is_stale(changes).await;
            }
        }
    }
}

#[tokio::test]
async fn dropping_takes_away_what_waits_and_nothing_that_is_on_its_way() {
    for state in STATES {
        let bench = Bench::new().await;
        let post = bench.post(HERE, Kind::Placeholder, None);
        let id = post.id;
        bench.commit(vec![Change::Post(post)]).await;
        bench.commit(way_to(state, id)).await;
        let before = bench.everything().await;
        bench.commit(vec![Change::Drop(id)]).await;
        if state == "pending" {
            let seen = "SELECT concat_ws(' ', state, body IS NULL) FROM outbox";
            assert_eq!(bench.seen(seen).await, ["dropped 1"]);
        } else {
            assert_eq!(bench.everything().await, before, "{state}");
        }
    }
}

#[tokio::test]
async fn the_text_of_a_post_is_kept_as_long_as_it_may_have_to_be_sent_again() {
    for (state, kept) in STATES
        .into_iter()
        .zip([true, true, false, false, false, false])
    {
        let bench = Bench::new().await;
        let post = bench.post(HERE, Kind::Final, None);
        let id = post.id;
        bench.commit(vec![Change::Post(post)]).await;
        bench.commit(way_to(state, id)).await;
        let texts = bench
            .seen("SELECT body FROM outbox WHERE body IS NOT NULL")
            .await;
        assert_eq!(texts.len(), usize::from(kept), "{state}");
    }
}

#[tokio::test]
async fn calls_are_counted_and_a_call_that_surely_failed_does_not_count() {
    let bench = Bench::new().await;
    let post = bench.post(HERE, Kind::Final, None);
    let id = post.id;
    bench.commit(vec![Change::Post(post)]).await;
    let sending = || Change::Sending(id);
    bench
        .commit(vec![sending(), Change::Unsent(id), sending(), sending()])
        .await;
    let unfinished = bench.store.unfinished().await.unwrap();
    let (post, begun) = &unfinished.posts[0];
    assert_eq!((post.sends, *begun), (2, true));
}

#[tokio::test]
async fn each_chat_has_its_own_order_which_is_that_of_the_commits() {
    let bench = Bench::new().await;
    let [late, early, elsewhere] =
        [HERE, place(-100, 9), place(33, 0)].map(|place| bench.post(place, Kind::Reply, None));
    let third = bench.post(HERE, Kind::Reply, None);
    let ids = [&late, &early, &elsewhere, &third].map(|post| post.id.0);
    for post in [early, elsewhere] {
        bench.commit(vec![Change::Post(post)]).await;
    }
    bench
        .commit(vec![Change::Post(late), Change::Post(third)])
        .await;

    let seqs = bench
        .seen("SELECT concat_ws(' ', chat, id, seq) FROM outbox ORDER BY chat, seq")
        .await;
    let [late, early, elsewhere, third] = ids;
    let expected = [
        format!("-100 {early} 1"),
        format!("-100 {late} 2"),
        format!("-100 {third} 3"),
        format!("33 {elsewhere} 1"),
    ];
    assert_eq!(seqs, expected);
    let unfinished = bench.store.unfinished().await.unwrap();
    let waiting: Vec<i64> = unfinished.posts.iter().map(|(post, _)| post.id.0).collect();
    assert_eq!(waiting, [early, late, third, elsewhere]);
}

#[tokio::test]
async fn what_waits_is_read_back_as_it_was_written_and_says_whether_its_call_began() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let mut posts = Vec::new();
    for kind in Kind::ALL {
        let mut post = bench.post(place(-100, 7), kind, Some(turn.id));
        post.body = Body {
            text: "naïve 🦀\n\"quoted\"".to_owned(),
            entities: vec![crate::model::Entity {
                kind: crate::model::EntityKind::Pre {
                    language: "yaml".to_owned(),
                },
                offset: 1,
                length: 2,
            }],
            reply_to: Some(MessageId(5)),
            silent: true,
            buttons: vec![vec![crate::model::Shown {
                label: "Run again".to_owned(),
                token: "token".to_owned(),
            }]],
            target: Some(OutboxId(1)),
            file: Some(crate::model::Carried {
                shape: crate::model::Shape::Photo,
                otherwise: "It was refused.".to_owned(),
            }),
        };
        bench.commit(vec![Change::Post(post.clone())]).await;
        posts.push((post, false));
    }
    bench.commit(vec![Change::Sending(posts[1].0.id)]).await;
    posts[1].0.sends = 1;
    posts[1].1 = true;
    assert_eq!(bench.store.unfinished().await.unwrap().posts, posts);
}

#[tokio::test]
async fn a_row_knows_the_message_that_it_became() {
    let bench = Bench::new().await;
    let posts = [Kind::Reply, Kind::Edit].map(|kind| bench.post(HERE, kind, None));
    let [reply, edit] = posts.clone().map(|post| post.id);
    bench.commit(posts.map(Change::Post).to_vec()).await;
    assert_eq!(bench.store.message_of(reply).await.unwrap(), None);
    let none = Change::Sent {
        post: edit,
        message: None,
    };
    let both = [reply, edit].map(Change::Sending);
    bench
        .commit(both.into_iter().chain([sent(reply, 41), none]).collect())
        .await;
    assert_eq!(
        bench.store.message_of(reply).await.unwrap(),
        Some(MessageId(41))
    );
    assert_eq!(bench.store.message_of(edit).await.unwrap(), None);
    assert_eq!(bench.store.message_of(OutboxId(99)).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_is_kept_as_long_as_it_may_have_to_be_sent_again() {
    for (state, kept) in STATES
        .into_iter()
        .zip([true, true, false, false, false, false])
    {
        let bench = Bench::new().await;
        let post = bench.post(HERE, Kind::Final, None);
        let id = post.id;
        let report = file(id);
        bench.commit(vec![Change::Post(post), report.clone()]).await;
        bench.commit(way_to(state, id)).await;
        let bench = bench.reopened().await;
        let read = bench.store.file_of(id).await.unwrap();
        let read = read.map(|file| Change::Attach { post: id, file });
        assert_eq!(read, kept.then_some(report), "{state}");
        let rows = bench.seen("SELECT name FROM outbox_files").await;
        assert_eq!(rows.len(), usize::from(kept), "{state}");
    }
}

#[tokio::test]
async fn the_files_of_an_answer_that_telegram_refused_go_with_it() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let posts = [0, 1].map(|_| bench.post(HERE, Kind::Final, Some(turn.id)));
    let ids = posts.clone().map(|post| post.id);
    let mut changes = vec![end(turn.id, Outcome::Answered)];
    changes.extend(posts.map(Change::Post));
    changes.push(file(ids[1]));
    bench.commit(changes).await;
    let undeliverable = Change::Undeliverable { turn: turn.id };
    bench
        .commit(vec![
            Change::Sending(ids[0]),
            refused(ids[0]),
            undeliverable,
        ])
        .await;
    assert_eq!(bench.store.file_of(ids[1]).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_without_a_post_that_waits_is_refused() {
    let bench = Bench::new().await;
    let post = bench.post(HERE, Kind::Final, None);
    let id = post.id;
    bench.is_stale(vec![file(id)]).await;
    bench.commit(vec![Change::Post(post)]).await;
    bench.commit(way_to("sent", id)).await;
    bench.is_stale(vec![file(id)]).await;
}
