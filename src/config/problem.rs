//! What is wrong with a configuration, and how it is shown.

use std::fmt;
use std::path::PathBuf;

use super::places::Place;

/// One thing that is wrong, or, among the warnings, hardly meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The path of the key, such as `routes[1].agent`; lists count from 0.
    pub key: String,
    /// The file that it is in; `None` for what is in no file.
    pub file: Option<PathBuf>,
    /// The line in the file, from 1. Where a key is missing, the line of the section that
    /// lacks it; `None` for what is not in the file, such as an override.
    pub line: Option<usize>,
    /// What is wrong and what would be right: lower case, no full stop, no secret.
    pub message: String,
}

impl Problem {
    pub(super) fn new(key: String, place: Option<Place>, message: String) -> Self {
        let (file, line) = place.map(|place| (place.file, place.line)).unzip();
        Self {
            key,
            file,
            line,
            message,
        }
    }
}

/// `FILE:LINE: KEY: MESSAGE`, as editors and CI know it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{}:{line}: ", file.display())?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (_, None) => {}
        }
        write!(f, "{}: {}", self.key, self.message)
    }
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read at all.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// The file is not TOML. Only the first such place is known: after it, guesses.
    #[error("{}:{line}: is not TOML: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser expected; never the text that it found.
        reason: String,
    },
    /// Several of the files are not TOML. What is wrong with the others shows once they are.
    #[error("{}", one_a_line(.0))]
    Several(Vec<ConfigError>),
    /// The file is TOML, and its content is wrong: all problems, by line. Shown one a line.
    #[error("{}", one_a_line(.0))]
    Invalid(Vec<Problem>),
}

fn one_a_line(problems: &[impl ToString]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// `, did you mean "x"?` for the name that is closest to what was written, or nothing where
/// none is close.
pub(super) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    // A third of the letters may differ: more is another word.
    let far = written.chars().count().div_ceil(3);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(written, name), name))
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, name)| format!(", did you mean {name:?}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_suggested_when_it_is_close_and_only_then() {
        for (written, suggested) in [
            ("comand", Some("command")),
            ("agnet", Some("agent")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(
                did_you_mean(written, ["agent", "command", "allow"]),
                suggested.map(|name| format!(", did you mean {name:?}?")),
                "{written}"
            );
        }
    }
}
