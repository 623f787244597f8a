//! All chance of a run comes from its seed.

use std::cell::Cell;
use std::time::Duration;

/// `SplitMix64`: small, and good enough to roll dice.
pub struct Chance(Cell<u64>);

impl Chance {
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds must not have neighbouring runs.
        let chance = Self(Cell::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D)));
        chance.next();
        chance
    }

    pub fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..end`.
    pub fn below(&self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True so many times in a thousand.
    pub fn permille(&self, of_a_thousand: u64) -> bool {
        self.below(1000) < of_a_thousand
    }

    pub fn pick<'a, T>(&self, among: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(among.len() as u64)).unwrap_or(0);
        &among[at]
    }

    /// A time between the two, in milliseconds; short ones are more likely.
    pub fn millis(&self, from: u64, to: u64) -> Duration {
        let span = to.saturating_sub(from) + 1;
        let part = self.below(span).min(self.below(span));
        Duration::from_millis(from + part)
    }
}
