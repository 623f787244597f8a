//! `switchboard health`: whether a bot lives, by its health file; for a probe that runs a command.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::{complain, say};
use crate::ops::health_file::{AGE_MAX, look};

/// Which file, and how old it may be.
#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// The file that `health_file` in the configuration names.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// The age in seconds from which on it says that the bot does not live.
    #[arg(long, value_name = "SECONDS", default_value_t = AGE_MAX.as_secs())]
    max_age: u64,
}

pub(super) fn main(args: &HealthArgs) -> ExitCode {
    let age_max = Duration::from_secs(args.max_age);
    match look(&args.file, age_max, SystemTime::now()) {
        Ok(age) => {
            say(&format!("it lives, as of {} s ago", age.as_secs()));
            ExitCode::SUCCESS
        }
        Err(why) => {
            complain(&why);
            ExitCode::FAILURE
        }
    }
}
