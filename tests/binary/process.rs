//! The bot as a process of its own.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

use crate::support::{PATIENCE, Stage};

/// A running bot; it is killed when this is dropped.
pub struct Bot {
    child: Child,
    log: tokio::io::Lines<BufReader<ChildStderr>>,
    /// The lines of the log that were read so far.
    pub seen: Vec<String>,
}

pub const BINARY: &str = env!("CARGO_BIN_EXE_switchboard");

/// The binary with these arguments and nothing of this process's environment.
pub fn switchboard(args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).env_clear().stdin(Stdio::null());
    command.kill_on_drop(true);
    command
}

impl Bot {
    /// Starts `switchboard run` on the stage's emulators and store.
    pub fn start(stage: &Stage) -> Self {
        Self::start_as(stage, &stage.config_file(), |_| {})
    }

    /// Starts it with something else about its process.
    pub fn start_as(stage: &Stage, config: &Path, how: impl FnOnce(&mut Command)) -> Self {
        let mut command = switchboard(&["run", "--config"]);
        command.arg(config).envs(stage.environment());
        how(&mut command);
        Self::spawn(command)
    }

    /// Starts it by another program, which has to become it.
    pub fn start_by(stage: &Stage, config: &Path, by: &[&str]) -> Self {
        let mut command = Command::new(by[0]);
        command.args(&by[1..]).arg(BINARY);
        command.args(["run", "--config"]).arg(config);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command.envs(stage.environment());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        Self {
            child,
            log: BufReader::new(stderr).lines(),
            seen: Vec::new(),
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it still runs")
    }

    /// Waits for a line of the log.
    pub async fn logs(&mut self, fragment: &str) {
        let found = async {
            while let Some(line) = self.log.next_line().await.expect("the log is text") {
                self.seen.push(line);
                if self.seen.last().is_some_and(|line| line.contains(fragment)) {
                    return true;
                }
            }
            false
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        let found = matches!(found, Ok(true));
        assert!(found, "no {fragment:?} in the log: {:#?}", self.seen);
    }

    /// SIGKILL: nothing runs after it.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// SIGTERM, and how it ends; the whole log comes with it.
    pub async fn stop(self) -> (Option<i32>, Vec<String>) {
        self.told_to_stop().await;
        self.ends().await
    }

    /// SIGTERM.
    pub async fn told_to_stop(&self) {
        let pid = self.pid().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(told.is_ok_and(|status| status.success()));
    }

    /// Waits until it ends by itself; the whole log comes with it.
    pub async fn ends(mut self) -> (Option<i32>, Vec<String>) {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let code = ended
            .expect("it ends in time")
            .expect("it can be waited for")
            .code();
        let mut rest = String::new();
        let mut log = self.log.into_inner();
        log.read_to_string(&mut rest)
            .await
            .expect("the log is text");
        self.seen.extend(rest.lines().map(str::to_owned));
        (code, self.seen)
    }
}
