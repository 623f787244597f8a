//! A person at a terminal: what they type, and what they see. Shared by the commands that are
//! talked to.
//!
//! - `input`, `editor`: the terminal, a pipe or arguments → lines
//! - `screen`, `paint`: messages and buttons → rows
//!
//! Nothing that is shown can steer the terminal: of every text only what can be seen goes out.

pub(crate) mod editor;
pub(crate) mod input;
mod paint;
pub(crate) mod screen;
