//! The metrics, in Prometheus's text format (version 0.0.4), written from what is seen at the
//! moment of the scrape: the sums are the store's own, so they hold over restarts.
//!
//! A recorder of the whole process would mix several machines in one process, as tests have
//! them; and what would be recorded is kept by the actors and the store already.

mod families;
mod measured;

use std::fmt::{Display, Write as _};
use std::time::Duration;

pub use self::families::{FAMILIES, Family};
pub use self::measured::MEASURED;
use super::overview::{Overview, VERSION};
use super::tally::POLL_RESULTS;
use crate::rules::poll_watch::Rival;
use crate::rules::status::{AgentSeen, Seen, Totals};

/// What `/metrics` says it is.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Every metric there is, in the order of the export. `docs/metrics.md` shows the same.
pub fn families() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().chain(&MEASURED)
}

/// A value of a metric, with the values of its labels in the order of the family.
struct Sample {
    name: &'static str,
    /// What a histogram's values have after its name.
    suffix: &'static str,
    labels: Vec<String>,
    /// Of a bucket: its upper bound.
    bound: Option<String>,
    value: Box<dyn Display>,
}

fn sample(name: &'static str, labels: &[&str], value: impl Display + 'static) -> Sample {
    Sample {
        name,
        suffix: "",
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        bound: None,
        value: Box::new(value),
    }
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// The whole export; of a machine that does not run (yet, or any more) only which version it is.
#[must_use]
pub fn export(seen: Option<&Overview>) -> String {
    let mut samples = vec![sample("switchboard_build_info", &[VERSION], 1)];
    match seen {
        Some(seen) => samples.extend(of_machine(seen)),
        None => samples.push(sample("switchboard_ready", &[], 0)),
    }
    debug_assert!(samples.iter().all(is_known));
    let mut text = String::new();
    for family in families() {
        let own = samples.iter().filter(|sample| sample.name == family.name);
        let mut own = own.peekable();
        if own.peek().is_none() {
            continue;
        }
        let Family {
            name, kind, help, ..
        } = family;
        // Writing to a String cannot fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for sample in own {
            let (suffix, value) = (sample.suffix, &sample.value);
            let bound = sample.bound.iter().map(|bound| (&"le", bound));
            let labels = family.labels.iter().zip(&sample.labels).chain(bound);
            let labels: Vec<_> = labels
                .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
                .collect();
            let _ = match &*labels {
                [] => writeln!(text, "{name}{suffix} {value}"),
                labels => writeln!(text, "{name}{suffix}{{{}}} {value}", labels.join(",")),
            };
        }
    }
    text
}

/// Whether it is written down, with as many labels.
fn is_known(sample: &Sample) -> bool {
    families()
        .any(|family| family.name == sample.name && family.labels.len() == sample.labels.len())
}

/// A label's value (Prometheus text format: backslash, quote and line feed are escaped).
fn escaped(value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    value.replace('\n', "\\n")
}

fn of_machine(seen: &Overview) -> Vec<Sample> {
    let loaded = &seen.router.loaded;
    let mut samples = vec![
        sample("switchboard_ready", &[], u8::from(seen.is_ready().is_ok())),
        sample("switchboard_config_info", &[&loaded.digest], 1),
        sample("switchboard_config_age_seconds", &[], seconds(loaded.since)),
        sample(
            "switchboard_config_reloads_total",
            &["loaded"],
            loaded.loads,
        ),
        sample(
            "switchboard_config_reloads_total",
            &["refused"],
            loaded.refusals,
        ),
        sample(
            "switchboard_config_broken",
            &[],
            u8::from(loaded.broken.is_some()),
        ),
        sample("switchboard_config_restart_keys", &[], loaded.restart.len()),
        sample("switchboard_conversations", &[], seen.router.conversations),
        sample(
            "switchboard_store_works",
            &[],
            u8::from(seen.pulse.store_works),
        ),
        sample(
            "switchboard_store_readable",
            &[],
            u8::from(seen.totals.is_some()),
        ),
    ];
    for result in POLL_RESULTS {
        let count = seen.counts.polls.get(result).copied().unwrap_or_default();
        samples.push(sample("switchboard_polls_total", &[result], count));
    }
    let age = seen.last_poll.map(seconds);
    samples.extend(age.map(|age| sample("switchboard_poll_age_seconds", &[], age)));
    for (who, rival) in [("process", Rival::Poller), ("webhook", Rival::Webhook)] {
        let is = u8::from(seen.rival == Some(rival));
        samples.push(sample("switchboard_poll_rival", &[who], is));
    }
    samples.extend(seen.totals.iter().flat_map(sums));
    samples.extend(seen.agents.iter().flat_map(agent));
    for ((agent, call, outcome), count) in &seen.counts.agents {
        let labels = [agent.as_str(), call, outcome];
        samples.push(sample("switchboard_agent_calls_total", &labels, *count));
    }
    for ((method, result), count) in &seen.counts.telegram {
        let labels = [*method, *result];
        samples.push(sample("switchboard_telegram_calls_total", &labels, *count));
    }
    samples.extend(penalties(seen));
    samples.extend(measured::samples(seen));
    samples
}

fn sums(totals: &Totals) -> Vec<Sample> {
    let (posts, oldest) = totals.posts;
    let oldest = oldest.map_or(0.0, seconds);
    let mut samples = vec![
        sample("switchboard_pauses", &[], totals.pauses),
        sample("switchboard_outbox_posts", &[], posts),
        sample("switchboard_outbox_oldest_seconds", &[], oldest),
    ];
    for (end, count) in &totals.updates {
        samples.push(sample("switchboard_updates", &[end], *count));
    }
    for (state, count) in &totals.turns {
        samples.push(sample("switchboard_turns", &[state], *count));
    }
    for (end, count) in &totals.updates_ended {
        samples.push(sample("switchboard_updates_ended_total", &[end], *count));
    }
    for (state, count) in &totals.turns_ended {
        samples.push(sample("switchboard_turns_ended_total", &[state], *count));
    }
    samples
}

fn agent(agent: &AgentSeen) -> Vec<Sample> {
    let name = agent.name.as_str();
    let states = [
        ("unknown", agent.health == Seen::Unknown),
        ("up", agent.health == Seen::Up),
        ("down", matches!(agent.health, Seen::Down(_))),
    ];
    let states = states
        .iter()
        .map(|(state, is)| sample("switchboard_agent_state", &[name, state], u8::from(*is)));
    let (calls, most) = agent.calls;
    let rest = [
        sample("switchboard_agent_calls_in_flight", &[name], calls),
        sample("switchboard_agent_calls_max", &[name], most),
        sample(
            "switchboard_agent_turns_waiting",
            &[name],
            agent.waiting.len(),
        ),
    ];
    states.chain(rest).collect()
}

fn penalties(seen: &Overview) -> [Sample; 4] {
    let told = seconds(seen.counts.penalty);
    let penalties = &seen.sender.penalties;
    let longest = penalties.iter().map(|(_, left)| *left).max();
    let stopped = seen.sender.stopped.map_or(0.0, seconds);
    [
        sample("switchboard_telegram_penalty_seconds_total", &[], told),
        sample("switchboard_penalized_chats", &[], penalties.len()),
        sample(
            "switchboard_penalty_left_seconds",
            &[],
            longest.map_or(0.0, seconds),
        ),
        sample("switchboard_stopped_seconds", &[], stopped),
    ]
}
