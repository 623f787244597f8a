//! Files and environment, as one tree of values, with the place of each key of a file.

use std::path::Path;

use config::{FileFormat, Map, Source, Value, ValueKind};
use toml::de::DeTable;

use super::files::Text;
use super::places::{Collected, Place, Places};
use super::{ConfigError, Environment};

/// What every variable that overrides a setting starts with; `__` follows each level.
pub(super) const PREFIX: &str = "SWITCHBOARD";

/// What was read.
pub(super) struct Read {
    /// All of it. Values from the environment say so in their `origin`; those of a file have none.
    pub(super) tree: Value,
    /// Where each key of a file stands.
    pub(super) places: Places,
    /// Keys that stand in a second file, too, and where there.
    pub(super) twice: Vec<(String, Place)>,
}

/// Reads the files, those of the directory at `path` or the one there, and lays the environment
/// over them.
///
/// Tables of several files become one, and lists of tables add up in the order of the files. Any
/// other key stands in one file: which of two should count nobody could tell.
pub(super) fn read(path: &Path, files: Vec<Text>, env: &Environment) -> Result<Read, ConfigError> {
    let mut tree = Map::new();
    let mut places = Places::new();
    let mut twice = Vec::new();
    let mut malformed = Vec::new();
    for file in files {
        match read_file(&file, &places) {
            Ok((values, found)) => {
                let mut again = Vec::new();
                merge(&mut tree, values, "", &mut again);
                let again = again.into_iter();
                twice.extend(again.filter_map(|key| found.get(&key).cloned().map(|at| (key, at))));
                for (key, place) in found {
                    places.entry(key).or_insert(place);
                }
            }
            Err(error) => malformed.push(error),
        }
    }
    if malformed.len() > 1 {
        return Err(ConfigError::Several(malformed));
    }
    if let Some(error) = malformed.pop() {
        return Err(error);
    }
    let tree = config::Config::builder()
        .add_source(Merged(tree))
        .add_source(
            config::Environment::with_prefix(PREFIX)
                .separator("__")
                .ignore_empty(true)
                .source(Some(env.clone())),
        )
        .build()
        .map_err(|error| malformed_at(path, 1, &error.to_string()))?
        .cache;
    Ok(Read {
        tree,
        places,
        twice,
    })
}

/// One file: its values, and where they stand among those of the files `before` it.
fn read_file(file: &Text, before: &Places) -> Result<(Map<String, Value>, Places), ConfigError> {
    let Text { path, text } = file;
    let mut collected = Collected::new(path, text, before);
    let table = DeTable::parse(text).map_err(|error| {
        // The error's own Display shows the line that it stopped at, secrets and all.
        let span = error.span().unwrap_or_default();
        let mut said = error.message().to_owned();
        // Of what stands there only a key may be shown.
        if said == "duplicate key"
            && let Some(key) = text.get(span.clone())
        {
            said = format!("{key} is there already, above");
        }
        malformed_at(path, collected.line_of(span.start), &said)
    })?;
    collected
        .note_table("", table.get_ref())
        .map_err(|line| malformed_at(path, line, "the number is too large"))?;
    let values = config::Config::builder()
        .add_source(config::File::from_str(text, FileFormat::Toml))
        .build()
        .and_then(|config| config.cache.into_table())
        .map_err(|error| malformed_at(path, 1, &error.to_string()))?;
    Ok((values, collected.places))
}

/// Adds a table to another one; what stands in both already goes to `twice`, and the first counts.
fn merge(
    into: &mut Map<String, Value>,
    from: Map<String, Value>,
    path: &str,
    twice: &mut Vec<String>,
) {
    for (key, value) in from {
        let path = join(path, &key);
        let Some(there) = into.get_mut(&key) else {
            into.insert(key, value);
            continue;
        };
        match (&mut there.kind, value.kind) {
            (ValueKind::Table(there), ValueKind::Table(more)) => merge(there, more, &path, twice),
            (ValueKind::Array(there), ValueKind::Array(more)) if adds_up(there, &more) => {
                there.extend(more);
            }
            _ => twice.push(path),
        }
    }
}

fn adds_up(there: &[Value], more: &[Value]) -> bool {
    let mut both = there.iter().chain(more);
    both.all(|item| matches!(item.kind, ValueKind::Table(_)))
}

/// What all files say, as a source for the crate `config`.
#[derive(Clone, Debug)]
struct Merged(Map<String, Value>);

impl Source for Merged {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}

pub(super) fn malformed_at(path: &Path, line: usize, reason: &str) -> ConfigError {
    ConfigError::Malformed {
        path: path.to_owned(),
        line,
        reason: reason.lines().collect::<Vec<_>>().join(", "),
    }
}

/// The path of `key` inside the table at `path`; the root's path is empty.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
