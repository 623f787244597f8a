//! The command line. The shapes below are its documentation.

mod audit;
mod backup;
mod chat;
mod check;
mod completions;
mod doctor;
mod explain;
mod health;
mod parked;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{error, info, warn};

use crate::config::{self, Config, Problem};
use crate::{a2a, app, crash, ops, poison};

/// A Telegram front door to the AI agents of a Kubernetes cluster.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot until it is told to stop (SIGTERM or Ctrl-C).
    Run(ConfigArgs),
    /// Check the configuration and run its tests: print every problem with its place, and exit 0
    /// or 1.
    Check(ConfigArgs),
    /// Say where one text would go, and why, step by step.
    Explain(explain::ExplainArgs),
    /// Look at everything that the bot needs, live: say what is wrong and what to do about it, and
    /// exit 0 or 1. It sends no prompt and writes into no chat.
    Doctor(doctor::DoctorArgs),
    /// Talk to an agent from the terminal, through the bot's own code; no token is needed.
    Chat(chat::ChatArgs),
    /// Print who asked which agent, what was refused, and who decided what; never what was said.
    Audit(audit::AuditArgs),
    /// Copy the store into a new file, also while the bot runs.
    Backup(backup::BackupArgs),
    /// List what was set aside because it stopped the bot again and again, or put one back.
    Parked(parked::ParkedArgs),
    /// Look at the health file of a running bot; exit 0 if it lives, else 1.
    Health(health::HealthArgs),
    /// Print what a shell needs to complete these commands.
    Completions(completions::CompletionsArgs),
    /// Try it here and now: an emulated Telegram and three demo agents, no token needed.
    #[cfg(feature = "playground")]
    Playground(crate::playground::PlaygroundArgs),
}

#[derive(Debug, Args)]
struct ConfigArgs {
    /// The TOML file with agents and routes, or a directory with several.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Does what the arguments say.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(why) = crash::check() {
        complain(&why);
        return ExitCode::FAILURE;
    }
    a2a::install_tls();
    match cli.command {
        Command::Run(args) => run(&args.config),
        Command::Check(args) => check::main(&args.config),
        Command::Explain(args) => explain::main(&args),
        Command::Chat(args) => chat::main(&args),
        Command::Doctor(args) => doctor::main(&args),
        Command::Audit(args) => audit::main(&args),
        Command::Backup(args) => backup::main(&args),
        Command::Health(args) => health::main(&args),
        Command::Parked(args) => parked::main(&args),
        Command::Completions(args) => completions::main(&args),
        #[cfg(feature = "playground")]
        Command::Playground(args) => crate::playground::main(&args),
    }
}

fn run(path: &Path) -> ExitCode {
    let Some((config, warnings)) = load(path) else {
        return ExitCode::FAILURE;
    };
    let renew_log = ops::log::begin(&config);
    poison::end_at_panics(&config.store.path);
    for warning in warnings {
        warn!(%warning, "configuration");
    }
    let ended = actix_rt::System::new().block_on(async {
        let shutdown = told_to_stop()?;
        let source = app::Source::new(path, config::environment()).also(renew_log);
        let (reloads, trigger) = app::Reloads::of(source);
        actix_rt::spawn(reload_at_hangups(signal(SignalKind::hangup())?, trigger));
        app::run(config, Some(reloads), shutdown).await
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            error!("{why:#}");
            ExitCode::FAILURE
        }
    }
}

/// Resolves at SIGTERM or Ctrl-C.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// SIGHUP has the configuration read again, as people expect of a daemon.
async fn reload_at_hangups(mut hangups: Signal, trigger: app::Trigger) {
    while hangups.recv().await.is_some() {
        info!("SIGHUP: looking at the configuration");
        // The log says what came of it.
        let _ = trigger.reload().await;
    }
}

/// The settings, or every problem with them on stderr.
fn load(path: &Path) -> Option<(Config, Vec<Problem>)> {
    match config::load(path, &config::environment()) {
        Ok(loaded) => Some(loaded),
        Err(problems) => {
            complain(&problems.to_string());
            None
        }
    }
}

#[allow(clippy::print_stdout, reason = "this is what the command is for")]
fn say(line: &str) {
    println!("{line}");
}

#[allow(clippy::print_stderr, reason = "there is no log yet")]
fn complain(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests;
