//! Seats, conversations, buttons, strangers and the audit.

use super::*;

#[tokio::test]
async fn after_new_the_slot_points_at_the_new_conversation_and_the_old_one_is_closed() {
    let bench = Bench::new().await;
    let old = bench.conversation(HERE, ANNA, "k8s");
    let other = bench.conversation(HERE, ANNA, "istio");
    let opened = [&old, &other].map(|one| Change::OpenConversation(one.clone()));
    bench.commit(opened.to_vec()).await;
    let fresh = Conversation {
        context: Some("ours".into()),
        ..bench.conversation(HERE, ANNA, "k8s")
    };
    let new = vec![
        Change::OpenConversation(fresh.clone()),
        Change::CloseConversation(old.id),
    ];
    bench.commit(new).await;

    let mut seat = bench.store.seat(HERE, ANNA).await.unwrap();
    seat.conversations
        .sort_by_key(|conversation| conversation.id);
    assert_eq!(seat.conversations, [other, fresh]);
    let closed = bench
        .seen("SELECT CAST(id AS TEXT) FROM conversations WHERE closed_at IS NOT NULL")
        .await;
    assert_eq!(closed, [old.id.to_string()]);
}

#[tokio::test]
async fn a_conversation_that_is_opened_twice_does_not_take_its_slot_back() {
    let bench = Bench::new().await;
    let [old, fresh] = [(); 2].map(|()| bench.conversation(HERE, ANNA, "k8s"));
    for conversation in [&old, &fresh, &old] {
        let open = Change::OpenConversation(conversation.clone());
        bench.commit(vec![open]).await;
    }
    let seat = bench.store.seat(HERE, ANNA).await.unwrap();
    assert_eq!(seat.conversations, [fresh]);
}

#[tokio::test]
async fn a_seat_is_that_of_one_person_in_one_chat_and_topic() {
    let bench = Bench::new().await;
    let current = |place, user, agent: &str| Change::SetCurrent {
        place,
        user,
        agent: agent.into(),
    };
    let mine = bench.conversation(HERE, ANNA, "k8s");
    let changes = vec![
        current(HERE, ANNA, "k8s"),
        current(HERE, ANNA, "istio"),
        current(HERE, BEN, "argo"),
        current(place(-100, 7), ANNA, "helm"),
        Change::OpenConversation(mine.clone()),
    ];
    bench.commit(changes).await;

    let seats = [
        (HERE, ANNA),
        (HERE, BEN),
        (place(-100, 7), ANNA),
        (place(-101, 0), ANNA),
    ];
    let mut agents = Vec::new();
    for (place, user) in seats {
        let seat = bench.store.seat(place, user).await.unwrap();
        agents.push(seat.current.map(|(agent, _)| agent));
        let expected: &[Conversation] = if (place, user) == (HERE, ANNA) {
            std::slice::from_ref(&mine)
        } else {
            &[]
        };
        assert_eq!(seat.conversations, expected);
    }
    let expected = [Some("istio"), Some("argo"), Some("helm"), None];
    assert_eq!(agents, expected.map(|agent| agent.map(AgentName::from)));
}

#[tokio::test]
async fn a_context_that_became_known_is_kept() {
    let bench = Bench::new().await;
    let conversation = bench.conversation(HERE, ANNA, "k8s");
    let context = Change::Context {
        conversation: conversation.id,
        context: "theirs".into(),
    };
    bench
        .commit(vec![
            Change::OpenConversation(conversation.clone()),
            context,
        ])
        .await;
    let seat = bench.store.seat(HERE, ANNA).await.unwrap();
    let known = Conversation {
        context: Some("theirs".into()),
        ..conversation
    };
    assert_eq!(seat.conversations, [known]);
}

#[tokio::test]
async fn a_question_in_words_is_kept_by_its_conversation_then_by_the_turn_that_answers_it() {
    let bench = Bench::new().await;
    let conversation = bench.conversation(HERE, ANNA, "k8s");
    let awaited = Awaited {
        task: "task-1".into(),
        protocol: Protocol::V10,
        of: ANNA,
        said: Some("said-1".into()),
    };
    let awaits = |awaited| Change::Await {
        conversation: conversation.id,
        awaited,
    };
    let opened = Change::OpenConversation(conversation.clone());
    bench
        .commit(vec![opened, awaits(Some(awaited.clone()))])
        .await;
    let seat = bench.store.seat(HERE, ANNA).await.unwrap();
    assert_eq!(seat.conversations[0].awaited, Some(awaited.clone()));

    let turn = Turn {
        answers: Some(awaited),
        ..bench.turn_in(&conversation)
    };
    bench
        .commit(vec![Change::OpenTurn(turn.clone()), awaits(None)])
        .await;
    let seat = bench.store.seat(HERE, ANNA).await.unwrap();
    assert_eq!(seat.conversations[0].awaited, None);
    let unfinished = bench.store.unfinished().await.unwrap();
    assert_eq!(unfinished.turns, [(turn, conversation)]);
}

fn told(who: i64, day: i64) -> Change {
    Change::TellStranger {
        who,
        day,
        rows_max: 3,
    }
}

#[tokio::test]
async fn strangers_are_remembered_up_to_a_bound_and_the_oldest_go() {
    let bench = Bench::new().await;
    for (who, day) in [(1, 10), (2, 11), (3, 12), (1, 13), (4, 13)] {
        bench.commit(vec![told(who, day)]).await;
    }
    let mut days = Vec::new();
    for who in 1..=4 {
        days.push(bench.store.stranger_told(who).await.unwrap());
    }
    assert_eq!(days, [Some(13), None, Some(12), Some(13)]);
}

#[tokio::test]
async fn on_a_day_of_many_strangers_the_one_who_was_told_last_is_remembered() {
    let bench = Bench::new().await;
    for who in [1, 5, -3, 9, 7, -8] {
        bench.commit(vec![told(who, 10)]).await;
        let day = bench.store.stranger_told(who).await.unwrap();
        assert_eq!(
            day,
            Some(10),
            "{who} would be told again with every message"
        );
        let rows = bench.seen("SELECT CAST(who AS TEXT) FROM strangers").await;
        assert!(rows.len() <= 3, "{rows:?}");
    }
}

#[tokio::test]
async fn the_audit_cannot_be_rewritten() {
    let bench = Bench::new().await;
    bench.commit(vec![audit("asked")]).await;
    let mut file = by_hand(&bench.path()).await;
    let rewritten = query("UPDATE audit SET user = 5").execute(&mut file).await;
    assert!(rewritten.unwrap_err().to_string().contains("append-only"));
    let line = "SELECT concat_ws(' ', chat, user, event) FROM audit";
    assert_eq!(bench.seen(line).await, ["-100 11 asked"]);
}
