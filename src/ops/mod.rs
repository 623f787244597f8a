//! For those who operate the bot.

pub mod log;
