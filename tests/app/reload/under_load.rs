//! A thousand times another configuration, half of them broken, while people ask.

use std::time::Duration;

use switchboard::app::Reloaded;
use switchboard_emulators::agent::{
    AgentEmulator, Incoming, Reply, Settings as AgentSettings, reply,
};

use super::another;
use crate::support::{Stage, rows};

const RELOADS: usize = 1_000;
const PEOPLE: i64 = 20;
/// Questions of each of them.
const QUESTIONS: usize = 10;

/// Takes its time, so that turns are on their way when the configuration changes.
fn works(asked: &Incoming) -> Reply {
    let answer = format!("answer to {}", asked.text);
    let works = reply().working("").after(Duration::from_millis(20));
    works.answers(&answer)
}

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
        .agent_as(
            "k8s",
            AgentSettings::kagent("k8s"),
            // Turns wait for a place while the agent is replaced.
            "flavor = \"kagent\"\ncalls_max = 2",
            works,
        )
        .route("k8s", "prefix = \"[left]\"")
        .start()
        .await;
    let right = another(works);
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

    // Questions come all the while.
    let people: Vec<i64> = (1..=PEOPLE).collect();
    let mut said = vec![0; people.len()];
    let (mut asked, mut outcomes) = (0, (0, 0));
    for n in 0..RELOADS {
        let side = &sides[(n / 2) % 2];
        let broken = format!("x{n} = 1\n{side}");
        stage.writes(if n % 2 == 0 { side } else { &broken });
        match stage.reloads().await {
            Reloaded::Refused(_) => outcomes.1 += 1,
            _ => outcomes.0 += 1,
        }
        let due = n * people.len() * QUESTIONS / RELOADS;
        while asked < due {
            let who = asked % people.len();
            said[who] += 1;
            let text = format!("question {asked}.");
            stage.user(people[who]).says(&text);
            asked += 1;
        }
    }
    assert_eq!(outcomes, (RELOADS / 2, RELOADS / 2));
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
    let unanswered = "SELECT count(*) FROM turns WHERE state <> 'answered'";
    assert_eq!(rows::count(&stage.store(), unanswered).await, 0);
    for (who, said) in people.iter().zip(said) {
        let screen = stage.user(*who).screen();
        let answers = screen.iter().filter(|text| text.contains("answer to "));
        assert_eq!(answers.count(), said, "answers to {who}");
    }
    stage.ends().await;
}

fn url_line(url: &str) -> String {
    format!("url = \"{url}\"")
}
