//! The log as JSON: every step of a turn is a line, found by its reference and joined to the agent's
//! traces.

use serde_json::Value;
use switchboard_emulators::agent::reply;

use crate::process::Bot;
use crate::support::{Stage, UNLIMITED, rows};

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

    let lines = log.iter().map(|line| {
        assert!(
            !line.contains("secret question") && !line.contains("2 pods"),
            "{line}"
        );
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    let lines: Vec<Value> = lines.collect();
    let of_turn: Vec<&Value> = lines
        .iter()
        .filter(|line| line["turn"].is_string())
        .collect();
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
