//! Deaths that write nothing down, as of a process that runs out of memory: what kills is found by
//! letting in one suspect at a time. A kill by somebody else sets nothing aside.

use switchboard_emulators::agent::{Gate, replies, reply};

use crate::poison::parked;
use crate::process::Bot;
use crate::support::{Stage, rows};

/// Starts a bot that dies at this point, without a word.
fn dying(stage: &Stage, point: &str) -> Bot {
    Bot::start_as(stage, &stage.config_file(), |command| {
        command.env("SWITCHBOARD_CRASH", point);
    })
}

async fn dies(bot: Bot) -> String {
    let (code, log) = bot.ends().await;
    assert_eq!(code, None, "a signal ends it: {log:#?}");
    log.join("\n")
}

/// An agent that answers when the gate is open, and anything but "hello" at once.
async fn held(gate: &Gate) -> Stage {
    let held = gate.clone();
    let plan = Stage::plan().agent("k8s", move |asked| match &*asked.text {
        "hello" => reply().working("").held(&held).answers("the answer"),
        _ => replies("the answer"),
    });
    plan.build().await
}

/// These people's questions are at work when three processes, one after the other, die of the next.
async fn three_deaths(stage: &Stage, gate: &Gate, people: &[i64]) {
    let killer = format!("run-@T{}", people.len() + 1);
    let bot = dying(stage, &killer);
    for person in people {
        stage.user(*person).says("hello");
    }
    gate.reached_by(people.len()).await;
    rows::turns_become(&stage.store(), &vec!["working"; people.len()]).await;
    stage.user(7).says("boom");
    dies(bot).await;
    for _ in 2..=3 {
        let log = dies(dying(stage, &killer)).await;
        assert!(!log.contains("let in alone"), "{log}");
    }
}

#[tokio::test]
async fn what_kills_without_a_word_is_found_among_others_and_set_aside() {
    let gate = Gate::new();
    let stage = held(&gate).await;
    three_deaths(&stage, &gate, &[6]).await;
    gate.open();
    for _ in 1..=3 {
        let log = dies(dying(&stage, "run-@T2")).await;
        assert!(log.contains("let in alone"), "{log}");
        assert_eq!(parked(&stage, &[]).await, "nothing is parked\n");
    }
    let bot = dying(&stage, "run-@T2");
    // It goes on meanwhile, or now: a death may have met any step of it.
    stage.user(6).sees("the answer").await;
    let told = stage.user(7).sees("even on nothing else").await;
    assert!(told.text.contains("question to k8s"), "{}", told.text);
    stage.user(8).says("and me?");
    stage.user(8).sees("the answer").await;
    rows::settled(&stage.store()).await;
    let states = ["answered", "told_failed", "answered"];
    assert_eq!(rows::turn_states(&stage.store()).await, states);
    let list = parked(&stage, &[]).await;
    assert!(
        list.starts_with("T2: ") && list.contains("3 deaths"),
        "{list}"
    );
    assert!(!list.contains("boom"), "{list}");
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));

    // A process with more memory, say.
    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    parked(&stage, &["--retry", "T2"]).await;
    stage.user(7).sees("cannot tell whether").await;
    rows::settled(&stage.store()).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 2, "boom never left");
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.ends().await;
}

#[tokio::test]
async fn what_has_been_alone_for_a_while_makes_room_for_the_next() {
    let gate = Gate::new();
    let stage = held(&gate).await;
    three_deaths(&stage, &gate, &[6, 8]).await;
    // Two are at work as long as their agent is: nobody waits for that.
    let mut bot = Bot::start(&stage);
    for _ in 1..=3 {
        bot.logs("let in alone").await;
    }
    gate.open();
    for person in [6, 8] {
        stage.user(person).sees("the answer").await;
    }
    stage.user(7).sees("cannot tell whether").await;
    rows::settled(&stage.store()).await;
    assert_eq!(parked(&stage, &[]).await, "nothing is parked\n");
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    let row = "SELECT in_a_row + running FROM deaths";
    assert_eq!(rows::count(&stage.store(), row).await, 0, "an end in order");
    stage.ends().await;
}

#[tokio::test]
async fn a_message_that_kills_when_it_is_read_is_set_aside_and_the_others_are_answered() {
    let stage = held(&Gate::new()).await;
    stage.user(6).says("one");
    stage.user(7).says("boom");
    stage.user(8).says("three");
    let waiting = stage.telegram.pending_updates();
    let point = format!("route-@U{}", waiting[1]["update_id"]);
    for _ in 1..=6 {
        dies(dying(&stage, &point)).await;
    }
    let bot = dying(&stage, &point);
    stage.user(7).sees("each time I read this message").await;
    stage.user(8).sees("the answer").await;
    rows::settled(&stage.store()).await;
    // A death may have met the first one's question on its way.
    let first = stage.user(6);
    let words = first.shown("the answer") + first.shown("cannot tell whether");
    assert_eq!(words, 1, "{:#?}", first.screen());
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    let prompts = stage.agent("k8s").prompts();
    let of = |text: &str| prompts.iter().filter(|prompt| prompt.text == text).count();
    assert!(of("one") <= 1 && of("three") == 1, "{prompts:#?}");
    stage.ends().await;
}
