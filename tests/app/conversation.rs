//! Asking, being answered, going on.

use switchboard_emulators::agent::{Gate, replies, reply};

use crate::support::{Stage, rows};

#[tokio::test]
async fn a_question_reaches_its_agent_and_the_answer_comes_back() {
    let stage = Stage::with(|_| replies("2 pods are failing")).await;
    stage.user(7).says("/k8s what pods are failing?");
    stage.user(7).sees("2 pods are failing").await;

    let prompts = stage.agent("k8s").prompts();
    assert_eq!(prompts.len(), 1);
    assert_eq!(prompts[0].text, "what pods are failing?");
    assert_eq!(prompts[0].user, "telegram:7");
    stage.settled().await;
    // The emulated agent calls its model once, which counts 18.
    let used = "SELECT total_tokens FROM turns";
    assert_eq!(rows::count(&stage.store(), used).await, 18);
    let logged = stage.logged();
    assert!(logged.contains("tokens=11 + 7 = 18"), "{logged}");
    stage.ends().await;
}

#[tokio::test]
async fn the_second_question_goes_on_in_the_same_context_and_new_opens_another() {
    let stage = Stage::with(|asked| replies(&format!("answer {}", asked.turn))).await;
    let user = stage.user(7);
    user.says("first");
    user.sees("answer 1").await;
    user.says("second");
    user.sees("answer 2").await;
    user.says("/new");
    user.sees("new conversation").await;
    user.says("third");
    stage
        .agent("k8s")
        .wait_for("three prompts", crate::support::PATIENCE, |agent| {
            (agent.prompts().len() == 3).then_some(())
        })
        .await;

    let contexts: Vec<_> = stage
        .agent("k8s")
        .prompts()
        .into_iter()
        .map(|prompt| prompt.context_id)
        .collect();
    assert!(
        contexts[0].is_some(),
        "kagent gets our context from the first call"
    );
    assert_eq!(contexts[0], contexts[1]);
    assert_ne!(contexts[1], contexts[2]);
    stage.ends().await;
}

#[tokio::test]
async fn a_slow_agent_of_one_person_delays_nobody_else() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", |_| replies("quick"))
        .agent("security", move |_| reply().held(&held).answers("slow"))
        .start()
        .await;
    stage.user(1).says("/security scan");
    gate.reached().await;
    stage.user(2).says("hello");
    stage.user(2).sees("quick").await;
    stage.user(1).says("/k8s hello");
    stage.user(1).sees("quick").await;
    gate.open();
    stage.user(1).sees("slow").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_conversation_that_was_let_go_from_memory_goes_on_in_its_context() {
    // Plain A2A: the context id is the agent's, learned from its first answer.
    let toml = format!("{}session_idle = \"10ms\"\n", crate::support::UNLIMITED);
    let settings = switchboard_emulators::agent::Settings::a2a("plain");
    let stage = Stage::plan()
        .sections(&toml)
        .agent_as("plain", settings, "flavor = \"a2a\"", |asked| {
            replies(&format!("answer {}", asked.turn))
        })
        .start()
        .await;
    for n in 1..=4 {
        stage.user(7).says(&format!("question {n}"));
        stage.user(7).sees(&format!("answer {n}")).await;
        stage.settled().await;
        // Another person's question is what lets idle sessions go.
        stage.user(8).says("hello");
        stage.user(8).sees_times("answer", n).await;
    }
    stage.ends().await;
}
