//! What a message writes goes to the end of its table: as many pages in a store that is full of old
//! rows as in a new one. Counted are the pages in the log of a commit.

use super::*;
use crate::store::apply;
use crate::store::write::{self, Writing};

/// People who write, each in a private chat of their own.
const PEOPLE: i64 = 100;
/// Old rows of each, in conversations of ten turns: their places in an index are pages of their own.
const OLD: [&str; 4] = [
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
     INSERT INTO conversations (bot, chat, topic, user, agent, principal, opened_at, closed_at, used_at)
     SELECT 7000000001, i % 100, 0, i % 100, 'k8s', '', i, i, i FROM n",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
     INSERT INTO turns (bot, conversation, chat, topic, asked_by, route, first_update, reply_to, text,
                        state, attempt, opened_at, ended_at)
     SELECT 7000000001, 101 + i % 2000, i % 100, 0, i % 100, 'k8s', i, i, '', 'answered', 1, i, i FROM n",
    "INSERT INTO turn_messages (bot, chat, message, turn) SELECT bot, chat, reply_to, id FROM turns",
    "INSERT INTO outbox (bot, chat, topic, seq, turn, kind, state, message_id, posted_at, ended_at)
     SELECT bot, chat, topic, id, id, 'final', 'sent', id, ended_at, ended_at FROM turns",
];
const PAGE: u64 = 4096;

fn chat(person: i64) -> Place {
    place(person, 0)
}

fn commit(file: &Writing, changes: &[Change]) {
    for change in changes {
        apply::change(file, BOT, change, NOON).unwrap();
    }
}

/// Everybody's question, from its arrival to its answer.
fn everybody_asks(file: &Writing, bench: &Bench, conversations: &[Conversation]) {
    for (conversation, n) in conversations.iter().zip(1_000_000..) {
        apply::accept(file, BOT, &[update(n)]).unwrap();
        let mut turn = bench.turn_in(conversation);
        turn.id = TurnId(n);
        turn.update = UpdateId(n);
        turn.pieces = vec![piece(n, "what pods are failing?")];
        let mut post = bench.post(turn.place, Kind::Final, Some(turn.id));
        post.id = OutboxId(n);
        let (id, post_id) = (turn.id, post.id);
        let asked = [
            Change::OpenTurn(turn),
            ends(n, UpdateEnd::Turn(id)),
            audit("asked"),
            submit(id),
            end(id, Outcome::Answered),
            Change::Post(post),
            Change::Sending(post_id),
            sent(post_id, n),
        ];
        commit(file, &asked);
    }
}

/// The pages that it takes when everybody asks once.
async fn pages(old: &[&'static str]) -> u64 {
    let bench = Bench::new().await;
    let people = 0..PEOPLE;
    let conversation = |person| bench.conversation(chat(person), UserId(person), "k8s");
    let conversations: Vec<_> = people.map(conversation).collect();
    let opened = conversations.iter().cloned().map(Change::OpenConversation);
    let opened: Vec<_> = opened.collect();
    bench.store.commit(opened).await.unwrap();
    let mut by_hand = by_hand(&bench.path()).await;
    for sql in old {
        query(*sql).execute(&mut by_hand).await.unwrap();
    }
    by_hand.close().await.unwrap();
    let file = write::connect(&bench.path()).unwrap();
    file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); BEGIN")
        .unwrap();
    everybody_asks(&file, &bench, &conversations);
    file.execute_batch("COMMIT").unwrap();
    let log = bench.path().with_extension("db-wal");
    std::fs::metadata(log).unwrap().len() / PAGE
}

#[tokio::test]
async fn a_message_touches_no_more_pages_in_a_full_store_than_in_a_new_one() {
    let (new, full) = (pages(&[]).await, pages(&OLD).await);
    // Each index is a page or two deeper; but nobody has a page of their own in any.
    assert!(
        full < new + 50,
        "{new} pages in a new store, {full} in a full one"
    );
}
