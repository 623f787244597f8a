//! The socket run: the whole app on the emulators, under load and faults, and what must hold however
//! the threads run. A seed fixes the script, not the timing.
//!
//! ```text
//! SOCKET_SEED=17 cargo test --test app socket    one script
//! SOCKET_RUNS=50 cargo test --test app socket    more of them
//! ```

#[path = "../simulator/chance.rs"]
mod chance;
mod checks;
mod seen;
mod story;
mod sums;

use std::time::Duration;

use switchboard_emulators::agent::{Cancel, Settings as Agent, Versions};

use crate::support::{Plan, Stage, UNLIMITED};
use chance::Chance;
use story::Story;

/// Runs without an argument.
const RUNS: u64 = 6;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Three agents: kagent's, a plain one of 0.3 that does not stream, one of 1.0.
fn plan(seed: u64) -> Plan {
    let hasty = "look_after = \"400ms\"\ntotal_timeout = \"6s\"\ncalls_max = 3\n";
    let kagent = Agent::kagent("k8s").cancel(Cancel::Unsupported);
    let mut plain = Agent::a2a("plain");
    plain.card.streaming = false;
    let modern = Agent::a2a("modern").versions(Versions::V10);
    let short = "connect_timeout = \"400ms\"\nfirst_byte_timeout = \"1500ms\"\n";
    let of = |toml: &str| format!("{toml}\n{short}{hasty}");
    let quick = "[chat]\nplaceholder_after = \"60ms\"\ntyping_after = \"20ms\"\n";
    Stage::plan()
        .grace("2s")
        .sections(&format!(
            "{UNLIMITED}conversation_waiting_max = 4\nin_flight_max = 4\n{quick}"
        ))
        .agent_as("k8s", kagent, &of("flavor = \"kagent\""), move |asked| {
            story::answer(seed, &asked.text, &asked.message_id)
        })
        .agent_as("plain", plain, &of("protocol = \"0.3\""), move |asked| {
            story::answer(seed, &asked.text, &asked.message_id)
        })
        .agent_as("modern", modern, &of("protocol = \"1.0\""), move |asked| {
            story::answer(seed, &asked.text, &asked.message_id)
        })
}

/// Plays one script, and answers what it broke.
async fn play(seed: u64) -> Vec<String> {
    let mut stage = plan(seed).start().await;
    let watch = sums::watch(stage.store());
    let mut story = Story::begin(&stage, Chance::new(seed));
    for _ in 0..40 {
        story.step(&mut stage).await;
    }
    Story::calms(&stage).await;
    let looked = seen::look(&stage, &story).await;
    let turns = looked.turns.len();
    assert!(
        turns >= 10,
        "SOCKET_SEED={seed}: {turns} turns prove nothing"
    );
    let mut broken = checks::broken(&looked);
    broken.extend(watch.ends().await);
    stage.ends().await;
    broken
}

#[tokio::test]
async fn whatever_happens_on_the_wire_the_promises_hold() {
    let seeds = match number("SOCKET_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SOCKET_RUNS").unwrap_or(RUNS),
    };
    for seed in seeds {
        let played = tokio::time::timeout(Duration::from_mins(3), play(seed)).await;
        let broken = played.unwrap_or_else(|_| panic!("SOCKET_SEED={seed} does not end"));
        assert!(broken.is_empty(), "SOCKET_SEED={seed}: {broken:#?}");
    }
}
