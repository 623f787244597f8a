//! What people stop stops, at once, whatever waits.

use switchboard_emulators::agent::{Cancel, Gate, Settings as AgentSettings, replies, reply};

use crate::support::{PATIENCE, Plan, Stage, UNLIMITED, User, rows};

const KAGENT: &str = "flavor = \"kagent\"";
/// The placeholder shows almost at once.
const QUICK: &str = "[chat]\nplaceholder_after = \"20ms\"\npreview_every_private = \"100ms\"\n";

/// A k8s that works on "slow" until the gate opens, and answers anything else.
fn slow(cancel: Cancel, gate: &Gate) -> Plan {
    let held = gate.clone();
    let settings = AgentSettings::kagent("k8s").cancel(cancel);
    Stage::plan()
        .sections(&format!("{UNLIMITED}{QUICK}"))
        .agent_as("k8s", settings, KAGENT, move |asked| match &*asked.text {
            text if text.starts_with("slow") => {
                reply().working("on it").held(&held).answers("at last")
            }
            text => replies(&format!("answer to {text}")),
        })
}

/// An agent of kagent's that cancels.
fn stoppable(name: &str) -> AgentSettings {
    AgentSettings::kagent(name).cancel(Cancel::Works)
}

/// Waits until the first prompt is at work.
async fn works(stage: &Stage, user: &User<'_>, gate: &Gate) {
    gate.reached().await;
    user.sees("on it").await;
    rows::turns_become(&stage.store(), &["working"]).await;
}

#[tokio::test]
async fn a_tap_on_stop_cancels_the_run_and_the_placeholder_says_so() {
    let gate = Gate::new();
    let stage = slow(Cancel::Works, &gate).start().await;
    let user = stage.user(7);
    user.says("slow");
    works(&stage, &user, &gate).await;
    let shown = user.sees("on it").await;
    assert_eq!(shown.labels(), ["Stop"], "a preview keeps the button");
    user.taps("on it", "Stop").await;
    let stopped = user.sees("k8s was stopped").await;
    assert_eq!(stopped.id, shown.id, "in its place");
    assert!(stopped.text.contains("on it") && stopped.labels().is_empty());
    stage.settled().await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["stopped"]);
    assert_eq!(stage.agent("k8s").calls_of("tasks/cancel").len(), 1);

    user.says("next");
    user.sees("answer to next").await;
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn a_second_tap_and_a_tap_after_the_end_do_nothing_and_say_so() {
    let gate = Gate::new();
    let stage = slow(Cancel::Works, &gate).start().await;
    let user = stage.user(7);
    user.says("slow");
    works(&stage, &user, &gate).await;
    let shown = user.sees("on it").await;
    let data = shown.button("Stop").unwrap().data.clone().unwrap();
    let taps = [(); 3].map(|()| stage.telegram.press_raw(7, 7, shown.id, &data));
    let mut said = Vec::new();
    for tap in &taps {
        said.push(stage.telegram.tap_answered(tap).await.text);
    }
    user.sees("k8s was stopped").await;
    stage.settled().await;
    said.sort();
    let over = "This button no longer works.";
    assert_eq!(said, ["", over, over]);
    assert_eq!(stage.agent("k8s").calls_of("tasks/cancel").len(), 1);
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn what_cannot_be_stopped_is_detached_and_says_so() {
    let gate = Gate::new();
    let stage = slow(Cancel::Unsupported, &gate).start().await;
    let user = stage.user(7);
    user.says("slow");
    works(&stage, &user, &gate).await;
    user.says("/stop");
    user.sees("I cannot stop k8s").await;
    rows::turns_become(&stage.store(), &["detached"]).await;
    user.says("/stop");
    user.sees("k8s still works on it, and I cannot stop it")
        .await;
    gate.open();
    let late = user.sees("at last").await;
    assert!(late.text.starts_with("(a late answer)"), "{}", late.text);
    stage.settled().await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["answered"]);
    stage.ends().await;
}

#[tokio::test]
async fn what_waits_for_a_place_is_stopped_before_anything_is_sent() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}{QUICK}"))
        .agent_as(
            "k8s",
            AgentSettings::kagent("k8s"),
            "flavor = \"kagent\"\ncalls_max = 1",
            move |_| reply().held(&held).answers("done"),
        )
        .start()
        .await;
    stage.user(8).says("first");
    gate.reached().await;
    stage.user(7).says("second");
    stage.user(7).taps("k8s is working", "Stop").await;
    stage.user(7).sees("Nothing was sent to k8s").await;
    gate.open();
    stage.user(8).sees("done").await;
    stage.settled().await;
    assert_eq!(
        rows::turn_states(&stage.store()).await,
        ["answered", "stopped"]
    );
    // Its place among the calls is free again.
    stage.user(7).says("third");
    stage.user(7).sees("done").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_stop_that_was_asked_for_is_taken_up_by_the_next_process() {
    let gate = Gate::new();
    let mut stage = slow(Cancel::Works, &gate).start().await;
    let user = stage.user(7);
    user.says("slow");
    works(&stage, &user, &gate).await;
    stage.stop_bot().await.unwrap();
    // As a process leaves it that dies after the commit and before the call.
    rows::change(&stage.store(), "UPDATE turns SET stop_asked_at = 1").await;
    stage.start_bot();
    stage.user(7).sees("k8s was stopped").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    assert_eq!(rows::turn_states(&stage.store()).await, ["stopped"]);
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn the_button_works_after_a_restart_and_stays_under_the_previews() {
    let gate = Gate::new();
    let mut stage = slow(Cancel::Works, &gate).start().await;
    let user = stage.user(7);
    user.says("slow");
    works(&stage, &user, &gate).await;
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    stage
        .agent("k8s")
        .wait_for("it is followed", PATIENCE, |agent| {
            (!agent.calls_of("tasks/get").is_empty()).then_some(())
        })
        .await;
    stage.user(7).taps("on it", "Stop").await;
    stage.user(7).sees("k8s was stopped").await;
    stage.settled().await;
    gate.open();
    stage.ends().await;
}

/// Twenty questions behind one that is stopped, and the message that lists them.
async fn twenty_wait(stage: &Stage, gate: &Gate) {
    let user = stage.user(7);
    user.says("slow");
    works(stage, &user, gate).await;
    for n in 1..=20 {
        user.says(&format!("q{n}."));
    }
    user.says("/stop");
    let list = user.sees("20 messages wait for k8s behind it").await;
    assert!(list.text.contains("1. q1.\n") && list.text.contains("and 12 more"));
    assert_eq!(list.labels(), ["Keep", "Drop"]);
    user.sees("k8s was stopped").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1, "they are held");
}

#[tokio::test]
async fn stop_works_at_once_while_twenty_wait_which_are_kept_in_order() {
    let gate = Gate::new();
    let stage = slow(Cancel::Works, &gate).start().await;
    twenty_wait(&stage, &gate).await;
    stage.user(7).taps("Keep or drop them?", "Keep").await;
    stage.user(7).sees("answer to q20.").await;
    stage.settled().await;
    let prompts = stage.agent("k8s").prompts();
    let asked: Vec<_> = prompts
        .into_iter()
        .skip(1)
        .map(|prompt| prompt.text)
        .collect();
    let expected: Vec<String> = (1..=20).map(|n| format!("q{n}.")).collect();
    assert_eq!(asked, expected);
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn what_waited_is_dropped_after_a_restart_as_if_there_had_been_none() {
    let gate = Gate::new();
    let mut stage = slow(Cancel::Works, &gate).start().await;
    twenty_wait(&stage, &gate).await;
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    stage.user(7).taps("Keep or drop them?", "Drop").await;
    stage
        .user(7)
        .sees("Dropped. Nothing was sent to k8s.")
        .await;
    stage.settled().await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["stopped"; 21]);
    stage.user(7).says("afresh");
    stage.user(7).sees("answer to afresh").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn where_several_run_the_person_chooses_or_names_one() {
    let gate = Gate::new();
    let held = [gate.clone(), gate.clone()];
    let [first, second] = held;
    let stage = Stage::plan()
        .agent_as("k8s", stoppable("k8s"), KAGENT, move |_| {
            reply().working("").held(&first).answers("pods")
        })
        .agent_as("istio", stoppable("istio"), KAGENT, move |_| {
            reply().working("").held(&second).answers("routes")
        })
        .start()
        .await;
    let user = stage.user(7);
    user.says("/stop");
    user.sees("Nothing of yours runs here.").await;
    user.says("/k8s what pods?");
    user.says("/istio what routes?");
    rows::turns_become(&stage.store(), &["working", "working"]).await;
    user.says("/stop argo");
    user.sees("Nothing was stopped").await;
    user.says("/stop");
    let which = user.sees("Which one shall I stop?").await;
    assert_eq!(which.labels(), ["k8s: what pods?", "istio: what routes?"]);
    user.taps("Which one", "istio: what routes?").await;
    user.sees("istio was stopped").await;
    user.says("/stop k8s");
    user.sees("k8s was stopped").await;
    stage.settled().await;
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn only_admins_stop_what_somebody_else_asked() {
    const GROUP: i64 = -1_000_000_004;
    let gate = Gate::new();
    let held = gate.clone();
    // 1 is an admin, who may use no agent.
    let stage = Stage::plan()
        .allow("7,8")
        .agent_as("k8s", stoppable("k8s"), KAGENT, move |_| {
            reply().working("").held(&held).answers("pods")
        })
        .start()
        .await;
    for (id, name) in [(1, "Admin"), (7, "Asker"), (8, "Colleague")] {
        stage.telegram.add_user(id, name);
    }
    stage.telegram.add_supergroup(GROUP, "On call");
    stage.telegram.join(GROUP, 7);
    stage.telegram.say(7, GROUP, "/k8s pods");
    gate.reached().await;
    rows::turns_become(&stage.store(), &["working"]).await;
    stage.telegram.say(8, GROUP, "/stop");
    stage.telegram.sees(GROUP, "Only admins can stop").await;
    let card = stage.telegram.sees_button(GROUP, "Stop").await;
    let tap = stage.telegram.press(8, GROUP, card.id, "Stop").unwrap();
    let answer = stage.telegram.tap_answered(&tap).await;
    assert!(
        answer.text.contains("Only the person who asked"),
        "{}",
        answer.text
    );

    stage.telegram.say(1, GROUP, "/stop");
    let card = stage.telegram.sees_button(GROUP, "k8s: pods").await;
    let tap = stage
        .telegram
        .press(7, GROUP, card.id, "k8s: pods")
        .unwrap();
    stage.telegram.tap_answered(&tap).await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["working"]);
    let tap = stage
        .telegram
        .press(1, GROUP, card.id, "k8s: pods")
        .unwrap();
    stage.telegram.tap_answered(&tap).await;
    stage.telegram.sees(GROUP, "k8s was stopped").await;
    stage.settled().await;
    gate.open();
    stage.ends().await;
}
