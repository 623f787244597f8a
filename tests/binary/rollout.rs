//! Rollouts while people go on asking: as `Recreate` does them, and as nobody should. Each question is
//! answered once, no two processes fight over the poll, and what it costs is measured and printed.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join_all;
use switchboard_emulators::agent::{Incoming, reply};
use tokio::process::Command;
use tokio::time::Instant;

use crate::process::Bot;
use crate::support::{PATIENCE, Stage, rows};

/// People who ask, each as soon as the last answer is there.
const PEOPLE: i64 = 6;
/// What an agent thinks before it answers.
const THINKS: Duration = Duration::from_millis(100);
/// Answers before, and after, something happens.
const ROUNDS: u64 = 24;
/// A poll that is cut off by another one is not tried again before this and 5 s.
const POLL_TIMEOUT: Duration = Duration::from_secs(1);

async fn stage() -> Stage {
    let echoes = |asked: &Incoming| {
        reply()
            .after(THINKS)
            .answers(&format!("answer to {}", asked.text))
    };
    Stage::plan().agent("k8s", echoes).build().await
}

fn start(stage: &Stage) -> Bot {
    Bot::start_as(stage, &stage.config_file(), |command: &mut Command| {
        let seconds = format!("{}s", POLL_TIMEOUT.as_secs());
        command.env("SWITCHBOARD__TELEGRAM__POLL_TIMEOUT", seconds);
    })
}

/// People who ask on and on.
#[derive(Default)]
struct Crowd {
    answers: Cell<u64>,
    over: Cell<bool>,
    longest: Cell<Duration>,
}

impl Crowd {
    /// Asks until it is over, and sees to it that each question was answered once.
    async fn one(&self, stage: &Stage, user: i64) {
        let user = stage.user(user);
        let mut questions = 0;
        while !self.over.get() {
            questions += 1;
            let question = format!("question {questions} of {}.", user.id);
            let asked = Instant::now();
            user.says(&question);
            user.sees(&format!("answer to {question}")).await;
            self.longest.set(self.longest.get().max(asked.elapsed()));
            self.answers.set(self.answers.get() + 1);
        }
        for n in 1..=questions {
            let answer = format!("answer to question {n} of {}.", user.id);
            let prompts = stage.agent("k8s").prompts();
            let asked = prompts
                .iter()
                .filter(|prompt| answer.ends_with(&prompt.text));
            assert_eq!(asked.count(), 1, "{answer}");
            assert_eq!(user.shown(&answer), 1, "{answer}");
        }
    }

    /// So many more answers.
    async fn goes_on(&self) {
        let (until, end) = (self.answers.get() + ROUNDS, Instant::now() + PATIENCE);
        while self.answers.get() < until {
            assert!(Instant::now() < end, "only {} answers", self.answers.get());
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// While all of them ask, this happens.
    async fn while_it<T>(&self, stage: &Stage, happens: impl Future<Output = T>) -> T {
        let people = (1..=PEOPLE).map(|user| self.one(stage, user));
        let happens = async {
            let done = happens.await;
            self.over.set(true);
            done
        };
        tokio::join!(happens, join_all(people)).0
    }
}

/// How long nobody polled around that moment.
fn gap(stage: &Stage, around: Instant) -> Duration {
    let polls = stage.telegram.calls_to("getUpdates");
    let before = polls.iter().rev().find(|poll| poll.at < around);
    let after = polls.iter().find(|poll| poll.at >= around);
    let (before, after) = (
        before.expect("the old one polled"),
        after.expect("the new one polls"),
    );
    after.at - before.at
}

/// How often a process was told that another one polls. The poll that a stopping process gives up is
/// cut off by its own last one, which nobody hears of.
fn conflicts(log: &[String]) -> usize {
    let told = log.iter();
    told.filter(|line| line.contains("another process polls for this bot"))
        .count()
}

#[allow(clippy::print_stdout, reason = "figures for docs/operate.md")]
fn tell(what: &str, gap: Duration, crowd: &Crowd) {
    println!(
        "{what}: {} ms without a poll, the longest wait for an answer {} ms, {} answers",
        gap.as_millis(),
        crowd.longest.get().as_millis(),
        crowd.answers.get()
    );
}

/// The new process has taken over: soon enough, with nothing left open and no fight over the poll.
async fn is_over(how: &str, stage: Stage, crowd: &Crowd, ended: Instant, new: Bot) {
    let gap = gap(&stage, ended);
    tell(how, gap, crowd);
    assert!(gap < Duration::from_secs(10), "{gap:?}");
    rows::settled(&stage.store()).await;
    let (code, log) = new.stop().await;
    assert_eq!((code, conflicts(&log)), (Some(0), 0), "{log:#?}");
    stage.ends().await;
}

#[tokio::test]
async fn a_rollout_as_recreate_does_it_loses_nothing_and_is_short() {
    let stage = stage().await;
    let crowd = Crowd::default();
    let old = start(&stage);
    let rollout = async {
        crowd.goes_on().await;
        let (code, log) = old.stop().await;
        assert_eq!((code, conflicts(&log)), (Some(0), 0), "{log:#?}");
        let ended = Instant::now();
        let new = start(&stage);
        crowd.goes_on().await;
        (ended, new)
    };
    let (ended, new) = crowd.while_it(&stage, rollout).await;
    is_over("recreate", stage, &crowd, ended, new).await;
}

#[tokio::test]
async fn a_careless_rollout_has_both_alive_and_only_one_at_work() {
    let stage = stage().await;
    let crowd = Crowd::default();
    let old = start(&stage);
    let rollout = async {
        crowd.goes_on().await;
        let mut new = start(&stage);
        new.logs("another process owns the store; waiting, polling nothing")
            .await;
        crowd.goes_on().await;
        let (code, log) = old.stop().await;
        assert_eq!((code, conflicts(&log)), (Some(0), 0), "{log:#?}");
        let ended = Instant::now();
        new.logs("the store is free now").await;
        crowd.goes_on().await;
        (ended, new)
    };
    let (ended, new) = crowd.while_it(&stage, rollout).await;
    is_over("both alive", stage, &crowd, ended, new).await;
}

/// A file system that loses its locks lets the second one in: the epoch sends the first one away.
#[tokio::test]
async fn a_lost_lock_ends_the_old_process_without_a_fight_over_the_poll() {
    let stage = stage().await;
    let old = start(&stage);
    stage.user(7).says("before.");
    stage.user(7).sees("answer to before.").await;
    rows::settled(&stage.store()).await;
    let lock = stage.store().with_extension("db.lock");
    std::fs::remove_file(lock).expect("it was locked");
    let new = start(&stage);
    let (code, log) = old.ends().await;
    assert_eq!(code, Some(1), "{log:#?}");
    let last = log.last().expect("it says why");
    let why = "another process owns the store now";
    assert!(last.contains(why), "{log:#?}");
    stage.user(7).says("after.");
    stage.user(7).sees("answer to after.").await;
    rows::settled(&stage.store()).await;
    for answer in ["answer to before.", "answer to after."] {
        assert_eq!(stage.user(7).shown(answer), 1, "{answer}");
    }
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    assert!(conflicts(&log) <= 1, "{log:#?}");
    let (code, log) = new.stop().await;
    assert_eq!((code, conflicts(&log)), (Some(0), 0), "{log:#?}");
    stage.ends().await;
}
