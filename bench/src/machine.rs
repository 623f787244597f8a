//! The machine, as far as it may be named and as far as the targets need it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;

use anyhow::{Result, bail};
use rustix::fs::statfs;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::time::Instant;

use crate::figures::percentile;

/// Open files that ten thousand turns may take on either side, with room to spare.
const FILES: u64 = 65_536;
/// The same, as the least that will do.
const FILES_MIN: u64 = 15_000;
/// What `statfs` says of file systems in memory (Linux: `TMPFS_MAGIC`, `RAMFS_MAGIC`).
const IN_MEMORY: [i64; 2] = [0x0102_1994, 0x8584_58f6];
/// How often one fsync is timed.
const TIMED: usize = 300;

/// How long this disk takes to make 4 KiB durable, in ms.
#[derive(Clone, Copy, Debug)]
pub struct Disk {
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
}

impl Disk {
    /// Of several times that it was timed.
    pub fn median(all: &[Self]) -> Self {
        let of = |value: fn(&Self) -> f64| percentile(all.iter().map(value).collect(), 0.5);
        Self {
            p50: of(|disk| disk.p50),
            p99: of(|disk| disk.p99),
        }
    }
}

/// Cores and model.
pub fn name() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown model", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    format!("{cores} cores, {model}")
}

/// Raises the number of files that this process and the bots may open; what it is then.
///
/// # Errors
/// If that is too low for the questions in flight.
pub fn open_files() -> Result<u64> {
    let limit = |maximum| Rlimit {
        current: maximum,
        maximum,
    };
    // Above the hard limit only root may go.
    let _ = setrlimit(Resource::Nofile, limit(Some(FILES)));
    let hard = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, limit(hard))?;
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if files < FILES_MIN {
        bail!("only {files} open files are allowed; raise `ulimit -n` to {FILES_MIN} at least");
    }
    Ok(files)
}

/// Times an fsync where the stores will be.
///
/// # Errors
/// If the directory is in memory, or cannot be written to.
pub fn disk(work: &Path) -> Result<Disk> {
    if IN_MEMORY.contains(&(statfs(work)?.f_type as i64)) {
        bail!(
            "{} is in memory: durable would cost nothing there",
            work.display()
        );
    }
    let path = work.join("fsync");
    let mut file = File::create(&path)?;
    let mut took = Vec::with_capacity(TIMED);
    for _ in 0..TIMED {
        file.write_all(&[7; 4096])?;
        let begin = Instant::now();
        file.sync_data()?;
        took.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    fs::remove_file(&path)?;
    Ok(Disk {
        p50: percentile(took.clone(), 0.5),
        p99: percentile(took, 0.99),
    })
}
