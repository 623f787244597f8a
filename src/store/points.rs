//! The name of each change, for the points at which tests let the process die. A change without a
//! name does not compile, and one that no test dies at is missed by a test.

use super::Change;
use crate::rules::approval::{State, Waiting};

/// What else is written: new updates, a step of forgetting, the end of the file's log.
pub const WRITES: [&str; 3] = ["Accept", "Tidy", "Checkpoint"];

/// The names of the changes, and which is which.
macro_rules! points {
    ($($change:ident)* ; of a pause: $($of_pause:literal)*) => {
        /// Every name that [`Change::point`] gives.
        pub const POINTS: [&str; [$(stringify!($change),)* $($of_pause),*].len()] =
            [$(stringify!($change),)* $($of_pause),*];

        impl Change {
            /// Its name among the crash points: its own, or that of what happens to a pause.
            #[must_use]
            pub fn point(&self) -> &'static str {
                match self {
                    Self::KeepPause(waiting) => of_pause(waiting),
                    $(Self::$change { .. } => stringify!($change),)*
                }
            }
        }
    };
}

points! {
    EndUpdate OpenConversation CloseConversation Resume SetCurrent OpenTurn Reword TellEdit Submit Working
    Detach Context Await Placeholder Used EndTurn Undeliverable Requeue AskStop Hold Release Post
    TellRestart Attach Drop Sending Sent Unsent RefusedPost UnknownPost ShowButton UseButton
    TellStranger KeepMenu MoveChat CloseChat Penalize BeginProcess EndProcess LiveOn Try Acquit NotePanic Park Retry RefuseRetry Restored Audit;
    of a pause: "Pause" "Decide" "Delivered" "NotSent" "StillWaits" "Gone" "KeepPause"
}

/// What has just happened to it. Taps and reminders move it nowhere.
fn of_pause(waiting: &Waiting) -> &'static str {
    match waiting.state {
        State::Open if waiting.version == 1 => "Pause",
        // Until it is decided anew; nobody can tell the taps after it from it.
        State::Open if waiting.made.is_some() => "NotSent",
        State::Open => "KeepPause",
        State::Deciding => "Decide",
        State::Unknown => "StillWaits",
        State::Decided | State::Rejected | State::Expired => "Delivered",
        State::Gone => "Gone",
    }
}
