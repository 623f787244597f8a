//! The whole app on emulators, over real sockets: what people see.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod conversation;
mod failures;
mod faults;
mod files;
mod format;
mod groups;
mod health;
mod limits;
mod odd;
mod phone;
mod picture;
mod places;
mod previews;
mod proxy;
mod stale;
mod stop;
mod storage;
mod time;
