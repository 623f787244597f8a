//! Newtypes for every identifier that crosses a module, so that a chat is never
//! taken for a user, nor a turn for a task.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        // Shared: a message has a dozen copies of each.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Arc<str>);

        impl $name {
            /// The text itself, as it goes on the wire or into the store.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }
    };
}

number! {
    /// A bot: the number before the colon of its token.
    BotId
}
number! {
    /// A Telegram chat; a private chat has the id of its user, groups are negative.
    ChatId
}
number! {
    /// A Telegram user.
    UserId
}
number! {
    /// A topic (`message_thread_id`) of a chat; 0 where there is none.
    TopicId
}
number! {
    /// A message within one Telegram chat.
    MessageId
}
number! {
    /// An update of one bot. Ids rise, but jump: never compare them to find duplicates.
    UpdateId
}
number! {
    /// A conversation: what a slot points at until `/new`.
    ConversationId
}
number! {
    /// A turn: one or more updates of a person, and all that comes of them.
    TurnId
}
number! {
    /// A row of the outbox: one thing that must arrive at Telegram.
    OutboxId
}
number! {
    /// A pause of an agent, as it is kept.
    PauseId
}
number! {
    /// How often the store has changed hands; each write proves that it is still ours.
    Epoch
}
text! {
    /// The name of an agent in the configuration.
    AgentName
}
text! {
    /// A route of the configuration: its command, without the slash.
    RouteName
}
text! {
    /// A file at Telegram, for this bot (`file_id`).
    FileId
}
text! {
    /// An A2A context id; for kagent it is the session id.
    ContextId
}
text! {
    /// An A2A task id, made by the agent.
    TaskId
}
text! {
    /// An A2A message id, made by an agent.
    SaidId
}
text! {
    /// An A2A message id, made by us.
    PromptId
}
text! {
    /// A call of a tool that waits for a person, as the agent names it in a pause.
    CallId
}
text! {
    /// The SHA-256 of what a pause asks, in hexadecimal.
    Digest
}
text! {
    /// The user that an agent knows a conversation by (kagent: `X-User-Id`).
    Principal
}

impl TopicId {
    /// No topic: private chats, plain groups and a forum's General.
    pub const NONE: Self = Self(0);
    /// A forum's General, where it has to be named (Bot API: sends must not name it).
    pub const GENERAL: Self = Self(1);
}

impl MessageId {
    /// A message whose id is not known, or means nothing any more.
    pub const NONE: Self = Self(0);
}

impl UserId {
    /// In a slot: shared by everybody who may write in the chat.
    pub const SHARED: Self = Self(0);
}

impl ChatId {
    /// Whether this is a group, supergroup or channel; a private chat's id is positive.
    #[must_use]
    pub fn is_group(self) -> bool {
        self.0 < 0
    }
}

impl TurnId {
    /// The short reference that a person may quote and that finds the log line.
    #[must_use]
    pub fn reference(self) -> Reference {
        Reference(self)
    }
}

/// [`TurnId::reference`], to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Reference(TurnId);

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        f.write_char('T')?;
        let number = self.0.0.unsigned_abs();
        let last = number.checked_ilog2().unwrap_or(0) / 5;
        (0..=last).rev().try_for_each(|place| {
            let digit = number >> (5 * place) & 31;
            f.write_char(char::from(DIGITS[digit as usize]))
        })
    }
}

/// A moment on the wall clock, in milliseconds since 1970 (UTC). Only stored and shown;
/// every wait is measured on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The wall clock now.
    #[must_use]
    pub fn now() -> Self {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// The number of the UTC day, to count things "once a day".
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }

    /// The moment `by` after this one.
    #[must_use]
    pub fn plus(self, by: std::time::Duration) -> Self {
        Self(self.0 + i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 2))
    }

    /// The moment `by` before this one.
    #[must_use]
    pub fn minus(self, by: std::time::Duration) -> Self {
        Self(self.0 - i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
    }

    /// The time from `earlier` until this moment; none if that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> std::time::Duration {
        let millis = u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default();
        std::time::Duration::from_millis(millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_short_and_has_no_letters_that_look_like_digits() {
        assert_eq!(TurnId(0).reference().to_string(), "T0");
        assert_eq!(TurnId(33).reference().to_string(), "T11");
        assert_eq!(TurnId(1_000_000).reference().to_string(), "Tygj0");
        assert_eq!(TurnId(i64::MAX).reference().to_string(), "T7zzzzzzzzzzzz");
    }
}
