//! How many turns there are in all sessions together.

use std::cell::Cell;
use std::rc::Rc;

/// Counts the turns that are not over.
#[derive(Clone, Debug, Default)]
pub struct OpenTurns(Rc<Cell<usize>>);

/// A turn that counts until it is dropped.
#[derive(Debug)]
pub(super) struct Counted(OpenTurns);

impl OpenTurns {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.get()
    }

    /// One more.
    pub(super) fn one_more(&self) -> Counted {
        self.0.set(self.0.get() + 1);
        Counted(self.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get() - 1);
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
