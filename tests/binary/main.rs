//! The binary, as an operator starts and kills it.

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod kills;
mod kills_decisions;
mod polls;
mod process;
