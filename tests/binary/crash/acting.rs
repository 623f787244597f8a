//! What agents do in the scenes, and what people do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::LocalBoxFuture;
use switchboard_emulators::agent::{Cancel, Gate, Reply, Settings, replies, reply};
use switchboard_emulators::bot_api::{Fault, Incoming, On, Upload};

use super::play::Play;
use crate::support::{Plan, Stage, UNLIMITED, User, rows};

const KAGENT: &str = "flavor = \"kagent\"";

pub fn slow_answer() -> Reply {
    let slow = reply().working("").after(Duration::from_millis(150));
    slow.answers("the answer")
}

/// An agent that takes its time; the TOML goes into `[chat]`.
pub fn slowly(chat: &str) -> Plan {
    let toml = format!("{UNLIMITED}\n[chat]\n{chat}\n");
    Stage::plan()
        .sections(&toml)
        .agent("k8s", |_| slow_answer())
}

pub fn fails_once() -> Plan {
    let toml = format!("{UNLIMITED}\n[chat]\nplaceholder_after = \"80ms\"\n");
    let asked = AtomicUsize::new(0);
    let script = move |_: &_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => {
            let slow = reply().working("").after(Duration::from_millis(150));
            slow.fails("no")
        }
        _ => replies("the answer"),
    };
    Stage::plan().sections(&toml).agent("k8s", script)
}

pub fn cannot_be_stopped() -> Plan {
    let hasty = "flavor = \"kagent\"\ntotal_timeout = \"300ms\"\nconnect_timeout = \"300ms\"\n\
        first_byte_timeout = \"300ms\"\nlook_after = \"300ms\"\n";
    let settings = Settings::kagent("k8s").cancel(Cancel::Unsupported);
    Stage::plan().agent_as("k8s", settings, hasty, |_| {
        let long = reply().working("").after(Duration::from_millis(1_500));
        long.answers("the answer")
    })
}

pub fn can_be_stopped(gate: &Gate) -> Plan {
    let held = gate.clone();
    let settings = Settings::kagent("k8s").cancel(Cancel::Works);
    Stage::plan().agent_as("k8s", settings, KAGENT, move |asked| match &*asked.text {
        "hello" => reply().working("on it").held(&held).answers("at last"),
        _ => replies("the answer"),
    })
}

pub fn held_at_the_gate(gate: &Gate) -> Plan {
    let held = gate.clone();
    Stage::plan().agent("k8s", move |_| {
        reply().working("").held(&held).answers("the answer")
    })
}

/// A picture, and more text than a message has room for.
pub fn with_files() -> Reply {
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    picture.extend([0, 0, 3, 32, 0, 0, 2, 88]);
    picture.extend(b"\x08\x02\0\0\0\xff");
    let report = "Pod cart-6d8f7c9b5d-p2x8k restarted, and nobody knows why.\n\n".repeat(500);
    reply()
        .file_bytes("cpu.png", "image/png", &STANDARD.encode(&picture))
        .answers(&report)
}

pub fn says_hello(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {})
}

pub fn runs_again(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {
        let notice = play.stage.user(7).sees("It says that it failed").await;
        play.presses(&notice, "Run again");
    })
}

pub fn blocks_the_bot(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    play.stage.telegram.block(7);
    Box::pin(async {})
}

pub fn is_told_to_wait(play: &Play) -> LocalBoxFuture<'_, ()> {
    let once = On::method("sendMessage").times(1);
    let wait = Fault::TooMany { retry_after: 1 };
    play.stage.telegram.inject(wait, once);
    says_hello(play)
}

pub fn loses_a_placeholder(play: &Play) -> LocalBoxFuture<'_, ()> {
    let once = On::method("sendMessage").text("is working").times(1);
    play.stage.telegram.inject(Fault::CutAfter, once);
    says_hello(play)
}

pub fn chooses_an_agent(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("/k8s");
    Box::pin(async {
        play.stage.user(7).sees("Now talking to k8s").await;
        play.stage.user(7).says("hello");
    })
}

async fn is_answered_and_begins_anew(user: &User<'_>) {
    user.sees("the answer").await;
    user.says("/new k8s");
    user.sees("A new conversation with k8s").await;
}

pub fn begins_anew(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {
        let user = play.stage.user(7);
        is_answered_and_begins_anew(&user).await;
        user.says("hello");
    })
}

pub fn goes_back(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {
        let user = play.stage.user(7);
        is_answered_and_begins_anew(&user).await;
        user.says("hello again");
        rows::turns_become(&play.stage.store(), &["answered", "answered"]).await;
        user.says("/resume 2");
        user.sees("Back with k8s").await;
    })
}

pub fn says_it_in_parts(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says(&"x".repeat(4_096));
    Box::pin(async {
        let begun = "SELECT count(*) FROM turns";
        while !play.stage.store().exists() {
            play.stage.telegram.polled().await;
        }
        rows::becomes(&play.stage.store(), begun, 1).await;
        play.stage.user(7).says("the end");
    })
}

pub fn edits_too_late(play: &Play) -> LocalBoxFuture<'_, ()> {
    let asked = play.stage.user(7).says("hello");
    Box::pin(async move {
        play.stage.user(7).sees("the answer").await;
        play.stage.telegram.edit(7, asked, "hello there");
    })
}

pub fn answers_a_question(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {
        play.stage.user(7).sees("Which colour?").await;
        play.stage.user(7).says("blue");
    })
}

pub fn stops_and_keeps(play: &Play) -> LocalBoxFuture<'_, ()> {
    let user = play.stage.user(7);
    user.says("hello");
    Box::pin(async move {
        play.gate.reached().await;
        rows::turns_become(&play.stage.store(), &["working"]).await;
        user.says("next.");
        rows::turns_become(&play.stage.store(), &["working", "queued"]).await;
        user.says("/stop");
        let held = play.sees_any(&[], &["Keep"]).await;
        play.presses(&held, "Keep");
        user.sees("the answer").await;
        play.gate.open();
    })
}

pub fn sends_a_photo(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.telegram.add_user(7, "Seven");
    play.stage.telegram.open_chat(7);
    let photo = Incoming::new(7, 7, "hello").file(Upload::photo(&[7; 400]));
    play.stage.telegram.post(photo);
    Box::pin(async {})
}

pub fn a_stranger_writes(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(5001).says("hello");
    Box::pin(async {})
}

pub const ELSEWHERE: i64 = -1_000_000_002;

pub fn a_stranger_brings_it_into_a_group(play: &Play) -> LocalBoxFuture<'_, ()> {
    let telegram = &play.stage.telegram;
    telegram.add_user(5001, "Stranger");
    telegram.add_supergroup(ELSEWHERE, "Elsewhere");
    telegram.join(ELSEWHERE, 5001);
    Box::pin(async {})
}

pub fn a_group_moves(play: &Play) -> LocalBoxFuture<'_, ()> {
    const GROUP: i64 = -600;
    const SUPERGROUP: i64 = -1_001_000_000_601;
    let telegram = &play.stage.telegram;
    telegram.add_user(7, "Ann");
    telegram.add_group(GROUP, "Few");
    telegram.promote(GROUP, 7);
    telegram.say(7, GROUP, "/k8s hello");
    Box::pin(async move {
        telegram.sees(GROUP, "the answer").await;
        telegram.drained().await;
        telegram.migrate(GROUP, SUPERGROUP);
        telegram.promote(SUPERGROUP, 7);
        telegram.say(7, SUPERGROUP, "/k8s and now?");
        telegram.sees(SUPERGROUP, "the answer").await;
    })
}

pub fn is_stopped_while_somebody_waits(play: &Play) -> LocalBoxFuture<'_, ()> {
    let user = play.stage.user(7);
    user.says("one.");
    Box::pin(async move {
        play.gate.reached().await;
        rows::turns_become(&play.stage.store(), &["working"]).await;
        user.says("two.");
        rows::turns_become(&play.stage.store(), &["working", "queued"]).await;
        // Asked long ago: whoever has only just asked hears nothing.
        let long_ago = "UPDATE turns SET opened_at = 1";
        rows::change(&play.stage.store(), long_ago).await;
        play.told_to_stop().await;
        play.died().await;
        play.gate.open();
    })
}
