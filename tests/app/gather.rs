//! What people send in parts becomes one question.

use switchboard_emulators::agent::{Gate, replies, reply};

use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

/// Longer than any test: what is waited for must come.
const PATIENT: &str = "[chat]\npaste_quiet = \"60s\"\nalbum_quiet = \"60s\"\n";
/// As short as it gets: what does not come is not missed.
const HASTY: &str = "[chat]\npaste_quiet = \"10ms\"\nalbum_quiet = \"10ms\"\n";

fn sections(chat: &str) -> String {
    format!("{UNLIMITED}{chat}")
}

async fn prompts(stage: &Stage, agent: &str, count: usize) -> Vec<String> {
    let emulator = stage.agent(agent);
    let prompts = emulator.wait_for("the prompts", PATIENCE, |agent| {
        let prompts = agent.prompts();
        (prompts.len() >= count).then_some(prompts)
    });
    let prompts = prompts.await.into_iter();
    prompts.map(|prompt| prompt.text).collect()
}

#[tokio::test]
async fn a_text_that_was_split_is_one_question_to_the_agent_of_its_command() {
    let stage = Stage::plan()
        .sections(&sections(PATIENT))
        .agent("k8s", |_| replies("pods"))
        .agent("istio", |_| replies("routes"))
        .start()
        .await;
    let user = stage.user(7);
    let (full, cut) = ("a".repeat(4_088), "b".repeat(4_000));
    user.says(&format!("/istio {full} "));
    user.says(&cut);
    user.says("the end");
    user.sees("routes").await;
    let asked = prompts(&stage, "istio", 1).await;
    assert_eq!(asked, [format!("{full}{cut}\nthe end")]);
    assert_eq!(stage.agent("k8s").prompts(), []);
    let joined = "SELECT count(*) FROM updates WHERE state = 'joined'";
    assert_eq!(rows::count(&stage.store(), joined).await, 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_short_message_waits_for_nothing() {
    let stage = Stage::plan()
        .sections(&sections(PATIENT))
        .agent("k8s", |asked| replies(&format!("answer {}", asked.turn)))
        .start()
        .await;
    stage.user(7).says(&"x".repeat(3_999));
    stage.user(7).sees("answer 1").await;
    stage.user(7).says("and now?");
    stage.user(7).sees("answer 2").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_long_text_without_a_rest_is_asked_when_none_has_come() {
    let stage = Stage::plan()
        .sections(&sections(HASTY))
        .agent("k8s", |_| replies("all read"))
        .start()
        .await;
    stage.user(7).says(&"x".repeat(4_096));
    stage.user(7).sees("all read").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_command_never_joins_and_another_person_neither() {
    let group = -1_001_000_000_001;
    let stage = Stage::plan()
        .sections(&sections(PATIENT))
        .agent("k8s", |_| replies("pods"))
        .agent("istio", |_| replies("routes"))
        .start()
        .await;
    stage.telegram.add_supergroup(group, "on call");
    stage.telegram.promote(group, 1);
    let long = "x".repeat(4_090);
    stage.telegram.say(7, group, &format!("/k8s {long}"));
    stage.telegram.say(8, group, "/istio why?");
    assert_eq!(prompts(&stage, "istio", 1).await, ["why?"]);
    stage.telegram.say(7, group, "the end");
    assert_eq!(
        prompts(&stage, "k8s", 1).await,
        [format!("{long}\nthe end")]
    );

    stage.telegram.say(7, group, &format!("/k8s {long}"));
    stage.telegram.say(7, group, "/istio and now?");
    assert_eq!(prompts(&stage, "istio", 2).await[1], "and now?");
    stage.telegram.say(7, group, "/k8s the next");
    let held = "SELECT count(*) FROM turns WHERE state = 'queued' AND gathering IS NOT NULL";
    rows::becomes(&stage.store(), held, 1).await;
    stage.abandons().await;
}

#[tokio::test]
async fn the_rest_of_a_text_that_was_refused_is_refused_with_it() {
    let gate = Gate::new();
    let held = gate.clone();
    let limits = UNLIMITED.to_owned() + "conversation_waiting_max = 1\n" + PATIENT;
    let stage = Stage::plan()
        .sections(&limits)
        .agent("k8s", move |_| reply().held(&held).answers("done"))
        .start()
        .await;
    let user = stage.user(7);
    user.says("first");
    gate.reached().await;
    user.says("second");
    rows::becomes(&stage.store(), "SELECT count(*) FROM turns", 2).await;
    user.says(&"x".repeat(4_096));
    user.says("the end");
    user.sees("I did not take this one").await;
    let refused = "SELECT count(*) FROM updates WHERE state = 'refused'";
    rows::becomes(&stage.store(), refused, 2).await;
    gate.open();
    assert_eq!(prompts(&stage, "k8s", 2).await, ["first", "second"]);
    assert_eq!(user.shown("I did not take this one"), 1);
    stage.ends().await;
}

#[tokio::test]
async fn what_gathers_goes_on_gathering_in_the_next_process() {
    let mut stage = Stage::plan()
        .sections(&sections(PATIENT))
        .agent("k8s", |_| replies("all read"))
        .start()
        .await;
    let long = "x".repeat(4_000);
    stage.user(7).says("hello");
    stage.user(7).sees("all read").await;
    stage.user(7).says(&format!("/k8s {long}"));
    rows::turns_become(&stage.store(), &["answered", "queued"]).await;
    stage.stop_bot().await.expect("it stops");
    stage.start_bot();
    stage.user(7).says("the end");
    let asked = prompts(&stage, "k8s", 2).await;
    assert_eq!(asked[1], format!("{long}\nthe end"));
    stage.ends().await;
}
