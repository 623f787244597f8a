//! Signs that the configuration has changed, from the file system.
//!
//! What is watched is the directory: an editor puts another file in the place of the one before, and
//! a `ConfigMap` that is mounted changes by a new link `..data` to a new directory beside it. (A mount
//! with `subPath` never changes.)

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

/// After a sign, it is quiet for so long before the configuration is read.
const QUIET: Duration = Duration::from_millis(200);
/// Whatever goes on, it is read after this.
const LATEST: Duration = Duration::from_secs(2);

/// Signs of a change.
pub(super) struct Watch {
    /// One sign stands for all that come before it is taken.
    signs: mpsc::Receiver<()>,
    // Held, never read: it watches until it is dropped.
    _watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Watches the file or directory at this path.
    pub(super) fn of(path: &Path) -> Self {
        let (sign, signs) = mpsc::channel(1);
        let concerned = path.to_owned();
        let seen = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| concerns(&concerned, &event)) {
                // Full: somebody will look anyway.
                let _ = sign.try_send(());
            }
        };
        let watcher = notify::recommended_watcher(seen).and_then(|mut watcher| {
            watcher.watch(&watched(path), RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        if let Err(error) = &watcher {
            warn!(%error, "changes of the configuration are found by looking, a little later");
        }
        Self {
            signs,
            _watcher: watcher.ok(),
        }
    }

    /// Waits for a sign, and until it is quiet again.
    pub(super) async fn changed(&mut self) {
        if self.signs.recv().await.is_none() {
            // Nothing watches.
            return std::future::pending().await;
        }
        let latest = Instant::now() + LATEST;
        while Instant::now() < latest {
            match timeout(QUIET, self.signs.recv()).await {
                Ok(Some(())) => {}
                Ok(None) => return sleep(QUIET).await,
                Err(_) => return,
            }
        }
    }
}

/// The directory that changes when the configuration at this path does.
fn watched(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Whether something has changed that the configuration at `path` may be made of. Others write
/// into the same directory, and reading it is an event, too.
fn concerns(path: &Path, event: &Event) -> bool {
    let only_looked_at = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    };
    if only_looked_at {
        return false;
    }
    let own = path.file_name();
    let named = |changed: &PathBuf| {
        let name = changed.file_name();
        let text = name.and_then(OsStr::to_str).unwrap_or_default();
        // `..data` and its like are how the kubelet puts a new ConfigMap in place.
        let swapped = text.starts_with("..");
        let inside = changed.parent() == Some(path)
            && Path::new(text).extension() == Some(OsStr::new("toml"));
        swapped || inside || name == own
    };
    event.need_rescan() || event.paths.iter().any(named)
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, ModifyKind, RenameMode};

    use super::*;

    #[test]
    fn what_changes_the_configuration_is_told_from_what_only_is_beside_it() {
        let file = "/etc/switchboard/switchboard.toml";
        let dir = "/etc/switchboard";
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let read = EventKind::Access(AccessKind::Close(AccessMode::Read));
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let changed = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let made = EventKind::Create(CreateKind::File);
        let table = [
            (file, written, "switchboard.toml", true),
            (file, changed, "switchboard.toml", true),
            (file, renamed, "..data", true),
            (file, made, "..2026_11_22_08_15_00.123456789", true),
            (file, opened, "switchboard.toml", false),
            (file, read, "switchboard.toml", false),
            (file, changed, "store.db-wal", false),
            (file, made, ".switchboard.toml.swp", false),
            (file, made, "other.toml", false),
            (dir, made, "other.toml", true),
            (dir, renamed, "..data", true),
            (dir, changed, "store.db-wal", false),
        ];
        for (path, kind, name, expected) in table {
            let event = Event::new(kind).add_path(Path::new(dir).join(name));
            let found = concerns(Path::new(path), &event);
            assert_eq!(found, expected, "{path} {kind:?} {name}");
        }
    }

    #[test]
    fn the_directory_is_watched_whatever_the_path() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(watched(dir.path()), dir.path());
        assert_eq!(watched(&dir.path().join("a.toml")), dir.path());
        assert_eq!(watched(Path::new("a.toml")), Path::new("."));
    }
}
