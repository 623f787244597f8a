//! File and environment, as one tree of values, with the line of each key of the file.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use config::{FileFormat, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, Environment};

/// What every variable that overrides a setting starts with; `__` follows each level.
pub(super) const PREFIX: &str = "SWITCHBOARD";
/// A configuration is written by people; what is larger than this is another file.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The line, from 1, of each key path of the file.
pub(super) type Lines = HashMap<String, usize>;

/// Reads the file and lays the environment over it. Values from the environment say so in
/// their `origin`; those of the file have none.
pub(super) fn read(path: &Path, env: &Environment) -> Result<(Value, Lines), ConfigError> {
    let text = read_text(path)?;
    let mut places = Places::new(&text);
    let malformed = |line, reason: &str| ConfigError::Malformed {
        path: path.to_owned(),
        line,
        reason: reason.lines().collect::<Vec<_>>().join(", "),
    };
    let table = DeTable::parse(&text).map_err(|error| {
        // The error's own Display shows the line that it stopped at, secrets and all.
        let at = error.span().map_or(0, |span| span.start);
        malformed(places.line_of(at), error.message())
    })?;
    places
        .note_table("", table.get_ref())
        .map_err(|line| malformed(line, "the number is too large"))?;
    let tree = config::Config::builder()
        .add_source(config::File::from_str(&text, FileFormat::Toml))
        .add_source(
            config::Environment::with_prefix(PREFIX)
                .separator("__")
                .ignore_empty(true)
                .source(Some(env.clone())),
        )
        .build()
        .map_err(|error| malformed(1, &error.to_string()))?
        .cache;
    Ok((tree, places.lines))
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |reason: String| ConfigError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let mut text = String::new();
    let bytes = File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text))
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes as u64 > FILE_BYTES_MAX {
        return Err(unreadable("it is larger than 1 MiB".into()));
    }
    Ok(text)
}

/// Where everything stands in the text.
struct Places {
    /// The offset of each line's end.
    ends: Vec<usize>,
    lines: Lines,
}

impl Places {
    fn new(text: &str) -> Self {
        Self {
            ends: text.match_indices('\n').map(|(at, _)| at).collect(),
            lines: Lines::new(),
        }
    }

    fn line_of(&self, offset: usize) -> usize {
        self.ends.partition_point(|end| *end < offset) + 1
    }

    /// Notes the line of each key in `table`. The error is the line of a number that is
    /// [`too_large`].
    fn note_table(&mut self, path: &str, table: &DeTable) -> Result<(), usize> {
        for (key, value) in table {
            self.note(join(path, key.get_ref()), key.span().start, value)?;
        }
        Ok(())
    }

    fn note(&mut self, path: String, at: usize, value: &Spanned<DeValue>) -> Result<(), usize> {
        let line = self.line_of(at);
        match value.get_ref() {
            DeValue::Table(table) => self.note_table(&path, table)?,
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.note(format!("{path}[{index}]"), item.span().start, item)?;
                }
            }
            value if too_large(value) => return Err(line),
            _ => {}
        }
        self.lines.insert(path, line);
        Ok(())
    }
}

/// Whether this is a number beyond 64 bits: the crate `config` would not say where it is.
fn too_large(value: &DeValue) -> bool {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).is_err(),
        DeValue::Float(number) => {
            let infinite = number.as_str().parse().is_ok_and(f64::is_infinite);
            infinite && !number.as_str().contains("inf")
        }
        _ => false,
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
