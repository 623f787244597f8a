//! What the bots of this test binary log, by the thread that each runs in.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;

static LINES: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// Writes to the lines of its thread, and for a person who asked for it to stderr.
struct Lines {
    shown: bool,
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.shown {
            io::stderr().write_all(bytes)?;
        }
        if let Some(name) = std::thread::current().name() {
            // The writer of a bot's store has a thread of its own.
            let name = name.strip_prefix("store ").unwrap_or(name);
            let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = lines.entry(name.to_owned()).or_default();
            lines.push_str(&String::from_utf8_lossy(bytes));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to keep them; `STAGE_LOG=debug` shows them, too, and more of them.
pub fn keep() {
    let asked = std::env::var("STAGE_LOG").ok();
    let filter = EnvFilter::new(asked.as_deref().unwrap_or("switchboard=info"));
    let shown = asked.is_some();
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_env_filter(filter)
        .with_writer(move || Lines { shown });
    log.init();
}

/// The lines of a thread so far.
pub fn of(thread: &str) -> String {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.get(thread).cloned().unwrap_or_default()
}
