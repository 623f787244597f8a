//! The whole app on emulators, over real sockets: what people see.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod approvals;
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
mod stale;
mod stop;
mod time;
