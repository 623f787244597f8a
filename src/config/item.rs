//! One value of the configuration. Each getter returns what is asked for, or writes down
//! why it cannot.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use config::{Value, ValueKind};

use super::duration;
use super::problem::Problem;
use super::report::Report;
use super::section::Section;
use super::source::PREFIX;

/// What is written with two brackets.
const LISTS_OF_TABLES: [&str; 3] = ["routes", "routes.approve", "tests"];

/// A value and where it stands.
pub(super) struct Item<'a> {
    path: String,
    kind: ValueKind,
    from_env: bool,
    report: &'a Report,
}

impl<'a> Item<'a> {
    pub(super) fn new(path: String, value: Value, report: &'a Report) -> Self {
        Self {
            // Tables have no origin; those of the file have a line.
            from_env: value.origin().is_some() || !report.in_file(&path),
            path,
            kind: value.kind,
            report,
        }
    }

    /// The path of the key, such as `routes[1].agent`.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Writes down that this value is wrong, and which variable set it if one did.
    pub(super) fn refuse(&self, message: impl Into<String>) {
        let mut message = message.into();
        let key = self.path.split('[').next().unwrap_or_default();
        if self.from_env {
            let variable = key.replace('.', "__").to_uppercase();
            let rest = if matches!(self.kind, ValueKind::Table(_)) {
                "__*"
            } else {
                ""
            };
            message = format!("{message} (set by {PREFIX}__{variable}{rest})");
        }
        self.report.refuse(&self.path, !self.from_env, message);
    }

    /// What is wrong with this value, to be found out later; the message is still empty.
    pub(super) fn problem(&self) -> Problem {
        self.report.at(&self.path, String::new())
    }

    /// Writes down that this is another kind of value than is wanted.
    pub(super) fn refuse_kind(&self, wanted: &str) {
        let kind = match self.kind {
            ValueKind::Nil => "nothing",
            ValueKind::Boolean(_) => "true or false",
            ValueKind::String(_) => "a string",
            ValueKind::Table(_) => "a table",
            ValueKind::Array(_) => "a list",
            ValueKind::Float(_) => "a fraction",
            _ => "a number",
        };
        self.refuse(format!("must be {wanted}, not {kind}"));
    }

    /// Text if this is text, which may be empty.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Text, which may be empty.
    pub(super) fn text(&self) -> Option<&str> {
        let text = self.as_text();
        if text.is_none() {
            self.refuse_kind("a string");
        }
        text
    }

    /// Text of 1 to `chars_max` characters.
    pub(super) fn short_text(&self, chars_max: usize) -> Option<String> {
        let text = self.text()?;
        match text.chars().count() {
            // Telegram takes no label and no description of blanks.
            _ if text.trim().is_empty() => self.refuse("must not be empty"),
            count if count > chars_max => {
                self.refuse(format!(
                    "must have at most {chars_max} characters, not {count}"
                ));
            }
            _ => return Some(text.to_owned()),
        }
        None
    }

    /// A whole number if this is one. Variables are all text, so theirs is parsed.
    pub(super) fn as_integer(&self) -> Option<i64> {
        match &self.kind {
            ValueKind::I64(number) => Some(*number),
            ValueKind::String(text) if self.from_env => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        let number = self.as_integer();
        if number.is_none() {
            self.refuse_kind("a whole number");
        }
        number
    }

    pub(super) fn float(&self) -> Option<f64> {
        let number = match &self.kind {
            ValueKind::Float(number) => Some(*number),
            ValueKind::I64(number) => i32::try_from(*number).ok().map(f64::from),
            ValueKind::String(text) if self.from_env => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.refuse_kind("a number");
        }
        number
    }

    pub(super) fn boolean(&self) -> Option<bool> {
        let value = match &self.kind {
            ValueKind::Boolean(value) => Some(*value),
            ValueKind::String(text) if self.from_env => text.trim().parse().ok(),
            _ => None,
        };
        if value.is_none() {
            self.refuse_kind("true or false");
        }
        value
    }

    pub(super) fn duration(&self) -> Option<Duration> {
        let duration = self.as_text().and_then(duration::parse);
        if duration.is_none() {
            self.refuse("must be a number and ms, s, m, h or d, such as \"20s\"");
        }
        duration
    }

    /// The items of a list; a variable's are separated by commas.
    pub(super) fn list(self) -> Vec<Item<'a>> {
        let values = match self.kind {
            ValueKind::Array(values) => values,
            ValueKind::String(text) if self.from_env => text
                .split(',')
                .map(|part| Value::new(Some(&PREFIX.to_owned()), part.trim()))
                .collect(),
            _ => {
                self.refuse_no_list();
                return Vec::new();
            }
        };
        values
            .into_iter()
            .enumerate()
            .map(|(index, value)| Item::new(format!("{}[{index}]", self.path), value, self.report))
            .collect()
    }

    /// Writes down that this is no list; of a list of tables, how one is written.
    fn refuse_no_list(&self) {
        let name: String = {
            let parts = self.path.split('.');
            let names = parts.map(|part| part.split('[').next().unwrap_or_default());
            names.collect::<Vec<_>>().join(".")
        };
        let of_tables = LISTS_OF_TABLES.contains(&name.as_str());
        if of_tables && is_of_a_variable(&self.kind) {
            let variable = name.replace('.', "__").to_uppercase();
            self.report.refuse(
                &self.path,
                false,
                format!(
                    "no variable changes one of [[{name}]]: edit the file (set by \
                     {PREFIX}__{variable}__*)"
                ),
            );
        } else if of_tables && matches!(self.kind, ValueKind::Table(_)) {
            self.refuse(format!("is a list of tables: write [[{name}]]"));
        } else {
            self.refuse_kind("a list");
        }
    }

    /// The table that this is; what is not a table is reported, and reads as empty.
    pub(super) fn section(self) -> Section<'a> {
        if let ValueKind::Table(table) = self.kind {
            let table = table.into_iter().collect();
            return Section::new(self.path, table, false, self.report);
        }
        self.refuse_kind("a table");
        Section::new(self.path, BTreeMap::new(), true, self.report)
    }

    /// The value that `within` allows; for a value outside, a problem.
    pub(super) fn bounded<T: PartialOrd>(
        &self,
        value: T,
        within: &RangeInclusive<T>,
        show: impl Fn(&T) -> String,
    ) -> Option<T> {
        if within.contains(&value) {
            return Some(value);
        }
        let (start, end) = (show(within.start()), show(within.end()));
        self.refuse(format!(
            "must be from {start} to {end}, not {}",
            show(&value)
        ));
        None
    }
}

/// Whether a variable has set some of it: tables themselves do not tell.
fn is_of_a_variable(kind: &ValueKind) -> bool {
    match kind {
        ValueKind::Table(table) => table
            .values()
            .any(|value| value.origin().is_some() || is_of_a_variable(&value.kind)),
        _ => false,
    }
}
