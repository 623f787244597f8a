//! Where each key stands.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::join;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: PathBuf,
    /// From 1.
    pub(super) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// The place of each key path.
pub(super) type Places = HashMap<String, Place>;

/// Where everything stands in the text of a file.
pub(super) struct Collected<'a> {
    file: &'a Path,
    /// What the files before it hold: its lists of tables go on where theirs end.
    before: &'a Places,
    /// The offset of each line's end.
    ends: Vec<usize>,
    pub(super) places: Places,
}

impl<'a> Collected<'a> {
    pub(super) fn new(file: &'a Path, text: &str, before: &'a Places) -> Self {
        Self {
            file,
            before,
            ends: text.match_indices('\n').map(|(at, _)| at).collect(),
            places: Places::new(),
        }
    }

    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.ends.partition_point(|end| *end < offset) + 1
    }

    /// Notes the line of each key in `table`. The error is the line of a number that is
    /// [`too_large`].
    pub(super) fn note_table(&mut self, path: &str, table: &DeTable) -> Result<(), usize> {
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
                let first = self.first_of(&path);
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{}]", first + index);
                    self.note(path, item.span().start, item)?;
                }
            }
            value if too_large(value) => return Err(line),
            _ => {}
        }
        let file = self.file.to_owned();
        self.places.insert(path, Place { file, line });
        Ok(())
    }

    /// The number of the first item of the list at `path`: after those of the files before.
    fn first_of(&self, path: &str) -> usize {
        let is_free = |index: &usize| !self.before.contains_key(&format!("{path}[{index}]"));
        (0..=self.before.len()).find(is_free).unwrap_or_default()
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
