//! One SIGKILL in each state of a turn: each update is answered once, or [Run again] is
//! offered where nobody can know.

use switchboard::ids::{BotId, Timestamp, UpdateId};
use switchboard::store::{Ownership, Sqlite, Store, StoredUpdate};
use switchboard_emulators::agent::{Cancel, Gate, replies, reply};
use switchboard_emulators::bot_api::On;

use crate::process::Bot;
use crate::support::{PATIENCE, Stage, UNLIMITED, rows, unix_now};

/// Every person is answered exactly once, and nothing is left behind.
async fn answered_once(stage: Stage, bot: Bot, answers: &[&str], prompts: usize) {
    for answer in answers {
        stage.user(7).sees(answer).await;
    }
    rows::settled(&stage.store()).await;
    for answer in answers {
        assert_eq!(stage.user(7).shown(answer), 1, "{answer}");
    }
    assert_eq!(stage.agent("k8s").prompts().len(), prompts);
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage.ends().await;
}

#[tokio::test]
async fn killed_when_stored_an_update_is_answered_by_the_next_process() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("the answer"))
        .build()
        .await;
    stage.telegram.add_user(7, "Seven");
    stage.telegram.open_chat(7);
    // What the dead process had committed, and no more than that.
    let bot_id = BotId(stage.telegram.bot_id());
    let ownership = Ownership::wait(&stage.store())
        .await
        .expect("nobody owns it");
    let store = Sqlite::open(&stage.store(), bot_id, ownership)
        .await
        .expect("it opens");
    let body = serde_json::json!({"update_id": 5, "message": {"message_id": 1, "date": unix_now(),
        "text": "hello", "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": false, "first_name": "Seven"}}});
    let update = StoredUpdate {
        received_at: Timestamp::now(),
        id: UpdateId(5),
        body: body.to_string(),
    };
    store.accept(vec![update]).await.expect("it is kept");
    store.close().await;

    let bot = Bot::start(&stage);
    answered_once(stage, bot, &["the answer"], 1).await;
}

#[tokio::test]
async fn killed_when_queued_and_when_working_both_turns_are_answered_in_order() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |asked| {
            let answer = format!("answer to {}", asked.text);
            reply().working("on it").held(&held).answers(&answer)
        })
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("one.");
    stage.user(7).says("two.");
    gate.reached().await;
    rows::turns_become(&stage.store(), &["working", "queued"]).await;
    bot.kill().await;

    gate.open();
    let bot = Bot::start(&stage);
    answered_once(stage, bot, &["answer to one.", "answer to two."], 2).await;
}

#[tokio::test]
async fn killed_when_submitting_a_prompt_that_the_agent_lists_is_followed_not_repeated() {
    // The agent has the prompt and its task; the head of its answer has not come yet.
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |_| {
            reply().held(&held).http_status(504, "").answers("found")
        })
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("hello");
    gate.reached().await;
    rows::turns_become(&stage.store(), &["submitting"]).await;
    bot.kill().await;
    gate.open();

    let bot = Bot::start(&stage);
    answered_once(stage, bot, &["found"], 1).await;
}

#[tokio::test]
async fn killed_when_submitting_where_nobody_can_know_the_person_is_asked_and_may_run_it_again() {
    let gate = Gate::new();
    let held = gate.clone();
    let mut settings = switchboard_emulators::agent::Settings::a2a("k8s");
    settings.card.streaming = true;
    let stage = Stage::plan()
        .agent_as("k8s", settings, "flavor = \"a2a\"", move |_| {
            reply().held(&held).cut_before_accept()
        })
        .build()
        .await;
    let bot = Bot::start(&stage);
    let user = stage.user(7);
    user.says("restart the pod");
    gate.reached().await;
    rows::turns_become(&stage.store(), &["submitting"]).await;
    bot.kill().await;
    gate.open();
    stage.agent("k8s").set_script(|_| replies("restarted"));

    let bot = Bot::start(&stage);
    let told = user.sees("cannot tell whether").await;
    assert_eq!(told.labels(), ["Run again", "Leave it"]);
    rows::turns_become(&stage.store(), &["unknown_told"]).await;
    let sent = stage.agent("k8s").calls_of("message/stream").len();
    assert_eq!(sent, 1, "never prompted again by itself");

    user.taps("cannot tell whether", "Run again").await;
    user.sees("restarted").await;
    rows::settled(&stage.store()).await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["answered"]);
    let calls = stage.agent("k8s").calls_of("message/stream");
    assert_eq!(calls.len(), 2);
    assert_ne!(
        calls[0].message_id, calls[1].message_id,
        "another attempt, another id"
    );
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn left_as_it_is_nothing_runs_and_the_card_says_so() {
    let stage = Stage::plan()
        .agent_as(
            "k8s",
            switchboard_emulators::agent::Settings::a2a("k8s"),
            "flavor = \"a2a\"",
            |_| reply().cut_before_accept(),
        )
        .build()
        .await;
    let bot = Bot::start(&stage);
    let user = stage.user(7);
    user.says("restart the pod");
    user.taps("cannot tell whether", "Leave it").await;
    let left = user.sees("Left as it is").await;
    assert!(left.labels().is_empty(), "its buttons are gone");
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").calls_of("message/stream").len(), 1);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn killed_when_answered_the_answer_that_waits_is_sent_by_the_next_process() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("the answer"))
        .build()
        .await;
    // Telegram does not take it yet, so it stays in the outbox.
    let hold = stage.telegram.hold(On::method("sendMessage").chat(7));
    let bot = Bot::start(&stage);
    stage.user(7).says("hello");
    hold.reached().await;
    rows::turns_become(&stage.store(), &["answered"]).await;
    bot.kill().await;
    drop(hold);
    stage.telegram.clear_faults();

    let bot = Bot::start(&stage);
    stage.user(7).sees("the answer").await;
    rows::settled(&stage.store()).await;
    // The held call may have gone through when it was let go: the one counted duplicate.
    assert!(stage.user(7).shown("the answer") <= 2);
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn killed_when_half_sent_the_rest_follows_from_the_first_chunk_that_is_not_confirmed() {
    let chunks: Vec<String> = (0..4)
        .map(|n| format!("part{n} {}", "x".repeat(3_000)))
        .collect();
    let text = chunks.join("\n\n");
    let stage = Stage::plan()
        .agent("k8s", move |_| replies(&text))
        .build()
        .await;
    let hold = stage.telegram.hold(On::method("sendMessage").text("part2"));
    let bot = Bot::start(&stage);
    stage.user(7).says("hello");
    hold.reached().await;
    bot.kill().await;
    drop(hold);
    stage.telegram.clear_faults();

    let bot = Bot::start(&stage);
    stage.user(7).sees("part3").await;
    rows::settled(&stage.store()).await;
    for n in [0, 1, 3] {
        assert_eq!(stage.user(7).shown(&format!("part{n}")), 1, "part{n}");
    }
    assert!((1..=2).contains(&stage.user(7).shown("part2")));
    let screen = stage.user(7).screen();
    let order: Vec<&str> = screen.iter().map(|chunk| &chunk[..5]).collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert_eq!(order, sorted, "in order");
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn killed_when_detached_the_late_answer_still_comes_and_the_context_stays_closed() {
    let gate = Gate::new();
    let held = gate.clone();
    let hasty = "flavor = \"kagent\"\ntotal_timeout = \"500ms\"\nconnect_timeout = \"400ms\"\n\
        first_byte_timeout = \"400ms\"\nlook_after = \"400ms\"\n";
    let settings =
        switchboard_emulators::agent::Settings::kagent("k8s").cancel(Cancel::Unsupported);
    let stage = Stage::plan()
        .agent_as("k8s", settings, hasty, move |asked| match &*asked.text {
            "slow" => reply().working("on it").held(&held).answers("at last"),
            text => replies(&format!("answer to {text}")),
        })
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("slow");
    stage.user(7).sees("I cannot stop it").await;
    rows::turns_become(&stage.store(), &["detached"]).await;
    bot.kill().await;

    let bot = Bot::start(&stage);
    stage.user(7).says("next");
    rows::turns_become(&stage.store(), &["detached", "queued"]).await;
    gate.open();
    answered_once(stage, bot, &["at last", "answer to next"], 2).await;
}

#[tokio::test]
async fn killed_with_a_placeholder_on_the_screen_the_answer_comes_and_the_placeholder_goes() {
    let gate = Gate::new();
    let held = gate.clone();
    let toml = format!("{UNLIMITED}\n[chat]\nplaceholder_after = \"20ms\"\n");
    let stage = Stage::plan()
        .sections(&toml)
        .agent("k8s", move |_| {
            reply().working("").held(&held).answers("the answer")
        })
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("hello");
    stage.user(7).sees("k8s is working").await;
    let arrived = "SELECT count(*) FROM outbox WHERE kind = 'placeholder' AND state = 'sent'";
    rows::becomes(&stage.store(), arrived, 1).await;
    rows::turns_become(&stage.store(), &["working"]).await;
    bot.kill().await;
    gate.open();

    let bot = Bot::start(&stage);
    stage.user(7).sees("the answer").await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.user(7).screen(), ["the answer"]);
    answered_once(stage, bot, &["the answer"], 1).await;
}

#[tokio::test]
async fn a_second_process_on_the_same_store_waits_and_polls_nothing() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("the answer"))
        .build()
        .await;
    let first = Bot::start(&stage);
    stage.telegram.polled().await;
    let mut second = Bot::start(&stage);
    second.logs("another process owns the store").await;
    let calls = stage.telegram.calls().len();
    stage.user(7).says("hello");
    stage.user(7).sees("the answer").await;
    let of_second = stage
        .telegram
        .calls()
        .into_iter()
        .skip(calls)
        .filter(|call| call.method.eq_ignore_ascii_case("getMe"))
        .count();
    assert_eq!(
        of_second, 0,
        "the second one has not said a word to Telegram"
    );

    first.kill().await;
    second.logs("telegram knows us").await;
    stage.user(7).says("and again");
    stage.user(7).sees_times("the answer", 2).await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    let (code, _) = second.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn told_to_stop_it_leaves_a_running_task_to_the_next_process_and_exits_0() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |_| {
            reply().working("").held(&held).answers("the answer")
        })
        .build()
        .await;
    let bot = Bot::start(&stage);
    stage.user(7).says("hello");
    gate.reached().await;
    rows::turns_become(&stage.store(), &["working"]).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage
        .telegram
        .wait_for("the offset to be confirmed", PATIENCE, |world| {
            (world.pending_updates() == 0).then_some(())
        })
        .await;
    gate.open();
    let bot = Bot::start(&stage);
    answered_once(stage, bot, &["the answer"], 1).await;
}

#[tokio::test]
async fn killed_while_a_long_answer_goes_out_its_file_comes_from_the_store() {
    let line = "Pod cart-6d8f7c9b5d-p2x8k restarted, and nobody knows why.\n\n";
    let report = line.repeat(500);
    let text = report.clone();
    let stage = Stage::plan()
        .agent("k8s", move |_| replies(&text))
        .build()
        .await;
    let held = stage
        .telegram
        .hold(On::method("sendMessage").text("Pod cart"));
    let bot = Bot::start(&stage);
    stage.user(7).says("all of it");
    held.reached().await;
    rows::turns_become(&stage.store(), &["answered"]).await;
    let waits = "SELECT count(*) FROM outbox_files";
    assert_eq!(rows::count(&stage.store(), waits).await, 1);
    bot.kill().await;
    held.release();

    let bot = Bot::start(&stage);
    let (_, file) = stage.user(7).sees_file("k8s-T1.md").await;
    assert_eq!(file.bytes, report.trim_end().as_bytes());
    assert_eq!(stage.telegram.calls_to("sendDocument").len(), 1);
    rows::settled(&stage.store()).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    stage.ends().await;
}
