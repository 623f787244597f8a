//! `switchboard check`: what is wrong with the configuration, and with what it is expected to do.

use std::path::Path;
use std::process::ExitCode;

use super::{complain, say};
use crate::config;
use crate::ids::Timestamp;
use crate::rules::trial;

pub(super) fn main(path: &Path) -> ExitCode {
    let loaded = match config::load_all(path, &config::environment()) {
        Ok(loaded) => loaded,
        Err(problems) => {
            complain(&problems.to_string());
            return ExitCode::FAILURE;
        }
    };
    for warning in &loaded.warnings {
        say(&format!("warning: {warning}"));
    }
    let wrong = trial::wrong(&loaded.config, &loaded.cases, Timestamp::now());
    for problem in &wrong {
        complain(&problem.to_string());
    }
    if !wrong.is_empty() {
        return ExitCode::FAILURE;
    }
    say(&format!(
        "{}: good: {}, {}, {}",
        path.display(),
        counted(loaded.config.agents.len(), "agent"),
        counted(loaded.config.routes.len(), "route"),
        counted(loaded.cases.len(), "test"),
    ));
    ExitCode::SUCCESS
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
