//! SIGKILL at any time, under load: `KILLS` says how often (by default a few), `KILLS_SEED` plays
//! the same script again; the times of the threads are their own. What is checked is seen from
//! outside, at the emulators.

use std::collections::BTreeMap;
use std::time::Duration;

use switchboard_emulators::agent::reply;

use crate::process::Bot;
use crate::support::{Stage, rows};

/// People, each in a conversation of their own.
const PEOPLE: i64 = 4;

/// So many at most come one after the other: whoever is alone at more looks as if it was what kills.
const KILLS_IN_A_ROW: u64 = 5;

/// Numbers that look random, and are the same for the same seed (Marsaglia's xorshift).
struct Script(u64);

impl Script {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    let asked = std::env::var(name).ok();
    asked
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[tokio::test]
async fn killed_at_any_time_everything_is_answered_once_and_in_order() {
    let seed = number("KILLS_SEED", 20_260_101).max(1);
    let mut script = Script(seed);
    let stage = Stage::plan()
        .agent("k8s", |asked| {
            let answer = format!("answer to {}", asked.text);
            let step = Duration::from_millis(asked.text.len() as u64 % 3 * 15);
            reply()
                .working("")
                .after(step)
                .working("on it")
                .answers(&answer)
        })
        .build()
        .await;
    let mut asked: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for kill in 0..number("KILLS", 8) {
        if kill % KILLS_IN_A_ROW == KILLS_IN_A_ROW - 1 {
            let mut bot = Bot::start(&stage);
            bot.logs("telegram knows us").await;
            let (code, log) = bot.stop().await;
            assert_eq!(code, Some(0), "seed {seed}: {log:#?}");
        }
        let bot = Bot::start(&stage);
        for _ in 0..=script.next(3) {
            let person = 1 + i64::try_from(script.next(PEOPLE as u64)).unwrap_or(0);
            let questions = asked.entry(person).or_default();
            let padding = "x".repeat(usize::try_from(script.next(3)).unwrap_or(0));
            let text = format!("question {person}-{} {padding}.", questions.len());
            stage.user(person).says(&text);
            questions.push(text);
        }
        // Any time from before the store is opened until all is answered.
        tokio::time::sleep(Duration::from_millis(script.next(400))).await;
        bot.kill().await;
    }

    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    stage.telegram.drained().await;
    rows::settled(&stage.store()).await;
    let mut twice = 0;
    for (person, questions) in &asked {
        twice += check(&stage, *person, questions, seed);
    }
    let counted = "SELECT count(*) FROM outbox WHERE kind LIKE 'final%' AND sends > 1";
    let counted = rows::count(&stage.store(), counted).await;
    assert!(
        twice <= counted,
        "seed {seed}: {twice} answers came twice, {counted} were counted"
    );
    let told = "SELECT count(*) FROM turns WHERE state NOT IN ('answered', 'unknown_told')";
    assert_eq!(rows::count(&stage.store(), told).await, 0, "seed {seed}");
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "seed {seed}: {log:#?}");
    stage.ends().await;
}

/// Each question has one end, is at the agent at most once, and comes in its order. Answers how
/// many answers came twice.
fn check(stage: &Stage, person: i64, questions: &[String], seed: u64) -> i64 {
    let user = stage.user(person);
    let prompts = stage.agent("k8s").prompts();
    let mut places = Vec::new();
    let (mut unknown, mut twice) = (0, 0);
    for question in questions {
        let sent = prompts.iter().filter(|prompt| prompt.text == *question);
        assert!(sent.count() <= 1, "seed {seed}: {question} was asked twice");
        places.extend(prompts.iter().position(|prompt| prompt.text == *question));
        match user.shown(&format!("answer to {question}")) {
            0 => unknown += 1,
            1 => {}
            // Killed while the call was on its way, it is sent once more.
            2 => twice += 1,
            times => panic!("seed {seed}: {question} was answered {times} times"),
        }
    }
    assert!(places.is_sorted(), "seed {seed}: out of order: {places:?}");
    // No answer, then a question what to do: nothing is lost without a word.
    let told = user.shown("cannot tell whether");
    assert!(
        told >= unknown,
        "seed {seed}: {unknown} without an answer, {told} told"
    );
    twice
}
