//! What the bot says about approvals and questions of agents.

use crate::ids::{AgentName, Timestamp};
use crate::pause::Unclear;
use crate::rules::quota::Over;

/// The labels of buttons.
pub const APPROVE: &str = "Approve";
/// Of one call, or of all.
pub const REJECT: &str = "Reject";
/// Of several calls.
pub const APPROVE_ALL: &str = "Approve all";
/// Of several calls.
pub const REJECT_ALL: &str = "Reject all";
/// What was toggled is sent.
pub const SEND: &str = "Send";
/// A decision that may not have arrived.
pub const SEND_AGAIN: &str = "Send again";
/// The chosen answers are meant.
pub const DONE: &str = "Done";
/// A question stays without an answer.
pub const NO_ANSWER: &str = "Give no answer";
/// A new question comes before the pause.
pub const REJECT_AND_ASK: &str = "Reject and ask this";
/// A new question waits behind the pause.
pub const KEEP_WAITING: &str = "Keep waiting";

/// Below a card whose arguments were cut, where Telegram takes no file.
pub const NO_FILE: &str = "The file with all of it could not be sent here. What you cannot see, you \
                           had better reject.";
/// On a card whose arguments were cut.
pub const CUT: &str = "There is more of it, in the file below: see that before you decide.";
/// In a group, when an agent's question takes words.
pub const REPLY: &str = "Reply to this message with your answer.";
/// The same in a private chat.
pub const WRITE: &str = "Write your answer.";
/// The same, where there are buttons.
pub const TAP_OR_REPLY: &str = "Tap an answer, or reply to this message with your own.";
/// The same, where more than one may be tapped.
pub const TAP_SOME: &str = "Tap all that apply, then Done; or reply to this message with your own.";

/// The answer to a tap takes so many characters (Bot API: `answerCallbackQuery`, 200).
const ALERT_MAX: usize = 200;

/// The answer to a tap of whoever asked, where only these others may approve.
#[must_use]
pub fn asker_may_not(who: &[String]) -> String {
    let said = format!(
        "You asked for this, so somebody else has to approve it: {}.",
        who.join(", ")
    );
    alert(
        said,
        "You asked for this, so somebody else has to approve it. The card says who may.",
    )
}

/// The answer to a tap of somebody who may not approve, where these may, and perhaps whoever asked.
#[must_use]
pub fn others_may(who: &[String], requester: bool) -> String {
    let who = match (who, requester) {
        ([], _) => "Whoever asked may".to_owned(),
        (who, false) => format!("These may: {}", who.join(", ")),
        (who, true) => format!("These may: {}, and whoever asked", who.join(", ")),
    };
    let said = format!("You may not approve this. {who}.");
    alert(said, "You may not approve this. The card says who may.")
}

/// What fits into the answer to a tap.
fn alert(said: String, otherwise: &str) -> String {
    if said.encode_utf16().count() > ALERT_MAX {
        otherwise.to_owned()
    } else {
        said
    }
}

/// More than [`NOBODY_MAY`] says, where it is so because of its length.
pub const TOO_LONG: &str = "It is more than anybody can look through, so it can only be rejected.";
/// Nobody may approve.
pub const NOBODY_MAY: &str = "Nobody may approve this. It can only be rejected.";
/// Somebody who may not even reject.
pub const MAY_NOT_REJECT: &str = "Only whoever asked, an approver or an admin can reject this.";
/// Somebody else's question.
pub const NOT_YOUR_QUESTION: &str = "Only the person who asked can answer this.";
/// \[Done\] where nothing is chosen.
pub const CHOOSE_FIRST: &str = "Nothing is chosen yet: tap at least one first.";
/// A tap on what is decided, or did expire.
pub const OVER: &str = "This is over. The card says what became of it.";
/// A reply to what is decided just now.
pub const REPLY_LATE: &str = "This is decided already, so your reply goes nowhere.";
/// A reply without words.
pub const REPLY_REASON: &str = "A reply to this card is the reason of a rejection, in words. What \
                                you sent goes nowhere.";
/// The same, where the card is a question.
pub const REPLY_ANSWER: &str =
    "A reply to this card is your answer, in words. What you sent goes nowhere.";
/// Another tap came first.
pub const CHANGED: &str = "This has changed meanwhile. Look at the newest buttons.";

/// The head of a card for calls.
#[must_use]
pub fn approval(agent: &AgentName, asked_by: &str, calls: usize) -> String {
    let what = if calls == 1 {
        "to do this"
    } else {
        "to do these things"
    };
    format!("🔐 {agent} asks whether it may go on. It wants {what}, for {asked_by}:")
}

/// The head of a card for what can only be rejected.
#[must_use]
pub fn unclear(agent: &AgentName, asked_by: &str, why: Unclear) -> String {
    let why = match why {
        Unclear::Unreadable => "I cannot read what it asks well enough to show it",
        Unclear::Mixed => "it asks for several things at once that cannot be decided one by one",
        Unclear::Hidden => "an agent behind it wants something that I am not told",
        Unclear::TooMany => "it asks for more than anybody can look through",
    };
    format!("🔐 {agent} waits for a decision, for {asked_by}, but {why}. It can only be rejected.")
}

/// The head of a card for a question.
#[must_use]
pub fn question(agent: &AgentName, via: Option<&str>, at: usize, of: usize) -> String {
    let via = via.map_or(String::new(), |via| format!(" ({via})"));
    match of {
        1 => format!("❓ {agent}{via} asks you:"),
        _ => format!("❓ {agent}{via} asks you ({at} of {of}):"),
    }
}

/// The head of a card for questions that are all answered.
#[must_use]
pub fn asked(agent: &AgentName, via: Option<&str>) -> String {
    let via = via.map_or(String::new(), |via| format!(" ({via})"));
    format!("❓ {agent}{via} has asked:")
}

/// A question that is answered.
#[must_use]
pub fn answered(question: &str, answer: &str) -> String {
    format!("{question}\n▸ {answer}")
}

/// A reason that somebody gave by a reply.
#[must_use]
pub fn reason(reason: &str) -> String {
    format!("Reason, if it is rejected: {reason}")
}

/// How much was masked.
#[must_use]
pub fn masked(count: usize) -> String {
    match count {
        1 => "What looks like a secret is hidden in one place.".to_owned(),
        _ => format!("What looks like a secret is hidden in {count} places."),
    }
}

/// How several calls are decided, each for itself.
pub const TOGGLES: &str = "Tap a call to let it run or not, then Send.";
/// How a rejection gets a reason.
pub const REASON_FIRST: &str = "To reject with a reason, reply to this card with it first.";

/// Until when, and who may decide; `asker` is who asked, where they may, too.
#[must_use]
pub fn open(expires_at: Timestamp, who: &[String], asker: Option<&str>) -> String {
    let asker = asker.map(|asker| format!("{asker}, who asked"));
    let who: Vec<&str> = who.iter().chain(&asker).map(String::as_str).collect();
    let who = match who.as_slice() {
        [] => NOBODY_MAY.to_owned(),
        [one] => format!("May be approved by {one}."),
        [others @ .., last] => format!("May be approved by {} or {last}.", others.join(", ")),
    };
    format!("{who}\n{}", until(expires_at))
}

/// Until when.
#[must_use]
pub fn until(expires_at: Timestamp) -> String {
    let time = clock(expires_at);
    format!("Without a decision it is rejected at {time}.")
}

/// The same of a question.
#[must_use]
pub fn answer_until(agent: &AgentName, expires_at: Timestamp) -> String {
    let time = clock(expires_at);
    format!("Without an answer by {time}, {agent} is told that there is none.")
}

/// What a status says of a turn whose agent waits.
#[must_use]
pub fn stands(asks: bool, until: Timestamp) -> String {
    let what = if asks { "an answer" } else { "a decision" };
    format!("waits for {what} until {}", clock(until))
}

/// A reply to a card that is over. `came` is a sentence about what came of it.
#[must_use]
pub fn replied_late(agent: &AgentName, came: Option<&str>) -> String {
    let came = came.unwrap_or(OVER);
    format!(
        "{came}\nSo your reply goes nowhere. To ask {agent}, write without replying to the card."
    )
}

/// Half of the time is over.
#[must_use]
pub fn reminder(agent: &AgentName, expires_at: Timestamp, asks: bool) -> String {
    let time = clock(expires_at);
    if asks {
        return format!("⏰ {agent} still waits for your answer, until {time}.");
    }
    format!("⏰ {agent} still waits for a decision. At {time} it is rejected.")
}

/// A decision is on its way.
#[must_use]
pub fn deciding(what: &str, by: &str, at: Timestamp) -> String {
    format!(
        "⏳ {what} by {by} at {}. On its way to the agent.",
        clock(at)
    )
}

/// The agent has the decision; where that is only `inferred`, [`INFERRED`] follows.
#[must_use]
pub fn decided(what: &str, by: &str, at: Timestamp, inferred: bool) -> String {
    let mark = match inferred {
        true => "⚠️",
        false if what.starts_with(REJECTED) || what == UNANSWERED => "🚫",
        false => "✅",
    };
    format!("{mark} {what} by {by} at {}.", clock(at))
}

/// Behind a decision of which only this is known.
pub const INFERRED: &str = "I did not see that arrive, but the agent has gone on since.";

/// What somebody decided.
pub const APPROVED: &str = "Approved";
/// What somebody decided.
pub const REJECTED: &str = "Rejected";
/// What somebody decided.
pub const ANSWERED: &str = "Answered";
/// What somebody decided.
pub const UNANSWERED: &str = "Left without an answer";

/// Which of several calls may run, by their numbers on the card.
#[must_use]
pub fn partly(approved: &[usize]) -> String {
    let numbers: Vec<String> = approved.iter().map(|n| (n + 1).to_string()).collect();
    format!("{APPROVED} {}, the rest rejected,", numbers.join(", "))
}

/// Nobody decided in time.
#[must_use]
pub fn expired(at: Timestamp) -> String {
    format!("⌛ Nobody decided in time. Rejected at {}.", clock(at))
}

/// Nobody answered in time.
#[must_use]
pub fn unanswered(at: Timestamp) -> String {
    format!("⌛ Nobody answered in time, until {}.", clock(at))
}

/// The agent does not wait any more.
pub const GONE: &str = "The agent does not wait for this any more. Nothing was sent.";

/// A decision that may have arrived: somebody's, or that the time was up.
#[must_use]
pub fn sent(what: &str, by: Option<&str>, at: Timestamp) -> String {
    let at = clock(at);
    by.map_or_else(
        || format!("{what} at {at}, as nobody had decided in time"),
        |by| format!("{what} by {by} at {at}"),
    )
}

/// The agent does not wait any more, and one of these decisions may have arrived.
#[must_use]
pub fn gone_perhaps(sent: &[String]) -> String {
    let sent = sent.join("; or ");
    format!("⚠️ The agent does not wait for this any more. It may have got what was sent: {sent}.")
}

/// A decision that may have arrived.
#[must_use]
pub fn unknown(what: &str, by: &str) -> String {
    format!(
        "⚠️ {what} by {by}, but I cannot tell whether that arrived: the agent still waits. Have it \
         sent again?"
    )
}

/// Nobody decided in time, and the agent does not have the rejection yet.
pub const EXPIRING: &str = "⌛ The time is up. The agent does not know that yet: I try again.";

/// A decision that surely did not arrive. `why` is a sentence.
#[must_use]
pub fn not_sent(why: &str) -> String {
    format!("⚠️ The decision did not arrive: {why} The agent still waits. Decide again.")
}

/// A question behind a pause.
#[must_use]
pub fn waits(agent: &AgentName) -> String {
    format!("{agent} waits for a decision, so your message waits, too.")
}

/// After a tap on [Reject and ask this].
#[must_use]
pub fn rejected_for(agent: &AgentName) -> String {
    format!("Rejected. Your message goes to {agent} next.")
}

/// After a tap on [Keep waiting].
#[must_use]
pub fn kept_waiting(agent: &AgentName) -> String {
    format!("Your message goes to {agent} when the decision is made.")
}

/// A reason for the agent.
pub const EXPIRED_REASON: &str = "Nobody decided in time.";
/// A reason for the agent.
pub const STOPPED_REASON: &str = "The person has stopped it.";
/// A reason for the agent.
pub const NEW_REASON: &str = "The person has asked something else.";

/// Whoever asked may not ask any more.
#[must_use]
pub fn not_any_more(agent: &AgentName) -> String {
    format!("You may not ask {agent} here any more. Nothing was sent to it.")
}

/// A quota that is used up.
#[must_use]
pub fn over_quota(agent: &AgentName, over: Over) -> String {
    let why = match over {
        Over::PersonMinute => "You ask faster than you may. Ask again in a minute".to_owned(),
        Over::PersonDay => "You have asked as much as you may within 24 hours".to_owned(),
        Over::PersonAtOnce => "Too many of your questions are not answered yet".to_owned(),
        Over::RouteMinute => {
            format!("{agent} is asked too much at the moment. Ask again in a minute")
        }
        Over::RouteDay => format!("{agent} was asked as much as it may be within 24 hours"),
    };
    format!("{why}. Nothing was sent to {agent}.")
}

/// A time of the day, as everybody can read it.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    let minutes = at.0.div_euclid(60_000).rem_euclid(24 * 60);
    format!("{:02}:{:02} UTC", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests;
