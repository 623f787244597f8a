//! A group becomes a supergroup, or Telegram lets nothing into a chat any more.

use super::*;

const SUPER: Place = place(-1_000_000_000_100, 0);

fn moves() -> Change {
    Change::MoveChat {
        from: HERE.chat,
        to: SUPER.chat,
    }
}

/// A post of a turn that is sent as this message.
async fn shown(bench: &Bench, turn: &Turn, kind: Kind, message: i64) -> OutboxId {
    let post = bench.post(turn.place, kind, Some(turn.id));
    let id = post.id;
    bench.commit(vec![Change::Post(post)]).await;
    bench.commit(vec![Change::Sending(id)]).await;
    bench.commit(vec![sent(id, message)]).await;
    id
}

#[tokio::test]
async fn a_message_of_ours_tells_its_agent_in_its_own_chat_only() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    shown(&bench, &turn, Kind::Final, 77).await;
    let of = async |place: Place, message| {
        let agent = bench.store.agent_of(place.chat, MessageId(message)).await;
        agent.unwrap().map(|agent| agent.0)
    };
    assert_eq!(of(HERE, 77).await.as_deref(), Some("k8s"));
    assert_eq!(of(HERE, 78).await, None);
    assert_eq!(of(SUPER, 77).await, None, "numbers repeat between chats");
}

#[tokio::test]
async fn everything_that_is_known_of_a_group_moves_with_it_and_the_principal_stays() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let placeholder = shown(&bench, &turn, Kind::Placeholder, 77).await;
    let mut waits = bench.post(HERE, Kind::Final, Some(turn.id));
    waits.body.reply_to = Some(MessageId(2));
    let current = Change::SetCurrent {
        place: HERE,
        user: ANNA,
        agent: "k8s".into(),
    };
    let stranger = Change::TellStranger {
        who: HERE.chat.0,
        day: 1,
        rows_max: 10,
    };
    let (waiting, elsewhere) = (waits.id, bench.post(place(-7, 0), Kind::Reply, None));
    bench
        .commit(vec![
            Change::Post(waits),
            Change::Post(elsewhere),
            Change::Post(bench.post(SUPER, Kind::Reply, None)),
            current,
            stranger,
        ])
        .await;
    bench.commit(vec![moves()]).await;

    let seat = bench.store.seat(SUPER, ANNA).await.unwrap();
    assert_eq!(seat.current.map(|(agent, _)| agent), Some("k8s".into()));
    assert_eq!(seat.conversations[0].principal.as_str(), "telegram:11");
    assert_eq!(seat.conversations[0].id, turn.conversation);
    assert_eq!(bench.store.seat(HERE, ANNA).await.unwrap(), Seat::default());
    let told = bench.store.stranger_told(SUPER.chat.0).await.unwrap();
    assert_eq!(told, Some(1));
    let gone = bench.store.message_of(placeholder).await.unwrap();
    assert_eq!(gone, None, "what stands in the old chat is out of reach");

    let bench = bench.reopened().await;
    let left = bench.store.unfinished().await.unwrap();
    assert_eq!(left.moves, [(HERE.chat, SUPER.chat)]);
    assert_eq!(left.turns[0].0.place, SUPER);
    assert_eq!(left.turns[0].0.reply_to, MessageId::NONE);
    let posts: Vec<_> = left
        .posts
        .iter()
        .filter(|(post, _)| post.place == SUPER)
        .map(|(post, _)| (post.id, post.body.reply_to, post.body.text.as_str()))
        .collect();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[1], (waiting, None, "a final"), "behind what waited");
    assert_eq!(left.posts.len(), 3, "another chat keeps what is its own");
}

#[tokio::test]
async fn a_move_that_is_told_twice_moves_once() {
    let bench = Bench::new().await;
    bench.turn().await;
    bench.commit(vec![moves()]).await;
    let before = bench.everything().await;
    bench.commit(vec![moves()]).await;
    assert_eq!(bench.everything().await, before);
}

#[tokio::test]
async fn whoever_was_quicker_in_the_supergroup_than_the_news_keeps_what_they_have_there() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let fresh = bench.conversation(SUPER, ANNA, "k8s");
    let id = fresh.id;
    bench.commit(vec![Change::OpenConversation(fresh)]).await;
    bench.commit(vec![moves()]).await;
    let seat = bench.store.seat(SUPER, ANNA).await.unwrap();
    let ids: Vec<_> = seat.conversations.iter().map(|known| known.id).collect();
    assert_eq!(ids, [id]);
    let slots = bench.seen("SELECT agent FROM slots").await;
    assert_eq!(slots.len(), 1);
    let over = "SELECT CAST(id AS TEXT) FROM conversations WHERE closed_at IS NOT NULL";
    let turn = turn.conversation.0.to_string();
    assert_eq!(
        bench.seen(over).await,
        [turn],
        "nothing leads there any more"
    );
}

#[tokio::test]
async fn what_waits_for_a_closed_chat_is_dropped_and_its_turns_are_undeliverable() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let mut finals: Vec<Post> = [Kind::Final, Kind::Final, Kind::Delete]
        .into_iter()
        .map(|kind| bench.post(HERE, kind, Some(turn.id)))
        .collect();
    finals.push(bench.post(SUPER, Kind::Reply, None));
    let mut changes = vec![submit(turn.id), working(turn.id)];
    changes.push(end(turn.id, Outcome::Answered));
    changes.extend(finals.into_iter().map(Change::Post));
    bench.commit(changes).await;
    bench.commit(vec![Change::CloseChat(HERE.chat)]).await;
    assert_eq!(
        bench.seen("SELECT state FROM turns").await,
        ["undeliverable"]
    );
    let states = bench.seen("SELECT state FROM outbox ORDER BY id").await;
    assert_eq!(states, ["dropped", "dropped", "dropped", "pending"]);
}

#[tokio::test]
async fn a_turn_that_still_runs_outlives_the_closing_of_its_chat() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let placeholder = bench.post(HERE, Kind::Placeholder, Some(turn.id));
    bench
        .commit(vec![submit(turn.id), Change::Post(placeholder)])
        .await;
    bench.commit(vec![Change::CloseChat(HERE.chat)]).await;
    assert_eq!(bench.seen("SELECT state FROM turns").await, ["submitting"]);
}
