//! What is noted for whoever asks later who did what. Message text only where
//! the configuration says so.

use crate::ids::{AgentName, ChatId, Digest, RouteName, TurnId, UserId};

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Where it happened.
    pub chat: ChatId,
    /// Who did it.
    pub user: UserId,
    /// What: `conversation` (opened), `asked`, `joined`, `edited`, `refused`, `run_again`, `left`,
    /// `stop`, `kept`, `dropped`, `parked`, `tried_again`,
    /// `resumed`; of a pause
    /// `approval_asked`, `approved`, `rejected`, `answered_question`, `approval_expired`,
    /// `decision_refused`, and what came of it: `decision_delivered`, `decision_not_sent`,
    /// `decision_unknown`, `approval_gone`.
    pub event: &'static str,
    /// The agent that it was about.
    pub agent: Option<AgentName>,
    /// The turn that it was about.
    pub turn: Option<TurnId>,
    /// The rule that decided.
    pub rule: Option<&'static str>,
    /// The route that it was asked by.
    pub route: Option<RouteName>,
    /// SHA-256 of the calls that it was about, unmasked.
    pub digest: Option<Digest>,
    /// The tools of these calls, masked, and what was decided about each.
    pub tools: Option<String>,
    /// What was asked, where `[audit] text` says so.
    pub text: Option<String>,
}

impl AuditLine {
    /// Somebody did this here; about nothing yet.
    #[must_use]
    pub fn new(chat: ChatId, user: UserId, event: &'static str) -> Self {
        Self {
            chat,
            user,
            event,
            agent: None,
            turn: None,
            rule: None,
            route: None,
            digest: None,
            tools: None,
            text: None,
        }
    }
}
