//! Each update has exactly one outcome. Updates of every kind come one after the other into a world
//! in which nothing goes wrong; what the store and the wire show after each of them must be one of
//! the ends that there are, the one that this update may have, and nothing beside it.
//!
//! ```text
//! OUTCOME_WORLDS=500 cargo test --test simulator outcome    more worlds, of 60 updates and more each
//! OUTCOME_WORLD=17 cargo test --test simulator outcome      one of them, with its trace
//! ```

mod breaking;
mod cases;
mod parts;
mod seen;
mod taps;
mod world;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

use breaking::Breaking;
use world::{Report, play};

use crate::{in_two_threads, variable};

/// Worlds of a run without an argument: more than 3,000 updates.
const WORLDS: u64 = 50;
/// Worlds within which something broken has to show.
const WORLDS_TO_NOTICE: u64 = 12;

/// What has to happen at least once in all worlds together, or they show nothing about it.
const KINDS: [&str; 20] = [
    "question",
    "plain text",
    "command",
    "stranger",
    "nobody",
    "service",
    "media",
    "file",
    "album",
    "reply",
    "forwarded",
    "late",
    "edit of a question",
    "edit of nothing",
    "membership",
    "leaves",
    "other kind",
    "unreadable",
    "repeated",
    "migrated",
];

/// Every kind of button.
const BUTTONS: [&str; 17] = [
    "run again",
    "leave it",
    "stop",
    "release",
    "drop",
    "ask",
    "switch",
    "resume",
    "approve",
    "reject",
    "toggle",
    "choose",
    "done",
    "again",
    "reject and ask",
    "keep waiting",
    "malformed",
];

fn told(report: &Report) -> String {
    let Report { seed, broken, .. } = report;
    let trace = report.trace.join("\n");
    let broken = broken.join("\n");
    format!("{trace}\n\nworld {seed}: {broken}\nagain: OUTCOME_WORLD={seed}")
}

#[test]
fn every_update_has_exactly_one_outcome() {
    if let Some(seed) = variable("OUTCOME_WORLD") {
        let report = play(seed, None);
        assert!(report.broken.is_empty(), "{}", told(&report));
        return;
    }
    let worlds = variable("OUTCOME_WORLDS").unwrap_or(WORLDS);
    let had = std::sync::Mutex::new(BTreeMap::<String, u32>::new());
    let broken = in_two_threads(0..worlds, |seed| {
        let report = play(seed, None);
        let mut had = had.lock().expect("no run panics");
        for what in &report.had {
            *had.entry(what.clone()).or_default() += 1;
        }
        (!report.broken.is_empty()).then(|| told(&report))
    });
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
    let had = had.into_inner().expect("no run panics");
    let updates: u32 = had.values().sum();
    assert!(
        updates >= 3_000 || worlds < WORLDS,
        "only {updates} updates"
    );
    let own = BUTTONS.iter().map(|it| format!("{it}, own"));
    let foreign = BUTTONS.iter().map(|it| format!("{it}, foreign"));
    // What holds for a malformed tap holds whoever it comes from.
    let taps = own
        .chain(foreign)
        .filter(|it| !it.starts_with("malformed,"));
    let stale = ["stale", "malformed"].map(str::to_owned);
    let kinds = KINDS.map(str::to_owned);
    let wanted: BTreeSet<String> = taps.chain(stale).chain(kinds).collect();
    let missing: Vec<_> = wanted.iter().filter(|it| !had.contains_key(*it)).collect();
    assert!(
        missing.is_empty() || worlds < WORLDS,
        "never had: {missing:?} of {had:#?}"
    );
}

#[test]
fn an_outcome_too_many_or_too_few_is_noticed() {
    for breaking in Breaking::ALL {
        let noticed = in_two_threads(0..WORLDS_TO_NOTICE, |seed| {
            let broken = play(seed, Some(breaking)).broken;
            broken.into_iter().find(|what| breaking.shows_in(what))
        });
        assert!(!noticed.is_empty(), "{breaking:?} is not noticed");
    }
}
