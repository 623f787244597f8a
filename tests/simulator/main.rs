//! The machine that tries: the real actors and rules between simulated edges, on one thread
//! under a paused clock. Everything comes from a seed: who writes what, when a call is slow, cut
//! or refused, and at which of its steps the process dies.
//!
//! ```text
//! SIM_SEEDS=2000 cargo test --test simulator     more seeds
//! SIM_SEED=17 cargo test --test simulator seed   one of them, with its trace
//! ```

mod a2a;
mod agents;
mod allowed;
mod bot_api;
mod breakage;
mod chance;
mod checks;
mod outcomes;
mod people;
mod run;
mod settings;
mod sim;
mod store;
mod telegram;
mod witness;

use std::ops::Range;

use breakage::Breakage;
use run::{Report, run};

/// Seeds of a run without an argument.
const SEEDS: u64 = 200;
/// Seeds within which a broken rule has to show.
const SEEDS_TO_NOTICE: u64 = 100;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What was broken, what led to it, and how to see it again.
fn told(report: &Report) -> String {
    let Report { seed, broken, .. } = report;
    let trace = report.trace.join("\n");
    let broken = broken.join("; ");
    format!(
        "{trace}\n\nseed {seed}: {broken}\nagain: SIM_SEED={seed} cargo test --test simulator seed"
    )
}

/// What is found in these seeds: half of them at the same time as the other half.
fn in_two_threads<T: Send>(seeds: Range<u64>, look: impl Fn(u64) -> Option<T> + Sync) -> Vec<T> {
    let (look, seeds) = (&look, &seeds);
    let part = |parity| {
        move || {
            seeds
                .clone()
                .filter(|seed| seed % 2 == parity)
                .find_map(look)
        }
    };
    let found = std::thread::scope(|scope| {
        let threads = [0, 1].map(|parity| scope.spawn(part(parity)));
        threads.map(|thread| thread.join().expect("a run does not panic"))
    });
    found.into_iter().flatten().collect()
}

#[test]
fn every_seed_keeps_the_promises() {
    let seeds = match variable("SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("SIM_SEEDS").unwrap_or(SEEDS),
    };
    let broken = in_two_threads(seeds, |seed| {
        let report = run(seed, None);
        (!report.broken.is_empty()).then(|| told(&report))
    });
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

#[test]
fn a_seed_is_the_same_run_each_time() {
    for seed in 0..20 {
        let [first, second] = [(); 2].map(|()| run(seed, None));
        let mut lines = first.trace.iter().zip(&second.trace);
        let differs = lines.find(|(first, second)| first != second);
        assert_eq!(first.digest, second.digest, "seed {seed}: {differs:?}");
        assert!(first.trace.len() > 100, "seed {seed}: nothing happens");
    }
}

#[test]
fn every_broken_rule_is_noticed() {
    for breakage in Breakage::ALL {
        let noticed = in_two_threads(0..SEEDS_TO_NOTICE, |seed| {
            let broken = run(seed, Some(breakage)).broken;
            let shows = broken.iter().any(|what| breakage.shows_in(what));
            shows.then_some(seed)
        });
        assert!(!noticed.is_empty(), "{breakage:?} is not noticed");
    }
}
