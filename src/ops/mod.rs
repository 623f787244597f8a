//! For those who operate the bot.

pub mod counted;
pub mod health_file;
pub mod histogram;
pub mod http;
pub mod log;
pub mod metrics;
pub mod overview;
pub mod page;
pub mod tally;
#[cfg(test)]
mod tests;
pub mod turn_clock;
pub mod watched;
