//! What was looked at on the way to a decision, for whoever asks why.

use super::destination::{Way, Why};
use crate::config::Route;
use crate::ids::UserId;

/// One thing that was looked at. The last one decided.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Whether it is said to the bot.
    Heard(Heard),
    /// Who wrote it; none where no right could belong to them. With the number of routes that
    /// they may use here.
    Person(Option<UserId>, usize),
    /// What it says.
    Says(Says<'a>),
    /// One of the ways of a text that names no agent.
    Way(Why, Way<'a>),
    /// None of them led anywhere: its person is asked.
    Buttons,
}

/// Whether a message is said to the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// In a private chat all is.
    Private,
    /// It names the bot, answers it, or is a command that is its own.
    Addressed,
    /// The bot listens to all who write there.
    All,
    /// It is not.
    Not,
    /// It is a command for another bot.
    OtherBot,
    /// It only tells of an event.
    Service,
}

/// What a message says.
#[derive(Clone, Copy, Debug)]
pub enum Says<'a> {
    /// The command or an alias of this route.
    Route(&'a Route),
    /// Another command: one of the bot's own, or one that nobody knows.
    Command {
        /// Whether it is the bot's own.
        known: bool,
    },
    /// No command.
    Text,
    /// Something that is neither text nor a file.
    Media,
}
