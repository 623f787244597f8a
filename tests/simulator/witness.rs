//! What was seen from outside: what people did, and what reached the agents.

use std::cell::RefCell;
use std::collections::BTreeMap;

use switchboard::ids::{PauseId, UserId};
use switchboard::model::Place;

use crate::allowed::Rules;

/// Who asked a question, and where.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub user: UserId,
    pub place: Place,
}

/// Decisions about a pause that arrived at its agent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrived {
    /// Those by which something may run, and answers.
    pub letting: u32,
    /// Those by which nothing runs.
    pub rejecting: u32,
}

/// All of it.
#[derive(Default)]
pub struct Witness {
    /// Questions by their numbers, which are those of their updates.
    pub asked: RefCell<BTreeMap<i64, Asked>>,
    /// Who tapped on what.
    pub taps: RefCell<Vec<(UserId, String)>>,
    /// The rules under which a card was first shown.
    pub shown_under: RefCell<BTreeMap<PauseId, Rules>>,
    pub arrived: RefCell<BTreeMap<PauseId, Arrived>>,
}

impl Witness {
    pub fn asks(&self, number: i64, user: UserId, place: Place) {
        self.asked
            .borrow_mut()
            .insert(number, Asked { user, place });
    }

    pub fn who_asked(&self, number: i64) -> Option<Asked> {
        self.asked.borrow().get(&number).copied()
    }

    pub fn has_arrived(&self, pause: PauseId) -> Arrived {
        let arrived = self.arrived.borrow();
        arrived.get(&pause).copied().unwrap_or_default()
    }
}
