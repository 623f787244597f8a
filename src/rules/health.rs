//! Whether an agent is worth a call: a circuit that opens after failures in a row, so that
//! people hear at once what a call would only find out again.
//!
//! ```text
//! unknown ──▶ up ◀──────────────── success ────────────────┐
//!    │         │                                           │
//!    └─────────┴─ 3 failures in a row ─▶ failing ─ a probe ┴─ fails ─▶ failing, for longer
//! ```

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row that open the circuit: one may be a hiccup, two may be a restart.
const FAILURES: u32 = 3;
/// The first wait until the agent is probed; it doubles up to [`WAIT_MAX`].
const WAIT: Duration = Duration::from_secs(5);
/// The longest wait until the agent is probed.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// What is known of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not called yet.
    Unknown,
    /// The last call was answered.
    Up,
    /// Nothing is sent to it before the next probe.
    Failing {
        /// When it is probed.
        probe_at: Instant,
    },
}

/// The health of one agent.
#[derive(Clone, Debug)]
pub struct Health {
    state: State,
    /// Failures in a row.
    failures: u32,
    /// The wait before the next probe.
    wait: Duration,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            state: State::Unknown,
            failures: 0,
            wait: WAIT,
        }
    }
}

impl Health {
    /// What is known.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether calls are refused without being tried.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Failing { .. })
    }

    /// It answered, whatever it said. Whether the circuit was open until now.
    pub fn answered(&mut self) -> bool {
        let was_open = self.is_open();
        *self = Self {
            state: State::Up,
            ..Self::default()
        };
        was_open
    }

    /// It could not be reached, by a call or a probe. If the circuit is open now, the moment
    /// of the next probe.
    pub fn unreachable(&mut self, now: Instant) -> Option<Instant> {
        self.failures = self.failures.saturating_add(1);
        if self.failures < FAILURES {
            return None;
        }
        if let State::Failing { probe_at } = self.state
            && now < probe_at
        {
            // A call from before the circuit opened: it tells nothing new.
            return Some(probe_at);
        }
        let probe_at = now + self.wait;
        self.wait = (self.wait * 2).min(WAIT_MAX);
        self.state = State::Failing { probe_at };
        Some(probe_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circuit_opens_at_the_third_failure_in_a_row() {
        let now = Instant::now();
        let mut health = Health::default();
        assert_eq!(health.unreachable(now), None);
        assert_eq!(health.unreachable(now), None);
        health.answered();
        assert_eq!(health.state(), State::Up);
        assert_eq!(health.unreachable(now), None);
        assert_eq!(health.unreachable(now), None);
        assert!(!health.is_open());
        assert_eq!(health.unreachable(now), Some(now + WAIT));
        assert!(health.is_open());
    }

    #[test]
    fn each_probe_that_fails_makes_the_next_wait_longer_up_to_a_minute() {
        let mut now = Instant::now();
        let mut health = Health::default();
        health.unreachable(now);
        health.unreachable(now);
        let mut waits = Vec::new();
        for _ in 0..6 {
            let probe_at = health.unreachable(now).expect("the circuit is open");
            waits.push((probe_at - now).as_secs());
            now = probe_at;
        }
        assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn calls_that_were_under_way_when_it_opened_do_not_put_off_the_probe() {
        let now = Instant::now();
        let mut health = Health::default();
        for _ in 0..3 {
            health.unreachable(now);
        }
        let later = now + Duration::from_secs(1);
        assert_eq!(health.unreachable(later), Some(now + WAIT));
    }

    #[test]
    fn an_answer_closes_it_and_says_that_it_was_open() {
        let now = Instant::now();
        let mut health = Health::default();
        for _ in 0..3 {
            health.unreachable(now);
        }
        assert!(health.answered());
        assert!(!health.answered());
        assert_eq!(
            health.unreachable(now),
            None,
            "it counts from the beginning again"
        );
    }
}
