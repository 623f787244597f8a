//! `/agents`, and an agent that becomes somebody's current one: what is shown of agents is asked
//! of them.

use futures_util::future::join_all;

use super::changes::{ends, reply_with, settled};
use super::choosing::{Said, current, used};
use super::facts::seat_key;
use super::{Router, Work};
use crate::actors::agent::DescribeAgent;
use crate::actors::{Shared, StoreIds};
use crate::config::Route;
use crate::ids::{AgentName, UpdateId, UserId};
use crate::model::{Body, Kind, Post, UpdateEnd};
use crate::rules::agents::{self, Described};
use crate::rules::buttons::{self, Under};
use crate::rules::turn::Fresh;
use crate::rules::{access, words};
use crate::store::Change;
use crate::telegram::Incoming;

impl Router {
    /// Asks these agents what they are. One that has ended is not shown as more than its route.
    fn describe(&self, mut names: Vec<&AgentName>) -> impl Future<Output = Vec<Described>> + use<> {
        names.sort_unstable();
        names.dedup();
        let (agents, config) = (self.commons.in_force.agents(), self.commons.config());
        let asks = |name: &AgentName| {
            let mask = Shared::mask(&config, name, None);
            Some(agents.get(name)?.send(DescribeAgent(mask)))
        };
        let asked: Vec<_> = names.into_iter().filter_map(asks).collect();
        async move {
            let described = join_all(asked).await.into_iter();
            described.filter_map(Result::ok).collect()
        }
    }

    /// `/agents`: those that this person may use here.
    pub(super) fn agents(
        &self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        expected: Option<AgentName>,
    ) -> Work {
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        let config = commons.config();
        let routes = access::routes_for(&config, user, message.chat);
        let described = self.describe(routes.map(|route| &route.agent).collect());
        let message = message.clone();
        Box::pin(async move {
            let described = described.await;
            let config = commons.config();
            let routes: Vec<&Route> = access::routes_for(&config, user, message.chat).collect();
            let routes = || routes.iter().copied();
            let lines = agents::buttons(routes(), &described, expected.as_ref());
            let text = words::agents(routes(), &described, expected.as_ref());
            let changes = reply_with(&commons, id, &message, user, text, lines);
            settled(commons.commit(&sender, changes).await)
        })
    }

    /// A route's command alone: its agent is the person's current one, with examples.
    pub(super) fn switch(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        route: &Route,
    ) -> Work {
        let key = seat_key(message);
        self.set_current(key, &route.agent, self.commons.now());
        let described = self.describe(vec![&route.agent]);
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        let (message, route) = (message.clone(), route.clone());
        Box::pin(async move {
            let described = described.await;
            let lines = agents::example_buttons(&route, agents::of(&described, &route));
            let text = words::switched(&route, !lines.is_empty());
            let mut changes = reply_with(&commons, id, &message, user, text, lines);
            changes.push(current(key.0, user, &route));
            settled(commons.commit(&sender, changes).await)
        })
    }

    /// The message becomes the word that the agent is the current one, with examples.
    pub(super) fn switch_by_button(&mut self, said: Said) -> Work {
        let now = self.commons.now();
        let place = said.button.place;
        self.set_current((place, said.user), &said.route.agent, now);
        let described = self.describe(vec![&said.route.agent]);
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        Box::pin(async move {
            let described = described.await;
            let Said { button, route, .. } = &said;
            let under = Under {
                post: button.post,
                place,
                whom: button.whom,
            };
            let lines = agents::example_buttons(route, agents::of(&described, route));
            let text = words::switched(route, !lines.is_empty());
            let mut fresh = StoreIds(&commons);
            let made = buttons::together(under, lines, &mut fresh);
            let body = Body {
                text,
                target: Some(button.post),
                buttons: made.shown,
                ..Body::default()
            };
            let edit = Post::new(fresh.post(), place, Kind::Edit, body);
            let mut changes = vec![
                ends(said.update, UpdateEnd::Control),
                used(&said),
                current(place, said.user, route),
                Change::Post(edit),
            ];
            changes.extend(made.changes);
            commons.commit(&sender, changes).await
        })
    }
}
