//! Each mistake has a clear message for its reader, and an exit code.

use std::path::Path;
use std::process::Output;

use switchboard_emulators::agent::replies;

use crate::process::{Bot, switchboard};
use crate::support::Stage;

const TOKEN: &str = "42:AAaaBBbbCCccDDddEEeeFFff00112233445";

async fn check(dir: &Path, toml: &str, token: Option<&str>) -> Output {
    let file = dir.join("config.toml");
    std::fs::write(&file, toml).expect("the temp dir can be written");
    let mut command = switchboard(&["check", "--config"]);
    command.arg(&file);
    if let Some(token) = token {
        command.env("BOT_TOKEN", token);
    }
    command.output().await.expect("the binary starts")
}

const GOOD: &str = r#"
[telegram]
token_env = "BOT_TOKEN"
[store]
url = "sqlite://store.db"
[agents.k8s]
url = "http://127.0.0.1:9/"
[[routes]]
command = "k8s"
agent = "k8s"
allow = [7]
"#;

#[tokio::test]
async fn a_good_file_exits_0() {
    let dir = tempfile::tempdir().expect("a temp dir can be made");
    let output = check(dir.path(), GOOD, Some(TOKEN)).await;
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn each_mistake_is_named_with_its_key_and_exits_1() {
    let twice = format!("{GOOD}\n[[routes]]\ncommand = \"k8s\"\nagent = \"k8s\"\nallow = [7]\n");
    let table: [(&str, String, Option<&str>, &str); 7] = [
        ("no token", GOOD.to_owned(), None, "telegram.token_env"),
        (
            "half a token",
            GOOD.to_owned(),
            Some("42"),
            "telegram.token_env",
        ),
        (
            "not TOML",
            "[telegram".to_owned(),
            Some(TOKEN),
            "config.toml:1: is not TOML",
        ),
        (
            "an agent that is not there",
            GOOD.replace("agent = \"k8s\"", "agent = \"k9s\""),
            Some(TOKEN),
            "routes[0].agent",
        ),
        (
            "a reserved command",
            GOOD.replace("command = \"k8s\"", "command = \"new\""),
            Some(TOKEN),
            "routes[0].command",
        ),
        ("a command twice", twice, Some(TOKEN), "routes[1].command"),
        (
            "an unknown key",
            GOOD.replace("allow", "alow"),
            Some(TOKEN),
            "routes[0].alow",
        ),
    ];
    let dir = tempfile::tempdir().expect("a temp dir can be made");
    for (name, toml, token, key) in table {
        let output = check(dir.path(), &toml, token).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains(key), "{name}: {said}");
        assert!(!said.contains("AAaaBB"), "{name}: the token is printed");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let output = switchboard(&["run", "--config", "nowhere.toml"])
        .output()
        .await;
    let output = output.expect("the binary starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere.toml"));
}

#[tokio::test]
async fn a_wrong_token_exits_1_with_a_word_for_the_operator_and_without_the_token() {
    let stage = Stage::plan().agent("k8s", |_| replies("")).build().await;
    let config = stage.config_file();
    let output = switchboard(&["run", "--config"])
        .arg(config)
        .env("STAGE_TOKEN", TOKEN)
        .output()
        .await
        .expect("the binary starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("does not accept the bot token"), "{said}");
    assert!(!said.contains("AAaaBB"), "{said}");
    // The emulator was asked with a token that is not its own, on purpose.
    stage.abandons().await;
}

#[tokio::test]
async fn a_webhook_that_is_still_set_is_named_with_the_command_that_removes_it() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("hello"))
        .build()
        .await;
    let set = format!(
        "{}/bot{}/setWebhook?url=https://example.org/hook",
        stage.telegram.url(),
        stage.telegram.token()
    );
    let answer = reqwest::get(&set).await.expect("the emulator answers");
    assert!(answer.status().is_success());
    let mut bot = Bot::start(&stage);
    bot.logs("switchboard doctor --delete-webhook --config FILE")
        .await;
    bot.kill().await;

    // Of the people of the stage only those who write have pressed Start.
    stage.telegram.expect_refusals("chat not found");
    let config = stage.config_file();
    let output = switchboard(&["doctor", "--delete-webhook", "--config"])
        .arg(config)
        .envs(stage.environment())
        .output()
        .await
        .expect("the binary starts");
    assert!(output.status.success(), "{output:?}");
    let bot = Bot::start(&stage);
    stage.user(7).says("hi");
    stage.user(7).sees("hello").await;
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn a_bot_api_that_cannot_be_reached_is_tried_again_and_nothing_ends() {
    let stage = Stage::plan().agent("k8s", |_| replies("")).build().await;
    stage.telegram.stop().await;
    let mut bot = Bot::start(&stage);
    bot.logs("telegram does not answer, trying again").await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage.abandons().await;
}

#[tokio::test]
async fn no_token_and_no_inner_address_appears_in_a_log_or_a_chat() {
    let stage = Stage::plan()
        .agent("k8s", |_| {
            switchboard_emulators::agent::reply().fails("cannot reach http://10.0.0.1:9000/v1")
        })
        .build()
        .await;
    let agent = stage.agent("k8s").base_url();
    stage.agent("k8s").go_down().await;
    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    stage.user(7).says("hello");
    stage.user(7).sees("cannot be reached.").await;
    stage
        .agent("k8s")
        .come_up()
        .await
        .expect("the port is free");
    stage.user(7).taps("cannot be reached.", "Run again").await;
    stage.user(7).sees("it failed").await;
    crate::support::rows::settled(&stage.store()).await;
    let (_, log) = bot.stop().await;
    let secret = stage
        .telegram
        .token()
        .split(':')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let chat = stage.user(7).screen();
    for line in log.iter().chain(&chat) {
        assert!(!line.contains(&secret), "{line}");
        assert!(!line.contains(agent.trim_end_matches('/')), "{line}");
        assert!(!line.contains("10.0.0.1"), "{line}");
    }
    stage.ends().await;
}

#[tokio::test]
async fn a_crash_point_that_there_is_not_is_refused_at_the_start() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("pods"))
        .build()
        .await;
    for (point, code) in [
        ("Sendingg-", Some(1)),
        ("Sending", Some(1)),
        ("GetMe-", None),
    ] {
        let bot = Bot::start_as(&stage, &stage.config_file(), |command| {
            command.env("SWITCHBOARD_CRASH", point);
        });
        let (ended, log) = bot.ends().await;
        assert_eq!(ended, code, "{point}: {log:?}");
        let refused = log
            .iter()
            .any(|line| line.contains("there is no crash point"));
        assert_eq!(refused, code.is_some(), "{point}: {log:?}");
    }
    stage.abandons().await;
}
