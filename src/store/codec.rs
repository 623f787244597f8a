//! The names that states and kinds have in the tables.

use super::StoreError;
use crate::ids::MessageId;
use crate::model::{Awaited, Gathering, HeldFor, Kind, Piece, TurnState, UpdateEnd};

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

pub(super) fn update_end(end: &UpdateEnd) -> (&'static str, Option<&'static str>) {
    match end {
        UpdateEnd::Turn(_) => ("turn", None),
        UpdateEnd::Joined(_) => ("joined", None),
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

/// A question in words, as its column has it.
pub(super) fn awaited(awaited: Option<&Awaited>) -> Result<Option<String>, StoreError> {
    awaited.map(json).transpose()
}

/// A question in words again.
pub(super) fn parse_awaited(kept: Option<&str>) -> Result<Option<Awaited>, StoreError> {
    let awaited = kept.map(serde_json::from_str);
    awaited.transpose().map_err(StoreError::unavailable)
}

/// The pieces of a turn; nothing where they are one plain text, which its row has already.
pub(super) fn pieces(pieces: &[Piece]) -> Result<Option<String>, StoreError> {
    match pieces {
        [] => Ok(None),
        [piece] if piece.is_plain() => Ok(None),
        pieces => json(pieces).map(Some),
    }
}

/// The pieces again; `message` and `text` are those of the row.
pub(super) fn parse_pieces(
    kept: Option<&str>,
    message: MessageId,
    text: &str,
) -> Result<Vec<Piece>, StoreError> {
    match kept {
        Some(kept) => serde_json::from_str(kept).map_err(StoreError::unavailable),
        None => Ok(vec![Piece::plain(message, text.to_owned())]),
    }
}

pub(super) fn gathering(gathering: Option<&Gathering>) -> Result<Option<String>, StoreError> {
    gathering.map(json).transpose()
}

fn json<T: serde::Serialize>(value: T) -> Result<String, StoreError> {
    serde_json::to_string(&value).map_err(StoreError::unavailable)
}
