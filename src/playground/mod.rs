//! `switchboard playground`: the real bot between an emulated Telegram and three demo agents,
//! in one process, on real loopback HTTP; a person chats with it in the terminal.
//!
//! ```text
//! stdin ─▶ terminal ─▶ talk ──say, press──▶ Bot API emulator ◀──HTTP──▶ app::run ◀──HTTP──▶ demo agents
//!                       ▲                        │
//! stdout ◀── terminal ──┴── watch ◀── what is on the chats' screens
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `machine` | starts and stops the emulators and the bot, in a temporary directory |
//! | `talk` | the loop: what is typed, what the bot does, what is shown of it |
//! | `patience` | when the next line of a script is due |
//! | `command` | a typed line → what is meant by it |
//! | `watch` | the emulated screens → what is new on them |
//!
//! Lines come from, and rows go to, `src/terminal`.
//!
//! Nothing here is on the bot's side of the wire: it is configured by a file and talks HTTP,
//! as in production.

mod command;
mod machine;
mod patience;
mod talk;
mod watch;

use std::io::{self, stdout};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use machine::Machine;
use talk::Talk;

use crate::ops::log;
use crate::terminal::input::{self, Input};
use crate::terminal::screen::Screen;

/// What can be chosen for the playground.
#[derive(Debug, Args)]
pub struct PlaygroundArgs {
    /// Say this, wait for the answer, and leave; may be given several times.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    say: Vec<String>,
    /// What the log file gets: a level, or levels by target such as "info,switchboard=debug".
    #[arg(long, value_name = "FILTER", default_value = "warn", value_parser = log::readable)]
    log: String,
}

/// Plays until the person leaves or the script is through.
#[must_use]
pub fn main(args: &PlaygroundArgs) -> ExitCode {
    match actix_rt::System::new().block_on(play(args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            complain(&format!("{why:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether all that was said had its answer.
async fn play(args: &PlaygroundArgs) -> anyhow::Result<bool> {
    let stop = told_to_stop().context("signals cannot be heard")?;
    let mut machine = Machine::start(&args.log).await?;
    let input = Input::open(&args.say)?;
    let screen = Screen::new(stdout(), input::looks());
    let mut talk = Talk::new(&machine, screen, input);
    talk.welcome(&machine.log);
    let left = talk.run(&mut machine, stop).await;
    let stopped = machine.stop().await;
    // What the bot still had to say while it stopped.
    talk.farewell();
    stopped?;
    left
}

/// Resolves at Ctrl-C, at SIGTERM, and when the terminal goes away.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

#[allow(clippy::print_stderr, reason = "the screen is gone by now")]
fn complain(line: &str) {
    eprintln!("{line}");
}
