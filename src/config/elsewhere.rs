//! Secrets of an agent, which stand elsewhere: `{ env = "NAME" }` or `{ file = "/path" }`.

use std::path::PathBuf;

use super::Environment;
use super::item::Item;
use super::section::Section;
use super::telegram;
use crate::a2a::Source;

/// Where the secret is, and the key that says so; or a problem, with `missing` where neither
/// key is there.
pub(super) fn source<'a>(
    section: &mut Section<'a>,
    env: &Environment,
    missing: &str,
) -> Option<(Item<'a>, Source)> {
    match (section.take("env"), section.take("file")) {
        (Some(_), Some(item)) => {
            item.refuse("is set beside env: keep one of the two");
            None
        }
        (None, None) => {
            section.refuse_missing("env", missing);
            None
        }
        (Some(item), None) => {
            let value = telegram::from_variable(&item, env)?;
            Some((item, Source::Fixed(value.into())))
        }
        (None, Some(item)) => {
            let path = PathBuf::from(item.text()?);
            Some((item, Source::File(path)))
        }
    }
}
