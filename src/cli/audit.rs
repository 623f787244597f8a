//! `switchboard audit`: who asked which agent, what was refused, who decided what.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::{ConfigArgs, complain, load, say};
use crate::config::{self, Config};
use crate::ids::{Timestamp, UserId};
use crate::store::{self, AuditEntry, Wanted};

/// Which lines, and how.
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Only what happened within this time, such as 24h or 7d.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Duration>,
    /// Only what this person did: a numeric Telegram id.
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    /// At most so many lines, the newest.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    lines: u32,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

fn time(text: &str) -> Result<Duration, &'static str> {
    config::duration(text).ok_or("a number with a unit, such as 24h or 7d")
}

pub(super) fn main(args: &AuditArgs) -> ExitCode {
    let Some((config, _)) = load(&args.config.config) else {
        return ExitCode::FAILURE;
    };
    match actix_rt::System::new().block_on(print(args, &config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            complain(&format!("{why:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn print(args: &AuditArgs, config: &Config) -> anyhow::Result<()> {
    let wanted = Wanted {
        since: args.since.map(|since| Timestamp::now().minus(since)),
        user: args.user.map(UserId),
        lines_max: args.lines,
    };
    let entries = store::audit(&config.store.path, config.telegram.bot_id(), wanted).await?;
    for entry in &entries {
        say(&if args.json {
            serde_json::to_string(entry)?
        } else {
            line(entry)
        });
    }
    Ok(())
}

/// Columns that `grep` and `awk` can read; what is not there is a dash.
fn line(entry: &AuditEntry) -> String {
    let or_dash = |part: Option<&str>| part.unwrap_or("-").to_owned();
    let user = entry.user.map(|user| user.to_string());
    [
        entry.at.clone(),
        or_dash(user.as_deref()),
        entry.chat.to_string(),
        entry.event.clone(),
        or_dash(entry.agent.as_deref()),
        or_dash(entry.turn.as_deref()),
        or_dash(entry.rule.as_deref().or(entry.digest.as_deref())),
        or_dash(entry.tools.as_deref()),
    ]
    .into_iter()
    .chain(entry.text.as_ref().map(|text| format!("{text:?}")))
    .collect::<Vec<_>>()
    .join("  ")
}
