//! The whole app on emulators, over real sockets: what people see.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod conversation;
mod failures;
mod faults;
mod format;
mod groups;
mod health;
mod limits;
mod odd;
mod phone;
mod places;
mod previews;
mod proxy;
mod storage;
mod time;
