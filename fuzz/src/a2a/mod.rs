//! As `src/a2a/mod.rs`, without the client.

#[path = "../../../src/a2a/card.rs"]
pub mod card;
#[path = "../../../src/a2a/codec.rs"]
pub mod codec;
#[path = "../../../src/a2a/codec_v03.rs"]
pub mod codec_v03;
#[path = "../../../src/a2a/codec_v10.rs"]
pub mod codec_v10;
#[path = "../../../src/a2a/error.rs"]
pub mod error;
#[path = "../../../src/a2a/json.rs"]
mod json;
#[path = "../../../src/a2a/model.rs"]
pub mod model;
#[path = "../../../src/a2a/params.rs"]
mod params;
#[path = "../../../src/a2a/pause/mod.rs"]
pub mod pause;
#[path = "../../../src/a2a/progress.rs"]
pub mod progress;
#[path = "../../../src/a2a/proxy_fault.rs"]
mod proxy_fault;
#[path = "../../../src/a2a/reading.rs"]
mod reading;
#[path = "../../../src/a2a/rpc.rs"]
pub mod rpc;
#[path = "../../../src/a2a/scrub.rs"]
mod scrub;
#[path = "../../../src/a2a/sse.rs"]
pub mod sse;
#[path = "../../../src/a2a/usage.rs"]
pub mod usage;
#[path = "../../../src/a2a/wire.rs"]
mod wire;

pub use card::AgentCard;
pub use error::A2aError;
pub use model::{ArtifactUpdate, Event, Message, Part, Task, TaskState};
pub use scrub::scrub;
