//! A store with a million old rows: what is asked of it all the time costs as little as in a new
//! one. Counted are the steps of SQLite's own machine, which no busy computer changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

use super::*;
use crate::store::write::{self, Writing};
use crate::store::{apply, read, totals};

/// Old rows: updates, and turns and posts a tenth as many each.
const UPDATES: &str = "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
    INSERT INTO updates (bot, update_id, received_at, state, reason, ended_at)
    SELECT 7000000001, i, i, 'ignored', 'not for us', i FROM n";
const TURNS: &str = "
    INSERT INTO turns (bot, conversation, chat, topic, asked_by, first_update, reply_to, text,
                       state, attempt, opened_at, ended_at)
    SELECT bot, 1, -100, 0, 11, update_id, 0, '', 'answered', 1, update_id, update_id
    FROM updates WHERE update_id % 10 = 0";
const POSTS: &str = "
    INSERT INTO outbox (bot, chat, topic, seq, turn, kind, state, posted_at, ended_at)
    SELECT bot, chat, topic, id, id, 'final', 'sent', ended_at, ended_at
    FROM turns WHERE state = 'answered'";
/// What came to its end in the store is counted there; these never did.
const SUMS: &str = "
    INSERT INTO sums (bot, kind, state, stands, ended)
    VALUES (7000000001, 'update', 'ignored', 1000000, 1000000),
           (7000000001, 'turn', 'answered', 100000, 100000)";

/// Steps are counted in so many at once.
const GRAIN: i32 = 50;
/// More than any of these needs: each row read takes about ten.
const STEPS_MAX: u64 = 5_000;

/// A reader of the file that counts what SQLite does for it.
async fn counting(path: &Path) -> (SqlitePool, Arc<AtomicU64>) {
    let steps = Arc::new(AtomicU64::new(0));
    let counted = steps.clone();
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .after_connect(move |connection, _| {
            let counted = counted.clone();
            Box::pin(async move {
                let mut handle = connection.lock_handle().await?;
                handle.set_progress_handler(GRAIN, move || {
                    let grain = u64::try_from(GRAIN).unwrap_or_default();
                    counted.fetch_add(grain, Ordering::Relaxed);
                    true
                });
                Ok(())
            })
        })
        .connect_with(SqliteConnectOptions::new().filename(path))
        .await
        .unwrap();
    (pool, steps)
}

/// The writer's connection, counted, too.
fn writing(path: &Path, steps: &Arc<AtomicU64>) -> Writing {
    let connection = write::connect(path).unwrap();
    let counted = steps.clone();
    let count = move || {
        let grain = u64::try_from(GRAIN).unwrap_or_default();
        counted.fetch_add(grain, Ordering::Relaxed);
        false
    };
    connection.progress_handler(GRAIN, Some(count)).unwrap();
    connection
}

#[tokio::test]
async fn a_million_old_rows_cost_nobody_anything() {
    let bench = Bench::new().await;
    bench.turn().await;
    bench.store.close().await;
    let mut file = by_hand(&bench.path()).await;
    for sql in ["PRAGMA synchronous = OFF", UPDATES, TURNS, POSTS, SUMS] {
        query(sql).execute(&mut file).await.unwrap();
    }
    file.close().await.unwrap();

    let (pool, steps) = counting(&bench.path()).await;
    let cheap = |what: &str| {
        let taken = steps.swap(0, Ordering::Relaxed);
        assert!(taken <= STEPS_MAX, "{what}: {taken} steps");
    };
    let sums = totals::totals(&pool, BOT, NOON).await.unwrap();
    cheap("the sums");
    let row = |name: &str, count| (name.to_owned(), count);
    assert_eq!(sums.updates, [row("ignored", 1_000_000)]);
    assert_eq!(sums.turns, [row("answered", 100_000), row("queued", 1)]);
    assert_eq!(sums.posts, (0, None));
    let left = read::unfinished(&pool, BOT).await.unwrap();
    cheap("a start");
    assert_eq!(left.turns.len(), 1);
    assert!(read::new_updates(&pool, BOT, 100).await.unwrap().is_empty());
    cheap("what nobody has dealt with");
    let batch = [update(1), update(2_000_000)];
    let new = apply::accept(&writing(&bench.path(), &steps), BOT, &batch);
    assert_eq!(new.unwrap(), [false, true], "the first one is known");
    cheap("a batch of updates");
    let all: i64 = query_scalar("SELECT count(*) FROM updates WHERE reason IS NOT NULL")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(all, 1_000_000);
    let taken = steps.load(Ordering::Relaxed);
    assert!(taken > STEPS_MAX, "a look at all rows shows: {taken} steps");
    pool.close().await;
}
