//! A thousand times another configuration, half of them broken, while people ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use switchboard::app::Reloaded;
use switchboard_emulators::agent::{AgentEmulator, replies};

use super::another;
use crate::support::{Stage, rows};

const RELOADS: usize = 1_000;
const PEOPLE: i64 = 20;
/// Questions of each of them.
const QUESTIONS: i64 = 10;

/// What an agent has seen: the header that came with each prompt, and its text.
fn seen(agent: &AgentEmulator) -> Vec<(String, String)> {
    let calls = agent.calls().into_iter();
    let prompts = calls.filter(|call| call.method.starts_with("message/"));
    let prompts = prompts.filter_map(|call| {
        let side = call.header("x-side").unwrap_or("none").to_owned();
        Some((side, call.text?))
    });
    prompts.collect()
}

#[tokio::test]
async fn nothing_is_lost_and_no_turn_sees_two_configurations() {
    let mut stage = Stage::plan()
        .agent("k8s", |asked| replies(&format!("left: {}", asked.text)))
        .route("k8s", "prefix = \"[left]\"")
        .start()
        .await;
    let right = another(|asked| replies(&format!("right: {}", asked.text)));
    let url = stage.agent("k8s").url();
    let on = |side: &str, url: &str, other: &str| {
        let toml = stage.written().replace(&url_line(url), &url_line(other));
        let toml = toml.replace("[left]", &format!("[{side}]"));
        format!("{toml}\n[agents.k8s.headers]\nx-side = \"{side}\"\n")
    };
    let sides = [on("left", &url, &url), on("right", &url, &right.url())];
    stage.user(1).says("/help");
    stage.user(1).sees("/k8s").await;
    stage.now_runs(&sides[0]).await;
    let asked = Arc::new(AtomicUsize::new(0));

    // One question of each person after the other; each is asked while reloads go on.
    let people: Vec<i64> = (1..=PEOPLE).collect();
    let mut said = vec![0; people.len()];
    let mut outcomes = (0, 0);
    for n in 0..RELOADS {
        let side = &sides[(n / 2) % 2];
        let broken = format!("x{n} = 1\n{side}");
        stage.writes(if n % 2 == 0 { side } else { &broken });
        match stage.reloads().await {
            Reloaded::Refused(_) => outcomes.1 += 1,
            _ => outcomes.0 += 1,
        }
        let due = n * people.len() * usize::try_from(QUESTIONS).unwrap_or(0) / RELOADS;
        while asked.load(Ordering::Relaxed) < due {
            let k = asked.fetch_add(1, Ordering::Relaxed);
            let who = k % people.len();
            said[who] += 1;
            stage.user(people[who]).says(&format!("question {k}."));
        }
    }
    assert_eq!(outcomes, (RELOADS / 2, RELOADS / 2));
    let asked = asked.load(Ordering::Relaxed);
    stage.settled().await;

    let [left, right] = [seen(stage.agent("k8s")), seen(&right)];
    assert_eq!(left.len() + right.len(), asked, "each once");
    assert!(!left.is_empty() && !right.is_empty(), "both were asked");
    for (name, seen) in [("left", &left), ("right", &right)] {
        for (side, text) in seen {
            assert_eq!(side, name, "the header and the address of {text}");
            assert!(text.starts_with(&format!("[{name}]")), "{name}: {text}");
        }
    }
    let endpoints = "SELECT count(*) FROM turns WHERE state <> 'answered'";
    assert_eq!(rows::count(&stage.store(), endpoints).await, 0);
    for (who, said) in people.iter().zip(said) {
        let answers = stage.user(*who).shown("question ");
        assert_eq!(answers, said, "answers to {who}");
    }
    stage.ends().await;
}

fn url_line(url: &str) -> String {
    format!("url = \"{url}\"")
}
