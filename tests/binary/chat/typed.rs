//! Somebody types: what grows shows, Ctrl-C stops, and the terminal is left as it was.

use switchboard_emulators::agent::{
    Gate, Incoming, Reply, Settings as AgentSettings, Versions, replies, reply,
};

use super::pty::Pty;
use crate::process::switchboard;
use crate::support::Stage;

async fn stage(held: &Gate) -> Stage {
    let held = held.clone();
    let script = move |incoming: &Incoming| -> Reply {
        match &*incoming.text {
            "slow" => reply()
                .tool_call("get_pods", serde_json::json!({}))
                .held(&held)
                .answers("Two **pods**"),
            other => replies(&format!("You said {other}")),
        }
    };
    // One that can be cancelled.
    let settings = AgentSettings::a2a("k8s").versions(Versions::V03);
    let plan = Stage::plan().agent_as("k8s", settings, "flavor = \"a2a\"", script);
    plan.allow("7").build().await
}

fn chat(stage: &Stage, env: &[(&str, &str)]) -> Pty {
    let mut command = switchboard(&["chat", "k8s", "--config"]);
    command.arg(stage.config_file()).env("TERM", "xterm");
    command.envs(env.iter().copied());
    Pty::start(command)
}

#[tokio::test]
async fn what_grows_is_shown_with_the_tool_that_runs_and_gives_way_to_the_answer() {
    let gate = Gate::new();
    let stage = stage(&gate).await;
    let mut terminal = chat(&stage, &[]);
    let at = terminal.sees("you decide here yourself", 0).await;
    terminal.types("slow\r");
    let at = terminal.sees("⏳ k8s is working…", at).await;
    let at = terminal.sees("get_pods …", at).await;
    gate.open();
    let at = terminal.sees("\x1b[0;1mpods\x1b[0m", at).await;
    // Words are edited as they are typed.
    terminal.types("helle\x7fo\r");
    let at = terminal.sees("You said hello", at).await;
    terminal.types("/quit\r");
    terminal.sees("/quit", at).await;
    assert_eq!(terminal.ends().await, Some(0));
    stage.abandons().await;
}

#[tokio::test]
async fn ctrl_c_stops_the_answer_and_the_second_one_ends() {
    let gate = Gate::new();
    let stage = stage(&gate).await;
    let mut terminal = chat(&stage, &[("NO_COLOR", "1")]);
    let at = terminal.sees("leave", 0).await;
    terminal.types("slow\r");
    let at = terminal.sees("get_pods …", at).await;
    terminal.signal("INT").await;
    let at = terminal.sees("topped", at).await;
    terminal.types("hello\r");
    let at = terminal.sees("You said hello", at).await;
    terminal.signal("INT").await;
    terminal.sees("Ctrl-C again ends", at).await;
    terminal.signal("INT").await;
    assert_eq!(terminal.ends().await, Some(130));
    let shown = terminal.shown();
    assert!(
        !shown.contains("\x1b[1;3") && !shown.contains("\x1b[0;1m"),
        "{shown:?}"
    );
    assert_eq!(stage.agent("k8s").calls_of("tasks/cancel").len(), 1);
    stage.abandons().await;
}

#[tokio::test]
async fn whoever_is_told_to_go_leaves_nothing_at_work() {
    let gate = Gate::new();
    let stage = stage(&gate).await;
    let mut terminal = chat(&stage, &[]);
    terminal.sees("leave", 0).await;
    terminal.types("slow\r");
    let at = terminal.sees("get_pods …", 0).await;
    terminal.signal("TERM").await;
    terminal
        .sees("k8s is still at work. It is stopped.", at)
        .await;
    assert_eq!(terminal.ends().await, Some(130));
    assert_eq!(stage.agent("k8s").calls_of("tasks/cancel").len(), 1);
    stage.abandons().await;
}
