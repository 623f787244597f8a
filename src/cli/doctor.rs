//! `switchboard doctor`: a live look at everything that the bot needs. What is seen is judged by
//! `rules/doctor`; here it is gathered and printed.

mod agents;
mod own;
mod store;
mod telegram;

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{ConfigArgs, load, say};
use crate::config::Config;
use crate::rules::doctor::{self, Finding, Verdict};

/// Columns that a line takes at most.
const WIDTH: usize = 60;
/// Where what was found begins: behind the verdict and the check.
const INDENT: usize = 19;

/// How to look.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Remove a webhook that keeps this bot from being polled, and then look; waiting updates stay.
    #[arg(long)]
    delete_webhook: bool,
    /// Look so many seconds for a second process that polls with the token. It takes polling: a
    /// bot that runs elsewhere, on another store, pauses for a minute. No update is confirmed.
    #[arg(long, value_name = "SECS", value_parser = clap::value_parser!(u8).range(1..=50))]
    look: Option<u8>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn main(args: &DoctorArgs) -> ExitCode {
    // Its warnings are for `check` to say.
    let Some((config, _)) = load(&args.config.config) else {
        return ExitCode::FAILURE;
    };
    let findings = actix_rt::System::new().block_on(findings(args, &config));
    let worst = findings.iter().map(|finding| finding.verdict).max();
    let fine = worst != Some(Verdict::Wrong);
    if args.json {
        let checks: Vec<Value> = findings.iter().map(as_json).collect();
        say(&json!({"fine": fine, "checks": checks}).to_string());
    } else {
        for finding in &findings {
            say(&as_text(finding));
        }
    }
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Everything, in the order in which it is read: Telegram, people, routes, agents, the store.
async fn findings(args: &DoctorArgs, config: &Config) -> Vec<Finding> {
    let store = store::look(config).await;
    let how = telegram::How {
        delete_webhook: args.delete_webhook,
        look: args.look,
        own_bot_runs: store.owned,
    };
    let (mut findings, agents) =
        futures_util::future::join(telegram::look(config, how), agents::look(config)).await;
    findings.extend(doctor::routes(&config.routes));
    findings.extend(agents.iter().flat_map(doctor::agent));
    findings.extend(doctor::store(&store));
    findings
}

fn as_json(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "about": finding.about,
        "verdict": finding.verdict.word(),
        "fault": finding.fault.map(doctor::Fault::word),
        "found": finding.found,
        "advice": finding.advice,
    })
}

/// `wrong    webhook    one is set: no poll works`, and below it what to do.
fn as_text(finding: &Finding) -> String {
    let (verdict, check) = (finding.verdict.word(), finding.check);
    let found = match &finding.about {
        Some(about) => format!("{about}: {}", finding.found),
        None => finding.found.clone(),
    };
    let begin = format!("{verdict:<8} {check:<9} ");
    let mut text = format!("{begin}{}", wrapped(&found));
    if let Some(advice) = &finding.advice {
        let indent = " ".repeat(INDENT);
        text = format!("{text}\n{indent}{}", wrapped(&format!("-> {advice}")));
    }
    text
}

/// The words in lines beside the indent; a longer word stands alone.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && INDENT + line + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join(&format!("\n{}", " ".repeat(INDENT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_fits_sixty_columns_with_what_to_do_below_it() {
        let finding = Finding {
            check: "approvals",
            about: Some("k8s".to_owned()),
            verdict: Verdict::Warning,
            fault: Some(doctor::Fault::NotKagent),
            found: "its card does not declare kagent's extension hitl/v1".to_owned(),
            advice: Some("if it is not kagent's, set its flavor to \"a2a\"".to_owned()),
        };
        let text = as_text(&finding);
        assert_eq!(
            text,
            "warning  approvals k8s: its card does not declare kagent's
                   extension hitl/v1
                   -> if it is not kagent's, set its flavor
                   to \"a2a\""
        );
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }
}
