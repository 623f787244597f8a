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
//! | `card` | agent cards of every version, and the rule where calls go |
//! | `terms` | how an agent wants to be spoken to: version, tenant, extensions, path |
//! | `codec` | calls as bytes, results as the model |
//! | `codec_v03`, `codec_v10` | what is one version's own: requests, and how events are told apart |
//! | `wire` | tasks, messages, artifacts and parts, which all versions share |
//! | `rpc` | the JSON-RPC envelope, which all versions share |
//! | `sse` | server-sent events, without I/O |
//! | `client` | the calls; with `http` and `stream` all that knows awc |
//! | `edge` | what the actors and the run see of the client |
//! | `tls` | whom to trust on the way |
//! | `proxy`, `tunnel`, `proxy_fault` | the proxy on the way, the CONNECT to it, and how that can fail |
//! | `headers` | credentials and traces that calls carry |
//! | `run`, `attempts` | one prompt from its submission to its end; what is tried after a refusal |
//! | `pause` | what an agent asks of people, and their decisions as it wants them |
//! | `progress`, `usage`, `verdict` | what can be shown of a run meanwhile, what it has used, how it ended |
//! | `error` | how a call can fail, and what that says about the prompt |
//! | `scrub` | foreign error texts without addresses and credentials |

mod attempts;
pub mod card;
pub mod client;
pub mod codec;
pub mod codec_v03;
pub mod codec_v10;
pub mod edge;
pub mod error;
mod files;
pub mod headers;
mod http;
mod json;
pub mod model;
mod own;
mod params;
pub mod pause;
pub mod progress;
mod proxy;
mod proxy_fault;
mod reading;
pub mod rpc;
pub mod run;
mod scrub;
pub mod sse;
pub mod stream;
mod terms;
mod tls;
mod tunnel;
mod usage;
mod verdict;
mod wire;

#[cfg(test)]
mod before_tests;
#[cfg(test)]
mod capture_tests;
#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod cut_tests;
#[cfg(test)]
mod header_tests;
#[cfg(test)]
mod official_tests;
#[cfg(test)]
mod proxy_tests;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod stream_tests;
#[cfg(test)]
mod test_server;

pub use card::{AgentCard, Skill};
pub use client::{A2aClient, Settings};
pub use edge::{AgentCall, AgentCalls, SharedAgent};
pub use error::{A2aError, Outcome, Phase};
pub use headers::{Header, Source, Trace};
pub use model::{
    Artifact, ArtifactUpdate, Content, Event, Message, Part, Prompt, Reply, Role, StatusUpdate,
    Task, TaskState,
};
pub use proxy::Proxy;
pub use proxy_fault::ProxyFault;
pub use reading::HITL;
pub use scrub::scrub;
pub use stream::EventStream;
pub use tls::{Authorities, install_tls};
