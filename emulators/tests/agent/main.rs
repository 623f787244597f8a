//! The agent emulator over real HTTP: what a client sees, and what the test may ask afterwards.

mod artifacts;
mod control;
mod faults;
mod gateways;
mod methods;
mod pauses_hitl;
mod pauses_legacy;
mod pauses_plain;
mod streams;
mod support;
mod tasks;
mod v10;
mod versions;
