//! The Overseer: how the machine is seen from outside of its thread.
//!
//! Owns nothing that waits: it asks the others and reads the sums. Never changes anything. Its
//! messages may come from other threads, so what it answers holds no handle on the machine.

use std::rc::Rc;

use actix::{Actor, Addr, Context, Handler, Message, ResponseFuture};
use futures_util::future::join_all;
use tokio::time::Instant;
use tracing::warn;

use super::Commons;
use super::agent::InspectAgent;
use super::router::{InspectRouter, Router};
use super::sender::{InspectSender, Sender};
use crate::ids::Timestamp;
use crate::ops::overview::{Overview, Pulse, RouteSeen};
use crate::ops::tally::Tally;
use crate::rules::status::AgentSeen;

/// Asks whether the machine lives: each actor is asked, the store is not.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Pulse")]
pub struct TakePulse;

/// Asks for everything; none if an actor has ended.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Option<Overview>")]
pub struct InspectAll;

/// How the machine is seen from outside of its thread.
pub struct Overseer {
    commons: Commons,
    tally: Rc<Tally>,
    router: Addr<Router>,
    sender: Addr<Sender>,
    started: Timestamp,
}

impl Overseer {
    /// An overseer of these.
    #[must_use]
    pub fn new(
        commons: Commons,
        tally: Rc<Tally>,
        router: Addr<Router>,
        sender: Addr<Sender>,
    ) -> Self {
        Self {
            started: commons.now(),
            commons,
            tally,
            router,
            sender,
        }
    }

    /// What the actors say of themselves; the rest is to be filled in. None if one has ended.
    fn ask(&self) -> impl Future<Output = Option<Overview>> + use<> {
        let (commons, tally) = (self.commons.clone(), self.tally.clone());
        let started = self.started;
        let router = self.router.send(InspectRouter);
        let sender = self.sender.send(InspectSender);
        let agents = self.commons.in_force.agents();
        let agents = join_all(agents.values().map(|agent| agent.send(InspectAgent)));
        async move {
            let (router, sender) = (router.await.ok()?, sender.await.ok()?);
            let agents: Result<Vec<AgentSeen>, _> = agents.await.into_iter().collect();
            let mut agents = agents.ok()?;
            agents.sort_by(|one, other| one.name.cmp(&other.name));
            Some(Overview {
                started,
                runs_for: commons.now().since(started),
                pulse: pulse(&commons),
                router,
                sender,
                agents,
                routes: routes(&commons),
                last_poll: commons.polls.last_ended().map(|ended| ended.elapsed()),
                poll_refused: commons.polls.last_refused().map(|then| then.elapsed()),
                rival: commons.polls.rival(),
                counts: tally.counts(),
                totals: None,
            })
        }
    }
}

fn pulse(commons: &Commons) -> Pulse {
    Pulse {
        answers: true,
        poll_hangs: commons.polls.hangs(Instant::now()),
        store_works: commons.store.works(),
    }
}

fn routes(commons: &Commons) -> Vec<RouteSeen> {
    let config = commons.config();
    let routes = config.routes.iter();
    let routes = routes.map(|route| RouteSeen {
        command: route.command.clone(),
        agent: route.agent.clone(),
        description: route.description.clone(),
        default: route.default,
    });
    routes.collect()
}

impl Actor for Overseer {
    type Context = Context<Self>;
}

impl Handler<TakePulse> for Overseer {
    type Result = ResponseFuture<Pulse>;

    fn handle(&mut self, _: TakePulse, _: &mut Self::Context) -> Self::Result {
        let seen = self.ask();
        Box::pin(async move { seen.await.map_or(Pulse::DEAD, |seen| seen.pulse) })
    }
}

impl Handler<InspectAll> for Overseer {
    type Result = ResponseFuture<Option<Overview>>;

    fn handle(&mut self, _: InspectAll, _: &mut Self::Context) -> Self::Result {
        let (seen, commons) = (self.ask(), self.commons.clone());
        Box::pin(async move {
            let mut seen = seen.await?;
            match commons.store.totals(commons.now()).await {
                Ok(totals) => seen.totals = Some(totals),
                Err(failure) => warn!(%failure, "the totals cannot be read"),
            }
            Some(seen)
        })
    }
}
