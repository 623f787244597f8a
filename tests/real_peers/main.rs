//! The whole app against real agents: other people's code, on loopback.
//!
//! `tests/peers/setup.sh` installs them; without it these tests fail, they are not skipped.

#[path = "../support/mod.rs"]
mod support;

mod kagent;
