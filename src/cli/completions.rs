//! `switchboard completions`: what a shell completes.

use std::io;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;

/// For which shell.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell that reads it, such as: source <(switchboard completions bash).
    shell: Shell,
}

pub(super) fn main(args: &CompletionsArgs) -> ExitCode {
    let mut written = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "switchboard", &mut written);
    match io::Write::write_all(&mut io::stdout(), &written) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read it has gone.
        Err(_) => ExitCode::FAILURE,
    }
}
