//! The phone buzzes once, at the right time.

use switchboard_emulators::agent::{Gate, replies, reply};

use crate::support::{Stage, UNLIMITED, rows};

fn quick_timing(notify_after: &str) -> String {
    format!(
        "{UNLIMITED}\n[chat]\ntyping_after = \"10ms\"\nplaceholder_after = \"30ms\"\n\
         notify_after = \"{notify_after}\"\npreview_every_private = \"100ms\"\n"
    )
}

#[tokio::test]
async fn a_quick_agent_costs_one_call_to_telegram() {
    let stage = Stage::with(|_| replies("quick")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("quick").await;
    stage.settled().await;
    let calls = stage.telegram.calls();
    let sent: Vec<_> = calls
        .iter()
        .filter(|call| call.chat == Some(7))
        .map(|call| call.method.to_lowercase())
        .collect();
    assert_eq!(sent, ["sendmessage"]);
    assert_eq!(stage.telegram.buzzes(7).len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn an_answer_within_notify_after_takes_the_place_of_the_placeholder_without_a_buzz() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&quick_timing("20s"))
        .agent("k8s", move |_| {
            reply()
                .working("reading the pods")
                .held(&held)
                .answers("there it is")
        })
        .start()
        .await;
    stage.user(7).says("hello");
    stage.user(7).sees("k8s is working").await;
    let arrived = "SELECT count(*) FROM outbox WHERE kind = 'placeholder' AND state = 'sent'";
    rows::becomes(&stage.store(), arrived, 1).await;
    gate.open();
    stage.user(7).sees("there it is").await;
    stage.settled().await;
    assert_eq!(stage.user(7).screen(), ["there it is"]);
    assert!(stage.telegram.buzzes(7).is_empty());
    stage.ends().await;
}

#[tokio::test]
async fn a_later_answer_comes_as_a_new_message_that_buzzes_and_the_placeholder_goes() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&quick_timing("0s"))
        .agent("k8s", move |_| reply().held(&held).answers("there it is"))
        .start()
        .await;
    stage.user(7).says("hello");
    stage.user(7).sees("k8s is working").await;
    gate.open();
    stage.telegram.buzzed(7, "there it is").await;
    stage.settled().await;
    assert_eq!(stage.user(7).screen(), ["there it is"]);
    assert_eq!(stage.telegram.buzzes(7).len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_newer_message_in_the_thread_makes_the_answer_come_below_it() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&quick_timing("20s"))
        .agent("k8s", move |_| reply().held(&held).answers("there it is"))
        .start()
        .await;
    stage.user(7).says("hello");
    stage.user(7).sees("k8s is working").await;
    stage.user(7).says("/whoami");
    stage.user(7).sees("Your id: 7").await;
    gate.open();
    stage.telegram.buzzed(7, "there it is").await;
    stage.settled().await;
    assert_eq!(
        stage.user(7).screen().last().map(String::as_str),
        Some("there it is")
    );
    stage.ends().await;
}

#[tokio::test]
async fn what_is_known_of_an_answer_shows_in_the_placeholder() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&quick_timing("20s"))
        .agent("k8s", move |_| {
            reply()
                .tokens(&["the first ", "half"])
                .held(&held)
                .answers("the first half and the second")
        })
        .start()
        .await;
    stage.user(7).says("hello");
    stage.user(7).sees("the first half").await;
    gate.open();
    stage.user(7).sees("and the second").await;
    stage.settled().await;
    assert_eq!(stage.user(7).screen(), ["the first half and the second"]);
    stage.ends().await;
}
