//! A bot as a process, and what the kernel says of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

/// How long a bot may take to end in order.
const STOP_MAX: Duration = Duration::from_secs(25);

/// What to start.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables beside the inherited ones.
    pub env: BTreeMap<&'static str, String>,
}

/// A running bot; it ends with this value.
pub struct Bot {
    child: Child,
    pid: Pid,
    /// Just before it was started.
    pub begun: Instant,
}

impl Bot {
    /// Starts it; what it prints goes to `log`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(launch: &Launch, log: &Path) -> Result<Self> {
        let out = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let begun = Instant::now();
        let child = Command::new(&launch.program)
            .args(&launch.args)
            .envs(&launch.env)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", launch.program.display()))?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let pid = pid.context("it has ended already")?;
        Ok(Self { child, pid, begun })
    }

    /// Its number.
    pub fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// The processor time of all its threads, user and system (`/proc/PID/stat`).
    ///
    /// # Errors
    /// If it is gone.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = self.proc("stat")?;
        // The name of the program may hold anything but stands in brackets.
        let rest = stat.rsplit(')').next().unwrap_or_default();
        let ticks = rest.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Ok(Duration::from_secs_f64(
            ticks as f64 / clock_ticks_per_second() as f64,
        ))
    }

    /// Its resident memory in bytes (`VmRSS`).
    ///
    /// # Errors
    /// If it is gone.
    pub fn resident(&self) -> Result<f64> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        kib.map(|kib| kib * 1024.0).context("no VmRSS")
    }

    /// Fails if it has ended.
    ///
    /// # Errors
    /// If it has.
    pub fn lives(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the bot has ended: {status}");
        }
        Ok(())
    }

    /// Asks it to end, as Kubernetes would, and insists later.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub async fn stop(mut self) -> Result<()> {
        if self.child.try_wait()?.is_none() {
            kill_process(self.pid, Signal::TERM)?;
        }
        if timeout(STOP_MAX, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.id());
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    }
}
