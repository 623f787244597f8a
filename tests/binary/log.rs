//! The log as JSON: every step of a turn is a line, found by its reference and joined to the agent's
//! traces.

use serde_json::{Value, json};
use switchboard_emulators::agent::{Incoming, Reply, replies, reply};

use crate::process::Bot;
use crate::support::{Stage, UNLIMITED, rows};

/// The log as what it says it is.
fn read(log: &[String]) -> Vec<Value> {
    let lines = log
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    lines.collect()
}

fn about_turns(lines: &[Value]) -> impl Iterator<Item = &Value> {
    lines.iter().filter(|line| line["turn"].is_string())
}

#[tokio::test]
async fn each_step_of_a_turn_is_one_line_that_says_all_it_is_known_by() {
    let sections = format!("{UNLIMITED}\n[log]\nformat = \"json\"\n");
    let stage = Stage::plan()
        .sections(&sections)
        .agent("k8s", |_| reply().working("looking").answers("2 pods"))
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("/k8s a secret question");
    stage.user(7).sees("2 pods").await;
    rows::settled(&stage.store()).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");

    for line in &log {
        assert!(
            !line.contains("secret question") && !line.contains("2 pods"),
            "{line}"
        );
        // What the server of the port says of its threads.
        assert!(!line.contains("worker"), "{line}");
    }
    let lines = read(&log);
    let of_turn: Vec<&Value> = about_turns(&lines).collect();
    let steps: Vec<&str> = of_turn
        .iter()
        .filter(|line| line["level"] == "INFO")
        .filter_map(|line| line["message"].as_str())
        .collect();
    assert_eq!(
        steps,
        ["asked", "run", "the agent has it", "the turn is over"]
    );
    for line in &of_turn {
        assert_eq!(line["turn"], of_turn[0]["turn"], "{line}");
        assert_eq!(line["agent"], "k8s", "{line}");
    }
    let [asked, run, has, over] = of_turn[..] else {
        panic!("{of_turn:#?}");
    };
    for line in [asked, has, over] {
        assert_eq!(line["chat"], "7", "{line}");
        assert_eq!(line["route"], "k8s", "{line}");
    }
    let tasks = stage.agent("k8s").tasks();
    let task = tasks.first().expect("there is one").ids.task.as_str();
    assert_eq!((&has["task"], &over["task"]), (&task.into(), &task.into()));
    assert_eq!(over["end"], "answered");
    let calls = stage.agent("k8s").calls_of("message/stream");
    let sent = calls[0].header("traceparent").expect("it is sent");
    let trace = run["trace"].as_str().expect("it is logged");
    assert!(sent.starts_with(&format!("00-{trace}-")), "{sent} {trace}");
    stage.ends().await;
}

fn deletes_a_pod(asked: &Incoming) -> Reply {
    match &asked.decision {
        Some(_) => replies("deleted"),
        None => reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))]),
    }
}

#[tokio::test]
async fn a_turn_that_is_approved_after_a_restart_is_told_from_its_lines_alone() {
    let sections = format!("{UNLIMITED}\n[log]\nformat = \"json\"\n");
    let stage = Stage::plan()
        .sections(&sections)
        .agent("k8s", deletes_a_pod)
        .route("k8s", "approvers = [\"requester\"]")
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("/k8s delete it");
    stage.user(7).sees("asks whether it may go on").await;
    let (code, mut log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    let bot = Bot::start(&stage);
    stage
        .user(7)
        .taps("asks whether it may go on", "Approve")
        .await;
    stage.user(7).sees("deleted").await;
    rows::settled(&stage.store()).await;
    let (code, later) = bot.stop().await;
    assert_eq!(code, Some(0), "{later:#?}");
    log.extend(later);

    let lines = read(&log);
    let told: Vec<&str> = about_turns(&lines)
        .filter_map(|line| line["message"].as_str())
        .collect();
    assert_eq!(
        told,
        [
            "asked",
            "run",
            "the agent has it",
            "it waits for a decision",
            "taking up a turn",
            "decided",
            "run",
            "the decision was taken",
            "the agent has it",
            "the turn is over"
        ]
    );
    for line in about_turns(&lines) {
        assert_eq!(line["agent"], "k8s", "{line}");
        let of_the_run = ["run", "the decision was taken"];
        if of_the_run.iter().all(|message| line["message"] != *message) {
            assert_eq!(
                (&line["chat"], &line["route"]),
                (&"7".into(), &"k8s".into()),
                "{line}"
            );
        }
        if line["message"] != "asked" && line["chat"].is_string() {
            assert!(line["task"].is_string(), "{line}");
        }
    }
    stage.ends().await;
}
