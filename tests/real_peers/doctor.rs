//! `switchboard doctor` looks at kagent-adk 0.10.4.

use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::processes::KAGENT;
use crate::support::Stage;

#[tokio::test]
async fn a_real_kagent_agent_is_well_and_its_version_and_approvals_are_told() {
    let kagent = "flavor = \"kagent\"";
    let stage = Stage::plan()
        .allow("7")
        .existing_agent("k8s", &KAGENT.line.k8s, kagent)
        .existing_agent("stream", &KAGENT.line.stream, kagent)
        .route("k8s", "approvers = [7]")
        .route("stream", "approvers = [7]")
        .build()
        .await;
    stage.telegram.open_chat(1);
    stage.telegram.open_chat(7);
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command
        .args(["doctor", "--json", "--config"])
        .arg(stage.config_file());
    command
        .env_clear()
        .envs(stage.environment())
        .stdin(Stdio::null());
    let output = command.output().await.expect("it runs");
    let said: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let checks = said["checks"].as_array().expect("a list");
    let bad: Vec<&Value> = checks.iter().filter(|it| it["verdict"] != "ok").collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(output.status.code(), Some(0));
    for agent in ["k8s", "stream"] {
        let found = |check: &str| {
            let of = checks
                .iter()
                .find(|it| it["check"] == check && it["about"] == agent);
            of.and_then(|it| it["found"].as_str()).unwrap_or_default()
        };
        assert_eq!(found("version"), "A2A 0.3");
        assert_eq!(found("approvals"), "kagent's data parts (0.8 to 0.10)");
    }
    stage.abandons().await;
}
