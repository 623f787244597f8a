//! What a security reviewer can read back: every step of a question, every refusal and its rule.

use switchboard_emulators::agent::{Gate, reply};

use crate::support::{Stage, UNLIMITED, rows};

const LINES: &str = "SELECT concat_ws(' ', user, event, agent, rule, text) FROM audit ORDER BY id";

/// A bot whose agent answers nothing before the gate opens.
async fn held(audit: &str) -> (Stage, Gate) {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}conversation_waiting_max = 1\n{audit}"))
        .agent("k8s", move |_| reply().held(&held).answers("done"))
        .start()
        .await;
    (stage, gate)
}

/// A question, one behind it that is changed, one too many, an old button, a fresh conversation.
async fn life(stage: &Stage, gate: &Gate) {
    let user = stage.user(7);
    user.says("first");
    gate.reached().await;
    let second = user.says("second");
    rows::becomes(&stage.store(), "SELECT count(*) FROM turns", 2).await;
    stage.telegram.edit(7, second, "another");
    let edited = "SELECT count(*) FROM updates WHERE state = 'joined'";
    rows::becomes(&stage.store(), edited, 1).await;
    user.says("third");
    user.sees("wait").await;
    stage.telegram.press_raw(7, 7, second, "an old one");
    let refused = "SELECT count(*) FROM updates WHERE state = 'refused'";
    rows::becomes(&stage.store(), refused, 2).await;
    gate.open();
    user.sees_times("done", 2).await;
    user.says("/new k8s");
    rows::becomes(&stage.store(), "SELECT count(*) FROM conversations", 2).await;
}

#[tokio::test]
async fn each_step_of_a_question_and_each_refusal_has_a_line_without_anybodys_words() {
    let (stage, gate) = held("").await;
    life(&stage, &gate).await;
    let lines = rows::texts(&stage.store(), LINES).await;
    let expected = [
        "7 conversation k8s",
        "7 asked k8s person",
        "7 asked k8s person",
        "7 edited k8s",
        "7 refused k8s conversation full",
        "7 refused button over",
        "7 conversation k8s",
    ];
    assert_eq!(lines, expected);
    stage.ends().await;
}

#[tokio::test]
async fn words_are_kept_where_the_configuration_wants_them_and_outlive_the_question() {
    let (stage, gate) = held("[audit]\ntext = true\n").await;
    life(&stage, &gate).await;
    let kept = "SELECT text FROM audit WHERE text IS NOT NULL ORDER BY id";
    let words = rows::texts(&stage.store(), kept).await;
    assert_eq!(words, ["first", "second", "another"]);
    let turns = "SELECT count(*) FROM turns WHERE text != ''";
    assert_eq!(rows::count(&stage.store(), turns).await, 0);
    stage.ends().await;
}
