//! How often the product makes the disk write, as `strace` sees it. Apart from all else: whatever is
//! traced is slower.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::bots::{Kind, Places};
use crate::figures::{Figure, Sheet};
use crate::round::{Spans, new_store};
use crate::scenarios::{self as play, PEOPLE};
use crate::stage::Stage;

/// How long `strace` may take to get hold of the bot.
const ATTACH_MAX: Duration = Duration::from_secs(5);

/// fsyncs of a message, under a steady load and at saturation.
///
/// # Errors
/// If there is no `strace`, or it may not trace.
pub async fn count(places: &Places, spans: Spans) -> Result<Sheet> {
    let store = new_store(places)?;
    let mut stage = Stage::start(places, Kind::Ours, PEOPLE, &store).await?;
    play::warm_up(&mut stage).await?;
    let trace = places.work.join("fsyncs.trace");
    let _tracer = attach(&stage, &trace).await?;
    let mut sheet = Sheet::new();
    let mut before = (seen(&trace)?, answered(&stage));
    for figure in [Figure::Fsyncs, Figure::FsyncsFull] {
        if figure == Figure::Fsyncs {
            play::steady(&mut stage, spans.steady).await?;
        } else {
            play::saturation(&mut stage, spans.warm, spans.full).await?;
        }
        let now = (seen(&trace)?, answered(&stage));
        sheet.insert(
            figure,
            (now.0 - before.0) as f64 / (now.1 - before.1) as f64,
        );
        before = now;
    }
    stage.end().await?;
    Ok(sheet)
}

async fn attach(stage: &Stage, trace: &Path) -> Result<tokio::process::Child> {
    let id = stage.bot.id().to_string();
    let tracer = Command::new("strace")
        .args(["-q", "-f", "-e", "trace=fsync,fdatasync", "-p", &id, "-o"])
        .arg(trace)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("no strace")?;
    let end = Instant::now() + ATTACH_MAX;
    let status = format!("/proc/{id}/status");
    while fs::read_to_string(&status)?.contains("TracerPid:\t0\n") {
        ensure!(Instant::now() < end, "strace may not trace");
        sleep(Duration::from_millis(10)).await;
    }
    Ok(tracer)
}

/// How many have begun.
fn seen(trace: &Path) -> Result<usize> {
    let lines = fs::read_to_string(trace)?;
    Ok(lines.matches("sync(").count())
}

fn answered(stage: &Stage) -> usize {
    stage.world.ledger.borrow().answered()
}
