//! What can be seen of the Router.

use actix::{Handler, Message, MessageResult};

use super::Router;
use crate::rules::status::RouterSeen;

/// Asks what it keeps in memory.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "RouterSeen")]
pub struct InspectRouter;

impl Handler<InspectRouter> for Router {
    type Result = MessageResult<InspectRouter>;

    fn handle(&mut self, _: InspectRouter, _: &mut Self::Context) -> Self::Result {
        MessageResult(RouterSeen {
            conversations: self.sessions.len(),
            loaded: self.commons.in_force.seen(),
        })
    }
}
