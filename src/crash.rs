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

/// Whether there is such a point as was asked for: one that is misspelt would let a test pass that
/// has tried nothing.
///
/// # Errors
/// What is wrong with it, and what would be right.
#[cfg(debug_assertions)]
pub fn check() -> Result<(), String> {
    asked::check()
}

/// Nothing can be asked of a release build.
///
/// # Errors
/// None.
#[cfg(not(debug_assertions))]
pub fn check() -> Result<(), String> {
    Ok(())
}

#[cfg(debug_assertions)]
mod asked {
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    use super::{WORK, When};
    use crate::poison;

    const VARIABLE: &str = "SWITCHBOARD_CRASH";

    static ASKED: LazyLock<Option<Result<Asked, String>>> =
        LazyLock::new(|| std::env::var(VARIABLE).ok().map(|text| Asked::read(&text)));
    static LISTED: LazyLock<BTreeSet<&str>> = LazyLock::new(super::points);

    /// A death that was asked for.
    #[derive(Debug, PartialEq, Eq)]
    struct Asked {
        point: String,
        when: When,
        /// The reference of the turn that it must be for.
        of: Option<String>,
        panics: bool,
    }

    impl Asked {
        fn read(text: &str) -> Result<Self, String> {
            let (rest, panics) = match text.strip_suffix("=panic") {
                Some(rest) => (rest, true),
                None => (text, false),
            };
            let (signed, of) = match rest.split_once('@') {
                Some((signed, of)) => (signed, Some(of.to_owned())),
                None => (rest, None),
            };
            let signed_as = |sign, when| signed.strip_suffix(sign).map(|point| (point, when));
            let found = signed_as('-', When::Before).or_else(|| signed_as('+', When::After));
            let (point, when) = found.unwrap_or((signed, When::Before));
            let has_sign = found.is_some() && !(WORK.contains(&point) && when == When::After);
            if !LISTED.contains(point) || !has_sign {
                let names: Vec<&str> = LISTED.iter().copied().collect();
                return Err(format!(
                    "{VARIABLE}: there is no crash point {signed:?}: it is one of these, and - \
                     (before) or + (after), which {} do not have: {}",
                    WORK.join(" and "),
                    names.join(", ")
                ));
            }
            Ok(Self {
                point: point.to_owned(),
                when,
                of,
                panics,
            })
        }
    }

    pub(super) fn check() -> Result<(), String> {
        match &*ASKED {
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    pub(super) fn point(name: &str, when: When) {
        assert!(LISTED.contains(name), "no crash point is listed for {name}");
        let Some(Ok(asked)) = &*ASKED else { return };
        let here = asked.point == name && asked.when == when;
        if !here || asked.of.as_deref().is_some_and(|of| !works_on(of)) {
            return;
        }
        assert!(!asked.panics, "asked to panic at {name}");
        std::process::abort();
    }

    fn works_on(reference: &str) -> bool {
        poison::current().is_some_and(|work| work.reference() == reference)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_point_is_read_and_one_that_is_none_is_refused() {
            let asked = Asked {
                point: "Decide".to_owned(),
                when: When::After,
                of: Some("T3".to_owned()),
                panics: true,
            };
            assert_eq!(Asked::read("Decide+@T3=panic"), Ok(asked));
            assert!(Asked::read("run-").is_ok());
            for text in [
                "Deciide+", "Decide", "run+", "", "-", "Decide+ ", "decide +",
            ] {
                let why = Asked::read(text).expect_err(text);
                assert!(why.contains("Decide, "), "{why}");
            }
        }
    }
}
