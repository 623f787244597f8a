//! Switchboard: a Telegram front door to the AI agents of a Kubernetes cluster.
//!
//! | module | what it holds |
//! |---|---|
//! | [`cli`] | arguments in, exit code out |
//! | [`app`] | the wiring: begin, run until the shutdown, drain |
//! | [`actors`] | the Poller, the Router, the Sessions, the Agents, the Sender and the Overseer |
//! | [`rules`] | every decision, as pure functions: what is meant, who may, what is said |
//! | [`model`], [`ids`] | what is stored and decided about, and a type for every id |
//! | [`pause`] | what an agent asks of people, and what they decide |
//! | [`store`] | what must survive a death of the process, in SQLite |
//! | [`telegram`] | the edge to the Bot API: raw updates in, calls out |
//! | [`a2a`] | the edge to the agents, and the run of one prompt from beginning to end |
//! | [`config`] | a file and the environment → settings, or every problem at once |
//! | [`ops`] | the log, and the port for probes, metrics and the status page |
//! | [`poison`] | what was worked on when the process panicked |
//! | [`crash`] | points at which tests let it die; a release build has none |
//! | `terminal` | a person at a terminal, for the commands that are talked to |
//! | `playground` | the bot between emulators, in a terminal; a feature that is on by default |
//!
//! # The path of a message
//!
//! 1. The [`Poller`](actors::poller::Poller) stores the update, then hands it on. Only the next
//!    poll tells Telegram that it arrived.
//! 2. The [`Router`](actors::router::Router) asks [`rules::route`] what it is. A command of the bot
//!    itself is answered from here.
//! 3. A question goes to the [`Session`](actors::session::Session) of its conversation, is
//!    committed as a turn, and waits for its place there.
//! 4. The Session asks the [`Agent`](actors::agent::Agent) for a place, commits that the prompt is
//!    about to leave, and lets it go. [`a2a::run`] follows it to its end.
//! 5. The Session commits the end of the turn together with the messages that tell it, as
//!    [`rules::turn`] says.
//! 6. The [`Sender`](actors::sender::Sender) sends them, each when [`rules::pace`] lets it, and
//!    commits what became of each.
//!
//! `ARCHITECTURE.md` has the states, the invariants and the reasons.

pub mod a2a;
pub mod actors;
pub mod app;
pub mod cli;
pub mod config;
pub mod crash;
pub mod ids;
pub mod model;
pub mod ops;
pub mod pause;
#[cfg(feature = "playground")]
pub mod playground;
pub mod poison;
pub mod rules;
pub mod store;
pub mod telegram;
mod terminal;
pub mod usage;
