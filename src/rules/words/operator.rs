//! What the admins are told without asking.

use std::time::Duration;

use super::{minutes, shortened};
use crate::ids::AgentName;

/// Problems that are shown one by one.
const PROBLEMS_MAX: usize = 5;
/// Enough of a problem to find it, in characters.
const PROBLEM_MAX: usize = 300;

/// A configuration that is not loaded; `problems` one a line.
#[must_use]
pub fn config_broken(problems: &str) -> String {
    let lines = problems.lines();
    let shown = lines.clone().take(PROBLEMS_MAX);
    let shown: Vec<_> = shown.map(|line| shortened(line, PROBLEM_MAX)).collect();
    let more = match lines.count().saturating_sub(PROBLEMS_MAX) {
        0 => String::new(),
        more => format!("\nand {more} more"),
    };
    format!(
        "⚠️ The configuration was changed, and has mistakes. It is not loaded; the one before stays \
         in force.\n{}{more}",
        shown.join("\n")
    )
}

/// The configuration that was broken is in force.
#[must_use]
pub fn config_good(digest: &str) -> String {
    format!("✅ The configuration has no mistakes any more. In force is {digest}.")
}

/// The configuration was loaded, but for these keys.
#[must_use]
pub fn needs_restart(keys: &[&str]) -> String {
    format!(
        "The configuration was loaded. These changes wait for a restart: {}",
        keys.join(", ")
    )
}

/// Nothing waits for a restart any more.
pub const NO_RESTART: &str = "No change of the configuration waits for a restart any more.";

/// Another process polls with our token.
pub const RIVAL_POLLS: &str = "⚠️ Another process polls Telegram in my name: what people write \
     and tap reaches it or me, as it happens. If it is not meant to run, end it; if you do not know \
     it, have @BotFather /revoke what it signs in with.";

/// A webhook keeps us from polling.
pub const WEBHOOK_SET: &str = "⚠️ A webhook is set for me at Telegram, so nothing that people write \
     reaches me. This removes it: switchboard doctor --delete-webhook --config FILE";

/// Neither is so any more.
pub const POLLS_ALONE: &str = "✅ What people write reaches me alone again.";

/// An agent that could not be reached for so long.
#[must_use]
pub fn agent_down(agent: &AgentName, time: Duration) -> String {
    let minutes = minutes(time);
    format!(
        "⚠️ {agent} has not answered for {minutes} min. Nothing is sent to it meanwhile, and whoever \
         asks it is told so. The log says why; `switchboard doctor` looks at it."
    )
}

/// It can be reached again.
#[must_use]
pub fn agent_back(agent: &AgentName) -> String {
    format!("✅ {agent} answers again.")
}

/// Nobody waits for it any more.
#[must_use]
pub fn agent_unconfigured(agent: &AgentName) -> String {
    format!("✅ {agent} is not in the configuration any more.")
}

/// A store that has kept nothing for so long.
#[must_use]
pub fn store_fails(time: Duration) -> String {
    let minutes = minutes(time);
    format!(
        "⚠️ The store has not worked for {minutes} min. Until it does, nothing new is taken in and no \
         answer goes out; Telegram keeps new messages for 24 hours. The log says why: mostly a disk \
         that is full."
    )
}

/// It keeps what is written.
pub const STORE_WORKS: &str = "✅ The store works again.";
