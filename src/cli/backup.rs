//! `switchboard backup`: a copy of the store, also while the bot runs.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::{ConfigArgs, complain, load, say};
use crate::store;

/// Whereto.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The file to write; there must be none of this name. `-` writes to the standard output, by way
    /// of a file beside the store.
    #[arg(value_name = "TO")]
    to: PathBuf,
}

pub(super) fn main(args: &BackupArgs) -> ExitCode {
    let Some((config, _)) = load(&args.config.config) else {
        return ExitCode::FAILURE;
    };
    let (from, to) = (&config.store.path, &args.to);
    let done = if to.as_os_str() == "-" {
        to_stdout(from)
    } else {
        write(from, to).map(|()| say(&format!("{} is a whole copy", to.display())))
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            complain(&format!("{why:#}"));
            ExitCode::FAILURE
        }
    }
}

fn write(from: &Path, to: &Path) -> anyhow::Result<()> {
    Ok(actix_rt::System::new().block_on(store::backup(from, to))?)
}

/// For a pod that has no shell, and a volume that no second pod can mount.
fn to_stdout(from: &Path) -> anyhow::Result<()> {
    let mut name = from.as_os_str().to_owned();
    name.push(format!(".copy-{}", std::process::id()));
    let copy = PathBuf::from(name);
    write(from, &copy)?;
    let printed = File::open(&copy).and_then(|mut file| io::copy(&mut file, &mut io::stdout()));
    fs::remove_file(&copy).with_context(|| format!("{} stays there", copy.display()))?;
    printed.context("the copy did not get through")?;
    Ok(())
}
