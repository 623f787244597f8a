//! The whole app against real agents: other people's code, on loopback.
//!
//! `tests/peers/setup.sh` installs them; without it these tests fail, they are not skipped.
//!
//! | file | holds |
//! |---|---|
//! | `suite` | one suite for every peer: how a case is run and checked |
//! | `cases` | the cases, and what each peer can do of them |
//! | `peers` | the peers |
//! | `emulated` | our emulator, playing the same words |
//! | `processes` | starting Python |
//! | `kagent` | what only kagent has |
//! | `doctor` | what `switchboard doctor` says of it |
//! | `chat` | somebody at a terminal |
//! | `approvals` | what a person decides, looked for at the tool server |
//! | `approvals_killed` | the same, when the bot dies on the way |

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "this test binary uses a part of it")]
#[path = "../binary/crash/play.rs"]
mod play;
#[allow(dead_code, reason = "this test binary uses a part of it")]
#[path = "../binary/process.rs"]
mod process;

mod approvals;
mod approvals_killed;
mod cases;
mod chat;
mod doctor;
mod emulated;
mod kagent;
mod peers;
mod processes;
mod suite;
