//! The parts of the product that read what an agent sends, compiled alone: all of it takes
//! minutes, and nothing else of it sees those bytes.

// What only the rest of the product uses.
#![allow(dead_code, unused_imports)]

pub mod a2a;
#[path = "../../src/ids.rs"]
pub mod ids;
#[path = "../../src/model.rs"]
pub mod model;
#[path = "../../src/pause.rs"]
pub mod pause;
pub mod rules;
mod stream;
#[path = "../../src/usage.rs"]
pub mod usage;

pub use stream::read_stream;
