//! What is said about edits that do nothing.

use crate::ids::AgentName;

/// An edit of a message that does not wait any more.
#[must_use]
pub fn edit_late(agent: &AgentName) -> String {
    format!(
        "Your change came too late: this question was passed on to {agent}, or is over. Send it \
         again as a new message."
    )
}

/// An edit that would make a question one for somebody else, or none.
#[must_use]
pub fn edit_elsewhere(agent: &AgentName) -> String {
    format!(
        "An edit cannot take a question away from {agent}: it still waits there as it was. Send \
         what you want instead as a new message."
    )
}
