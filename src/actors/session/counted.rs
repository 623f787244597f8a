//! How many turns there are in all sessions together.

use std::cell::Cell;
use std::rc::Rc;

use crate::ids::TurnId;

/// Counts the turns that are not over, and those of a day.
#[derive(Clone, Debug, Default)]
pub struct OpenTurns(Rc<Count>);

#[derive(Debug, Default)]
struct Count {
    open: Cell<usize>,
    /// A turn that was the first of its last 24 hours when somebody looked.
    first: Cell<Option<TurnId>>,
}

/// A turn that counts until it is dropped.
#[derive(Debug)]
pub(super) struct Counted(OpenTurns);

impl OpenTurns {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.open.get()
    }

    /// One more.
    pub(super) fn one_more(&self) -> Counted {
        self.0.open.set(self.0.open.get() + 1);
        Counted(self.clone())
    }

    /// At least as many as were begun before this turn within 24 hours; none while nobody has
    /// looked. Numbers rise by one with each turn.
    pub(super) fn begun_before(&self, turn: TurnId) -> Option<i64> {
        self.0.first.get().map(|first| turn.0 - first.0)
    }

    /// Somebody has looked which turn is the first of the last 24 hours. It may only rise from now.
    pub(super) fn begin_with(&self, first: TurnId) {
        self.0.first.set(Some(first));
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let open = &(self.0).0.open;
        open.set(open.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_counts_until_it_is_dropped_whoever_holds_the_count() {
        let turns = OpenTurns::default();
        let [first, second] = [turns.one_more(), turns.clone().one_more()];
        assert_eq!(turns.count(), 2);
        drop(first);
        assert_eq!(turns.count(), 1);
        drop(second);
        assert_eq!(turns.count(), 0);
    }
}
