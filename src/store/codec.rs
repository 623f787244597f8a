//! The names that states and kinds have in the tables.

use crate::model::{HeldFor, Kind, Outcome, TurnState, UpdateEnd};

pub(super) fn turn_state(state: TurnState) -> &'static str {
    match state {
        TurnState::Queued => "queued",
        TurnState::Submitting => "submitting",
        TurnState::Working => "working",
        TurnState::Detached => "detached",
    }
}

pub(super) fn parse_turn_state(name: &str) -> Option<TurnState> {
    TurnState::ALL
        .into_iter()
        .find(|state| turn_state(*state) == name)
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::ToldFailed => "told_failed",
        Outcome::UnknownTold => "unknown_told",
        Outcome::Stopped => "stopped",
    }
}

pub(super) fn update_end(end: &UpdateEnd) -> (&'static str, Option<&'static str>) {
    match end {
        UpdateEnd::Turn(_) => ("turn", None),
        UpdateEnd::Control => ("control", None),
        UpdateEnd::Ignored(reason) => ("ignored", Some(reason)),
        UpdateEnd::Refused(rule) => ("refused", Some(rule)),
        UpdateEnd::Parked => ("parked", None),
    }
}

pub(super) fn parse_held(name: &str) -> Option<HeldFor> {
    HeldFor::ALL.into_iter().find(|why| why.name() == name)
}

pub(super) fn parse_kind(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.name() == name)
}
