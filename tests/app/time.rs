//! What happens when the time of a turn is up.

use switchboard_emulators::agent::{Cancel, Gate, Settings as AgentSettings, replies, reply};

use crate::support::{Stage, rows};

/// A kagent agent for which no turn may take longer than half a second.
const HASTY: &str = "flavor = \"kagent\"\ntotal_timeout = \"500ms\"\n\
    connect_timeout = \"400ms\"\nfirst_byte_timeout = \"400ms\"\nlook_after = \"400ms\"\n";

#[tokio::test]
async fn when_the_time_is_up_the_task_is_cancelled_and_the_person_told() {
    let gate = Gate::new();
    let held = gate.clone();
    let settings = AgentSettings::kagent("k8s").cancel(Cancel::Works);
    let stage = Stage::plan()
        .agent_as("k8s", settings, HASTY, move |_| {
            reply().working("on it").held(&held).answers("too late")
        })
        .start()
        .await;
    stage.user(7).says("hello");
    stage
        .user(7)
        .sees("It took longer than 1 min, so I had it stopped")
        .await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").calls_of("tasks/cancel").len(), 1);
    assert_eq!(rows::turn_states(&stage.store()).await, ["told_failed"]);
    gate.open();
    stage.ends().await;
}

/// As a crash leaves it on the Python SDK 0.3.26: the stream is cut, the task works for ever.
#[tokio::test]
async fn a_task_that_a_crash_left_working_is_watched_and_said_to_be() {
    let gate = Gate::new();
    let held = gate.clone();
    let toml = "flavor = \"a2a\"\nprotocol = \"0.3\"\ntotal_timeout = \"5s\"\n\
        connect_timeout = \"1s\"\nfirst_byte_timeout = \"1s\"\nlook_after = \"300ms\"\n";
    let stage = Stage::plan()
        .agent_as("k8s", AgentSettings::a2a("k8s"), toml, move |_| {
            reply()
                .working("on it")
                .cut()
                .held(&held)
                .answers("too late")
        })
        .start()
        .await;
    let user = stage.user(7);
    user.says("hello");
    let watched = user.sees("No answer yet, still watching.").await;
    assert!(watched.text.contains("on it"), "{}", watched.text);
    user.sees("It took longer than 1 min, so I had it stopped")
        .await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    stage.settled().await;
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn a_task_that_cannot_be_cancelled_is_detached_and_its_late_answer_is_labelled() {
    let gate = Gate::new();
    let held = gate.clone();
    let settings = AgentSettings::kagent("k8s").cancel(Cancel::Unsupported);
    let stage = Stage::plan()
        .agent_as("k8s", settings, HASTY, move |asked| match &*asked.text {
            "slow" => reply().working("on it").held(&held).answers("at last"),
            text => replies(&format!("answer to {text}")),
        })
        .start()
        .await;
    let user = stage.user(7);
    user.says("slow");
    user.sees("I cannot stop it").await;
    rows::turns_become(&stage.store(), &["detached"]).await;

    // Its context stays closed: the next question waits, and is told so.
    user.says("next");
    user.sees("still works on an earlier question").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);

    // A new conversation does not wait.
    user.says("/new");
    user.sees("A new conversation").await;
    user.says("afresh");
    user.sees("answer to afresh").await;

    gate.open();
    user.sees("at last").await;
    user.sees("answer to next").await;
    stage.settled().await;
    let late = user.sees("at last").await;
    assert!(
        late.text.starts_with("(from the conversation before /new)"),
        "{}",
        late.text
    );
    stage.ends().await;
}
