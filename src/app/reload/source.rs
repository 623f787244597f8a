//! Where the configuration comes from, and how it is asked to be read again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::config::{self, Config, Environment, Problem};

/// More who ask at once are made to wait.
const ASKED_MAX: usize = 8;

/// What was found: settings with warnings, or problems, one a line.
pub(super) type Found = Result<(Config, Vec<Problem>), String>;

/// Told of a configuration that is in force from now on.
pub type Hook = Box<dyn Fn(&Config) + Send + Sync>;

/// Where the configuration comes from.
pub struct Source {
    path: PathBuf,
    environment: Environment,
    /// Told of each configuration that is in force from now on.
    also: Vec<Hook>,
}

/// The configuration as it is written, to be followed.
pub struct Reloads {
    pub(super) source: Arc<Source>,
    pub(super) asked: mpsc::Receiver<Asked>,
}

/// Has the configuration read again.
#[derive(Clone, Debug)]
pub struct Trigger(mpsc::Sender<Asked>);

/// Somebody wants it to be read again, and hears what came of it.
#[derive(Debug)]
pub(super) struct Asked(pub(super) oneshot::Sender<Reloaded>);

/// What came of reading the configuration again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// It says what is in force already, or what waits for a restart.
    Unchanged,
    /// It is in force.
    Loaded,
    /// It has these problems, one a line, and changes nothing.
    Refused(String),
}

impl Source {
    /// The configuration at this path, under this environment.
    #[must_use]
    pub fn new(path: &Path, environment: Environment) -> Self {
        Self {
            path: path.to_owned(),
            environment,
            also: Vec::new(),
        }
    }

    /// Has this told of each configuration that is in force from now on.
    #[must_use]
    pub fn also(mut self, told: Hook) -> Self {
        self.also.push(told);
        self
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn applied(&self, config: &Config) {
        self.also.iter().for_each(|told| told(config));
    }

    /// Reads and checks it on another thread: a disk may be slow.
    pub(super) async fn read(self: &Arc<Self>) -> Found {
        let source = self.clone();
        let read = move || config::load(&source.path, &source.environment);
        match tokio::task::spawn_blocking(read).await {
            Ok(found) => found.map_err(|problems| problems.to_string()),
            Err(error) => Err(format!("reading it has failed: {error}")),
        }
    }
}

impl Reloads {
    /// To follow this source; and what has it read at any time.
    #[must_use]
    pub fn of(source: Source) -> (Self, Trigger) {
        let (ask, asked) = mpsc::channel(ASKED_MAX);
        let reloads = Self {
            source: Arc::new(source),
            asked,
        };
        (reloads, Trigger(ask))
    }
}

impl Trigger {
    /// Has the configuration read now, and put in force if it is good. None if nobody follows
    /// it (any more).
    pub async fn reload(&self) -> Option<Reloaded> {
        let (tell, told) = oneshot::channel();
        self.0.send(Asked(tell)).await.ok()?;
        told.await.ok()
    }
}
