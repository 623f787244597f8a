//! The store: whether it opens, fits this version, is whole, and has room.

use super::{Fault, Finding};
use crate::rules::words;

/// Below this the next day may fill the volume.
const FREE_WARN: u64 = 100 << 20;
/// Below this the next hour may.
const FREE_MIN: u64 = 10 << 20;

/// What was seen of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFacts {
    /// Whether a running bot owns it.
    pub owned: bool,
    /// The newest migration in it; none: there is no file yet. Or why it cannot be read.
    pub schema: Result<Option<i64>, String>,
    /// The newest migration that this program knows.
    pub newest: i64,
    /// What `SQLite`'s `quick_check` says; none: it was not asked.
    pub damage: Option<Result<(), String>>,
    /// Whether a file can be written beside it.
    pub writable: Result<(), String>,
    /// Bytes that are free on its volume, if that can be told.
    pub free: Option<u64>,
}

/// Two lines: about the file, and about the disk.
#[must_use]
pub fn store(facts: &StoreFacts) -> Vec<Finding> {
    vec![file(facts), disk(facts)]
}

fn file(facts: &StoreFacts) -> Finding {
    const CHECK: &str = "store";
    if let Some(Err(said)) = &facts.damage {
        return Finding::wrong(
            CHECK,
            Fault::StoreDamaged,
            format!("damaged: {said}"),
            "stop the bot and restore a backup, see docs/operate.md",
        );
    }
    let version = match &facts.schema {
        Err(said) => {
            return Finding::wrong(
                CHECK,
                Fault::StoreUnreadable,
                said,
                "mind store.url, its volume, its owner",
            );
        }
        Ok(None) => return Finding::fine(CHECK, "not there yet; the first start makes it"),
        Ok(Some(version)) => *version,
    };
    let newest = facts.newest;
    if version > newest {
        return Finding::wrong(
            CHECK,
            Fault::StoreNewer,
            format!("schema {version}, newer than this program's {newest}"),
            "use the version of switchboard that wrote it, or restore a backup",
        );
    }
    let mut found = format!("schema {version}");
    if version < newest {
        found = format!("{found}; the next start raises it to {newest}");
    }
    let more = if facts.owned {
        "in use by the running bot, so not searched for damage"
    } else {
        "whole, and no bot uses it"
    };
    Finding::fine(CHECK, format!("{found}; {more}"))
}

fn disk(facts: &StoreFacts) -> Finding {
    const CHECK: &str = "disk";
    if let Err(said) = &facts.writable {
        return Finding::wrong(
            CHECK,
            Fault::DiskReadOnly,
            format!("the store's directory cannot be written: {said}"),
            "mind the mount of its volume, and its owner (the image's user is 65532)",
        );
    }
    let Some(free) = facts.free else {
        return Finding::fine(CHECK, "can be written");
    };
    let found = format!("{} free", words::size(free));
    match free {
        ..FREE_MIN => {
            let advice = "make room on the store's volume, now";
            Finding::wrong(CHECK, Fault::DiskFull, found, advice)
        }
        FREE_MIN..FREE_WARN => {
            let advice = "make room on the store's volume, soon";
            Finding::warning(CHECK, Fault::DiskLow, found, advice)
        }
        _ => Finding::fine(CHECK, found),
    }
}
