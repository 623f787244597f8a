//! `switchboard backup`: a copy of the store, also while the bot runs.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{ConfigArgs, complain, load, say};
use crate::store;

/// Whereto.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The file to write; there must be none of this name.
    #[arg(value_name = "TO")]
    to: PathBuf,
}

pub(super) fn main(args: &BackupArgs) -> ExitCode {
    let Some((config, _)) = load(&args.config.config) else {
        return ExitCode::FAILURE;
    };
    let copied = store::backup(&config.store.path, &args.to);
    match actix_rt::System::new().block_on(copied) {
        Ok(()) => {
            say(&format!("{} is a whole copy", args.to.display()));
            ExitCode::SUCCESS
        }
        Err(why) => {
            complain(&format!("{why}"));
            ExitCode::FAILURE
        }
    }
}
