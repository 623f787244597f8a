//! A pause as it is kept: what was asked, of whom, until when, and what was decided.

use serde::{Deserialize, Serialize};

use super::moves::{Event, Move, State, next};
use super::picks::Picks;
use super::policy::Allowed;
use crate::ids::{
    AgentName, BotId, ConversationId, Digest, OutboxId, PauseId, PromptId, RouteName, Timestamp,
    TurnId, UserId,
};
use crate::model::Place;
use crate::pause::{Decision, Pause};

/// A pause that people were asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The number of its first card's post.
    pub id: PauseId,
    /// Rises with every change: a tap on an older card does nothing.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// The turn that waits.
    pub turn: TurnId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The agent.
    pub agent: AgentName,
    /// Where it was asked.
    pub place: Place,
    /// Who asked.
    pub asked_by: UserId,
    /// By which route; none where that was not noted yet.
    #[serde(default)]
    pub route: Option<RouteName>,
    /// What the agent asks.
    pub pause: Pause,
    /// The same in one number.
    pub digest: Digest,
    /// Who might approve each call when it was shown.
    pub allowed: Vec<Allowed>,
    /// What was tapped so far.
    pub picks: Picks,
    /// A reason that somebody gave, for a rejection.
    pub reason: Option<String>,
    /// Its cards.
    pub cards: Vec<Posted>,
    /// When it was shown.
    pub opened_at: Timestamp,
    /// When everything is rejected.
    pub expires_at: Timestamp,
    /// Whether people were reminded.
    pub reminded: bool,
    /// Decisions that have left.
    pub attempt: u32,
    /// The last one.
    pub made: Option<Made>,
}

/// A card in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The post.
    pub post: OutboxId,
    /// Where.
    pub place: Place,
}

/// A decision that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What.
    pub decision: Decision,
    /// By whom; nobody where the time was up.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

impl Made {
    /// What it comes to.
    #[must_use]
    pub fn comes_to(&self) -> Move {
        match (&self.decision, self.by) {
            (_, None) => Move::Expired,
            (Decision::Tools(_), _) if !self.decision.approves() => Move::Rejected,
            (Decision::RejectAll { .. }, _) => Move::Rejected,
            _ => Move::Decided,
        }
    }
}

impl Waiting {
    /// The next version, moved by this; none if that cannot happen to it where it stands.
    #[must_use]
    pub fn moved(&self, event: Event) -> Option<Self> {
        let state = next(self.state, event)?;
        let mut moved = self.changed();
        moved.state = state;
        Some(moved)
    }

    /// The next version.
    #[must_use]
    pub fn changed(&self) -> Self {
        Self {
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// When people are reminded: at half of its time.
    #[must_use]
    pub fn remind_at(&self) -> Timestamp {
        Timestamp(self.opened_at.0.midpoint(self.expires_at.0))
    }

    /// The names of the tools that wait.
    #[must_use]
    pub fn tools(&self) -> Vec<&str> {
        let calls = self.pause.calls().iter();
        calls.map(|call| call.name.as_str()).collect()
    }

    /// The message id of the decision that leaves next: the same after any crash.
    #[must_use]
    pub fn prompt_id(&self, bot: BotId) -> PromptId {
        let name = format!("switchboard:{bot}:pause:{}:{}", self.id, self.attempt);
        PromptId(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).to_string())
    }
}
