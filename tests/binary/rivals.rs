//! A mistake in a repository: two processes with one token, each with a store of its own. Nothing keeps
//! them apart, so those who operate them have to hear of it.

use std::time::Duration;

use switchboard_emulators::agent::replies;
use tokio::process::Command;
use tokio::time::Instant;

use crate::process::{Bot, switchboard};
use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

const ADMIN: i64 = 1;
/// A poll that is cut off by another one is not tried again before this and 5 s.
const POLL_TIMEOUT: &str = "1s";
const TOLD: &str = "Another process polls Telegram in my name";
/// The stage's own store, and one that somebody else has made.
const OWN: &str = "store.db";
const OTHER: &str = "other.db";

fn start(stage: &Stage, store: &str) -> Bot {
    let store = stage.store().with_file_name(store);
    Bot::start_as(stage, &stage.config_file(), |command: &mut Command| {
        command.env("SWITCHBOARD__TELEGRAM__POLL_TIMEOUT", POLL_TIMEOUT);
        command.env(
            "SWITCHBOARD__STORE__URL",
            format!("sqlite://{}", store.display()),
        );
    })
}

/// Where its operations port is.
async fn port(bot: &mut Bot) -> String {
    const OPEN: &str = "the operations port is open";
    bot.logs(OPEN).await;
    let line = bot.seen.last().cloned().unwrap_or_default();
    let (_, address) = line.rsplit_once("address=").expect("it says where");
    address.trim_matches('"').to_owned()
}

async fn exports(port: &str, line: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = reqwest::get(format!("http://{port}/metrics")).await;
        let text = answer.expect("it answers").text().await.expect("text");
        if text.lines().any(|is| is == line) {
            return;
        }
        assert!(Instant::now() < until, "no {line:?} in {text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What the doctor finds about pollers, beside the first bot.
async fn doctor(stage: &Stage, store: &str, port: &str) -> String {
    let store = stage.store().with_file_name(store);
    let mut command = switchboard(&["doctor", "--json", "--config"]);
    command.arg(stage.config_file()).envs(stage.environment());
    command.env("SWITCHBOARD__OPS__LISTEN", port);
    command.env(
        "SWITCHBOARD__STORE__URL",
        format!("sqlite://{}", store.display()),
    );
    let said = command.output().await.expect("it runs").stdout;
    let said: serde_json::Value = serde_json::from_slice(&said).expect("it is JSON");
    let checks = said["checks"].as_array().cloned().unwrap_or_default();
    let poller = checks.iter().find(|check| check["check"] == "poller");
    poller.map(ToString::to_string).unwrap_or_default()
}

#[tokio::test]
async fn two_processes_with_one_token_say_so_and_do_not_storm() {
    let sections = format!("{UNLIMITED}\n[ops]\nlisten = \"127.0.0.1:0\"\n");
    let stage = Stage::plan()
        .sections(&sections)
        .allow("7")
        .agent("k8s", |asked| replies(&format!("answer to {}", asked.text)))
        .build()
        .await;
    // Whom the doctor asks about.
    stage.telegram.open_chat(ADMIN);
    stage.telegram.open_chat(7);
    let begun = Instant::now();
    let mut one = start(&stage, OWN);
    let port = port(&mut one).await;
    one.logs("telegram knows us").await;
    exports(&port, "switchboard_poll_rival{who=\"process\"} 0").await;
    let alone = doctor(&stage, OWN, &port).await;
    assert!(alone.contains("says that it is alone"), "{alone}");

    let mut other = start(&stage, OTHER);
    one.logs("another process polls for this bot").await;
    one.logs("another process polls for this bot").await;
    other.logs("another process polls for this bot").await;
    // The log, the metric, the doctor, the page and the admins.
    exports(&port, "switchboard_poll_rival{who=\"process\"} 1").await;
    let found = doctor(&stage, OWN, &port).await;
    assert!(
        found.contains("another process does so") && found.contains("\"wrong\""),
        "{found}"
    );
    let page = reqwest::get(format!("http://{port}/")).await;
    let page = page.expect("it answers").text().await.expect("text");
    assert!(page.contains("another process polls"), "{page}");
    stage.user(ADMIN).sees(TOLD).await;

    // Whoever gets a question answers it, and nobody else does.
    for n in 1..=3 {
        stage.user(7).says(&format!("question {n}."));
        let answer = format!("answer to question {n}.");
        stage.user(7).sees(&answer).await;
        assert_eq!(stage.user(7).shown(&answer), 1);
    }
    for store in [OWN, OTHER] {
        rows::settled(&stage.store().with_file_name(store)).await;
    }
    let took = begun.elapsed().as_secs();
    let (code, log) = one.stop().await;
    let (other_code, other_log) = other.stop().await;
    assert_eq!((code, other_code), (Some(0), Some(0)));
    let refused = log.iter().chain(&other_log);
    let refused = refused.filter(|line| line.contains("another process polls"));
    // Each of the two waits for 6 s after a refusal.
    let most = 2 * (took / 6 + 1);
    assert!(refused.count() as u64 <= most, "{log:#?} {other_log:#?}");
    stage.ends().await;
}
