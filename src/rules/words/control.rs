//! What is said about what waits: its room, its choices, stopping, holding and dropping.

use std::time::Duration;

use super::{PROGRESS_MAX, TEXT_MAX, shortened};
use crate::ids::{AgentName, TurnId};
use crate::rules::format::{Formatted, format, tail};

/// The label of \[Stop\].
pub const STOP: &str = "Stop";
/// The label of \[Run\].
pub const RUN: &str = "Run";
/// The label of \[Keep\].
pub const KEEP: &str = "Keep";
/// The label of \[Drop\].
pub const DROP: &str = "Drop";

/// Enough of a question to know it again, in characters.
const QUESTION_MAX: usize = 40;
/// Questions that a list shows.
const LISTED_MAX: usize = 8;

/// A question in one line, cut.
#[must_use]
pub fn question(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    shortened(&line.join(" "), QUESTION_MAX).into_owned()
}

/// A conversation that is full; `shared` if it is everybody's.
#[must_use]
pub fn queue_full(agent: &AgentName, waiting: usize, shared: bool) -> String {
    let messages = if waiting == 1 { "message" } else { "messages" };
    let whose = if shared { "There are" } else { "You have" };
    format!(
        "{whose} {waiting} {messages} waiting for {agent} already. I did not take this one: \
         send it again when there is room."
    )
}

/// A question behind one that cannot be stopped.
#[must_use]
pub fn behind_detached(agent: &AgentName) -> String {
    format!(
        "{agent} still works on an earlier question, so yours waits. /new {agent} starts \
         afresh instead."
    )
}

/// More questions wait, of all people together, than there may be.
pub const ALL_FULL: &str = "Too many questions of too many people are waiting. I did not take \
     this one: send it again in a while.";

/// Why there is no answer: the agent has lost its task.
pub const FORGOTTEN: &str = "The agent took your message, but no longer knows of it.";

/// Too much waits in this chat, for Telegram to take it.
pub const CHAT_FULL: &str = "Too many of my messages wait to get into this chat. I take nothing \
     new here until they are out; /stop still works.";

/// A question that a button has asked, in its message.
#[must_use]
pub fn asked(agent: &AgentName, text: &str) -> String {
    format!("▸ {agent}: {}", shortened(text.trim(), PROGRESS_MAX))
}

/// An agent that was down when somebody asked it.
#[must_use]
pub fn back(agent: &AgentName) -> String {
    format!("{agent} is back. Ask again, or tap Run again above.")
}

/// A run that a person wants to stop.
#[must_use]
pub fn stopping(agent: &AgentName) -> String {
    format!("⏹ Stopping {agent}…")
}

/// A run that was stopped, with what was seen of its answer.
#[must_use]
pub fn stopped(agent: &AgentName, turn: TurnId, progress: &str) -> Formatted {
    let stopped = format!("⏹ {agent} was stopped. Ref {}", turn.reference());
    let progress = format(&tail(progress.trim(), PROGRESS_MAX));
    if progress.is_blank() {
        return Formatted::plain(stopped);
    }
    let whole = progress.below(&format!("{stopped}\nThis is how far it came:\n"));
    let mut chunks = whole.chunks(TEXT_MAX).into_iter();
    chunks.next().unwrap_or_default()
}

/// A question that was stopped before the agent got it.
#[must_use]
pub fn never_sent(agent: &AgentName) -> String {
    format!("⏹ Stopped. Nothing was sent to {agent}.")
}

/// A run that was to stop, and whose agent cannot.
#[must_use]
pub fn cannot_stop(agent: &AgentName, turn: TurnId) -> String {
    format!(
        "⏳ I cannot stop {agent}: it goes on by itself, and what it does still counts. Should it \
         answer, you will see it here. Until then your messages to it wait: /new {agent} starts \
         afresh.\nRef {}",
        turn.reference()
    )
}

/// `/stop` where nothing of this person runs.
pub const NOTHING_TO_STOP: &str = "Nothing of yours runs here.";
/// `/stop` where only other people's questions run.
pub const NOT_YOURS: &str =
    "Nothing of yours runs here. Only admins can stop what somebody else asked.";
/// `/status` where nothing of this person is under way.
pub const NOTHING_RUNS: &str = "Nothing of yours runs or waits here.";
/// `/stop` once more.
pub const STOPPING_ALREADY: &str = "It is being stopped already.";
/// `/stop` where several run, above a button for each.
pub const WHICH_TO_STOP: &str = "Several are running. Which one shall I stop?";
/// `/stop` of an admin, above a button for each.
pub const WHOSE_TO_STOP: &str = "Nothing of yours runs here. Stop what somebody else asked?";

/// `/stop` of a run that the agent cannot stop.
#[must_use]
pub fn unstoppable(agent: &AgentName) -> String {
    format!("{agent} still works on it, and I cannot stop it. /new {agent} starts afresh.")
}

/// What waited behind a turn that was stopped, above \[Keep\] and \[Drop\].
#[must_use]
pub fn waiting_behind(agent: &AgentName, questions: &[&str]) -> String {
    let count = questions.len();
    let (waits, them) = if count == 1 {
        ("1 message waits".to_owned(), "it")
    } else {
        (format!("{count} messages wait"), "them")
    };
    let listed = questions.iter().zip(1..).take(LISTED_MAX);
    let listed: String = listed
        .map(|(asked, number)| [&number.to_string(), ". ", &question(asked), "\n"].concat())
        .collect();
    let more = match count.saturating_sub(LISTED_MAX) {
        0 => String::new(),
        more => format!("and {more} more\n"),
    };
    format!("{waits} for {agent} behind it:\n{listed}{more}Keep or drop {them}?")
}

/// A message that Telegram brought late, above \[Run\] and \[Drop\].
#[must_use]
pub fn still_wanted(agent: &AgentName, late: Duration) -> String {
    let late = late.as_secs() / 60;
    let (number, unit) = match late {
        0..120 => (late, "min"),
        120..2880 => (late / 60, "h"),
        _ => (late / 1440, "days"),
    };
    format!(
        "This message is {number} {unit} old: Telegram has brought it only now. Still wanted? It \
         has not been passed on to {agent}."
    )
}

/// After a tap on \[Run\].
#[must_use]
pub fn passed_on(agent: &AgentName) -> String {
    format!("🔁 Passed on to {agent}, as you said.")
}

/// After a tap on \[Keep\].
#[must_use]
pub fn kept(agent: &AgentName, count: usize) -> String {
    let what = if count == 1 { "It goes" } else { "They go" };
    format!("Kept. {what} to {agent} in order.")
}

/// After a tap on \[Drop\].
#[must_use]
pub fn dropped(agent: &AgentName) -> String {
    format!("Dropped. Nothing was sent to {agent}.")
}

/// Nobody has decided in time.
#[must_use]
pub fn dropped_unasked(agent: &AgentName) -> String {
    format!("Nobody said so for a day, so it was dropped. Nothing was sent to {agent}.")
}
