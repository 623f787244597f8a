//! What was measured as it happened: turns by their route, how long people, agents and the store
//! took, and what was tried again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::families::{Family, counter, gauge, histogram};
use super::{Sample, sample, seconds};
use crate::model::Outcome;
use crate::ops::histogram::Histogram;
use crate::ops::overview::{Overview, RouteSeen};
use crate::ops::turn_clock::{APPROVALS, TurnCounts};
use crate::rules::mask::Kind;

/// These metrics, in the order of the export.
pub const MEASURED: [Family; 11] = [
    gauge(
        "switchboard_started_seconds",
        &[],
        "When this process began its work, in seconds since 1970",
    ),
    counter(
        "switchboard_route_turns_total",
        &["route"],
        "Turns that were asked",
    ),
    counter(
        "switchboard_route_turns_ended_total",
        &["route", "outcome"],
        "Turns that have ended; one that is run again ends again",
    ),
    counter(
        "switchboard_approvals_total",
        &["route", "event"],
        "What became of what agents asked people",
    ),
    counter(
        "switchboard_masked_total",
        &["route", "kind"],
        "Secrets taken out of answers, failures and cards; own is one of the bot itself",
    ),
    histogram(
        "switchboard_first_preview_seconds",
        &["route"],
        "From a question to the first progress in its placeholder; quick turns have none",
    ),
    histogram(
        "switchboard_answer_seconds",
        &["route"],
        "From a question until Telegram has the first message of its answer",
    ),
    histogram(
        "switchboard_agent_call_seconds",
        &["agent", "call"],
        "How long calls to agents take; of a stream, until it begins",
    ),
    counter(
        "switchboard_agent_prompts_again_total",
        &["agent"],
        "Prompts that were offered once more, which the agent surely had not taken",
    ),
    counter(
        "switchboard_posts_again_total",
        &[],
        "Calls to Telegram for a message that were not its first",
    ),
    histogram(
        "switchboard_store_seconds",
        &["what"],
        "How long the store takes, the wait for its turn included",
    ),
];

/// Their values.
pub(super) fn samples(seen: &Overview) -> Vec<Sample> {
    let counts = &seen.counts;
    let mut samples = of_turns(&counts.turns, &seen.routes);
    // Times of day in milliseconds are exact in an f64 for the next 200,000 years.
    #[allow(clippy::cast_precision_loss, reason = "see above")]
    let started = seen.started.0 as f64 / 1_000.0;
    samples.push(sample("switchboard_started_seconds", &[], started));
    let mut masked = none(&seen.routes, Kind::ALL.map(Kind::name));
    masked.extend(counts.masked.clone());
    for ((route, kind), count) in &masked {
        let labels = [&**route, *kind];
        samples.push(sample("switchboard_masked_total", &labels, *count));
    }
    for ((agent, call), took) in &counts.agents_took {
        let labels = [agent.as_str(), *call];
        samples.extend(took_of("switchboard_agent_call_seconds", &labels, took));
    }
    for (agent, again) in &counts.prompts_again {
        let labels = [agent.as_str()];
        samples.push(sample(
            "switchboard_agent_prompts_again_total",
            &labels,
            *again,
        ));
    }
    for (what, took) in &counts.store_took {
        samples.extend(took_of("switchboard_store_seconds", &[what], took));
    }
    samples
}

fn of_turns(turns: &TurnCounts, routes: &[RouteSeen]) -> Vec<Sample> {
    let mut samples = vec![sample(
        "switchboard_posts_again_total",
        &[],
        turns.posts_again,
    )];
    for (route, count) in &turns.asked {
        samples.push(sample("switchboard_route_turns_total", &[route], *count));
    }
    let mut ended = none(routes, Outcome::ALL.map(Outcome::name));
    ended.extend(turns.ended.clone());
    for ((route, outcome), count) in &ended {
        let labels = [&**route, *outcome];
        samples.push(sample(
            "switchboard_route_turns_ended_total",
            &labels,
            *count,
        ));
    }
    let mut approvals = none(routes, APPROVALS);
    approvals.extend(turns.approvals.clone());
    for ((route, event), count) in &approvals {
        let labels = [&**route, *event];
        samples.push(sample("switchboard_approvals_total", &labels, *count));
    }
    samples.extend(by_route(
        "switchboard_first_preview_seconds",
        &turns.to_preview,
    ));
    samples.extend(by_route("switchboard_answer_seconds", &turns.to_answer));
    samples
}

/// A counter that is not there before its first step does not seem to rise: what each route may come
/// to is there from the beginning.
fn none<const N: usize>(
    routes: &[RouteSeen],
    what: [&'static str; N],
) -> BTreeMap<(Arc<str>, &'static str), u64> {
    let none = routes.iter().flat_map(|route| {
        let what = what.into_iter();
        what.map(|what| ((route.command.clone(), what), 0))
    });
    none.collect()
}

fn by_route(name: &'static str, times: &BTreeMap<Arc<str>, Histogram>) -> Vec<Sample> {
    let times = times.iter();
    times
        .flat_map(|(route, took)| took_of(name, &[route], took))
        .collect()
}

/// A histogram's buckets, sum and count (Prometheus text format: the buckets add up, the last one
/// is `+Inf`).
fn took_of(name: &'static str, labels: &[&str], took: &Histogram) -> Vec<Sample> {
    let buckets = took.buckets().into_iter();
    let mut samples: Vec<_> = buckets
        .map(|(bound, count)| Sample {
            suffix: "_bucket",
            bound: Some(bound),
            ..sample(name, labels, count)
        })
        .collect();
    for (suffix, value) in [
        ("_sum", sample(name, labels, seconds(took.sum()))),
        ("_count", sample(name, labels, took.count())),
    ] {
        samples.push(Sample { suffix, ..value });
    }
    samples
}
