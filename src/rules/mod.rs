//! Pure decisions: no actor, no I/O, no clock of their own. They are given what is known
//! and the moment, and return what to do.

pub mod access;
pub mod agents;
pub mod alerts;
pub mod answer;
pub mod approval;
pub mod bucket;
pub mod buttons;
pub mod card;
pub mod choices;
pub mod chunk;
pub mod command;
pub mod doctor;
pub mod edits;
pub mod files;
pub mod format;
pub mod gather;
pub mod glob;
pub mod health;
pub mod mask;
pub mod menu;
pub mod moves;
pub mod outages;
pub mod pace;
pub mod phone;
mod picture;
pub mod poll_watch;
pub mod quota;
pub mod reload;
pub mod route;
pub mod screen;
pub mod sessions;
pub mod stale;
pub mod status;
pub mod stop;
pub mod suspects;
#[cfg(test)]
pub(crate) mod testing;
pub mod trial;
pub mod turn;
pub mod words;
