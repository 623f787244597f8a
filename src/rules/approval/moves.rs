//! The states of a pause, and what moves it.
//!
//! ```text
//!            Decide                    Delivered
//!   open ─────────────▶ deciding ─────────────────▶ decided | rejected | expired
//!    │  ◀── NotSent ──────┘ │ │
//!    │                      │ └─ StillWaits ─▶ unknown ── Decide ─▶ deciding
//!    └────── Gone ──────────┴───────────────────┴────▶ gone
//! ```
//!
//! *Deciding* is committed before the decision leaves. *Unknown*: it may have arrived, and the
//! agent still waits; only a person has it sent again.

use serde::{Deserialize, Serialize};

/// Where a pause stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody is asked.
    Open,
    /// A decision is about to leave, or has left.
    Deciding,
    /// It may have arrived, and the agent still waits.
    Unknown,
    /// Decided so that something may run, or answered.
    Decided,
    /// Everything was rejected.
    Rejected,
    /// Nobody decided in time: everything was rejected.
    Expired,
    /// The agent does not wait for it any more, without a decision of ours.
    Gone,
}

/// What a decision comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// Something may run, or a question is answered.
    Decided,
    /// Nothing may run.
    Rejected,
    /// Nothing may run, for nobody said so in time.
    Expired,
}

/// What happens to a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A decision is committed, and leaves next.
    Decide,
    /// The agent has it.
    Delivered(Move),
    /// It surely did not arrive, and the agent waits on.
    NotSent,
    /// It may have arrived, and the agent waits on.
    StillWaits,
    /// The agent waits for something else, or for nothing.
    Gone,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Deciding,
        Self::Unknown,
        Self::Decided,
        Self::Rejected,
        Self::Expired,
        Self::Gone,
    ];

    /// Its name in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Deciding => "deciding",
            Self::Unknown => "unknown",
            Self::Decided => "decided",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Gone => "gone",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the agent may still wait.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Decided | Self::Rejected | Self::Expired | Self::Gone
        )
    }

    /// Whether somebody is asked.
    #[must_use]
    pub fn asks(self) -> bool {
        matches!(self, Self::Open | Self::Unknown)
    }
}

/// Where a pause stands after this; none if this cannot happen to it there.
#[must_use]
pub fn next(state: State, event: Event) -> Option<State> {
    Some(match (state, event) {
        (State::Open | State::Unknown, Event::Decide) => State::Deciding,
        (State::Deciding, Event::Delivered(Move::Decided)) => State::Decided,
        (State::Deciding, Event::Delivered(Move::Rejected)) => State::Rejected,
        (State::Deciding, Event::Delivered(Move::Expired)) => State::Expired,
        (State::Deciding, Event::NotSent) => State::Open,
        (State::Deciding, Event::StillWaits) => State::Unknown,
        (State::Open | State::Deciding | State::Unknown, Event::Gone) => State::Gone,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 7] = [
        Event::Decide,
        Event::Delivered(Move::Decided),
        Event::Delivered(Move::Rejected),
        Event::Delivered(Move::Expired),
        Event::NotSent,
        Event::StillWaits,
        Event::Gone,
    ];

    #[test]
    fn a_pause_moves_only_so() {
        // Decide, decided, rejected, expired, not sent, still waits, gone.
        for (state, expected) in [
            (State::Open, "D.....G"),
            (State::Deciding, ".dreOUG"),
            (State::Unknown, "D.....G"),
            (State::Decided, "......."),
            (State::Rejected, "......."),
            (State::Expired, "......."),
            (State::Gone, "......."),
        ] {
            let moves: String = EVENTS
                .iter()
                .map(|event| match next(state, *event) {
                    None => '.',
                    Some(State::Open) => 'O',
                    Some(State::Deciding) => 'D',
                    Some(State::Unknown) => 'U',
                    Some(State::Decided) => 'd',
                    Some(State::Rejected) => 'r',
                    Some(State::Expired) => 'e',
                    Some(State::Gone) => 'G',
                })
                .collect();
            assert_eq!(moves, expected, "{state:?}");
            assert_eq!(state.is_over(), expected == ".......", "{state:?}");
            assert_eq!(State::parse(state.name()), Some(state));
            assert_eq!(state.asks(), next(state, Event::Decide).is_some());
        }
    }
}
