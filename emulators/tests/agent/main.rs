//! The agent emulator over real HTTP: what a client sees, and what the test may ask afterwards.

mod control;
mod faults;
mod methods;
mod streams;
mod support;
mod tasks;
mod v10;
mod versions;
