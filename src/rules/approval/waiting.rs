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
use crate::pause::{Asks, Decision, Pause};

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
    /// The one before it that may have arrived, though the agent still waited afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perhaps: Option<Made>,
    /// Whether that the last decision arrived is only concluded: the agent has gone on since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
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
        match event {
            Event::StillWaits => moved.perhaps.clone_from(&self.made),
            // People choose once more.
            Event::NotSent => moved.picks = Picks::new(&self.pause),
            _ => {}
        }
        Some(moved)
    }

    /// After the last decision, which the agent has; `inferred` where that is only concluded from
    /// the agent having gone on. None if that cannot happen to it where it stands.
    #[must_use]
    pub fn arrived(&self, inferred: bool) -> Option<Self> {
        let comes_to = self.made.as_ref()?.comes_to();
        // Which of two decisions has arrived, nobody can tell.
        let event = match &self.perhaps {
            Some(_) if inferred => Event::Gone,
            _ => Event::Delivered(comes_to),
        };
        let mut over = self.moved(event)?;
        over.inferred = inferred;
        Some(over)
    }

    /// The agent does not wait any more, and nobody knows why; `left` where a decision was on its
    /// way, so that it may have arrived.
    #[must_use]
    pub fn gone(&self, left: bool) -> Option<Self> {
        let mut over = self.moved(Event::Gone)?;
        over.inferred = left;
        Some(over)
    }

    /// Whether its time is up and the agent, as far as is known, does not have the rejection: it is
    /// sent again, and nobody is asked.
    #[must_use]
    pub fn is_expiring(&self) -> bool {
        self.state.asks() && self.made.as_ref().is_some_and(|made| made.by.is_none())
    }

    /// Whether anybody might approve any of it when it was shown.
    #[must_use]
    pub fn can_be_approved(&self) -> bool {
        let mut each = self.allowed.iter();
        each.any(|allowed| allowed.anybody(self.asked_by))
    }

    /// Whether it is a question to a person, and not whether something may run.
    #[must_use]
    pub fn is_question(&self) -> bool {
        matches!(self.pause.asks, Asks::Answers { .. })
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
        PromptId::from(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CallId, ChatId, TaskId, TopicId};
    use crate::pause::{Form, Question};
    use crate::rules::approval::{Pick, made};

    fn question() -> Waiting {
        let place = Place {
            chat: ChatId(11),
            topic: TopicId::NONE,
        };
        let pause = Pause {
            task: TaskId::from("t"),
            context: None,
            form: Form::Parts,
            asks: Asks::Answers {
                id: CallId::from("c"),
                via: None,
                questions: vec![Question {
                    text: "Which?".to_owned(),
                    choices: vec!["red".to_owned(), "blue".to_owned()],
                    multiple: false,
                }],
            },
        };
        Waiting {
            id: PauseId(1),
            version: 1,
            state: State::Open,
            turn: TurnId(1),
            conversation: ConversationId(1),
            route: None,
            agent: AgentName::from("k8s"),
            place,
            asked_by: UserId(11),
            digest: crate::rules::approval::digest(&pause),
            allowed: Vec::new(),
            picks: Picks::new(&pause),
            pause,
            reason: None,
            cards: Vec::new(),
            opened_at: Timestamp(0),
            expires_at: Timestamp(3_600_000),
            reminded: false,
            attempt: 0,
            made: None,
            perhaps: None,
            inferred: false,
        }
    }

    /// The question after an answer has left.
    fn answered() -> Waiting {
        let open = question();
        let picks = open.picks.pick(&open.pause, &Pick::Choose(1)).unwrap();
        let decision = picks.decision(&open.pause).unwrap();
        let open = Waiting { picks, ..open };
        made(&open, decision, Some(UserId(11)), Timestamp(1)).unwrap()
    }

    #[test]
    fn an_answer_that_did_not_arrive_can_be_given_again() {
        let again = answered().moved(Event::NotSent).unwrap();
        assert_eq!(again.state, State::Open);
        assert_eq!(again.picks.question(), 0);
        let picks = again.picks.pick(&again.pause, &Pick::Choose(0)).unwrap();
        assert!(picks.decision(&again.pause).is_some());
    }

    #[test]
    fn a_decision_that_may_have_arrived_is_remembered_beside_the_next_one() {
        let deciding = answered();
        assert_eq!(deciding.perhaps, None);
        let unknown = deciding.moved(Event::StillWaits).unwrap();
        assert_eq!(unknown.perhaps, deciding.made);
        let decision = Decision::RejectAll { reason: None };
        let expired = made(&unknown, decision, None, Timestamp(2)).unwrap();
        let gone = expired.gone(false).unwrap();
        assert_eq!((gone.perhaps, gone.inferred), (deciding.made, false));
    }

    #[test]
    fn what_arrived_is_what_was_decided_and_of_two_nobody_can_tell_which() {
        let deciding = answered();
        for inferred in [false, true] {
            let over = deciding.arrived(inferred).unwrap();
            assert_eq!((over.state, over.inferred), (State::Decided, inferred));
        }
        let again = Waiting {
            perhaps: deciding.made.clone(),
            ..deciding.clone()
        };
        assert_eq!(again.arrived(false).unwrap().state, State::Decided);
        let over = again.arrived(true).unwrap();
        assert_eq!((over.state, over.inferred), (State::Gone, true));
        let over = deciding.gone(true).unwrap();
        assert_eq!((over.state, over.inferred), (State::Gone, true));
        assert_eq!(question().arrived(true), None, "nothing was decided");
    }

    #[test]
    fn it_expires_until_the_agent_has_the_rejection() {
        let decision = Decision::RejectAll { reason: None };
        let expired = made(&question(), decision.clone(), None, Timestamp(2)).unwrap();
        assert!(!expired.is_expiring(), "it is on its way");
        assert!(!question().is_expiring());
        for event in [Event::NotSent, Event::StillWaits] {
            assert!(expired.moved(event).unwrap().is_expiring());
            let by_somebody = made(&question(), decision.clone(), Some(UserId(1)), Timestamp(2));
            let by_somebody = by_somebody.unwrap().moved(event).unwrap();
            assert!(!by_somebody.is_expiring());
        }
        assert!(!expired.arrived(true).unwrap().is_expiring());
    }
}
