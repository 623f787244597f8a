//! Approvals: who may decide what an agent asks, what is shown of it, and how a decision moves.
//!
//! Nothing runs but by a decision that somebody made who was allowed when the card was shown and
//! is when they tap, for exactly the calls that the card showed. What can go wrong leads to
//! a rejection, or to nothing.
//!
//! | file | holds |
//! |---|---|
//! | `policy` | who may decide |
//! | `digest` | what was shown, in one number |
//! | `picks` | what was tapped so far, before anything is sent |
//! | `moves` | the states of a pause, and what moves it |
//! | `waiting` | a pause as it is kept |
//! | `closed` | what is left of it when it is over |
//! | `taps` | what a tap does, or words do |
//! | `replies` | what a reply to a card is |
//! | `desk` | what is committed when it moves |
//! | `record` | what the audit keeps of it |
//! | `posting` | cards that come into a chat, with their file |
//! | `yaml`, `card`, `buttons` | what people see |

mod buttons;
mod card;
mod closed;
mod desk;
mod digest;
mod moves;
mod picks;
mod policy;
mod posting;
mod record;
mod replies;
mod taps;
mod waiting;
mod yaml;

pub use card::{Card, Shown, card, question_card};
pub use closed::{Closed, Gist, Under, Verdict};
pub use desk::{Desk, made};
pub use digest::digest;
pub use moves::{Event, Move, State, next};
pub use picks::{Pick, Picks};
pub use policy::{Allowed, Case, Refusal, approves_on, lets_requester};
pub use record::told_tools;
pub use replies::{Reply, is_heard, reply};
pub use taps::{Denied, Tapped, expired, may_keep_waiting, replied, tapped};
pub use waiting::{Made, Posted, Waiting};

#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod taps_tests;
