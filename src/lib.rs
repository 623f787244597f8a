//! Switchboard: a Telegram front door to the AI agents of a Kubernetes cluster.

pub mod a2a;
pub mod actors;
pub mod app;
pub mod cli;
pub mod config;
pub mod ids;
pub mod model;
pub mod ops;
#[cfg(feature = "playground")]
pub mod playground;
pub mod rules;
pub mod store;
pub mod telegram;
