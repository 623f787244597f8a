//! Keeps the store fit while the machine runs: forgets what is over, a little at a time, and
//! looks whether a store that has failed works again, so that readiness needs no message to
//! come back.

use std::time::Duration;

use actix::Addr;
use tokio::time::{Instant, sleep};
use tracing::{debug, error, info, warn};

use super::recovery;
use crate::actors::Commons;
use crate::actors::poller::UpdatesArrived;
use crate::actors::router::{Router, TakeUp};
use crate::actors::trial;
use crate::poison::Work;
use crate::store::{Change, StoreError, StoredUpdate, Tidy};

/// The time between two looks at a store that does not work.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The wait before the first look for what may be forgotten: a start has other things to do.
const FIRST_AFTER: Duration = Duration::from_secs(30);
/// Rows of each kind in one step: a few milliseconds of the writer's time.
const STEP_ROWS: u32 = 200;
/// The writer's time between two steps belongs to those who wait for it.
const BETWEEN_STEPS: Duration = Duration::from_millis(50);

/// Works until it is dropped.
pub(super) async fn keep(commons: Commons, router: Addr<Router>) {
    let every = || commons.config().store.tidy_every;
    let (began, mut last) = (Instant::now(), None);
    loop {
        sleep(LOOK_EVERY.min(every())).await;
        if !commons.store.works() {
            // The next look comes anyway; the writer has logged what is wrong.
            let _ = commons.store.probe().await;
        }
        trial::note_health(&commons).await;
        if let Err(error) = retry(&commons, &router).await {
            warn!(%error, "could not look for what is to be tried again");
        }
        let next = match last {
            Some(last) => last + every(),
            None => began + FIRST_AFTER.min(every()),
        };
        if Instant::now() >= next {
            match tidy(&commons).await {
                Ok(0) => {}
                Ok(rows) => info!(rows, "forgot what is over"),
                Err(error) => warn!(%error, "could not forget what is over"),
            }
            last = Some(Instant::now());
        }
    }
}

/// Puts back what an operator wants to be tried again.
async fn retry(commons: &Commons, router: &Addr<Router>) -> Result<(), StoreError> {
    for work in commons.store.retries().await? {
        let reference = work.reference();
        let line = recovery::line(&*commons.store, "tried_again", work).await?;
        let changes = [Change::Retry(work)].into_iter().chain(line).collect();
        match commons.store.commit(changes).await {
            Ok(()) => info!(work = %reference, "tried again"),
            Err(StoreError::Stale(why)) => {
                error!(work = %reference, why, "cannot be tried again");
                commons
                    .store
                    .commit(vec![Change::RefuseRetry(work)])
                    .await?;
                continue;
            }
            Err(error) => return Err(error),
        }
        match work {
            Work::Update(id) => {
                let body = commons.store.update_body(id).await?.unwrap_or_default();
                let again = StoredUpdate {
                    id,
                    // As if it came now: if it is old, its writer is asked whether it still counts.
                    received_at: commons.now(),
                    body,
                };
                if let Ok(done) = router.send(UpdatesArrived(vec![again])).await {
                    done?;
                }
            }
            Work::Turn(id) => {
                let turns = commons.store.turn(id).await?.into_iter().collect();
                if router.send(TakeUp(turns)).await.is_err() {
                    debug!("the router has ended; the next process takes it up");
                }
            }
        }
    }
    Ok(())
}

/// Forgets all that may be forgotten now; answers how many rows were touched.
async fn tidy(commons: &Commons) -> Result<u64, StoreError> {
    let settings = &commons.config().store;
    let now = commons.now();
    let step = Tidy {
        text_before: now.minus(settings.keep_text),
        rows_before: now.minus(settings.keep_rows),
        audit_before: now.minus(settings.keep_audit),
        rows_max: STEP_ROWS,
    };
    let mut whole = 0;
    loop {
        let rows = commons.store.tidy(step).await?;
        if rows == 0 {
            break;
        }
        whole += rows;
        debug!(rows, "a step of forgetting");
        sleep(BETWEEN_STEPS).await;
    }
    // Text is also erased at the end of each turn, so the log is shortened every time.
    commons.store.checkpoint().await?;
    Ok(whole)
}
