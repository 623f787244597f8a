//! What people hear when the process stops, or when something stops it again and again.

use crate::ids::{AgentName, TurnId};
use crate::rules::format::Formatted;

/// The placeholder of a question that an agent works on, while the process restarts.
#[must_use]
pub fn task_goes_on(agent: &AgentName) -> Formatted {
    Formatted::plain(format!(
        "⏳ {agent} is working…\nI am being restarted. Your task goes on, and its answer will come."
    ))
}

/// A question that waits, while the process restarts.
#[must_use]
pub fn question_waits(agent: &AgentName, turn: TurnId) -> String {
    format!(
        "I am being restarted. Your question to {agent} waits, and is asked afterwards.\nRef {}",
        turn.reference()
    )
}

/// A question that is set aside.
#[must_use]
pub fn parked_question(agent: &AgentName, turn: TurnId) -> String {
    format!(
        "Something about this question to {agent} has stopped me three times, so I have set it \
         aside. Whoever runs me can try it again.\nRef {}",
        turn.reference()
    )
}

/// A question that is set aside because it seems to kill.
#[must_use]
pub fn deadly_question(agent: &AgentName, turn: TurnId) -> String {
    format!(
        "I was ended each time I worked on this question to {agent}, even on nothing else, perhaps \
         because it needs more memory than I have. So I have set it aside. Whoever runs me can try \
         it again.\nRef {}",
        turn.reference()
    )
}

/// The same of a message before it was understood.
#[must_use]
pub fn deadly_message(reference: &str) -> String {
    format!(
        "I was ended each time I read this message, even with nothing else to do, perhaps because \
         it needs more memory than I have. So I have set it aside. Whoever runs me can try it \
         again.\nRef {reference}"
    )
}

/// A message that is set aside before it was understood.
#[must_use]
pub fn parked_message(reference: &str) -> String {
    format!(
        "Something about this message has stopped me three times, so I have set it aside. \
         Whoever runs me can try it again.\nRef {reference}"
    )
}
