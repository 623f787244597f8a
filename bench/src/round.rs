//! One round of one bot: two lives, one with few people and one with ten thousand.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::sleep;

use crate::bots::{Kind, Places};
use crate::figures::{Figure, Record, Sheet};
use crate::scenarios::{self as play, PEOPLE};
use crate::stage::Stage;

/// Turns in flight at most.
const MANY: usize = 10_000;
const MIB: f64 = 1024.0 * 1024.0;

/// How long things are watched.
#[derive(Clone, Copy, Debug)]
pub struct Spans {
    /// With nothing to do, before memory is read.
    pub idle: Duration,
    /// Under a steady load.
    pub steady: Duration,
    /// At saturation, before it counts.
    pub warm: Duration,
    /// At saturation.
    pub full: Duration,
    /// With many turns in flight.
    pub held: Duration,
}

impl Spans {
    /// For figures to keep.
    pub const WHOLE: Self = Self {
        idle: Duration::from_secs(2),
        steady: Duration::from_secs(10),
        warm: Duration::from_secs(2),
        full: Duration::from_secs(5),
        held: Duration::from_secs(2),
    };
    /// For a look.
    pub const QUICK: Self = Self {
        idle: Duration::from_secs(1),
        steady: Duration::from_secs(5),
        warm: Duration::from_secs(1),
        full: Duration::from_secs(3),
        held: Duration::from_secs(1),
    };
}

/// Measures one bot once. What it got wrong is added to its record, and so is why it could not be
/// measured further: it ended, or did not answer, or called what is not played here.
pub async fn measure(places: &Places, kind: Kind, spans: Spans, store: &Path, record: &mut Record) {
    let mut sheet = Sheet::new();
    let few = async |stage: &mut Stage| play_to_few(stage, kind, spans, &mut sheet).await;
    let mut result = live(places, kind, PEOPLE, store, record, few).await;
    if result.is_ok() && !kind.is_sequential() {
        let many = async |stage: &mut Stage| play_to_many(stage, spans, &mut sheet).await;
        result = live(places, kind, MANY, store, record, many).await;
    }
    if let Err(failure) = result {
        record.failures.push(format!("{failure:#}"));
    }
    record.rounds.push(sheet);
}

/// One life of the bot, with so many people.
async fn live(
    places: &Places,
    kind: Kind,
    people: usize,
    store: &Path,
    record: &mut Record,
    play: impl AsyncFnOnce(&mut Stage) -> Result<()>,
) -> Result<()> {
    let mut stage = Stage::start(places, kind, people, store).await?;
    let played = play(&mut stage).await;
    close(stage, played, record).await
}

async fn play_to_few(stage: &mut Stage, kind: Kind, spans: Spans, sheet: &mut Sheet) -> Result<()> {
    let start = stage.start_time().context("it has not polled")?;
    sheet.insert(Figure::Start, ms(start));
    sleep(spans.idle).await;
    sheet.insert(Figure::Idle, stage.bot.resident()? / MIB);
    play::warm_up(stage).await?;
    if !kind.is_sequential() {
        sheet.insert(Figure::Crowd, ms(play::crowd(stage).await?));
    }
    play::settle(stage).await?;
    let steady = play::steady(stage, spans.steady).await?;
    sheet.extend([
        (Figure::SteadyP50, steady.p50),
        (Figure::SteadyP99, steady.p99),
        (Figure::CpuSteady, steady.cpu),
        (Figure::Calls, steady.calls),
    ]);
    play::bursts(stage).await?;
    let full = play::saturation(stage, spans.warm, spans.full).await?;
    sheet.extend([
        (Figure::Rate, full.rate),
        (Figure::Cpu, full.cpu),
        (Figure::FullP50, full.p50),
        (Figure::FullP99, full.p99),
    ]);
    if kind.is_ours() {
        sheet.extend(steady.writes.map(|writes| (Figure::Writes, writes)));
        sheet.extend(full.writes.map(|writes| (Figure::WritesFull, writes)));
    }
    Ok(())
}

async fn play_to_many(stage: &mut Stage, spans: Spans, sheet: &mut Sheet) -> Result<()> {
    play::warm_up(stage).await?;
    for (figure, count) in [(Figure::Held1k, MANY / 10), (Figure::Held10k, MANY)] {
        let held = play::hold(stage, count, spans.held).await?;
        sheet.insert(figure, held / MIB);
    }
    Ok(())
}

/// The time to the first poll alone, of the product.
///
/// # Errors
/// If it does not get there.
pub async fn start_time(places: &Places, store: &Path) -> Result<f64> {
    let stage = Stage::start(places, Kind::Ours, PEOPLE, store).await?;
    let start = stage.start_time().context("it has not polled")?;
    stage.end().await?;
    Ok(ms(start))
}

/// A path for a store that is not there yet.
///
/// # Errors
/// If an old one cannot be removed.
pub fn new_store(places: &Places) -> Result<PathBuf> {
    let path = places.work.join("new.db");
    remove_store(&path)?;
    Ok(path)
}

/// Removes a store with all that belongs to it.
///
/// # Errors
/// If it cannot be removed.
pub fn remove_store(path: &Path) -> Result<()> {
    for tail in ["", "-wal", "-shm", ".lock"] {
        match fs::remove_file(format!("{}{tail}", path.display())) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Ends a life and notes what went wrong in it.
async fn close(stage: Stage, played: Result<()>, record: &mut Record) -> Result<()> {
    {
        let ledger = stage.world.ledger.borrow();
        let mut faults = ledger.faults();
        if played.is_err() {
            // What is open when it is cut short is not lost.
            faults.lost = 0;
        }
        record.faults += faults;
        record.asked += ledger.asked();
    }
    let ended = stage.end().await;
    played.and(ended)
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
