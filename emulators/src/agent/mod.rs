//! An A2A agent on a real port: JSON-RPC of A2A 0.3, of 1.0 or of both, as kagent 0.10, kagent's
//! main branch or the Python SDK speak it.
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
//! An agent that asks before it acts is asked again by the decision:
//!
//! ```no_run
//! # use serde_json::json;
//! # use switchboard_emulators::agent::{AgentEmulator, Settings, replies, reply};
//! # fn main() -> std::io::Result<()> {
//! let agent = AgentEmulator::start(Settings::kagent("k8s-agent"), |incoming| {
//!     match &incoming.decision {
//!         None => reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))]),
//!         Some(decision) => replies(&decision.summary()),
//!     }
//! })?;
//! assert!(agent.executed().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Layout: `settings`, `reply` and `pause` are what a test writes; `records` and `model` what it
//! reads; `emulator` the handle; `board` the shared state; `methods` the protocol's methods on
//! it; `run` plays the steps; `http`, `protocol`, `request`, `refusal`, `wire` and `sse` are the
//! edge, with a file for each version where they differ. `demo` holds ready-made agents to try
//! the bot with.
//!
//! From reading code alone, never seen on a wire: [`Runtime::Go`], the 1.0 side of kagent 0.10's
//! controller, `final` in auth-required, and of `hitl/v1` nested pauses and every refusal but
//! that of a missing id.
//!
//! Absent: push notifications, gRPC and HTTP+JSON, extended cards.

pub mod demo;

mod board;
mod clock;
mod emulator;
mod gate;
mod http;
mod methods;
mod model;
mod pause;
mod protocol;
mod python;
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
pub use pause::{Ask, Decision, Question, Verdict};
pub use records::{Call, Incoming, Prompt};
pub use reply::{Fault, Reply, Step, replies, reply};
pub use settings::{
    Cancel, CancelAgain, Card, CardShape, Flavor, Runtime, Settings, Skill, Streams, Versions,
};
