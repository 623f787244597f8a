//! What is said about conversations: those that there are, going back to one, beginning anew.

use std::time::Duration;

use super::shortened;
use crate::ids::{AgentName, Timestamp};
use crate::rules::sessions::Listed;
use crate::rules::status::span;

/// What fits on a button of a phone, in characters.
const LABEL_MAX: usize = 40;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `/resume` of what is not there.
pub const NO_SUCH_SESSION: &str = "There is no such conversation for you here. /sessions shows \
     those that there are.";
/// `/resume` of the conversation that goes on.
pub const SESSION_GOES_ON: &str = "That is the conversation that goes on already. Just ask.";
/// `/resume` while something runs.
pub const SESSION_BUSY: &str = "A question still runs or waits, in that conversation or in the \
     one that goes on now. Go back when it is over, or /stop it.";
/// `/sessions` where nothing was asked.
pub const NO_SESSIONS: &str = "You have no conversations here yet. Just ask.";

/// `/new` of a conversation that a group has together.
#[must_use]
pub fn fresh_for_all(agent: &AgentName) -> String {
    format!(
        "A new conversation with {agent}, for everybody here. It remembers nothing of the \
         earlier one."
    )
}

/// A question that begins a new conversation, as the last one is too old.
#[must_use]
pub fn begun_anew(agent: &AgentName, idle: Duration) -> String {
    let ago = span(idle);
    format!(
        "The last conversation with {agent} is from {ago} ago: this is a new one. /sessions has \
         the old one."
    )
}

/// `/sessions`.
#[must_use]
pub fn sessions(listed: &[Listed]) -> String {
    if listed.is_empty() {
        return NO_SESSIONS.to_owned();
    }
    let lines = listed.iter().zip(1..).map(|(one, number): (_, usize)| {
        let mark = if one.current { "▸ " } else { "" };
        format!("{number}. {mark}{} ({})\n", named(one), ago(one.age))
    });
    let lines: String = lines.collect();
    let current = if listed.iter().any(|one| one.current) {
        "▸ goes on when you ask its agent. "
    } else {
        ""
    };
    let mut numbered = listed.iter().zip(1_usize..);
    let other = numbered.find(|(one, _)| !one.current);
    let back = other.map_or(String::new(), |(_, number)| {
        format!("To go back to another one, tap it or write /resume {number}.")
    });
    format!("Your conversations here:\n{lines}\n{current}{back}")
        .trim_end()
        .to_owned()
}

/// A conversation on its button.
#[must_use]
pub fn session_label(number: usize, one: &Listed) -> String {
    shortened(&format!("{number}. {}", named(one)), LABEL_MAX).into_owned()
}

/// After `/resume`, or a tap.
#[must_use]
pub fn resumed(one: &Listed) -> String {
    let agent = &one.conversation.slot.agent;
    let who = if one.is_shared() {
        "Everybody here is back"
    } else {
        "Back"
    };
    match &one.words {
        Some(words) => format!("{who} with {agent}, in the conversation that began with: {words}"),
        None => format!(
            "{who} with {agent}, in the conversation of {}.",
            date(one.used_at)
        ),
    }
}

fn named(one: &Listed) -> String {
    let agent = &one.conversation.slot.agent;
    let shared = if one.is_shared() { ", shared" } else { "" };
    match &one.words {
        Some(words) => format!("{agent}{shared}: {words}"),
        None => format!("{agent}{shared}: of {}", date(one.used_at)),
    }
}

fn ago(age: Duration) -> String {
    if age < Duration::from_mins(1) {
        return "just now".to_owned();
    }
    format!("{} ago", span(age))
}

/// A day (UTC), as people say it.
fn date(at: Timestamp) -> String {
    // Days since 1 March of the year 0, so that the leap day is the last of its year.
    let days = at.0.div_euclid(DAY_MS) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let name = usize::try_from((month + 2) % 12).map_or("", |month| MONTHS[month]);
    let year = year + era * 400 + i64::from(month >= 10);
    format!("{day} {name} {year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_as_its_day() {
        for (seconds, said) in [
            (0, "1 Jan 1970"),
            (951_782_399, "28 Feb 2000"),
            (951_782_400, "29 Feb 2000"),
            (951_868_800, "1 Mar 2000"),
            (1_735_689_599, "31 Dec 2024"),
            (1_762_128_000, "3 Nov 2025"),
            (4_107_542_400, "1 Mar 2100"),
        ] {
            assert_eq!(date(Timestamp(seconds * 1_000)), said);
        }
    }
}
