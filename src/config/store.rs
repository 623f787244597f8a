//! `[store]`: where everything that must survive is kept.

use std::path::PathBuf;
use std::time::Duration;

use super::item::Item;
use super::section::Section;

/// A day: Telegram may deliver an update again for as long, and a button works for as long.
const DAY: Duration = Duration::from_hours(24);

/// Where everything that must survive is kept, and for how long.
#[derive(Clone, Debug)]
pub struct Store {
    /// The SQLite file; a relative path starts at the working directory.
    pub path: PathBuf,
    /// How long after its end the text of a turn or of an update is kept at most.
    pub keep_text: Duration,
    /// How long after its end a row is kept; not shorter than `keep_text`.
    pub keep_rows: Duration,
    /// How long a line of the audit is kept.
    pub keep_audit: Duration,
    /// The time between two looks for what may be forgotten.
    pub tidy_every: Duration,
}

impl Store {
    pub(super) fn read(mut section: Section<'_>) -> Option<Self> {
        let item = section.take("url");
        if item.is_none() {
            section.refuse_missing(
                "url",
                "is missing: name a file on a disk that survives a restart, \
                 such as \"sqlite:///data/switchboard.db\"",
            );
        }
        let days = |days: u64| Duration::from_hours(days * 24);
        let keep_text = section.duration("keep_text", 2 * DAY..=days(3650), days(7));
        let keep_rows = section.duration("keep_rows", 2 * DAY..=days(3650), days(90));
        let keep_audit = section.duration("keep_audit", DAY..=days(3650), days(365));
        let often = Duration::from_millis(100)..=DAY;
        let tidy_every = section.duration("tidy_every", often, Duration::from_hours(1));
        if keep_rows < keep_text {
            section.refuse_missing(
                "keep_rows",
                "must not be shorter than keep_text: a text goes before its row",
            );
        }
        section.finish();
        Some(Self {
            path: path(&item?)?,
            keep_text,
            keep_rows,
            keep_audit,
            tidy_every,
        })
    }
}

fn path(item: &Item<'_>) -> Option<PathBuf> {
    // Never quoted: the URL of another database could hold a password.
    let text = item.text()?;
    let Some(path) = text.strip_prefix("sqlite://") else {
        item.refuse(
            "only SQLite is supported: write sqlite:// and the path of a file, \
             such as \"sqlite:///data/switchboard.db\"",
        );
        return None;
    };
    if path.is_empty() || path.ends_with('/') || path == ":memory:" {
        item.refuse("must name a file, such as \"sqlite:///data/switchboard.db\"");
        return None;
    }
    if path.contains(['?', '#', '%']) {
        item.refuse(
            "must be a plain path: options (?), fragments (#) and \
             escapes (%) are not supported",
        );
        return None;
    }
    Some(PathBuf::from(path))
}
