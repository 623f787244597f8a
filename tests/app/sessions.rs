//! Going back to earlier conversations, and those that are too old to go on.

use switchboard_emulators::agent::{Gate, Incoming as Asked, Reply, replies, reply};
use switchboard_emulators::bot_api::Incoming;

use crate::support::{PATIENCE, Plan, Stage, UNLIMITED, User, rows};

/// Says what it was asked, and how often in this context.
fn counting(asked: &Asked) -> Reply {
    replies(&format!("{} is number {}", asked.text, asked.turn))
}

async fn asks(user: User<'_>, text: &str, answer: &str) {
    user.says(text);
    user.sees(answer).await;
}

/// Two conversations with k8s, the second of which goes on.
async fn two_conversations(stage: &Stage) {
    let user = stage.user(7);
    asks(user, "what pods fail?", "what pods fail? is number 1").await;
    asks(user, "/new", "A new conversation").await;
    asks(user, "and nodes?", "and nodes? is number 1").await;
    stage.settled().await;
}

#[tokio::test]
async fn a_tap_goes_back_to_an_earlier_conversation_also_after_a_restart() {
    let mut stage = Stage::with(counting).await;
    two_conversations(&stage).await;
    stage.user(7).says("/sessions");
    let listed = stage.user(7).sees("Your conversations here").await;
    let lines: Vec<&str> = listed.text.lines().collect();
    assert!(lines[1].starts_with("1. ▸ k8s: and nodes? ("), "{lines:?}");
    assert!(
        lines[2].starts_with("2. k8s: what pods fail? ("),
        "{lines:?}"
    );
    assert_eq!(listed.labels(), ["2. k8s: what pods fail?"]);

    stage.stop_bot().await.unwrap();
    stage.start_bot();
    let user = stage.user(7);
    user.taps("Your conversations here", "2. k8s: what pods fail?")
        .await;
    user.sees("Back with k8s, in the conversation that began with: what pods fail?")
        .await;
    asks(user, "again", "again is number 2").await;
    stage.settled().await;
    let prompts = stage.agent("k8s").prompts();
    assert_eq!(prompts[0].context_id, prompts[2].context_id);
    assert_ne!(prompts[0].context_id, prompts[1].context_id);
    assert_eq!(prompts[2].user, "telegram:7");
    let resumed = "SELECT count(*) FROM audit WHERE event = 'resumed' AND user = 7";
    assert_eq!(rows::count(&stage.store(), resumed).await, 1);

    // And back, by its number.
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    let user = stage.user(7);
    asks(
        user,
        "/resume 2",
        "Back with k8s, in the conversation that began with: and nodes?",
    )
    .await;
    asks(user, "more", "more is number 2").await;
    asks(user, "/resume 1", "the conversation that goes on already").await;
    asks(user, "/resume 9", "no such conversation").await;
    stage.ends().await;
}

#[tokio::test]
async fn nobody_goes_back_while_a_question_runs_or_waits() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::with(move |asked| match asked.text.as_str() {
        "slow" => reply().held(&held).answers("at last"),
        _ => counting(asked),
    })
    .await;
    two_conversations(&stage).await;
    let user = stage.user(7);
    user.says("/sessions");
    user.sees("Your conversations here").await;
    user.says("slow");
    gate.reached().await;
    asks(user, "/resume 2", "A question still runs or waits").await;
    let list = user.sees("Your conversations here").await;
    let tap = stage
        .telegram
        .press(7, 7, list.id, "2. k8s: what pods fail?");
    let said = stage.telegram.tap_answered(&tap.unwrap()).await;
    assert!(
        said.text.starts_with("A question still runs"),
        "{}",
        said.text
    );
    gate.open();
    user.sees("at last").await;
    stage.settled().await;
    // The button still works.
    user.taps("Your conversations here", "2. k8s: what pods fail?")
        .await;
    user.sees("Back with k8s").await;
    asks(user, "again", "again is number 2").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_question_and_the_way_back_in_one_batch_keep_their_order() {
    let mut stage = Stage::with(counting).await;
    two_conversations(&stage).await;
    stage.stop_bot().await.unwrap();
    // What waits at the start comes in one batch.
    for text in ["more nodes?", "/resume 2", "and more?"] {
        stage.telegram.post(Incoming::new(7, 7, text));
    }
    stage.start_bot();
    let user = stage.user(7);
    user.sees("A question still runs or waits").await;
    user.sees("and more? is number 3").await;
    stage.ends().await;
}

#[tokio::test]
async fn the_list_of_somebody_else_is_not_to_be_tapped_and_rights_count_at_the_tap() {
    let mut stage = Stage::with(counting).await;
    let telegram = &stage.telegram;
    let group = -1_001_000_000_777;
    telegram.add_supergroup(group, "Ops");
    for user in [7, 8] {
        telegram.add_user(user, "Somebody");
    }
    for text in ["/k8s one", "/new k8s", "/k8s two", "/sessions"] {
        telegram.say(7, group, text);
        let shown = match text {
            "/new k8s" => "A new conversation",
            "/sessions" => "Your conversations here",
            _ => "is number 1",
        };
        telegram.sees(group, shown).await;
        stage.settled().await;
    }
    let list = telegram.sees(group, "Your conversations here").await;
    let tap = telegram.press(8, group, list.id, "2. k8s: one").unwrap();
    let said = telegram.tap_answered(&tap).await;
    assert_eq!(said.text, "Only the person who asked can decide this.");
    telegram.say(8, group, "/sessions");
    telegram
        .sees(group, "You have no conversations here yet")
        .await;
    stage.settled().await;

    stage.stop_bot().await.unwrap();
    stage.edit_config("allow = [1,2,3,4,5,6,7,", "allow = [");
    stage.start_bot();
    let telegram = &stage.telegram;
    let tap = telegram.press(7, group, list.id, "2. k8s: one").unwrap();
    let said = telegram.tap_answered(&tap).await;
    assert!(said.text.starts_with("There is no such conversation"));
    stage.ends().await;
}

#[tokio::test]
async fn a_conversation_that_is_too_old_does_not_go_on_and_that_is_said_once() {
    let mut stage = Stage::with(counting).await;
    two_conversations(&stage).await;
    stage.stop_bot().await.unwrap();
    let older = "UPDATE conversations SET used_at = used_at - 12 * 86400000";
    rows::change(&stage.store(), older).await;
    stage.start_bot();
    let user = stage.user(7);
    asks(user, "still there?", "still there? is number 1").await;
    let said = "The last conversation with k8s is from 12 days ago: this is a new one.";
    user.sees(said).await;
    asks(user, "and now?", "and now? is number 2").await;
    user.sees_times(said, 1).await;
    stage.settled().await;
    assert_eq!(user.shown(said), 1);

    // Whoever goes back to an old one goes on in it.
    asks(
        user,
        "/resume 2",
        "Back with k8s, in the conversation that began with: and nodes?",
    )
    .await;
    asks(user, "more", "more is number 2").await;
    stage.ends().await;
}

#[tokio::test]
async fn what_keep_text_has_erased_is_known_by_its_day() {
    let mut stage = Stage::with(counting).await;
    two_conversations(&stage).await;
    stage.stop_bot().await.unwrap();
    let erased = "UPDATE conversations SET words = NULL, used_at = 1762128000000 WHERE id = 1";
    rows::change(&stage.store(), erased).await;
    stage.start_bot();
    let user = stage.user(7);
    user.says("/sessions");
    let listed = user.sees("2. k8s: of 3 Nov 2025 (").await;
    assert_eq!(listed.labels(), ["2. k8s: of 3 Nov 2025"]);
    user.taps("Your conversations", "2. k8s: of 3 Nov 2025")
        .await;
    user.sees("Back with k8s, in the conversation of 3 Nov 2025.")
        .await;
    stage.ends().await;
}

/// Its run cannot be stopped, and its time is up at once.
fn unstoppable(gate: &Gate) -> Plan {
    let held = gate.clone();
    Stage::plan().agent_as(
        "k8s",
        switchboard_emulators::agent::Settings::kagent("k8s"),
        "flavor = \"kagent\"\nlook_after = \"1s\"\nfirst_byte_timeout = \"1s\"\n\
         connect_timeout = \"1s\"\ntotal_timeout = \"1s\"",
        move |asked| match asked.text.as_str() {
            "slow" => reply().held(&held).answers("at last"),
            _ => counting(asked),
        },
    )
}

#[tokio::test]
async fn a_conversation_whose_run_goes_on_by_itself_stays_closed() {
    let gate = Gate::new();
    let stage = unstoppable(&gate).start().await;
    let user = stage.user(7);
    asks(user, "first", "first is number 1").await;
    asks(user, "/new", "A new conversation").await;
    user.says("slow");
    gate.reached().await;
    user.sees("I cannot stop it").await;
    asks(user, "/new", "A new conversation").await;
    user.sees_times("A new conversation", 2).await;
    asks(user, "third", "third is number 1").await;
    stage
        .agent("k8s")
        .wait_for("three prompts", PATIENCE, |agent| {
            (agent.prompts().len() == 3).then_some(())
        })
        .await;
    user.says("/sessions");
    let listed = user.sees("Your conversations here").await;
    let place = listed
        .text
        .lines()
        .position(|line| line.contains("k8s: slow"));
    asks(
        user,
        &format!("/resume {}", place.unwrap()),
        "A question still runs or waits",
    )
    .await;
    let place = listed
        .text
        .lines()
        .position(|line| line.contains("k8s: first"));
    asks(
        user,
        &format!("/resume {}", place.unwrap()),
        "Back with k8s",
    )
    .await;
    gate.open();
    user.sees("(from the conversation before /new)").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_new_conversation_whose_first_question_finds_no_room_is_told_with_the_next() {
    let gate = Gate::new();
    let held = gate.clone();
    let toml = format!("{UNLIMITED}turns_max = 1\n");
    let mut stage = Stage::plan()
        .sections(&toml)
        .agent("k8s", move |incoming| match &*incoming.text {
            "slow" => reply().held(&held).answers("at last"),
            _ => counting(incoming),
        })
        .start()
        .await;
    asks(stage.user(7), "pods", "pods is number 1").await;
    stage.settled().await;
    stage.stop_bot().await.unwrap();
    let older = "UPDATE conversations SET used_at = used_at - 12 * 86400000";
    rows::change(&stage.store(), older).await;
    stage.start_bot();
    stage.user(8).says("slow");
    gate.reached().await;
    let (user, said) = (stage.user(7), "this is a new one");
    asks(user, "one", "Too many questions of too many people").await;
    assert_eq!(user.shown(said), 0);
    gate.open();
    stage.user(8).sees("at last").await;
    stage.settled().await;
    asks(user, "two", "two is number 1").await;
    asks(user, "three", "three is number 2").await;
    stage.settled().await;
    assert_eq!(user.shown(said), 1);
    stage.ends().await;
}
