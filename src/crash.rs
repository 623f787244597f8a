//! Named points at which a test lets the process die: before and after every commit, and before
//! and after every call to the outside. A release build holds none of it.
//!
//! `SWITCHBOARD_CRASH=NAME` dies at once when the point of that name is reached, as a SIGKILL
//! would; `NAME=panic` panics there. `NAME@T3` does so only while that turn is worked on.
//!
//! What is committed has its points by itself: each change by its name ([`Change::point`]). A call
//! without a point that is listed here fails whichever test makes it.
//!
//! [`Change::point`]: crate::store::Change::point

use std::collections::BTreeSet;

use crate::store;

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

/// The same of a pause, and of the decision about it.
pub const PAUSE: [&str; 6] = [
    "Pause",
    "Decide",
    "Delivered",
    "NotSent",
    "StillWaits",
    "Gone",
];

/// Calls to the outside, before the request and after the answer.
pub const CALLS: [&str; 21] = [
    "GetMe",
    "GetUpdates",
    "SendMessage",
    "SendDocument",
    "SendPhoto",
    "EditMessageText",
    "DeleteMessage",
    "SendChatAction",
    "AnswerCallbackQuery",
    "SetMyCommands",
    "DeleteMyCommands",
    "GetFile",
    "download",
    "LeaveChat",
    "card",
    "prompt",
    "decide",
    "get",
    "list",
    "subscribe",
    "cancel",
];

/// Where the work on an update and the work on a turn begin.
pub const WORK: [&str; 2] = ["route", "run"];

/// Every point, without its sign.
#[must_use]
pub fn points() -> BTreeSet<&'static str> {
    let committed = store::POINTS.into_iter().chain(store::WRITES);
    committed.chain(CALLS).chain(WORK).collect()
}

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
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    use super::When;
    use crate::poison;

    static ASKED: LazyLock<Option<String>> =
        LazyLock::new(|| std::env::var("SWITCHBOARD_CRASH").ok());
    static LISTED: LazyLock<BTreeSet<&str>> = LazyLock::new(super::points);

    pub(super) fn point(name: &str, when: When) {
        assert!(LISTED.contains(name), "no crash point is listed for {name}");
        let Some(asked) = &*ASKED else { return };
        let (point, panics) = match asked.strip_suffix("=panic") {
            Some(point) => (point, true),
            None => (asked.as_str(), false),
        };
        let (point, of) = match point.split_once('@') {
            Some((point, of)) => (point, Some(of)),
            None => (point, None),
        };
        let sign = match when {
            When::Before => '-',
            When::After => '+',
        };
        if point.strip_suffix(sign) != Some(name) || of.is_some_and(|of| !works_on(of)) {
            return;
        }
        assert!(!panics, "asked to panic at {point}");
        std::process::abort();
    }

    fn works_on(reference: &str) -> bool {
        poison::current().is_some_and(|work| work.reference() == reference)
    }
}
