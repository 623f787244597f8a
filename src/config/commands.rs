//! The commands of all routes, with their aliases: one namespace, in which each is taken once.

use std::collections::BTreeMap;

use super::item::Item;
use super::section::Section;

/// The bot's own commands, which no route may take.
pub const RESERVED: &[&str] = &[
    "start", "help", "agents", "new", "whoami", "stop", "status", "sessions", "resume", "use",
    "cancel", "settings", "approve", "reject", "admin",
];

/// Bot API, `BotCommand`: 1 to 32 characters.
const COMMAND_CHARS_MAX: usize = 32;
/// More names than this for one thing are none.
const ALIASES_MAX: usize = 16;

/// What is taken: each command, and what it is of which route. Broken routes count too, else
/// mending one would bring up the next problem.
#[derive(Default)]
pub(super) struct Commands(BTreeMap<String, String>);

impl Commands {
    /// The command of the route at `place`, or a problem.
    pub(super) fn claim(&mut self, item: &Item<'_>, place: &str) -> Option<String> {
        self.take(item, format!("the command of {place}"))
    }

    /// The aliases of the route at `place`; those that are wrong are reported and left out.
    pub(super) fn aliases(
        &mut self,
        section: &Section<'_>,
        items: &[Item<'_>],
        place: &str,
    ) -> Vec<String> {
        if items.len() > ALIASES_MAX {
            let count = items.len();
            section.refuse(
                "aliases",
                format!("must be at most {ALIASES_MAX}, not {count}"),
            );
        }
        let aliases = items.iter();
        let taken = aliases.filter_map(|item| self.take(item, format!("an alias of {place}")));
        taken.collect()
    }

    fn take(&mut self, item: &Item<'_>, what: String) -> Option<String> {
        let text = item.text()?;
        let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_');
        if text.is_empty() || text.len() > COMMAND_CHARS_MAX || !text.chars().all(plain) {
            item.refuse(format!(
                "a command is 1 to {COMMAND_CHARS_MAX} of a-z, 0-9 and _, without a slash"
            ));
        } else if RESERVED.contains(&text) {
            item.refuse(format!("/{text} is a command of the bot itself"));
        } else if let Some(first) = self.0.get(text) {
            item.refuse(format!("/{text} is {first} already"));
        } else {
            self.0.insert(text.to_owned(), what);
            return Some(text.to_owned());
        }
        None
    }
}
