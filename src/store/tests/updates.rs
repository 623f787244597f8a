//! An update is stored before it is acknowledged, once, and comes to one end.

use super::*;

#[tokio::test]
async fn an_update_that_is_delivered_three_times_is_new_once() {
    let bench = Bench::new().await;
    assert_eq!(bench.accept(&[1, 2]).await, [1, 2]);
    assert_eq!(bench.accept(&[2, 3]).await, [3]);
    assert_eq!(bench.accept(&[1, 2, 3]).await, [0_i64; 0]);
    assert_eq!(bench.accept(&[4, 4]).await, [4], "within one batch, too");
    bench.commit(vec![ends(1, UpdateEnd::Control)]).await;
    assert_eq!(bench.accept(&[1]).await, [0_i64; 0], "after its end, too");
}

#[tokio::test]
async fn ids_that_jump_forwards_or_backwards_are_new_all_the_same() {
    let bench = Bench::new().await;
    for id in [500, 10_000_000, 3, -4] {
        assert_eq!(bench.accept(&[id]).await, [id]);
    }
}

#[tokio::test]
async fn what_nobody_has_dealt_with_is_read_again_oldest_first_and_bounded() {
    let bench = Bench::new().await;
    bench.accept(&[3, 1, 2, 4]).await;
    bench
        .commit(vec![ends(2, UpdateEnd::Ignored("test"))])
        .await;
    let first = bench.store.new_updates(2).await.unwrap();
    assert_eq!(first, [update(1), update(3)]);
    assert_eq!(bench.store.new_updates(9).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_end_of_an_update_erases_its_text_and_says_what_became_of_it() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    bench.accept(&[1, 2, 3, 4]).await;
    let all = vec![
        ends(1, UpdateEnd::Turn(turn.id)),
        ends(2, UpdateEnd::Control),
        ends(3, UpdateEnd::Ignored("not addressed")),
        ends(4, UpdateEnd::Refused("stranger")),
    ];
    bench.commit(all).await;
    let seen = "SELECT concat_ws(' ', update_id, state, reason, ended_at IS NOT NULL) FROM updates
                WHERE body IS NULL ORDER BY update_id";
    let expected = [
        "1 turn 1",
        "2 control 1",
        "3 ignored not addressed 1",
        "4 refused stranger 1",
    ];
    assert_eq!(bench.seen(seen).await, expected);
    let joined = bench
        .seen("SELECT concat_ws(' ', update_id, turn) FROM turn_updates")
        .await;
    assert_eq!(joined, [format!("1 {}", turn.id)]);
}

#[tokio::test]
async fn an_update_ends_once_and_only_if_it_was_accepted() {
    let bench = Bench::new().await;
    bench.accept(&[1]).await;
    bench.commit(vec![ends(1, UpdateEnd::Control)]).await;
    bench
        .is_stale(vec![audit("twice"), ends(1, UpdateEnd::Control)])
        .await;
    bench
        .is_stale(vec![audit("never came"), ends(2, UpdateEnd::Control)])
        .await;
}

#[tokio::test]
async fn two_bots_in_one_file_see_nothing_of_each_other() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let post = bench.post(HERE, Kind::Reply, Some(turn.id));
    bench.accept(&[1]).await;
    let current = Change::SetCurrent {
        place: HERE,
        user: ANNA,
        agent: "k8s".into(),
    };
    let told = Change::TellStranger {
        who: 5,
        day: 1,
        rows_max: 9,
    };
    bench.commit(vec![Change::Post(post), current, told]).await;
    bench.store.close().await;

    let lock = Ownership::wait(&bench.path()).await.unwrap();
    let other = Sqlite::open(&bench.path(), BotId(8), lock).await.unwrap();
    assert_eq!(other.new_updates(9).await.unwrap(), []);
    let unfinished = other.unfinished().await.unwrap();
    assert!(unfinished.turns.is_empty() && unfinished.posts.is_empty());
    assert_eq!(other.seat(HERE, ANNA).await.unwrap(), Seat::default());
    assert_eq!(other.stranger_told(5).await.unwrap(), None);
    let fresh = other.accept(vec![update(1)]).await.unwrap();
    assert_eq!(fresh, [update(1)], "its update 1 is another one");
}
