//! One table of the configuration, read key by key. Each getter returns the value, or
//! writes down what is wrong with it and returns the default, so that reading goes on.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use config::Value;

use super::duration;
use super::item::Item;
use super::problem::did_you_mean;
use super::report::Report;
use super::source::join;

/// The settings that stand above all sections; after a `[section]` they would become part
/// of that, a mistake that TOML invites.
const TOP: [&str; 2] = ["admins", "grace"];

/// A table that remembers which keys were asked for.
pub(super) struct Section<'a> {
    path: String,
    table: BTreeMap<String, Value>,
    asked: Vec<&'static str>,
    broken: bool,
    report: &'a Report,
}

impl<'a> Section<'a> {
    /// The table at `path`; `broken` if it is known not to be one.
    pub(super) fn new(
        path: String,
        table: BTreeMap<String, Value>,
        broken: bool,
        report: &'a Report,
    ) -> Self {
        Self {
            path,
            table,
            asked: Vec::new(),
            broken,
            report,
        }
    }

    /// The whole file.
    pub(super) fn root(tree: Value, report: &'a Report) -> Self {
        Item::new(String::new(), tree, report).section()
    }

    /// The value of `key`, if it is set.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.asked.push(key);
        self.take_mistaken(key)
    }

    /// The value of a key that should not be set, and is not among those to suggest.
    pub(super) fn take_mistaken(&mut self, key: &str) -> Option<Item<'a>> {
        let value = self.table.remove(key)?;
        Some(Item::new(join(&self.path, key), value, self.report))
    }

    /// The table at `key`; empty where there is none.
    pub(super) fn section(&mut self, key: &'static str) -> Section<'a> {
        if let Some(item) = self.take(key) {
            return item.section();
        }
        let path = join(&self.path, key);
        Section::new(path, BTreeMap::new(), false, self.report)
    }

    /// The list at `key`; empty where there is none.
    pub(super) fn list(&mut self, key: &'static str) -> Vec<Item<'a>> {
        self.take(key).map(Item::list).unwrap_or_default()
    }

    /// Whole numbers within bounds, which `T` can hold.
    pub(super) fn number<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        within: RangeInclusive<i64>,
        default: T,
    ) -> T {
        self.value(key, default, |item| {
            let number = item.bounded(item.integer()?, &within, i64::to_string)?;
            T::try_from(number).ok()
        })
    }

    /// Numbers within bounds.
    pub(super) fn float(
        &mut self,
        key: &'static str,
        within: RangeInclusive<f64>,
        default: f64,
    ) -> f64 {
        self.value(key, default, |item| {
            item.bounded(item.float()?, &within, f64::to_string)
        })
    }

    /// Durations within bounds.
    pub(super) fn duration(
        &mut self,
        key: &'static str,
        within: RangeInclusive<Duration>,
        default: Duration,
    ) -> Duration {
        self.value(key, default, |item| {
            item.bounded(item.duration()?, &within, |duration| {
                duration::show(*duration)
            })
        })
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        default: T,
    ) -> T {
        self.value(key, default, |item| {
            let text = item.text()?;
            let found = words.iter().find(|(word, _)| *word == text);
            if found.is_none() {
                let known: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
                item.refuse(format!("must be {}", known.join(" or ")));
            }
            found.map(|(_, value)| *value)
        })
    }

    /// True or false.
    pub(super) fn choice_of_switch(&mut self, key: &'static str, default: bool) -> bool {
        self.value(key, default, Item::boolean)
    }

    /// Text of 1 to `chars_max` characters.
    pub(super) fn text(&mut self, key: &'static str, chars_max: usize) -> Option<String> {
        self.take(key)?.short_text(chars_max)
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&Item<'a>) -> Option<T>,
    ) -> T {
        let item = self.take(key);
        item.and_then(|item| read(&item)).unwrap_or(default)
    }

    /// Writes down what is wrong with `key` as part of this table.
    pub(super) fn refuse(&self, key: &str, message: impl Into<String>) {
        let path = join(&self.path, key);
        self.report.refuse(&path, true, message.into());
    }

    /// Writes down what is wrong with the table as a whole.
    pub(super) fn refuse_here(&self, message: impl Into<String>) {
        if !self.broken {
            self.report.refuse(&self.path, true, message.into());
        }
    }

    /// Writes down that `key` is missing; about a section that is no table, enough was said.
    pub(super) fn refuse_missing(&self, key: &str, message: &str) {
        if !self.broken {
            self.refuse(key, message);
        }
    }

    /// Writes down what is allowed, but hardly meant.
    pub(super) fn warn(&self, key: &str, message: impl Into<String>) {
        self.report.warn(&join(&self.path, key), message.into());
    }

    /// The entries of a table whose keys are free names, by name.
    pub(super) fn entries(self) -> Vec<(String, Item<'a>)> {
        let Self {
            path,
            table,
            report,
            ..
        } = self;
        table
            .into_iter()
            .map(|(key, value)| {
                let path = join(&path, &key);
                (key, Item::new(path, value, report))
            })
            .collect()
    }

    /// Refuses every key that nobody asked for. Last call of every section with fixed keys.
    pub(super) fn finish(self) {
        let asked = self.asked.clone();
        let nested = !self.path.is_empty();
        for (key, item) in self.entries() {
            if nested && TOP.contains(&key.as_str()) {
                item.refuse("unknown key: it belongs above the first [section] of the file");
                continue;
            }
            let hint = did_you_mean(&key, asked.iter().copied())
                .unwrap_or_else(|| format!(", known here: {}", asked.join(", ")));
            item.refuse(format!("unknown key{hint}"));
        }
    }
}
