//! The whole app on emulators, over real sockets: what people see.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod agents;
mod approvals;
mod approvals_cut_short;
mod approvals_in_a_row;
mod approvals_nested;
mod audit;
mod audit_lines;
mod buttons;
mod conversation;
mod edits;
mod failures;
mod faults;
mod files;
mod format;
mod gateway;
mod gather;
mod groups;
mod health;
mod limits;
mod media;
mod menus;
mod odd;
mod ops;
mod phone;
mod picture;
mod places;
mod previews;
mod proxy;
mod questions;
mod reload;
mod route_keys;
mod routes;
mod secrets;
mod security;
mod sessions;
mod shared;
mod socket;
mod stale;
mod status;
mod stop;
mod storage;
mod time;
