//! The files that the configuration is in: one, or those of a directory.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::source::malformed_at;

/// A configuration is written by people; what is larger than this, in all its files, is something
/// else. A `ConfigMap` holds as much at most.
const BYTES_MAX: u64 = 1024 * 1024;
/// More files than this are another directory.
const FILES_MAX: usize = 100;
/// How the files of a configuration end.
const ENDING: &str = ".toml";
/// Where Kubernetes keeps what a mounted `ConfigMap` has now: one step changes all files.
const CURRENT: &str = "..data";

/// One file.
pub(super) struct Text {
    /// As it was asked for, to be shown.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// The file at `path`, or the files of the directory there in the order of their names.
pub(super) fn read(path: &Path) -> Result<Vec<Text>, ConfigError> {
    if !path.is_dir() {
        let text = read_text(path, path, BYTES_MAX)?;
        let path = path.to_owned();
        return Ok(vec![Text { path, text }]);
    }
    let names = names(path).map_err(|error| unreadable(path, error.to_string()))?;
    if names.is_empty() {
        return Err(unreadable(path, format!("it holds no *{ENDING} file")));
    }
    if names.len() > FILES_MAX {
        let why = format!("it holds more than {FILES_MAX} *{ENDING} files");
        return Err(unreadable(path, why));
    }
    // Of a ConfigMap that is exchanged meanwhile, all are the old ones or all are the new ones.
    let current = fs::canonicalize(path.join(CURRENT)).ok();
    let mut left = BYTES_MAX;
    let texts = names.into_iter().map(|name| {
        let shown = path.join(&name);
        let current = current.as_ref().map(|current| current.join(&name));
        let at = current.filter(|at| at.is_file());
        let text = read_text(&shown, at.as_deref().unwrap_or(&shown), left)?;
        left -= text.len() as u64;
        Ok(Text { path: shown, text })
    });
    texts.collect()
}

/// The names of the files in a directory. Hidden ones are not meant: Kubernetes and editors keep
/// theirs beside ours.
fn names(path: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok();
        let meant = name.filter(|name| !name.starts_with('.') && name.ends_with(ENDING));
        // A link that leads nowhere is a file that cannot be read, and said to be.
        names.extend(meant.filter(|_| !entry.path().is_dir()));
    }
    names.sort();
    Ok(names)
}

fn read_text(shown: &Path, at: &Path, bytes_max: u64) -> Result<String, ConfigError> {
    let mut bytes = Vec::new();
    let length = File::open(at)
        .and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(shown, error.to_string()))?;
    if length as u64 > bytes_max {
        let together = if bytes_max < BYTES_MAX {
            "with those before it, "
        } else {
            ""
        };
        return Err(unreadable(
            shown,
            format!("{together}it is larger than 1 MiB"),
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        malformed_at(shown, line, "it is not UTF-8: save it as that")
    })
}

fn unreadable(path: &Path, reason: String) -> ConfigError {
    ConfigError::Unreadable {
        path: path.to_owned(),
        reason,
    }
}
