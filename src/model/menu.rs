//! Whom a list of commands is shown to.

use crate::ids::{ChatId, UserId};

/// Whom Telegram shows a list of commands to; a narrower scope comes before a wider one (Bot
/// API, `BotCommandScope`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MenuScope {
    /// Everybody for whom there is no list of their own.
    Everybody,
    /// A person in their private chat, or all members of a group.
    Chat(ChatId),
    /// One member of a group.
    Member(ChatId, UserId),
}
