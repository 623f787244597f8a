//! How an agent ends when the settings in force name it no more, or otherwise: it takes nothing new,
//! and stays until what it has begun is over.

use actix::{Addr, AsyncContext, Context, Handler, Message, Recipient};

use super::looking::TURNED_AWAY_MAX;
use super::{Agent, AgentBack};

/// Takes nothing new from now on. What waits for a place is told to ask again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Retire {
    /// Who has its name now, if anybody.
    pub heir: Option<Addr<Agent>>,
}

/// People who were turned away by the agent that had this name before, and hear when it is back.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Inherit(pub Vec<Recipient<AgentBack>>);

impl Handler<Retire> for Agent {
    type Result = ();

    fn handle(&mut self, retire: Retire, ctx: &mut Context<Self>) {
        self.retired = true;
        self.door.places.close();
        if let Some(look) = self.next_look.take() {
            ctx.cancel_future(look);
        }
        let turned_away = std::mem::take(&mut self.turned_away);
        if let Some(heir) = retire.heir.filter(|_| !turned_away.is_empty()) {
            actix_rt::spawn(async move {
                // An heir that has ended has an heir of its own, whom they find by asking.
                let _ = heir.send(Inherit(turned_away)).await;
            });
        }
    }
}

impl Handler<Inherit> for Agent {
    type Result = ();

    fn handle(&mut self, inherit: Inherit, ctx: &mut Context<Self>) {
        let room = TURNED_AWAY_MAX.saturating_sub(self.turned_away.len());
        self.turned_away.extend(inherit.0.into_iter().take(room));
        // It may have answered before it heard of them.
        self.after_run(true, ctx);
    }
}
