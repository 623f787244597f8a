//! Named points at which a test lets the process die: before and after every commit, and before
//! and after every call to the outside. A release build holds none of it.
//!
//! `SWITCHBOARD_CRASH=NAME` dies at once when the point of that name is reached, as a SIGKILL
//! would; `NAME=panic` panics there.

/// What a turn does, by the names on the arrows of its diagram in `ARCHITECTURE.md`. Each is two
/// points: `NAME-` before its commit and `NAME+` after.
pub const TURN: [&str; 6] = [
    "Submit",
    "Working",
    "Detach",
    "EndTurn",
    "Requeue",
    "Undeliverable",
];

/// The same of a row of the outbox.
pub const POST: [&str; 7] = [
    "Sending",
    "Sent",
    "Unsent",
    "Drop",
    "Undeliverable",
    "RefusedPost",
    "UnknownPost",
];

/// What else is committed on the way of a question.
pub const OTHERS: [&str; 7] = [
    "Accept",
    "OpenTurn",
    "Placeholder",
    "ShowButton",
    "UseButton",
    "CloseChat",
    "Penalize",
];

/// Calls to the outside, before the request and after the answer.
pub const CALLS: [&str; 9] = [
    "GetMe",
    "GetUpdates",
    "SendMessage",
    "EditMessageText",
    "AnswerCallbackQuery",
    "prompt",
    "list",
    "subscribe",
    "cancel",
];

/// Before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It has not happened.
    Before,
    /// It has happened, and nobody here has heard of it.
    After,
}

/// Dies here if that was asked for.
#[cfg(not(debug_assertions))]
#[inline]
pub fn point(_: &str, _: When) {}

/// Dies here if that was asked for.
#[cfg(debug_assertions)]
pub fn point(name: &str, when: When) {
    asked::point(name, when);
}

#[cfg(debug_assertions)]
mod asked {
    use std::sync::LazyLock;

    use super::When;

    static ASKED: LazyLock<Option<String>> =
        LazyLock::new(|| std::env::var("SWITCHBOARD_CRASH").ok());

    pub(super) fn point(name: &str, when: When) {
        let Some(asked) = &*ASKED else { return };
        let (point, panics) = match asked.strip_suffix("=panic") {
            Some(point) => (point, true),
            None => (asked.as_str(), false),
        };
        let sign = match when {
            When::Before => '-',
            When::After => '+',
        };
        if point.strip_suffix(sign) != Some(name) {
            return;
        }
        assert!(!panics, "asked to panic at {point}");
        std::process::abort();
    }
}
