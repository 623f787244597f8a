//! What is said of places: a group that has moved, a topic that is gone.

use crate::config::Route;
use crate::ids::ChatId;

/// The notice in a group that has become a supergroup, where the configuration still means
/// it by its old id.
#[must_use]
pub fn moved(from: ChatId, to: ChatId) -> String {
    format!(
        "This group has a new id since it became a supergroup: {to}. Whoever runs me has to put \
         it into my configuration in place of {from}; until then I may not know you here."
    )
}

/// What is said in front of an answer that does not stand where it was asked.
pub const ELSEWHERE: &str = "(From a topic that is closed or gone)";

/// `/k8s` alone in a topic that belongs to another agent.
#[must_use]
pub fn bound(topic: &Route, asked: &Route) -> String {
    let (command, agent) = (&asked.command, &asked.agent);
    format!(
        "In this topic your plain text goes to {}. For a question to {agent}, put it behind \
         the command: /{command} and your question.",
        topic.agent
    )
}
