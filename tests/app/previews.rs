//! What shows of an answer while it is being made, and that there is exactly one at its end.

use serde_json::json;
use switchboard_emulators::agent::{Gate, reply};
use switchboard_emulators::bot_api::{Fault, On};

use crate::support::{Plan, Stage, UNLIMITED, rows};

const ASKER: i64 = 7;

fn showing_at_once(route: &str) -> Plan {
    let toml = format!(
        "{UNLIMITED}\n[chat]\ntyping_after = \"10ms\"\nplaceholder_after = \"20ms\"\n\
         preview_every_private = \"100ms\"\n{route}"
    );
    Stage::plan().sections(&toml)
}

#[tokio::test]
async fn a_tool_that_runs_shows_as_one_short_line() {
    let (begin, end) = (Gate::new(), Gate::new());
    let (first, second) = (begin.clone(), end.clone());
    let stage = showing_at_once("")
        .agent("k8s", move |_| {
            reply()
                .held(&first)
                .tool_call("k8s_get_pod_logs", json!({"pod": "checkout-7f"}))
                .held(&second)
                .answers("it is out of memory")
        })
        .start()
        .await;
    let user = stage.user(ASKER);
    user.says("why?");
    user.sees("k8s is working").await;
    begin.open();
    let shown = user.sees("k8s_get_pod_logs …").await;
    assert_eq!(shown.text, "⏳ k8s is working…\n\nk8s_get_pod_logs …");
    end.open();
    user.sees("it is out of memory").await;
    stage.settled().await;
    assert_eq!(user.screen(), ["it is out of memory"]);
    stage.ends().await;
}

#[tokio::test]
async fn a_route_without_previews_shows_only_that_the_agent_is_at_work() {
    let (begin, end) = (Gate::new(), Gate::new());
    let (first, second) = (begin.clone(), end.clone());
    let stage = showing_at_once("")
        .route("k8s", "stream = \"off\"")
        .agent("k8s", move |_| {
            let half = reply().held(&first).tokens(&["a secret half "]);
            half.held(&second).answers("a secret half and the rest")
        })
        .start()
        .await;
    let user = stage.user(ASKER);
    user.says("hello");
    user.sees("k8s is working").await;
    begin.open();
    // The agent has said half of it, and a message behind that has come through.
    end.reached().await;
    user.says("/whoami");
    user.sees("Your id").await;
    end.open();
    user.sees("and the rest").await;
    stage.settled().await;
    let sent = stage.telegram.everything_sent(ASKER);
    let texts: Vec<&String> = sent.iter().flat_map(|sent| &sent.texts).collect();
    let secret = texts.iter().filter(|text| text.contains("secret")).count();
    assert_eq!(secret, 1, "{texts:?}");
    stage.ends().await;
}

/// What goes wrong with the edit that turns the placeholder into the answer, and how often
/// the answer may then be shown.
#[tokio::test]
async fn there_is_one_answer_on_the_screen_whatever_becomes_of_the_last_edit() {
    let table: [(&str, Option<Fault>, usize); 7] = [
        ("nothing", None, 1),
        ("a 500", Some(Fault::Status(500)), 1),
        ("a proxy's page", Some(Fault::Html502), 1),
        ("a cut before", Some(Fault::CutBefore), 1),
        ("a cut after", Some(Fault::CutAfter), 1),
        ("half an answer", Some(Fault::TruncatedJson), 1),
        ("a penalty", Some(Fault::TooMany { retry_after: 1 }), 1),
    ];
    for (name, fault, shown) in table {
        let gate = Gate::new();
        let held = gate.clone();
        let stage = showing_at_once("")
            .agent("k8s", move |_| {
                reply().held(&held).answers("the whole answer")
            })
            .start()
            .await;
        let user = stage.user(ASKER);
        user.says("hello");
        user.sees("k8s is working").await;
        let arrived = "SELECT count(*) FROM outbox WHERE kind = 'placeholder' AND state = 'sent'";
        rows::becomes(&stage.store(), arrived, 1).await;
        if let Some(fault) = fault {
            let on = On::method("editMessageText").text("the whole answer");
            stage.telegram.inject(fault, on);
        }
        gate.open();
        user.sees("the whole answer").await;
        stage.settled().await;
        assert_eq!(user.screen(), ["the whole answer"], "{name}");
        assert_eq!(user.shown("the whole answer"), shown, "{name}");
        stage.ends().await;
    }
}

#[tokio::test]
async fn an_answer_whose_placeholder_was_deleted_comes_as_a_new_message() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = showing_at_once("")
        .agent("k8s", move |_| {
            reply().held(&held).answers("the whole answer")
        })
        .start()
        .await;
    let user = stage.user(ASKER);
    user.says("hello");
    let placeholder = user.sees("k8s is working").await;
    stage.telegram.delete(ASKER, placeholder.id);
    gate.open();
    user.sees("the whole answer").await;
    stage.settled().await;
    assert_eq!(user.screen(), ["the whole answer"]);
    stage.ends().await;
}

#[tokio::test]
async fn an_answer_that_grows_by_what_it_ends_with_already_is_not_shown_again() {
    // So long that only its end is shown, and its end never changes.
    let line = "0123456789 lorem ipsum\n";
    let gates: Vec<Gate> = (0..10).map(|_| Gate::new()).collect();
    let held = gates.clone();
    let stage = showing_at_once("")
        .agent("k8s", move |_| {
            let long = line.repeat(400);
            let begun = reply().held(&held[0]).tokens(&[&long]);
            let grown = held[1..].iter();
            grown
                .fold(begun, |reply, gate| reply.held(gate).tokens(&[line]))
                .answers("done")
        })
        .start()
        .await;
    let user = stage.user(ASKER);
    user.says("hello");
    user.sees("k8s is working").await;
    gates[0].open();
    user.sees("lorem ipsum").await;
    for (gate, times) in gates[1..].iter().zip(1..) {
        gate.reached().await;
        gate.open();
        user.says("/whoami");
        user.sees_times("Your id", times).await;
    }
    user.sees("done").await;
    stage.settled().await;
    // Telegram would refuse to change nothing, and the Stage fails with every refusal.
    stage.ends().await;
}
