//! The sums of the store, looked at again and again while it is written: they hold at every moment.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::rows;

/// In one statement, so that all of it is of one moment: what is counted and is not there, what is
/// there and is not counted, what leads to no turn, and turns that came of no update.
const BROKEN: &str = "
    WITH counted (what, state, count) AS (SELECT kind, state, stands FROM sums WHERE stands != 0),
         there (what, state, count) AS (
             SELECT 'update', state, count(*) FROM updates WHERE ended_at IS NOT NULL GROUP BY state
             UNION ALL SELECT 'turn', state, count(*) FROM turns WHERE ended_at IS NOT NULL
                 GROUP BY state)
    SELECT concat_ws(' ', 'counted', what, state, count)
        FROM (SELECT * FROM counted EXCEPT SELECT * FROM there)
    UNION ALL SELECT concat_ws(' ', 'there', what, state, count)
        FROM (SELECT * FROM there EXCEPT SELECT * FROM counted)
    UNION ALL SELECT concat_ws(' ', 'update', update_id, state, 'of no turn') FROM updates u
        WHERE state IN ('turn', 'joined')
          AND NOT EXISTS (SELECT 1 FROM turn_updates t WHERE t.update_id = u.update_id)
    UNION ALL SELECT concat_ws(' ', 'turn', id, 'of no update') FROM turns t
        WHERE NOT EXISTS (SELECT 1 FROM turn_updates u WHERE u.turn = t.id)";

pub struct Watch {
    stop: oneshot::Sender<()>,
    looks: JoinHandle<(usize, Vec<String>)>,
}

/// Looks until it is told to end.
pub fn watch(store: PathBuf) -> Watch {
    let (stop, mut stopped) = oneshot::channel();
    let looks = tokio::spawn(async move {
        let (mut looks, mut broken) = (0, Vec::new());
        while stopped.try_recv().is_err() && broken.is_empty() {
            // Before the first start there is no store.
            if let Some(found) = rows::try_texts(&store, BROKEN).await {
                looks += 1;
                broken = found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (looks, broken)
    });
    Watch { stop, looks }
}

impl Watch {
    /// What did not hold at some moment.
    pub async fn ends(self) -> Vec<String> {
        // It ends by itself once it has found something.
        let _ = self.stop.send(());
        let (looks, broken) = self.looks.await.expect("looking does not panic");
        assert!(looks > 20, "{looks} looks are too few");
        broken
    }
}
