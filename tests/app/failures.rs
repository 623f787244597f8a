//! Nothing fails silently: what a person hears when an agent or Telegram does not work.

use switchboard_emulators::agent::{Reply, Settings as AgentSettings, replies, reply};
use switchboard_emulators::bot_api::{Fault, On};

use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

/// What a person sees of an agent that answers like this.
async fn told(script: fn() -> Reply) -> (String, Vec<String>) {
    let stage = Stage::with(move |_| script()).await;
    let user = stage.user(7);
    user.says("hello");
    let message = user.sees("Ref T").await;
    stage.settled().await;
    let states = rows::turn_states(&stage.store()).await;
    for secret in ["http", "127.0.0.1", "/api/a2a"] {
        assert!(!message.text.contains(secret), "{}", message.text);
    }
    let labels = message.labels();
    stage.ends().await;
    (format!("{} {labels:?}", message.text), states)
}

#[tokio::test]
async fn each_failure_of_an_agent_has_its_sentence_a_reference_and_a_way_on() {
    type Case = (&'static str, fn() -> Reply, &'static str, &'static str);
    let table: [Case; 9] = [
        (
            "html",
            || reply().html(),
            "cannot tell whether",
            "unknown_told",
        ),
        (
            "empty",
            || reply().empty_body(),
            "cannot tell whether",
            "unknown_told",
        ),
        (
            "500",
            || reply().http_status(500, "oops"),
            "cannot tell whether",
            "unknown_told",
        ),
        (
            "cut",
            || reply().cut_before_accept(),
            "cannot tell whether",
            "unknown_told",
        ),
        (
            "half an answer",
            || reply().truncated_json(),
            "cannot tell whether",
            "unknown_told",
        ),
        (
            "404",
            || reply().http_status(404, "Agent kagent/k8s not found"),
            "k8s",
            "told_failed",
        ),
        (
            "401",
            || reply().http_status(401, "Unauthorized"),
            "k8s",
            "told_failed",
        ),
        (
            "error",
            || reply().jsonrpc_error(-32603, "at http://inner:80"),
            "k8s",
            "told_failed",
        ),
        (
            "failed",
            || reply().fails("Error code: 500 at http://inner"),
            "failed",
            "told_failed",
        ),
    ];
    for (name, script, sentence, state) in table {
        let (text, states) = told(script).await;
        assert!(text.contains(sentence), "{name}: {text}");
        assert!(text.contains("Run again"), "{name}: {text}");
        assert_eq!(states, [state], "{name}");
    }
}

#[tokio::test]
async fn an_agent_that_is_down_is_tried_again_and_then_spoken_of() {
    let stage = Stage::with(|_| replies("the answer")).await;
    stage.agent("k8s").go_down().await;
    let user = stage.user(7);
    user.says("hello");
    let told = user.sees("No answer from k8s").await;
    assert!(!told.text.contains("http"), "{}", told.text);
    stage
        .agent("k8s")
        .come_up()
        .await
        .expect("the port is free");
    // It is probed before anything is sent to it again, and it is back.
    user.taps("cannot be reached.", "Run again").await;
    user.sees("the answer").await;
    stage.settled().await;
    assert_eq!(user.shown("Run again, as you said"), 1);
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_stream_that_is_cut_is_followed_and_the_prompt_is_sent_once() {
    let stage = Stage::with(|_| reply().working("looking").cut().answers("whole")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("whole").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    assert_eq!(stage.user(7).shown("whole"), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_prompt_that_was_received_although_the_answer_was_lost_is_found_and_followed() {
    // The gateway says 504, the agent runs: its task list proves it.
    let stage = Stage::with(|_| reply().http_status(504, "").answers("found")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("found").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    assert_eq!(rows::turn_states(&stage.store()).await, ["answered"]);
    stage.ends().await;
}

#[tokio::test]
async fn an_agent_that_does_not_stream_is_sent_to_and_looked_at() {
    let mut settings = AgentSettings::a2a("plain");
    settings.card.streaming = false;
    let stage = Stage::plan()
        .agent_as("plain", settings, "flavor = \"a2a\"", |asked| {
            replies(&format!("turn {}", asked.turn))
        })
        .start()
        .await;
    let agent = stage.agent("plain");
    agent
        .wait_for("the card", PATIENCE, |agent| {
            (!agent.calls_of("agent-card").is_empty()).then_some(())
        })
        .await;
    stage.user(7).says("one");
    stage.user(7).sees("turn 1").await;
    stage.user(7).says("two");
    stage.user(7).sees("turn 2").await;
    let prompts = agent.prompts();
    assert_eq!(
        prompts[0].context_id, None,
        "plain A2A: no context id is invented"
    );
    assert!(
        prompts[1].context_id.is_some(),
        "the agent's own is sent once it is known"
    );
    stage.ends().await;
}

#[tokio::test]
async fn a_blocked_bot_ends_its_turn_as_undeliverable_without_a_loop() {
    let stage = Stage::with(|_| replies("nobody reads this")).await;
    let user = stage.user(7);
    user.says("hello");
    stage.telegram.block(7);
    stage.settled().await;
    stage
        .agent("k8s")
        .wait_for("the prompt", PATIENCE, |agent| {
            (!agent.prompts().is_empty()).then_some(())
        })
        .await;
    stage.settled().await;
    let states = rows::turn_states(&stage.store()).await;
    assert!(
        states == ["undeliverable"] || states == ["answered"],
        "{states:?}"
    );
    stage.ends().await;
}

#[tokio::test]
async fn telegram_out_of_order_loses_nothing() {
    let stage = Stage::with(|_| replies("through it all")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("through it all").await;
    let faults = [
        Fault::Status(500),
        Fault::Html502,
        Fault::TruncatedJson,
        Fault::CutBefore,
    ];
    for fault in faults {
        stage
            .telegram
            .inject(fault, On::method("getUpdates").times(1));
    }
    stage.telegram.end_poll();
    stage.user(7).says("again");
    stage.user(7).sees_times("through it all", 2).await;
    stage.ends().await;
}

#[tokio::test]
async fn an_answer_outlasts_an_outage_of_telegram_and_arrives_once() {
    let stage = Stage::with(|_| replies("worth the wait")).await;
    stage.telegram.polled().await;
    for method in ["sendMessage", "getMe"] {
        stage
            .telegram
            .inject(Fault::Html502, On::method(method).always());
    }
    stage.user(7).says("hello");
    // One call whose outcome nobody knows; then only Telegram's health is asked after.
    stage.telegram.called("getMe", 4).await;
    assert_eq!(stage.telegram.calls_to("sendMessage").len(), 1);
    stage.telegram.clear_faults();
    stage.user(7).sees("worth the wait").await;
    stage.settled().await;
    assert_eq!(stage.user(7).shown("worth the wait"), 1);
    assert_eq!(stage.telegram.calls_to("sendMessage").len(), 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_wrong_token_ends_the_bot_with_a_clear_word() {
    let mut stage = Stage::plan()
        .sections(UNLIMITED)
        .agent("k8s", |_| replies(""))
        .build()
        .await;
    stage
        .telegram
        .inject(Fault::Status(401), On::any().always());
    stage.start_bot();
    let error = stage.bot_ends().await.expect_err("it cannot run");
    assert!(
        error.to_string().contains("does not accept the bot token"),
        "{error}"
    );
    stage.abandons().await;
}
