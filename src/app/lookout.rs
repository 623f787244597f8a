//! Looks at what may be out, the agents and the store, and reports it to the Herald. A new process
//! begins anew: what is out still is said again after a while.

use std::time::Duration;

use actix::Addr;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use crate::actors::Commons;
use crate::actors::agent::InspectAgent;
use crate::actors::herald::{Herald, Report};
use crate::rules::outages::{Outages, Seen};
use crate::rules::status::Seen as Health;

/// The time between two looks: little against any that an outage may last unsaid.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Works until it is dropped.
pub(super) async fn keep(commons: Commons, herald: Addr<Herald>) {
    let mut outages = Outages::default();
    loop {
        let after = commons.config().ops.tell_after;
        sleep(LOOK_EVERY.min(after)).await;
        let seen = seen(&commons).await;
        for (matter, stands) in outages.look(&seen, after, Instant::now()) {
            // It ends only with the process.
            let _ = herald.send(Report { matter, stands }).await;
        }
    }
}

async fn seen(commons: &Commons) -> Seen {
    let agents = commons.in_force.agents();
    let asked = join_all(agents.values().map(|agent| agent.send(InspectAgent)));
    // One that has ended is none that is down.
    let looks = asked.await.into_iter().flatten();
    let down = looks.filter(|agent| matches!(agent.health, Health::Down(_)));
    Seen {
        store_works: commons.store.works(),
        down: down.map(|agent| agent.name).collect(),
        agents: agents.into_keys().collect(),
    }
}
