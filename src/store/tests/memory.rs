//! What only the store in memory can: fail when it is told to. All else is tested on both.

use super::*;

#[tokio::test]
async fn a_disk_that_fails_keeps_nothing_until_it_is_mended() {
    let disk = MemDisk::default();
    let store = MemStore::open(&disk, BOT, || NOON);
    disk.fail(Some("database or disk is full"));
    let refused = store.accept(vec![update(1)]).await.unwrap_err();
    assert!(refused.retry() && refused.to_string().contains("full"));
    assert!(store.commit(vec![audit("lost")]).await.is_err());
    assert!(store.new_updates(9).await.is_err() && store.prove_ownership().await.is_err());
    disk.fail(None);
    assert!(disk.tables().audit.is_empty());
    assert_eq!(store.accept(vec![update(1)]).await.unwrap(), [update(1)]);
}
