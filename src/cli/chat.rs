//! `switchboard chat AGENT`: talk to an agent from the terminal, through the bot's own code: the
//! whole machine, with the terminal as its Telegram and a store in memory.

mod settings;
mod stands;
mod talk;
mod telegram;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use url::Url;

use self::talk::{Ended, Talk};
use super::complain;
use crate::config::{self, Config, Flavor};
use crate::ids::{BotId, UserId};
use crate::ops::log;

/// The person at the terminal.
const YOU: UserId = UserId(1);
/// The bot of the terminal.
const BOT: BotId = BotId(1);
/// How a shell says that a command was interrupted: 128 and the signal.
const INTERRUPTED: u8 = 130;

/// Whom to talk to, and how.
#[derive(Debug, Args)]
#[command(after_help = "\
A number presses the button that has it. What is written while there are buttons is a reply to \
what stands above the newest: an answer, or why something is rejected. /new begins a new \
conversation, /stop or Ctrl-C stops an answer, /quit, Ctrl-D or Ctrl-C twice ends.

From a pipe each line waits for the answer to the one before. The exit code is then 0 if all was \
answered, and 1 if the agent could not be reached, failed, or waits for a decision at the end.")]
pub(super) struct ChatArgs {
    /// The agent's name in the configuration, or the command of a route; with --url any name.
    agent: String,
    /// The TOML file with agents and routes, or a directory with several. It may name a token that
    /// is not there: nothing goes to Telegram.
    #[arg(long, value_name = "FILE", required_unless_present = "url")]
    config: Option<PathBuf>,
    /// Where the agent takes A2A calls, if the configuration does not have it.
    #[arg(long)]
    url: Option<Url>,
    /// What the agent at --url speaks: plain A2A, or what kagent's agents understand beyond it.
    #[arg(long, requires = "url", default_value = "a2a", value_parser = ["a2a", "kagent"])]
    flavor: String,
    /// What is logged on stderr: a level, or levels by target such as "switchboard=debug".
    #[arg(long, value_name = "FILTER", value_parser = log::readable)]
    log: Option<String>,
}

pub(super) fn main(args: &ChatArgs) -> ExitCode {
    match chat(args) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Interrupted) => ExitCode::from(INTERRUPTED),
        Ok(Ended::Unanswered) => {
            complain(&advice(args));
            ExitCode::FAILURE
        }
        Ok(Ended::Undecided) => {
            let agent = &args.agent;
            complain(&format!(
                "The input ended before {agent} was told what it may do: write the number of a button."
            ));
            ExitCode::FAILURE
        }
        Err(why) => {
            complain(&format!("{why:#}"));
            ExitCode::FAILURE
        }
    }
}

fn chat(args: &ChatArgs) -> anyhow::Result<Ended> {
    let (mut config, agent) = settings::only(read(args)?, &args.agent)?;
    if let Some(filter) = &args.log {
        config.log.filter.clone_from(filter);
        // The configuration stays as it is.
        let _ = log::begin(&config);
    }
    actix_rt::System::new().block_on(async { Talk::begin(config, &agent).await?.run().await })
}

/// What the arguments name: a configuration, an address, or an address under the settings of a
/// configuration.
fn read(args: &ChatArgs) -> anyhow::Result<Config> {
    let flavor = match &*args.flavor {
        "kagent" => Flavor::Kagent,
        _ => Flavor::A2a,
    };
    let url = args.url.as_ref();
    let named = url.map(|url| settings::of_url(&args.agent, url, flavor));
    let named = named.transpose()?;
    let Some(path) = &args.config else {
        return Ok(named.unwrap_or_else(|| unreachable!("clap asks for one of the two")));
    };
    let env = config::without_telegram(config::environment());
    // Its warnings are for `check` to say.
    let (mut config, _) = config::load(path, &env)?;
    if let Some(named) = named {
        config.agents.extend(named.agents);
        config.routes = named.routes;
    }
    Ok(config)
}

/// What to do after an end that is not well.
fn advice(args: &ChatArgs) -> String {
    let agent = &args.agent;
    let look = match (&args.url, &args.config) {
        (None, Some(path)) => format!(
            "`switchboard doctor --config {}` says whether it can be reached, and what to do.",
            path.display()
        ),
        _ => "Look whether it runs, and whether --url is where it takes A2A calls.".to_owned(),
    };
    format!("Without an answer from {agent}. {look} --log debug shows each call.")
}
