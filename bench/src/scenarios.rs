//! What is played to a bot, and what is read off meanwhile.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::bots::FIRST_CHAT;
use crate::figures::percentile;
use crate::ledger::Question;
use crate::scrape;
use crate::stage::Stage;
use crate::world::{Patience, World};

/// People who write: as many as the crowd.
pub const PEOPLE: usize = 200;
/// Questions a second under a steady load.
const STEADY: u32 = 20;
/// How long what was asked may take to be answered, once nobody asks any more.
const DRAIN_MAX: Duration = Duration::from_secs(90);
/// So long without a call, and nothing goes on any more.
const QUIET: Duration = Duration::from_millis(500);
/// Held questions that the agent lets go, at once, 200 times a second: 4,000 a second.
const RELEASED: usize = 20;

/// What a load has cost.
pub struct Load {
    /// Answers a second.
    pub rate: f64,
    /// Processor time of an answer, in ms.
    pub cpu: f64,
    /// Calls to Telegram for an answer.
    pub calls: f64,
    /// Writes to the store for an answer, if the bot tells.
    pub writes: Option<f64>,
    /// The median of the added latency, in ms.
    pub p50: f64,
    /// Its 99th percentile.
    pub p99: f64,
}

/// Where the counters stand.
pub struct Mark {
    at: Instant,
    cpu: Duration,
    calls: u64,
    writes: Option<f64>,
    answered: usize,
}

impl Mark {
    /// Reads them.
    ///
    /// # Errors
    /// If the bot is gone.
    pub async fn set(stage: &Stage) -> Result<Self> {
        Ok(Self {
            writes: scrape::writes(stage.ports.ops).await,
            at: Instant::now(),
            cpu: stage.bot.cpu()?,
            calls: stage.world.calls(),
            answered: stage.world.ledger.borrow().answered(),
        })
    }

    /// What came between, per answer.
    fn until(&self, end: &Self, world: &World) -> Result<Load> {
        let answered = (end.answered - self.answered) as f64;
        ensure!(answered > 0.0, "nothing was answered");
        let within = |question: &&Question| {
            let at = question.answered;
            at.is_some_and(|at| at >= self.at && at < end.at)
        };
        let ledger = world.ledger.borrow();
        let added: Vec<f64> = ledger
            .since(0)
            .iter()
            .filter(within)
            .filter_map(|question| Some(question.added()?.as_secs_f64() * 1e3))
            .collect();
        let writes = self.writes.zip(end.writes);
        Ok(Load {
            rate: answered / end.at.duration_since(self.at).as_secs_f64(),
            cpu: end.cpu.saturating_sub(self.cpu).as_secs_f64() * 1e3 / answered,
            calls: (end.calls - self.calls) as f64 / answered,
            writes: writes.map(|(before, after)| (after - before) / answered),
            p50: percentile(added.clone(), 0.5),
            p99: percentile(added, 0.99),
        })
    }
}

/// Person number `n`.
fn person(n: usize) -> i64 {
    FIRST_CHAT + i64::try_from(n).unwrap_or(0)
}

/// A few questions, so that connections stand and code is compiled.
pub async fn warm_up(stage: &mut Stage) -> Result<()> {
    stage.world.patience.set(Patience::takes(Duration::ZERO));
    for round in 0..10 {
        (0..5).for_each(|n| stage.world.ask(person(round * 5 + n)));
        drain(stage).await?;
    }
    Ok(())
}

/// One question after the other, evenly, whatever became of those before.
pub async fn steady(stage: &mut Stage, span: Duration) -> Result<Load> {
    stage.world.patience.set(Patience::takes(Duration::ZERO));
    let begin = Mark::set(stage).await?;
    let mut ticks = interval(Duration::from_secs(1) / STEADY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let count = span.as_secs() as usize * STEADY as usize;
    for n in 0..count {
        ticks.tick().await;
        stage.world.ask(person(n % PEOPLE));
    }
    drain(stage).await?;
    let end = Mark::set(stage).await?;
    begin.until(&end, &stage.world)
}

/// Everybody asks, and again as soon as there is an answer.
pub async fn saturation(stage: &mut Stage, warm: Duration, span: Duration) -> Result<Load> {
    stage.world.patience.set(Patience::takes(Duration::ZERO));
    stage.world.eager.set(true);
    (0..PEOPLE).for_each(|n| stage.world.ask(person(n)));
    sleep(warm).await;
    let begin = Mark::set(stage).await?;
    sleep(span).await;
    let end = Mark::set(stage).await?;
    stage.world.eager.set(false);
    drain(stage).await?;
    begin.until(&end, &stage.world)
}

/// Some people write several messages at once; some answers take longer than others.
pub async fn bursts(stage: &mut Stage) -> Result<()> {
    let least = Duration::ZERO;
    let spread = Duration::from_millis(30);
    stage.world.patience.set(Patience::Takes { least, spread });
    for n in 0..160 {
        stage.world.ask(person(n / 4));
    }
    drain(stage).await
}

/// 200 people at once, and an agent that takes a second: the time from the first update to the
/// last answer.
pub async fn crowd(stage: &mut Stage) -> Result<Duration> {
    stage
        .world
        .patience
        .set(Patience::takes(Duration::from_secs(1)));
    let first = stage.world.ledger.borrow().asked();
    (0..PEOPLE).for_each(|n| stage.world.ask(person(n)));
    drain(stage).await?;
    let ledger = stage.world.ledger.borrow();
    let questions = ledger.since(first);
    let begin = questions
        .iter()
        .filter_map(|question| question.delivered)
        .min();
    let end = questions
        .iter()
        .filter_map(|question| question.answered)
        .max();
    let span = begin.zip(end).map(|(begin, end)| end.duration_since(begin));
    span.ok_or_else(|| anyhow::anyhow!("nothing was answered"))
}

/// So many turns in flight at once: the agent holds all of them, then lets them go. The most
/// memory that the bot had with all of them there, in bytes.
pub async fn hold(stage: &mut Stage, count: usize, watch: Duration) -> Result<f64> {
    stage.world.patience.set(Patience::Holds);
    let before = stage.world.ledger.borrow().called();
    (0..count).for_each(|n| stage.world.ask(person(n)));
    let all = |world: &World| world.ledger.borrow().called() == before + count;
    if !stage.until(DRAIN_MAX, all).await? {
        let called = stage.world.ledger.borrow().called() - before;
        let calls = stage.world.calls.borrow();
        bail!("of {count} questions the agent has {called}; calls to Telegram: {calls:?}");
    }
    let end = Instant::now() + watch;
    let mut most: f64 = 0.0;
    while Instant::now() < end {
        most = most.max(stage.bot.resident()?);
        sleep(Duration::from_millis(100)).await;
    }
    stage.world.patience.set(Patience::takes(Duration::ZERO));
    while stage.world.release(RELEASED) {
        sleep(Duration::from_millis(5)).await;
    }
    drain(stage).await?;
    Ok(most)
}

/// Waits until the bot calls nobody on its own: what a first contact brings beside its answer, such
/// as a list of commands for each person, is over.
pub async fn settle(stage: &Stage) -> Result<()> {
    let begin = Instant::now();
    loop {
        let calls = stage.world.calls();
        sleep(QUIET).await;
        if stage.world.calls() == calls {
            return Ok(());
        }
        ensure!(begin.elapsed() < DRAIN_MAX, "it goes on calling Telegram");
    }
}

/// Waits until all is answered. What is not by then counts as lost.
async fn drain(stage: &mut Stage) -> Result<()> {
    let all = |world: &World| {
        let ledger = world.ledger.borrow();
        ledger.answered() == ledger.asked()
    };
    if !stage.until(DRAIN_MAX, all).await? {
        let ledger = stage.world.ledger.borrow();
        let lost = ledger.asked() - ledger.answered();
        bail!("{lost} questions were not answered in time");
    }
    // What comes twice comes now.
    sleep(Duration::from_millis(50)).await;
    Ok(())
}
