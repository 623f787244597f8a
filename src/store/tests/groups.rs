//! All of a list is committed, or nothing; a list that fails harms no other.

use super::*;

#[tokio::test]
async fn a_stale_list_leaves_nothing_and_the_lists_beside_it_are_kept() {
    let bench = Bench::new().await;
    bench.accept(&[1, 2, 3]).await;
    let lists = [
        vec![audit("a"), ends(1, UpdateEnd::Control)],
        // Its first change applies; its second ends an update a second time.
        vec![
            ends(2, UpdateEnd::Control),
            ends(1, UpdateEnd::Control),
            audit("b"),
        ],
        vec![ends(3, UpdateEnd::Control), audit("c")],
        vec![audit("d"), ends(9, UpdateEnd::Control)],
        vec![audit("e")],
    ];
    // All are asked for before the writer runs, so that they share a group.
    let done = join_all(lists.map(|list| bench.store.commit(list))).await;
    let kept: Vec<bool> = done.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, false, true, false, true]);
    for refused in [&done[1], &done[3]] {
        assert!(matches!(refused, Err(StoreError::Stale(_))), "{refused:?}");
    }
    let events = bench.seen("SELECT event FROM audit ORDER BY id").await;
    assert_eq!(events, ["a", "c", "e"]);
    let new = bench.store.new_updates(9).await.unwrap();
    assert_eq!(
        new,
        [update(2)],
        "only the refused list's update waits again"
    );
}

#[tokio::test]
async fn of_two_that_want_the_same_update_one_is_refused() {
    let bench = Bench::new().await;
    bench.accept(&[1]).await;
    let one = |event| vec![ends(1, UpdateEnd::Control), audit(event)];
    let lists = [one("first"), one("second"), one("third")];
    let done = join_all(lists.map(|list| bench.store.commit(list))).await;
    let kept: Vec<bool> = done.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, false, false]);
    assert_eq!(bench.seen("SELECT event FROM audit").await, ["first"]);
}

#[tokio::test]
async fn a_list_that_can_never_be_applied_fails_alone_and_is_not_worth_a_retry() {
    let bench = Bench::new().await;
    let lost = bench.conversation(HERE, ANNA, "k8s");
    let orphan = bench.turn_in(&lost);
    let lists = [
        vec![audit("a")],
        vec![audit("b"), Change::OpenTurn(orphan)],
        vec![audit("c")],
    ];
    let done = join_all(lists.map(|list| bench.store.commit(list))).await;
    let kept: Vec<bool> = done.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, false, true], "{done:?}");
    assert!(matches!(&done[1], Err(error) if !error.retry()), "{done:?}");
    let events = bench.seen("SELECT event FROM audit ORDER BY id").await;
    assert_eq!(events, ["a", "c"]);
}

#[tokio::test]
async fn an_update_and_what_comes_of_it_share_a_group_without_waiting_for_each_other() {
    let bench = Bench::new().await;
    let accepted = bench.store.accept(vec![update(1)]);
    let ended = bench.store.commit(vec![ends(1, UpdateEnd::Control)]);
    let again = bench.store.accept(vec![update(1), update(2)]);
    let (accepted, ended, again) = futures_util::join!(accepted, ended, again);
    assert_eq!(accepted.unwrap(), [update(1)]);
    ended.unwrap();
    assert_eq!(again.unwrap(), [update(2)]);
}

#[tokio::test]
async fn a_queue_longer_than_a_group_is_kept_whole_and_in_order() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let posts: Vec<Post> = (0..600)
        .map(|_| bench.post(HERE, Kind::Reply, Some(turn.id)))
        .collect();
    let commits = posts
        .iter()
        .map(|post| bench.store.commit(vec![Change::Post(post.clone())]));
    assert!(join_all(commits).await.iter().all(Result::is_ok));
    let unfinished = bench.store.unfinished().await.unwrap();
    let waiting: Vec<Post> = unfinished.posts.into_iter().map(|(post, _)| post).collect();
    assert_eq!(waiting, posts);
}

#[tokio::test]
async fn what_was_asked_for_is_kept_even_if_nobody_waits_for_it() {
    let bench = Bench::new().await;
    drop(bench.store.commit(vec![audit("a")]));
    bench.commit(vec![audit("b")]).await;
    assert_eq!(
        bench.seen("SELECT event FROM audit ORDER BY id").await,
        ["a", "b"]
    );
}

/// Keeps updates that take 25 pages each.
async fn accept_large(bench: &Bench, ids: std::ops::Range<i64>) {
    for id in ids {
        let body = "x".repeat(100_000);
        let large = StoredUpdate { body, ..update(id) };
        bench.store.accept(vec![large]).await.unwrap();
    }
}

#[tokio::test]
async fn a_long_log_goes_into_the_file_as_soon_as_nobody_writes() {
    let bench = Bench::new().await;
    accept_large(&bench, 0..60).await;
    while bench.path().metadata().unwrap().len() < 6_000_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn where_somebody_always_writes_the_log_has_an_end() {
    let bench = Bench::new().await;
    accept_large(&bench, 0..200).await;
    // SQLite's file format, 4.1: each page is behind 24 bytes.
    let log = bench.path().with_extension("db-wal").metadata().unwrap();
    let pages = log.len() / (24 + 4096);
    assert!(pages < 4_100, "{pages} of some 5,000");
}
