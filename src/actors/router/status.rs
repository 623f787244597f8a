//! `/status`: asks everybody what they see.

use futures_util::future::join_all;
use tracing::warn;

use super::changes::settled;
use super::{Router, Work, reply};
use crate::actors::agent::InspectAgent;
use crate::actors::sender::InspectSender;
use crate::actors::session::InspectSession;
use crate::ids::{UpdateId, UserId};
use crate::model::Place;
use crate::rules::access;
use crate::rules::status::{self, AgentSeen, SenderSeen, SessionSeen};
use crate::rules::words;
use crate::telegram::Incoming;

impl Router {
    /// What runs and waits for this person here; for an admin the totals, too.
    pub(super) fn status(&self, id: UpdateId, message: &Incoming, user: UserId) -> Work {
        let place = Place {
            chat: message.chat,
            topic: message.topic,
        };
        let moves = self.commons.moves.borrow();
        let sessions = self.sessions.values();
        let here = sessions.filter(|known| moves.place(known.slot.place) == place);
        let sessions: Vec<_> = here.map(|known| known.session.clone()).collect();
        let agents = self.commons.in_force.agents();
        let (sender, commons) = (self.sender.clone(), self.commons.clone());
        let loaded = self.commons.in_force.seen();
        let message = message.clone();
        Box::pin(async move {
            let seen = sessions.iter().map(|session| session.send(InspectSession));
            let seen = join_all(seen).await;
            // Whoever has ended meanwhile has nothing to do.
            let seen: Vec<SessionSeen> = seen.into_iter().filter_map(Result::ok).collect();
            let asked = agents.values().map(|agent| agent.send(InspectAgent));
            let asked = join_all(asked).await;
            let agents: Vec<AgentSeen> = asked.into_iter().filter_map(Result::ok).collect();
            let mut text = status::own(&seen, &agents, user);
            if access::is_admin(&commons.config(), user) && !message.chat.is_group() {
                let sender = sender.send(InspectSender).await;
                let sender = sender.unwrap_or_else(|_| SenderSeen::default());
                match commons.store.totals(commons.now()).await {
                    Ok(totals) => {
                        text += "\n\n";
                        text += &status::totals(&totals, &agents, &sender, &loaded);
                    }
                    Err(failure) => warn!(%failure, "the totals cannot be read"),
                }
            }
            let text = words::fitting(&text);
            let changes = reply(id, &message, text, &commons);
            settled(commons.commit(&sender, changes).await)
        })
    }
}
