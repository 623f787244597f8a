//! Conversations to go back to.

use super::*;

/// A conversation with a turn that says this.
async fn asked(bench: &Bench, user: UserId, agent: &str, text: &str) -> (Conversation, Turn) {
    let conversation = bench.conversation(HERE, user, agent);
    let turn = Turn {
        text: text.to_owned(),
        pieces: vec![piece(2, text)],
        ..bench.turn_in(&conversation)
    };
    let changes = vec![
        Change::OpenConversation(conversation.clone()),
        Change::OpenTurn(turn.clone()),
    ];
    bench.commit(changes).await;
    (conversation, turn)
}

async fn over(bench: &Bench, turn: &Turn) {
    let over = vec![
        submit(turn.id),
        working(turn.id),
        end(turn.id, Outcome::Answered),
    ];
    bench.commit(over).await;
}

/// What Anna finds here: the ids, their words, and whether they are busy.
async fn found(bench: &Bench) -> Vec<(ConversationId, Option<String>, bool)> {
    let recent = bench.store.recent(HERE, ANNA, 10).await.unwrap();
    let recent = recent.into_iter();
    recent
        .map(|one| (one.conversation.id, one.words, one.busy))
        .collect()
}

#[tokio::test]
async fn people_find_what_they_and_all_have_asked_here_the_last_used_first() {
    let bench = Bench::new().await;
    let (first, turn) = asked(&bench, ANNA, "k8s", " what  pods\nare failing?").await;
    let (other, _) = asked(&bench, ANNA, "istio", "routes?").await;
    let (all, _) = asked(&bench, UserId::SHARED, "k8s", "who broke it?").await;
    asked(&bench, BEN, "k8s", "mine").await;
    // Nothing was asked in it.
    let empty = bench.conversation(HERE, ANNA, "k8s");
    bench.commit(vec![Change::OpenConversation(empty)]).await;
    let words = |words: &str| Some(words.to_owned());
    let expected = [
        (all.id, words("who broke it?"), true),
        (other.id, words("routes?"), true),
        (first.id, words("what pods are failing?"), true),
    ];
    assert_eq!(found(&bench).await, expected);

    // Its end is a use of it, and its words outlive the text of its question.
    over(&bench, &turn).await;
    let first = (first.id, words("what pods are failing?"), false);
    assert_eq!(found(&bench).await[0], first);
    let two = bench.store.recent(HERE, ANNA, 2).await.unwrap();
    assert_eq!(two.len(), 2);
    let elsewhere = bench.store.recent(place(-100, 7), ANNA, 10).await.unwrap();
    assert_eq!(elsewhere, []);
}

#[tokio::test]
async fn the_words_are_those_of_the_first_question_as_it_was_last_worded() {
    let bench = Bench::new().await;
    let (conversation, first) = asked(&bench, ANNA, "k8s", "pods?").await;
    let second = Turn {
        pieces: vec![piece(3, "nodes?")],
        ..bench.turn_in(&conversation)
    };
    bench.commit(vec![Change::OpenTurn(second.clone())]).await;
    for (turn, message, text) in [(&second, 3, "logs?"), (&first, 2, "events?")] {
        let reword = Change::Reword {
            turn: turn.id,
            chat: HERE.chat,
            pieces: vec![piece(message, text)],
            gathering: None,
        };
        bench.commit(vec![reword]).await;
    }
    assert_eq!(found(&bench).await[0].1.as_deref(), Some("events?"));
}

#[tokio::test]
async fn a_slot_points_at_an_earlier_conversation_again_once_nothing_runs_there() {
    let bench = Bench::new().await;
    let (old, first) = asked(&bench, ANNA, "k8s", "pods?").await;
    let (new, second) = asked(&bench, ANNA, "k8s", "nodes?").await;
    let (other, _) = asked(&bench, ANNA, "istio", "routes?").await;
    let closed = "SELECT CAST(id AS TEXT) FROM conversations WHERE closed_at IS NOT NULL";
    assert_eq!(bench.seen(closed).await, [old.id.to_string()]);

    bench.is_stale(vec![Change::Resume(old.id)]).await;
    over(&bench, &first).await;
    bench.is_stale(vec![Change::Resume(old.id)]).await;
    over(&bench, &second).await;
    bench
        .is_stale(vec![Change::Resume(ConversationId(404))])
        .await;
    // What istio is asked does not matter.
    bench.commit(vec![Change::Resume(old.id)]).await;

    let mut seat = bench.store.seat(HERE, ANNA).await.unwrap();
    seat.conversations.sort_by_key(|one| one.id);
    let ids: Vec<_> = seat.conversations.iter().map(|one| one.id).collect();
    assert_eq!(ids, [old.id, other.id]);
    assert!(seat.used.contains_key(&old.id));
    assert_eq!(bench.seen(closed).await, [new.id.to_string()]);
    assert_eq!(found(&bench).await[0].0, old.id);
}
