//! The whole app on emulators, over real sockets: what people see.

#[path = "../support/mod.rs"]
mod support;

mod conversation;
