//! Measures bots side by side: plays Telegram and an agent to each, in another process than
//! theirs, and reads off what it costs.

mod agent;
mod args;
mod bots;
mod figures;
mod fsyncs;
mod http;
mod ledger;
mod machine;
mod old;
mod picture;
mod process;
mod profile;
mod round;
mod scenarios;
mod scrape;
mod stage;
mod table;
mod targets;
mod telegram;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::args::Args;
use crate::bots::Kind;
use crate::figures::{Figure, Record};
use crate::machine::Disk;
use crate::round::Spans;
use crate::table::Run;

/// Old updates and turns with which nothing may be slower.
const OLD: usize = 1_000_000;
/// Old updates and turns with which a start may take no longer.
const OLD_AT_START: usize = 100_000;
/// The longest that all rounds together may take: one that would not end in time is left out.
const ROUNDS_MAX: Duration = Duration::from_mins(17);
/// Between these lines of the page are the results.
const MARKERS: [&str; 2] = ["<!-- results -->\n", "<!-- end of the results -->\n"];

fn main() -> Result<()> {
    let args = Args::read(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(LocalSet::new().run_until(run(&args)))
}

async fn run(args: &Args) -> Result<()> {
    let places = &args.places;
    fs::create_dir_all(&places.work)?;
    let machine = machine::name();
    let files = machine::open_files()?;
    let spans = if args.quick {
        Spans::QUICK
    } else {
        Spans::WHOLE
    };
    if args.profile {
        println!("{}", profile::table(places, spans).await?);
        return Ok(());
    }
    eprintln!("{machine}; {files} open files; {} rounds", args.rounds);
    let mut old = None;
    if args.kinds.contains(&Kind::OursFull) {
        eprintln!("filling a store");
        old = Some(old::store(places, OLD).await?);
    }
    let mut records: BTreeMap<Kind, Record> = BTreeMap::new();
    let mut disks = Vec::new();
    let begun = Instant::now();
    for round in 1..=args.rounds {
        // So long the rounds before have taken, one with another.
        let one = begun.elapsed() / u32::try_from(disks.len().max(1))?;
        if begun.elapsed() + one > ROUNDS_MAX {
            eprintln!("there is no time for another round");
            break;
        }
        disks.push(machine::disk(&places.work)?);
        for kind in &args.kinds {
            let store = match &old {
                // What the round before has left there would be measured as well.
                Some(old) if *kind == Kind::OursFull => old::copy(places, old)?,
                _ => round::new_store(places)?,
            };
            let record = records.entry(*kind).or_default();
            round::measure(places, *kind, spans, &store, record).await;
            eprintln!("round {round}, {kind}: {}", told(record));
        }
    }
    if let Some(ours) = records.get_mut(&Kind::Ours) {
        beside(args, spans, ours).await?;
    }
    let run = Run {
        machine: &machine,
        disk: Disk::median(&disks),
        files,
        rounds: disks.len(),
    };
    publish(args, &table::page(&run, &records), &records)
}

/// What is measured of the product apart from the rounds.
async fn beside(args: &Args, spans: Spans, record: &mut Record) -> Result<()> {
    match fsyncs::count(&args.places, spans).await {
        Ok(sheet) => record.rounds.push(sheet),
        Err(failure) => eprintln!("fsyncs were not counted: {failure:#}"),
    }
    let store = old::store(&args.places, OLD_AT_START).await?;
    for _ in 0..args.rounds {
        let start = round::start_time(&args.places, &store).await?;
        record.rounds.push([(Figure::StartOld, start)].into());
    }
    round::remove_store(&store)
}

/// The last round in a line.
fn told(record: &Record) -> String {
    let sheet = record.rounds.last().into_iter().flatten();
    let figures = sheet.map(|(figure, value)| format!("{figure:?} {}", table::number(*value)));
    let figures = figures.collect::<Vec<_>>().join(", ");
    let failure = record
        .failures
        .last()
        .map(String::as_str)
        .unwrap_or_default();
    format!("{figures}; {:?} {failure}", record.faults)
}

/// Prints the results. If they are whole, they replace those of the page.
fn publish(args: &Args, results: &str, records: &BTreeMap<Kind, Record>) -> Result<()> {
    println!("{results}");
    let whole = !args.quick && args.kinds == Kind::ALL;
    let Some(path) = args.page.as_ref().filter(|_| whole) else {
        return Ok(());
    };
    let page = fs::read_to_string(path)?;
    let [begin, end] = MARKERS;
    let (before, rest) = page
        .split_once(begin)
        .context("the page has no place for results")?;
    let (_, after) = rest
        .split_once(end)
        .context("the page has no end of the results")?;
    fs::write(path, format!("{before}{begin}\n{results}\n{end}{after}"))?;
    let beside = |name: &str| -> PathBuf { path.parent().unwrap_or(Path::new(".")).join(name) };
    fs::write(
        beside("results-light.svg"),
        picture::svg(records, picture::LIGHT),
    )?;
    fs::write(
        beside("results-dark.svg"),
        picture::svg(records, picture::DARK),
    )?;
    Ok(())
}
