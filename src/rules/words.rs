//! What the bot says to people, apart from the agents' own answers. One place, so that
//! the voice is one: short, plain, what happened and what to do. No internals.

pub mod approvals;
pub mod attachments;
mod control;
mod edits;
mod files;
mod guide;
pub mod operator;
mod places;
mod sessions;
mod staying;
pub mod steps;

use std::borrow::Cow;
use std::time::Duration;

pub use self::files::{
    empty_file, file_refused, files_left_out, large_file, odd_address, rest_in_file, size,
};
use crate::ids::{AgentName, TurnId, UserId};
use crate::rules::chunk;
use crate::rules::format::{Formatted, Rich, format, tail};

pub use self::control::*;
pub use self::edits::*;
pub use self::guide::*;
pub use self::places::{ELSEWHERE, bound, moved};
pub use self::sessions::*;
pub use self::staying::{
    deadly_message, deadly_question, parked_message, parked_question, question_waits, task_goes_on,
};

/// What fits into one message, in UTF-16 units (Bot API: 4096 characters).
const TEXT_MAX: usize = 4_096;
/// Enough of a reason that comes from an agent, in characters.
const WHY_MAX: usize = 1_000;
/// Enough of a partial answer to follow it on a phone, in characters.
const PROGRESS_MAX: usize = 1_500;

/// The label of [Run again].
pub const RUN_AGAIN: &str = "Run again";
/// The label of [Leave it].
pub const LEAVE_IT: &str = "Leave it";

/// The placeholder, with what is known of the answer so far.
#[must_use]
pub fn working(agent: &AgentName, progress: &str) -> Formatted {
    let working = format!("⏳ {agent} is working…");
    // What is new stands at the end.
    let progress = format(&tail(progress.trim(), PROGRESS_MAX));
    if progress.is_blank() {
        return Formatted::plain(working);
    }
    let whole = progress.below(&(working + "\n"));
    whole
        .chunks(TEXT_MAX)
        .into_iter()
        .next()
        .unwrap_or_default()
}

/// The reason of a [`failed`]: too many turns wait for the agent.
pub const AGENT_BUSY: &str = "It has too many questions at the moment. Nothing was sent to it.";
/// The reason of a [`failed`]: the agent is not tried before it is probed.
pub const AGENT_DOWN: &str =
    "It is down at the moment, so nothing was sent to it. You will hear when it is back.";

/// The reason of a [`failed`]: other settings came into force, again and again.
pub const AGENT_REPLACED: &str =
    "The configuration changed while it waited. Nothing was sent to it.";

/// The reason of a [`failed`]: the configuration names the agent no more.
#[must_use]
pub fn agent_gone(agent: &AgentName) -> String {
    format!("{agent} is not configured any more. Nothing was sent to it.")
}

/// A time as people say it, in whole minutes and at least one.
#[must_use]
pub fn minutes(time: Duration) -> u64 {
    time.as_secs().div_ceil(60).max(1)
}

/// What an answer comes from, where that is not the question above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The question that was asked last: nothing to say.
    Now,
    /// A question whose time was up.
    Late,
    /// A conversation that `/new` has closed.
    Earlier,
}

/// An answer, with the agent's name where it is not the one that people expect.
#[must_use]
pub fn answer(agent: Option<&AgentName>, from: From, text: &str) -> Rich {
    let mut answer = format(text);
    if answer.is_blank() {
        let blank = chunk::is_blank(text);
        let nothing = "(The agent finished without an answer.)";
        // Markup around nothing is something still.
        answer = Rich::plain(if blank { nothing } else { text.trim() });
    }
    match heading(agent, from) {
        None => answer,
        Some(heading) => answer.below(&heading),
    }
}

/// The line above an answer, where there has to be one.
#[must_use]
pub fn heading(agent: Option<&AgentName>, from: From) -> Option<String> {
    let origin = match from {
        From::Now => None,
        From::Late => Some("a late answer"),
        From::Earlier => Some("from the conversation before /new"),
    };
    match (agent, origin) {
        (None, None) => None,
        (Some(agent), None) => Some(format!("{agent} ▸")),
        (None, Some(origin)) => Some(format!("({origin}) ▸")),
        (Some(agent), Some(origin)) => Some(format!("{agent} ({origin}) ▸")),
    }
}

/// A turn that surely got no answer. `why` is a sentence.
#[must_use]
pub fn failed(agent: &AgentName, why: &str, turn: TurnId) -> String {
    let why = shortened(why.trim_end(), WHY_MAX);
    let ends = why.ends_with(['.', '!', '?', '…']);
    let stop = if ends { "" } else { "." };
    format!(
        "⚠️ No answer from {agent}. {why}{stop}\nRef {}",
        turn.reference()
    )
}

/// A turn whose time is up, and which cannot be stopped.
#[must_use]
pub fn detached(agent: &AgentName, waited: Duration, turn: TurnId) -> String {
    let minutes = minutes(waited);
    format!(
        "⏳ No answer from {agent} within {minutes} min, and I cannot stop it. It goes on by \
         itself; should it answer, you will see it here. Until then your messages to it wait: \
         /new {agent} starts afresh.\nRef {}",
        turn.reference()
    )
}

/// A turn of which nobody can know what became.
#[must_use]
pub fn unknown(agent: &AgentName, turn: TurnId) -> String {
    format!(
        "⚠️ I was cut off while passing your message to {agent}, so I cannot tell whether it \
         arrived. {agent} may be at work on it: look before you run it again.\nRef {}",
        turn.reference()
    )
}

/// After a tap on [Run again].
#[must_use]
pub fn running_again(agent: &AgentName, turn: TurnId) -> String {
    format!(
        "🔁 Run again, as you said ({agent}, ref {}).",
        turn.reference()
    )
}

/// After a tap on [Leave it].
#[must_use]
pub fn left(agent: &AgentName, turn: TurnId) -> String {
    format!("Left as it is ({agent}, ref {}).", turn.reference())
}

/// A tap that does nothing any more.
pub const BUTTON_OVER: &str = "This button no longer works.";
/// A tap by somebody else.
pub const BUTTON_FOREIGN: &str = "Only the person who asked can decide this.";

/// The first word to a stranger, in private. One a day.
#[must_use]
pub fn stranger(user: UserId) -> String {
    format!(
        "You may not use this bot here. Whoever runs it can add you: your Telegram id is \
         {user}."
    )
}

/// The one word to a stranger who spoke to the bot in a group.
pub const STRANGER_IN_GROUP: &str = "You may not use this bot here. Whoever runs it can add you; to get your id, write to it \
     in private.";

/// The one word to a person who speaks to the bot without a name of their own.
pub const NOBODY: &str = "I cannot tell who you are: you write as the group or as a channel. \
     Write under your own name, and I can answer.";

/// The one notice in a group where the bot has no business.
pub const UNKNOWN_GROUP: &str =
    "This group is not on my list, so I am leaving. Whoever runs me can add it by its id: ";

/// Something other than text.
#[must_use]
pub fn no_media(kind: &str) -> String {
    let kind = shortened(kind, 40).replace('_', " ");
    format!("I can pass on text and files, and this has: {kind}. Nothing was sent to an agent.")
}

/// `/new`.
#[must_use]
pub fn fresh(agent: &AgentName) -> String {
    format!("A new conversation with {agent}. It remembers nothing of the earlier one.")
}

/// A text that is cut where it is too long for one message.
#[must_use]
pub fn fitting(text: &str) -> String {
    if chunk::units(text) <= TEXT_MAX {
        return text.to_owned();
    }
    let first = chunk::split(text, TEXT_MAX - 2).into_iter().next();
    format!("{} …", first.unwrap_or_default())
}

/// The beginning of a text, in characters.
fn shortened(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests;
