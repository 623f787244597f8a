//! The peers' processes: Python from the virtual environments that `tests/peers/setup.sh` makes.
//!
//! Each prints one line of JSON when it is up, and ends when its stdin is closed: with this
//! test binary, however that ends. They are kept in statics, so nothing else ends them.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A process that is up.
pub struct Process<Line> {
    /// Its stdin is a pipe that closes with this one.
    _child: Child,
    /// What it printed.
    pub line: Line,
}

/// Where a peer listens.
#[derive(Deserialize)]
pub struct Listening {
    /// With a slash at the end.
    pub url: String,
}

/// The kagent agents, and the log of the tools that they ran.
#[derive(Deserialize)]
pub struct Kagent {
    /// Answers whole.
    pub k8s: String,
    /// Streams tokens.
    pub stream: String,
    /// One line for each tool call that was executed.
    pub mcp_log: PathBuf,
    /// One line for each request to the model.
    pub model_log: PathBuf,
}

/// Two kagent agents with a fake model and a fake tool server: about 10 s to come up, so all
/// tests share them.
pub static KAGENT: LazyLock<Process<Kagent>> =
    LazyLock::new(|| start("kagent-0.10.4", "kagent/run.py", &[]));

/// Starts a script of `tests/peers` with the Python of one environment.
///
/// # Panics
/// When the environment is not installed, or the script does not come up.
pub fn start<Line: DeserializeOwned>(
    environment: &str,
    script: &str,
    args: &[&str],
) -> Process<Line> {
    let peers = std::env::var_os("SWITCHBOARD_PEERS");
    let peers = peers.map_or_else(|| PathBuf::from("target/peers"), PathBuf::from);
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let python = root.join(peers).join(environment).join("bin/python");
    assert!(
        python.exists(),
        "install the peers first: tests/peers/setup.sh"
    );
    let mut child = Command::new(python)
        .arg(root.join("tests/peers").join(script))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the peer starts");
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("the peer speaks");
    Process {
        _child: child,
        line: serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("{script} does not come up; its own words are above")),
    }
}
