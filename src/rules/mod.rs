//! Pure decisions: no actor, no I/O, no clock of their own. They are given what is known
//! and the moment, and return what to do.

pub mod access;
pub mod answer;
pub mod bucket;
pub mod chunk;
pub mod command;
pub mod format;
pub mod health;
pub mod pace;
pub mod phone;
mod picture;
pub mod route;
pub mod screen;
#[cfg(test)]
mod testing;
pub mod turn;
pub mod words;
