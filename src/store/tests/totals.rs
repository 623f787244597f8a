//! The sums that hold at every moment.

use super::*;

#[tokio::test]
async fn the_sums_count_each_update_and_each_turn_once() {
    let bench = Bench::new().await;
    bench.accept(&[1, 2, 3]).await;
    let turn = bench.turn().await.id;
    let another = bench.turn().await.id;
    let post = bench.post(HERE, Kind::Notice, None);
    let changes = vec![
        ends(1, UpdateEnd::Turn(turn)),
        ends(2, UpdateEnd::Refused("not allowed")),
        end(another, Outcome::Stopped),
        Change::Post(post),
    ];
    bench.commit(changes).await;
    let totals = bench.store.totals(NOON).await.unwrap();
    let row = |name: &str, count| (name.to_owned(), count);
    let updates = [row("new", 1), row("refused", 1), row("turn", 1)];
    assert_eq!(totals.updates, updates);
    assert_eq!(totals.turns, [row("queued", 1), row("stopped", 1)]);
    assert!(
        totals.posts.0 == 1 && totals.posts.1.is_some(),
        "{totals:?}"
    );
}

/// The sums beside the rows that they count.
async fn counted(bench: &Bench) -> [Vec<String>; 2] {
    let rows = "SELECT 'update ' || state || ' ' || count(*) FROM updates
                    WHERE ended_at IS NOT NULL GROUP BY state
                UNION ALL SELECT 'turn ' || state || ' ' || count(*) FROM turns
                    WHERE ended_at IS NOT NULL GROUP BY state
                ORDER BY 1";
    let sums = "SELECT kind || ' ' || state || ' ' || stands FROM sums WHERE stands > 0 ORDER BY 1";
    [bench.seen(rows).await, bench.seen(sums).await]
}

#[tokio::test]
async fn the_sums_are_those_of_the_rows_whatever_becomes_of_these() {
    let bench = Bench::new().await;
    bench.accept(&[1, 2, 3]).await;
    bench.accept(&[3, 4]).await;
    let [over, refused, waits] = [
        bench.turn().await.id,
        bench.turn().await.id,
        bench.turn().await.id,
    ];
    let again = Change::Requeue {
        turn: refused,
        attempt: 1,
    };
    let word = bench.post(HERE, Kind::Final, Some(over));
    for changes in [
        vec![ends(1, UpdateEnd::Turn(over)), submit(over)],
        vec![ends(2, UpdateEnd::Joined(over)), working(over)],
        vec![working(over), ends(3, UpdateEnd::Ignored("not for us"))],
        vec![end(over, Outcome::Answered), Change::Post(word)],
        vec![end(refused, Outcome::ToldFailed)],
        vec![again],
        vec![submit(refused), submit(waits)],
        vec![end(refused, Outcome::ToldFailed)],
        vec![Change::CloseChat(HERE.chat)],
    ] {
        bench.commit(changes).await;
        let [rows, sums] = counted(&bench).await;
        assert_eq!(rows, sums);
    }
    let totals = bench.store.totals(NOON).await.unwrap();
    let row = |name: &str, count| (name.to_owned(), count);
    let ended = [
        row("answered", 1),
        row("told_failed", 2),
        row("undeliverable", 1),
    ];
    assert_eq!(totals.turns_ended, ended, "what is run again ends again");
    let ended = [row("ignored", 1), row("joined", 1), row("turn", 1)];
    assert_eq!(totals.updates_ended, ended);
}

#[tokio::test]
async fn a_list_of_changes_that_is_refused_counts_nothing() {
    let bench = Bench::new().await;
    bench.accept(&[1]).await;
    let turn = bench.turn().await.id;
    let before = counted(&bench).await;
    let refused = [ends(1, UpdateEnd::Turn(turn)), submit(turn), submit(turn)];
    bench.is_stale(refused.to_vec()).await;
    assert_eq!(counted(&bench).await, before);
}
