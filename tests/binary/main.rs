//! The binary, as an operator starts and kills it.

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod backup;
mod bad_input;
mod chat;
mod checking;
mod crash;
mod deaths;
mod doctor;
mod documents;
mod drain;
mod health;
mod kills;
mod kills_decisions;
mod log;
mod mistakes;
mod poison;
mod polls;
mod process;
mod reload;
mod rivals;
mod rollout;
mod storage;
mod storm;
