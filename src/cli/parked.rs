//! `switchboard parked`: what was set aside because it ended the process again and again.

use std::process::ExitCode;

use clap::Args;

use super::{ConfigArgs, complain, load, say};
use crate::config::Config;
use crate::ids::Timestamp;
use crate::store;

/// What to do about what is parked.
#[derive(Debug, Args)]
pub(super) struct ParkedArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Put one back, by its reference: a bot that runs tries it within a few seconds.
    #[arg(long, value_name = "ID")]
    retry: Option<String>,
}

pub(super) fn main(args: &ParkedArgs) -> ExitCode {
    let Some((config, _)) = load(&args.config.config) else {
        return ExitCode::FAILURE;
    };
    let done = actix_rt::System::new().block_on(async {
        match &args.retry {
            Some(reference) => retry(&config, reference).await,
            None => list(&config).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            complain(&format!("{why:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn list(config: &Config) -> anyhow::Result<()> {
    let parked = store::parked(&config.store.path, config.telegram.bot_id()).await?;
    if parked.is_empty() {
        say("nothing is parked");
    }
    for parked in parked {
        let age = age(parked.since, Timestamp::now());
        let asked = if parked.retry_asked {
            "; to be tried again"
        } else {
            ""
        };
        let reference = parked.work.reference();
        say(&format!("{reference}: {age} ago: {}{asked}", parked.why));
    }
    Ok(())
}

async fn retry(config: &Config, reference: &str) -> anyhow::Result<()> {
    let (path, bot) = (&config.store.path, config.telegram.bot_id());
    let parked = store::parked(path, bot).await?;
    let found = parked
        .iter()
        .find(|parked| parked.work.reference().eq_ignore_ascii_case(reference));
    let Some(found) = found else {
        anyhow::bail!("{reference} is not parked");
    };
    store::ask_retry(path, bot, found.work).await?;
    say(&format!(
        "{} is tried again as soon as the bot runs",
        found.work.reference()
    ));
    Ok(())
}

/// In its largest unit.
fn age(since: Timestamp, now: Timestamp) -> String {
    let minutes = (now.0 - since.0).max(0) / 60_000;
    match minutes {
        0..60 => format!("{minutes} min"),
        60..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_said_in_its_largest_unit() {
        let at = |minutes: i64| age(Timestamp(0), Timestamp(minutes * 60_000));
        assert_eq!(
            [at(-1), at(59), at(60), at(2_879), at(2_880)],
            ["0 min", "59 min", "1 h", "47 h", "2 days"]
        );
    }
}
