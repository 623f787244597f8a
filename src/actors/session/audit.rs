//! What a conversation notes for the security reviewer.

use super::{Ask, Session};
use crate::ids::{TurnId, UserId};
use crate::model::{AuditLine, Turn};
use crate::rules::access::Rule;
use crate::rules::approval;
use crate::store::Change;

impl Session {
    pub(super) fn audit(
        &self,
        user: UserId,
        event: &'static str,
        turn: TurnId,
        rule: Option<Rule>,
    ) -> Change {
        Change::Audit(self.audit_line(user, event, Some(turn), rule))
    }

    /// The same with the words of a person, where the configuration wants them.
    pub(super) fn audit_words(
        &self,
        user: UserId,
        event: &'static str,
        turn: TurnId,
        words: &str,
        rule: Option<Rule>,
    ) -> Change {
        let kept = self.commons.config().audit.text;
        Change::Audit(AuditLine {
            text: kept.then(|| words.to_owned()),
            ..self.audit_line(user, event, Some(turn), rule)
        })
    }

    /// A line about a turn that is about to be. It keeps the words where a rule let them in.
    pub(super) fn audit_opening(
        &self,
        ask: &Ask,
        event: &'static str,
        turn: &Turn,
        rule: Option<Rule>,
    ) -> Change {
        let kept = rule.is_some() && self.commons.config().audit.text;
        Change::Audit(AuditLine {
            turn: Some(turn.id),
            route: turn.route.clone(),
            text: kept.then(|| ask.piece.text.clone()),
            ..self.audit_line(ask.user, event, None, rule)
        })
    }

    pub(super) fn audit_line(
        &self,
        user: UserId,
        event: &'static str,
        turn: Option<TurnId>,
        rule: Option<Rule>,
    ) -> AuditLine {
        let running = self.running.iter().map(|running| &running.turn);
        let mut known = running.chain(self.waiting.iter().map(|waiting| &waiting.turn));
        let route = known.find(|known| Some(known.id) == turn);
        AuditLine {
            agent: Some(self.conversation.slot.agent.clone()),
            turn,
            rule,
            route: route.and_then(|turn| turn.route.clone()),
            ..AuditLine::new(self.conversation.slot.place.chat, user, event)
        }
    }

    /// What came of a decision, under the name of whoever made it.
    pub(super) fn audit_outcome(&self, waiting: &approval::Waiting, event: &'static str) -> Change {
        let by = waiting.made.as_ref().and_then(|made| made.by);
        let rule = waiting.inferred.then_some("inferred");
        self.audit_pause(by.unwrap_or(waiting.asked_by), event, waiting, rule)
    }

    /// A line about what the agent waits for, with its calls, and what was decided about each.
    pub(super) fn audit_pause(
        &self,
        user: UserId,
        event: &'static str,
        waiting: &approval::Waiting,
        rule: Option<Rule>,
    ) -> Change {
        Change::Audit(AuditLine {
            agent: Some(waiting.agent.clone()),
            turn: Some(waiting.turn),
            rule,
            route: waiting.route.clone(),
            digest: Some(waiting.digest.clone()),
            tools: approval::told_tools(waiting, &self.mask),
            ..AuditLine::new(waiting.place.chat, user, event)
        })
    }
}
