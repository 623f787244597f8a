//! Files that cannot be used, and disks that are full.

use super::super::writer::{self, Job, Work, Writer};
use super::*;
use crate::ids::Epoch;
use futures_util::FutureExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;

async fn refusal(path: &Path) -> StoreError {
    let dir = TempDir::new().unwrap();
    let ownership = Ownership::wait(&dir.path().join("lock")).await.unwrap();
    let opened = Sqlite::open(path, BOT, ownership).await;
    opened.err().expect("this store should not open")
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_left_alone() {
    let bench = Bench::new().await;
    bench.store.close().await;
    let mut file = by_hand(&bench.path()).await;
    let newer = "INSERT INTO _sqlx_migrations
                     (version, description, success, checksum, execution_time)
                 VALUES (9999, 'from the future', 1, x'00', 0)";
    query(newer).execute(&mut file).await.unwrap();
    file.close().await.unwrap();

    let error = refusal(&bench.path()).await;
    assert!(matches!(error, StoreError::TooNew), "{error:?}");
    assert!(!error.retry());
    let epoch = "SELECT CAST(epoch AS TEXT) FROM owner";
    assert_eq!(bench.seen(epoch).await, ["1"], "nothing was written");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_not_touched() {
    let dir = TempDir::new().unwrap();
    let path = path(&dir);
    let letter = "Dear diary, ".repeat(1_000);
    std::fs::write(&path, &letter).unwrap();
    let error = refusal(&path).await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(
        error.to_string().contains("file is not a database"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
}

#[tokio::test]
async fn a_place_where_no_file_can_be_is_refused_with_a_reason() {
    let dir = TempDir::new().unwrap();
    let missing = dir.path().join("missing").join("switchboard.db");
    for path in [dir.path(), &missing] {
        let error = refusal(path).await;
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(
            error.to_string().contains("unable to open database file"),
            "{error}"
        );
    }
    let locked = Ownership::wait(&missing).await.unwrap_err();
    let text = locked.to_string();
    assert!(
        text.contains("No such file") && text.contains("switchboard.db"),
        "{text}"
    );
}

#[tokio::test]
async fn a_full_disk_refuses_the_group_whole_and_the_next_one_goes_on_when_there_is_room() {
    let bench = Bench::new().await;
    let pages: i64 = query_scalar("PRAGMA page_count")
        .fetch_one(&mut by_hand(&bench.path()).await)
        .await
        .unwrap();
    let path = bench.path();
    let connect = move || {
        let connection = write::connect(&path)?;
        connection.pragma_update(None, "max_page_count", pages + 1)?;
        Ok(connection)
    };
    let (jobs, waiting) = mpsc::channel();
    let (tell, told) = unbounded_channel();
    tokio::spawn(writer::tell(told));
    let works = Arc::new(AtomicBool::new(true));
    let writer = Writer {
        bot: BOT,
        epoch: Epoch(1),
        connect: Box::new(connect),
        connection: None,
        works: works.clone(),
    };
    let ask = |work| {
        let (answer, done) = oneshot::channel();
        jobs.send(Job { work, answer }).ok().unwrap();
        async { done.await.unwrap() }
    };
    let large = StoredUpdate {
        body: "x".repeat(100_000),
        ..update(1)
    };
    let before = bench.everything().await;
    let small = ask(Work::Commit(vec![audit("beside")]));
    let large = ask(Work::Accept(vec![large]));
    // Both wait for it when it begins, so that they share a group.
    let writer = std::thread::spawn(move || writer.run(&waiting, &tell));
    for done in join_all([small.boxed_local(), large.boxed_local()]).await {
        assert!(matches!(&done, Err(error) if error.retry()), "{done:?}");
        let said = done.unwrap_err().to_string();
        assert!(said.contains("full; make room on the volume"), "{said}");
    }
    assert!(!works.load(Ordering::Relaxed), "not ready");
    assert_eq!(bench.everything().await, before);

    ask(Work::Probe).await.unwrap();
    assert!(
        works.load(Ordering::Relaxed),
        "ready without anything to write"
    );
    ask(Work::Commit(vec![audit("later")])).await.unwrap();
    assert!(works.load(Ordering::Relaxed), "ready again");
    assert_eq!(bench.seen("SELECT event FROM audit").await, ["later"]);
    drop(jobs);
    writer.join().unwrap();
}
