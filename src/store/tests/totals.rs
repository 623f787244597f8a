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
