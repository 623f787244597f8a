//! The HTTP edge to A2A agents.
//!
//! One [model] whatever the wire says, one codec for each protocol version beside it, and a
//! client over awc that can tell whether a prompt may have reached the agent. Nothing here knows
//! of Telegram, and nothing here decides: it reports what the agent said or how the call failed.
//!
//! | file | holds |
//! |---|---|
//! | `model` | tasks, messages, parts, artifacts, events |
//! | `reading` | what a person is shown of them: answers, tool calls, partial texts |
//! | `card` | agent cards of every version |
//! | `codec_v03` | A2A 0.3: requests out, results in |
//! | `rpc` | the JSON-RPC envelope, which all versions share |
//! | `sse` | server-sent events, without I/O |
//! | `client` | the calls; the only file that knows awc, with `stream` |
//! | `run`, `progress` | one prompt from its submission to its end, and what can be shown meanwhile |
//! | `error` | how a call can fail, and what that says about the prompt |
//! | `scrub` | foreign error texts without addresses and credentials |

pub mod card;
pub mod client;
pub mod codec_v03;
pub mod error;
mod json;
pub mod model;
pub mod progress;
mod reading;
pub mod rpc;
pub mod run;
mod scrub;
pub mod sse;
pub mod stream;

#[cfg(test)]
mod capture_tests;
#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod stream_tests;
#[cfg(test)]
mod test_server;

pub use card::AgentCard;
pub use client::{A2aClient, Settings, install_tls};
pub use error::{A2aError, Outcome, Phase};
pub use model::{
    Artifact, ArtifactUpdate, Content, Event, Message, Part, Prompt, Reply, Role, StatusUpdate,
    Task, TaskState,
};
pub use scrub::scrub;
pub use stream::EventStream;
