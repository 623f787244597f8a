//! One process owns the store; whoever lost it writes nothing more.

use futures_util::FutureExt;

use super::*;

#[tokio::test]
async fn an_owner_that_was_replaced_writes_nothing_and_may_not_call_out() {
    let bench = Bench::new().await;
    bench.accept(&[1]).await;
    bench.store.prove_ownership().await.unwrap();
    let second = bench.another().await;

    let before = bench.everything().await;
    let done = bench.store.commit(vec![audit("late")]).await;
    assert!(matches!(done, Err(StoreError::Deposed)), "{done:?}");
    let done = bench.store.commit(vec![ends(1, UpdateEnd::Control)]).await;
    assert!(matches!(done, Err(StoreError::Deposed)), "{done:?}");
    let done = bench.store.accept(vec![update(2)]).await;
    assert!(matches!(done, Err(StoreError::Deposed)), "{done:?}");
    let proof = bench.store.prove_ownership().await;
    assert!(matches!(proof, Err(StoreError::Deposed)), "{proof:?}");
    assert_eq!(bench.everything().await, before);

    second.prove_ownership().await.unwrap();
    second.commit(vec![audit("in time")]).await.unwrap();
    bench.store.close().await;
    second.prove_ownership().await.unwrap();
}

#[tokio::test]
async fn being_replaced_mends_itself_by_no_retry() {
    let bench = Bench::new().await;
    let _second = bench.another().await;
    for _ in 0..2 {
        let done = bench.store.commit(vec![audit("late")]).await;
        assert!(matches!(&done, Err(StoreError::Deposed)), "{done:?}");
        assert!(!done.unwrap_err().retry());
    }
}

#[tokio::test]
async fn a_second_process_waits_until_the_first_has_closed_the_store() {
    let bench = Bench::new().await;
    let lock = bench.path().with_extension("first");
    let mut waiting = Box::pin(Ownership::wait(&lock));
    assert!((&mut waiting).now_or_never().is_none(), "it must wait");
    drop(bench.store.commit(vec![audit("last words")]));
    bench.store.close().await;
    let ownership = waiting.await.unwrap();
    let next = Sqlite::open(&bench.path(), BOT, ownership).await.unwrap();
    next.prove_ownership().await.unwrap();
    assert_eq!(bench.seen("SELECT event FROM audit").await, ["last words"]);
}

#[tokio::test]
async fn a_second_process_goes_on_when_the_first_dies() {
    let dir = TempDir::new().unwrap();
    let held = Ownership::wait(&path(&dir)).await.unwrap();
    let mut waiting = Box::pin(Ownership::wait(dir.path()).map(drop));
    assert!(
        (&mut waiting).now_or_never().is_some(),
        "another store is free"
    );
    let path = path(&dir);
    let mut waiting = Box::pin(Ownership::wait(&path));
    assert!((&mut waiting).now_or_never().is_none());
    drop(held);
    waiting.await.unwrap();
}

#[tokio::test]
async fn a_closed_store_refuses_at_once_and_may_be_closed_twice() {
    let bench = Bench::new().await;
    bench.store.close().await;
    let refused = |error: StoreError| {
        let text = error.to_string();
        assert!(text.contains("closed"), "{text}");
    };
    refused(bench.store.commit(vec![audit("late")]).await.unwrap_err());
    refused(bench.store.accept(vec![update(1)]).await.unwrap_err());
    refused(bench.store.prove_ownership().await.unwrap_err());
    refused(bench.store.unfinished().await.unwrap_err());
    bench.store.close().await;
    assert_eq!(bench.everything().await, [""; 0]);
}

#[tokio::test]
async fn closing_waits_until_everything_stands_in_the_one_file() {
    let bench = Bench::new().await;
    drop(bench.store.commit(vec![audit("last words")]));
    let log = bench.path().with_extension("db-wal");
    assert!(log.exists());
    bench.store.close().await;
    // SQLite folds its log into the file when the last connection ends.
    assert!(!log.exists(), "the writer still has the file");
}
