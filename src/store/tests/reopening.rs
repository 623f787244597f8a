//! What a process leaves, the next one finds.

use super::*;

#[tokio::test]
async fn everything_is_found_again() {
    let bench = Bench::new().await;
    bench.accept(&[1, 2]).await;
    let turn = bench.turn().await;
    let placeholder = bench.post(HERE, Kind::Placeholder, Some(turn.id));
    let notice = bench.post(HERE, Kind::Notice, Some(turn.id));
    let button = Button {
        token: "again".to_owned(),
        place: HERE,
        action: Action::LeaveIt {
            turn: turn.id,
            attempt: 1,
        },
        post: notice.id,
        whom: Whom::Person(ANNA),
        group: 0,
        expires_at: NOON,
    };
    let changes = vec![
        ends(1, UpdateEnd::Turn(turn.id)),
        submit(turn.id),
        Change::Placeholder {
            turn: turn.id,
            post: placeholder.id,
        },
        Change::Post(placeholder.clone()),
        Change::Sending(placeholder.id),
        sent(placeholder.id, 41),
        Change::Post(notice.clone()),
        Change::ShowButton(button.clone()),
        Change::SetCurrent {
            place: HERE,
            user: ANNA,
            agent: "k8s".into(),
        },
        Change::TellStranger {
            who: 5,
            day: 10,
            rows_max: 9,
        },
    ];
    bench.commit(changes).await;
    let seat = bench.store.seat(HERE, ANNA).await.unwrap();

    let bench = bench.reopened().await;
    let store = &bench.store;
    assert_eq!(store.new_updates(9).await.unwrap(), [update(2)]);
    let unfinished = store.unfinished().await.unwrap();
    let submitting = Turn {
        state: TurnState::Submitting,
        prompt: Some("prompt-1".into()),
        protocol: Some(Protocol::V03),
        placeholder: Some(placeholder.id),
        ..turn
    };
    assert_eq!(unfinished.turns[0].0, submitting);
    assert_eq!(unfinished.posts, [(notice, false)]);
    assert_eq!(store.seat(HERE, ANNA).await.unwrap(), seat);
    assert_eq!(
        store.message_of(placeholder.id).await.unwrap(),
        Some(MessageId(41))
    );
    assert_eq!(
        store.button("again".to_owned()).await.unwrap(),
        Some(button)
    );
    assert_eq!(store.stranger_told(5).await.unwrap(), Some(10));
}

#[tokio::test]
async fn what_was_committed_survives_a_death_without_goodbye() {
    let dir = TempDir::new().unwrap();
    let file = path(&dir);
    // A runtime that ends takes the writer along, as a SIGKILL would.
    let first = file.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let store = open(&first, "first").await.unwrap();
            store.commit(vec![audit("kept")]).await.unwrap();
            std::mem::forget(store.commit(vec![audit("not yet")]));
        });
    })
    .join()
    .unwrap();
    let store = open(&file, "first").await.unwrap();
    store.prove_ownership().await.unwrap();
    let event = query_scalar::<_, String>("SELECT event FROM audit LIMIT 1");
    let event = event.fetch_one(&mut by_hand(&file).await).await.unwrap();
    assert_eq!(event, "kept");
}

#[tokio::test]
async fn ids_never_go_backwards_not_even_when_their_rows_are_gone() {
    let bench = Bench::new().await;
    let conversation = bench.conversation(HERE, ANNA, "k8s");
    let [first, second] = [(); 2].map(|()| bench.turn_in(&conversation));
    let posts = [(); 3].map(|()| bench.post(HERE, Kind::Reply, None));
    assert!(first.id < second.id);
    let last = (second.id, conversation.id, posts[2].id);
    let mut changes = vec![
        Change::OpenConversation(conversation),
        Change::OpenTurn(second),
    ];
    changes.extend(posts.map(Change::Post));
    bench.commit(changes).await;
    let mut file = by_hand(&bench.path()).await;
    for sql in [
        "DELETE FROM outbox",
        "DELETE FROM turn_messages",
        "DELETE FROM turns",
        "DELETE FROM slots",
        "DELETE FROM conversations",
    ] {
        query(sql).execute(&mut file).await.unwrap();
    }
    file.close().await.unwrap();

    let bench = bench.reopened().await;
    let store = &bench.store;
    let fresh = (store.new_turn(), store.new_conversation(), store.new_post());
    assert!(
        fresh.0 > last.0 && fresh.1 > last.1 && fresh.2 > last.2,
        "{fresh:?} {last:?}"
    );
}

#[tokio::test]
async fn each_owner_has_a_higher_epoch_than_the_one_before() {
    let bench = Bench::new().await.reopened().await.reopened().await;
    assert_eq!(
        bench.seen("SELECT CAST(epoch AS TEXT) FROM owner").await,
        ["3"]
    );
}
