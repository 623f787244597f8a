//! `[store]`: where everything that must survive is kept.

use std::path::PathBuf;

use super::item::Item;
use super::section::Section;

/// Where everything that must survive is kept.
#[derive(Clone, Debug)]
pub struct Store {
    /// The SQLite file; a relative path starts at the working directory.
    pub path: PathBuf,
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
        section.finish();
        Some(Self {
            path: path(&item?)?,
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
