//! Deaths that nobody has written down, counted over processes.

use super::*;
use crate::poison::Work;
use crate::rules::suspects::Deaths;

const A: Work = Work::Turn(TurnId(1));
const B: Work = Work::Update(UpdateId(9));

/// A process begins on what the one before has left.
async fn begins(store: &Sqlite, explained: bool) -> Deaths {
    let begins = Change::BeginProcess { explained };
    store.commit(vec![begins]).await.unwrap();
    store.deaths().await.unwrap()
}

fn died(in_a_row: u32, alone: &[(Work, u32)]) -> Deaths {
    let alone = alone.to_vec();
    Deaths { in_a_row, alone }
}

#[tokio::test]
async fn deaths_are_counted_until_one_is_explained_or_a_process_lives_or_ends_in_order() {
    let dir = tempfile::TempDir::new().unwrap();
    let store = open(&dir.path().join("store.db"), "lock").await.unwrap();
    assert_eq!(begins(&store, false).await, died(0, &[]), "the first one");
    assert_eq!(begins(&store, false).await, died(1, &[]));
    assert_eq!(begins(&store, false).await, died(2, &[]));
    assert_eq!(begins(&store, true).await, died(0, &[]), "it has panicked");
    for clears in [Change::LiveOn, Change::EndProcess] {
        begins(&store, false).await;
        let tried = vec![Change::Try(A), clears.clone()];
        store.commit(tried).await.unwrap();
        assert_eq!(store.deaths().await.unwrap(), died(0, &[]), "{clears:?}");
    }
    assert_eq!(
        begins(&store, false).await,
        died(0, &[]),
        "it had ended in order"
    );
}

#[tokio::test]
async fn what_was_alone_at_a_death_is_known_until_a_process_outlives_it_or_it_is_parked() {
    let dir = tempfile::TempDir::new().unwrap();
    let store = open(&dir.path().join("store.db"), "lock").await.unwrap();
    begins(&store, false).await;
    store.commit(vec![Change::Try(A)]).await.unwrap();
    assert_eq!(begins(&store, false).await, died(1, &[(A, 1)]));
    assert_eq!(
        begins(&store, false).await,
        died(2, &[(A, 1)]),
        "it was not let in"
    );
    let next = vec![Change::Try(A), Change::Acquit(A), Change::Try(B)];
    store.commit(next).await.unwrap();
    assert_eq!(begins(&store, false).await, died(3, &[(B, 1)]));
    store.commit(vec![Change::Try(B)]).await.unwrap();
    assert_eq!(begins(&store, false).await, died(4, &[(B, 2)]));
    store.commit(vec![Change::Try(B)]).await.unwrap();
    assert_eq!(begins(&store, true).await, died(0, &[(B, 2)]), "a panic");
    let why = "it kills".to_owned();
    store
        .commit(vec![Change::Park { work: B, why }])
        .await
        .unwrap();
    assert_eq!(store.deaths().await.unwrap(), died(0, &[]));
    assert_eq!(
        begins(&store, false).await,
        died(1, &[]),
        "what is parked is not told of again"
    );
}
