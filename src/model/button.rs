//! Buttons: what each does, for whom, until when. Telegram carries only an opaque token.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Place;
use crate::ids::{ConversationId, MessageId, OutboxId, PauseId, Timestamp, TurnId, UserId};

/// What a button does. Kept as JSON: the names are those of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Give the turn's prompt to the agent once more.
    RunAgain {
        /// Which turn.
        turn: TurnId,
        /// The attempt that the button was shown for.
        attempt: u32,
    },
    /// Leave the turn as it is.
    LeaveIt {
        /// Which turn.
        turn: TurnId,
        /// The attempt that the button was shown for.
        attempt: u32,
    },
    /// Stop the turn.
    Stop {
        /// Which turn.
        turn: TurnId,
        /// The attempt that the button was shown for.
        attempt: u32,
    },
    /// \[Run\], \[Keep\]: what the post holds goes on.
    Release {
        /// One of the turns that it holds.
        turn: TurnId,
    },
    /// What the post holds ends.
    Drop {
        /// One of the turns that it holds.
        turn: TurnId,
    },
    /// Ask in the name of the button's person.
    Ask {
        /// The command of the route.
        command: String,
        /// What.
        text: String,
        /// The message that is answered; the one with the button, if none.
        reply_to: Option<MessageId>,
        /// Whether its agent is the person's current one from then on.
        switch: bool,
    },
    /// An agent is the current one of the button's person from now on.
    Switch {
        /// The command of the route.
        command: String,
    },
    /// Go back to an earlier conversation.
    Resume {
        /// Which.
        conversation: ConversationId,
    },
    /// Say something about what the turn's agent waits for.
    Pause {
        /// Which turn.
        turn: TurnId,
        /// What it waits for.
        pause: PauseId,
        /// The version of it that the button was shown for; a later one voids the button.
        version: u32,
        /// What.
        tap: Tap,
    },
}

/// What is said about what an agent waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tap {
    /// Everything may run.
    Approve,
    /// Nothing may run, or there is no answer.
    Reject,
    /// The other verdict for this call.
    Toggle(usize),
    /// This choice of the question at hand.
    Choose(usize),
    /// What was toggled or chosen is meant.
    Done,
    /// The last decision, once more.
    Again,
    /// Nothing may run, for something else is asked.
    RejectAndAsk,
    /// What else is asked waits.
    KeepWaiting,
}

impl Action {
    /// The turn that it is about, if it is about one.
    #[must_use]
    pub fn turn(&self) -> Option<TurnId> {
        match self {
            Self::RunAgain { turn, .. }
            | Self::LeaveIt { turn, .. }
            | Self::Stop { turn, .. }
            | Self::Release { turn }
            | Self::Drop { turn }
            | Self::Pause { turn, .. } => Some(*turn),
            Self::Ask { .. } | Self::Switch { .. } | Self::Resume { .. } => None,
        }
    }

    /// Whether it can only keep something from an agent.
    #[must_use]
    pub fn only_ends(&self) -> bool {
        matches!(
            self,
            Self::Stop { .. } | Self::Drop { .. } | Self::LeaveIt { .. }
        )
    }
}

/// Whom a button is for. What it leads to, the rules at the moment of the tap must allow, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// This person, and admins.
    Person(UserId),
    /// Admins alone.
    Admins,
    /// Whoever may decide about what waits: that is known where it is decided.
    Deciders,
}

/// A button's row. It works once, until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What the button carries: unguessable, at most 64 bytes (Bot API: `callback_data`).
    pub token: String,
    /// Where it was shown.
    pub place: Place,
    /// What it does.
    pub action: Action,
    /// For whom.
    pub whom: Whom,
    /// The post that it stands under.
    pub post: OutboxId,
    /// Buttons of a post with the same number are used up by a tap on one of them.
    pub group: u32,
    /// Nothing happens after this.
    pub expires_at: Timestamp,
}

/// How long a button answers to a tap.
pub const BUTTON_LIFE: Duration = Duration::from_hours(24);
