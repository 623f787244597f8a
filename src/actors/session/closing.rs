//! A conversation that nobody goes on with, until somebody goes back to it.

use actix::{Handler, Message};

use super::Session;
use crate::rules::words::approvals;

/// `/new`: late answers of this conversation are labelled.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close;

/// Somebody went back to this conversation: it goes on.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Reopen;

impl Handler<Close> for Session {
    type Result = ();

    fn handle(&mut self, _: Close, ctx: &mut Self::Context) {
        self.seen += 1;
        self.conversation.closed = true;
        self.reject_pause(approvals::NEW_REASON, ctx);
    }
}

impl Handler<Reopen> for Session {
    type Result = ();

    fn handle(&mut self, _: Reopen, _: &mut Self::Context) {
        self.seen += 1;
        self.conversation.closed = false;
    }
}
