//! Cards of a pause follow their group to where it is now.

use actix::{ActorFutureExt, AsyncContext, Context, Handler, Message};
use tracing::error;

use super::Session;

/// A group has become a supergroup; the store knows.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct ChatsMoved;

impl Session {
    /// People are asked once more where they can see it, if their group has moved. A decision that
    /// is on its way is not disturbed: its cards follow if it comes back.
    pub(super) fn cards_follow(&mut self, ctx: &mut Context<Self>) {
        let Some(waiting) = self.waits_for().filter(|it| it.state.asks()) else {
            return;
        };
        let moves = self.commons.moves.borrow();
        let reposted = self.at_desk(|desk| desk.reposted(waiting, &moves));
        drop(moves);
        let Some((next, changes)) = reposted else {
            return;
        };
        let committed = self.commits(next, changes);
        ctx.spawn(committed.map(|done, _, _| {
            if let Err(failure) = done {
                error!(%failure, "cards stay where nobody sees them");
            }
        }));
    }
}

impl Handler<ChatsMoved> for Session {
    type Result = ();

    fn handle(&mut self, _: ChatsMoved, ctx: &mut Self::Context) {
        self.cards_follow(ctx);
    }
}
