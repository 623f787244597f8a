//! An A2A agent on a real port: JSON-RPC of A2A 0.3, as kagent 0.10 speaks it, or plain.
//!
//! A test gives it a script, which turns each prompt into a list of steps; the emulator plays
//! them on a task whether the client still listens or not, and records what it was sent.
//!
//! ```no_run
//! use switchboard_emulators::agent::{AgentEmulator, Gate, Settings, reply};
//!
//! # fn main() -> std::io::Result<()> {
//! let gate = Gate::new();
//! let held = gate.clone();
//! let agent = AgentEmulator::start(Settings::kagent("k8s-agent"), move |incoming| {
//!     reply()
//!         .working("looking at the pods")
//!         .held(&held)
//!         .answers(&format!("messages so far: {}", incoming.turn))
//! })?;
//! println!("{}", agent.url());
//! # Ok(())
//! # }
//! ```
//!
//! Layout: `settings` and `reply` are what a test writes; `records` and `model` what it reads;
//! `emulator` the handle; `board` the shared state; `methods` the protocol's methods on it;
//! `run` plays the steps; `request`, `wire`, `sse` and `http` are the edge. `demo` holds
//! ready-made agents to try the bot with.
//!
//! Absent so far: A2A 1.0, pauses (input-required), push notifications, file artifacts.

pub mod demo;

mod board;
mod clock;
mod emulator;
mod gate;
mod http;
mod methods;
mod model;
mod protocol;
mod records;
mod refusal;
mod reply;
mod request;
mod run;
mod settings;
mod sse;
mod wire;

pub use emulator::AgentEmulator;
pub use gate::Gate;
pub use model::{Artifact, Event, File, FileContent, Ids, Message, Part, Role, State, Task};
pub use records::{Call, Incoming, Prompt};
pub use reply::{Fault, Reply, Step, replies, reply};
pub use settings::{
    Cancel, CancelAgain, Card, CardShape, Flavor, Runtime, Settings, Skill, Versions,
};
