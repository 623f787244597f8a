//! What people decide about a turn by a button.

use actix::{Handler, ResponseActFuture, WrapFuture, fut};

use super::{Decide, Session};
use crate::ids::UserId;
use crate::model::{Action, Button, Turn, TurnState, UpdateEnd};
use crate::rules::{turn, words};
use crate::store::{Change, StoreError};

/// What becomes of the update with the tap.
type Decided = ResponseActFuture<Session, Result<(), StoreError>>;

impl Session {
    /// The button is used up, its message says `text`, and the audit has a line of it.
    pub(super) fn pressed(
        &self,
        decide: &Decide,
        text: String,
        event: &'static str,
    ) -> Vec<Change> {
        let Decide {
            update,
            user,
            button,
            turn,
        } = decide;
        vec![
            Change::EndUpdate {
                update: *update,
                end: UpdateEnd::Control,
            },
            used(button, *user),
            turn::decided(button, text, self.commons.store.new_post()),
            self.audit(*user, event, turn.id, None),
        ]
    }

    fn run_again(&mut self, decide: Decide, attempt: u32) -> Decided {
        let id = decide.turn.id;
        let text = words::running_again(&self.conversation.slot.agent, id);
        let mut changes = self.pressed(&decide, text, "run_again");
        changes.push(Change::Requeue { turn: id, attempt });
        let turn = Turn {
            state: TurnState::Queued,
            attempt: attempt + 1,
            prompt: None,
            task: None,
            protocol: None,
            placeholder: None,
            stop: None,
            stopping: false,
            held: None,
            ..decide.turn
        };
        self.enqueue(turn, changes)
    }

    fn leave_it(&self, decide: &Decide) -> Decided {
        let text = words::left(&self.conversation.slot.agent, decide.turn.id);
        let changes = self.pressed(decide, text, "left");
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let left = async move { commons.commit(&sender, changes).await };
        Box::pin(left.into_actor(self))
    }
}

fn used(button: &Button, by: UserId) -> Change {
    Change::UseButton {
        token: button.token.clone(),
        by,
    }
}

impl Handler<Decide> for Session {
    type Result = Decided;

    fn handle(&mut self, decide: Decide, _: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        match decide.button.action {
            Action::RunAgain { attempt, .. } => self.run_again(decide, attempt),
            Action::LeaveIt { .. } => self.leave_it(&decide),
            // Taps on cards come as `TapPause`.
            Action::Pause { .. } => {
                let stale = Err(StoreError::Stale("not a button of a turn"));
                Box::pin(actix::fut::ready(stale))
            }
            Action::Stop { attempt, .. } => self.stop_by_button(&decide, attempt),
            Action::Release { .. } => self.release(&decide),
            Action::Drop { .. } => self.drop_held(&decide),
            Action::Ask { .. } | Action::Switch { .. } | Action::Resume { .. } => {
                Box::pin(fut::ready(Err(StoreError::Stale("it is about no turn"))))
            }
        }
    }
}
