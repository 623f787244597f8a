//! The Bot API emulator over real HTTP: queue rules, conflicts, limits, faults.

mod faults;
mod files;
mod messages;
mod places;
mod server;
mod support;
mod updates;
mod uploads;
