//! Replies to pauses: what a message decides, and what comes of one that the agent never sees.

use std::sync::Arc;

use super::super::model::Task;
use super::super::pause::{ASK_USER, Decision, Pending, hitl, legacy};
use super::super::protocol::Method;
use super::super::run::Run;
use super::super::settings::Flavor;
use super::prompt::{Turn, does_not_wait, prompt_of};
use super::{Answer, Asked, Methods};

/// What a message is to what waits.
pub(super) enum Reading {
    /// A text: the script answers it.
    Chat,
    /// A decision.
    Decision(Box<(Pending, Decision)>),
    /// A reply in kagent main's form that cannot be used: the task fails.
    Unusable(String),
    /// Anything else to a task of kagent main that waits for a decision: it waits on.
    NoReply,
}

impl Methods {
    pub(super) fn read(&self, asked: &Asked, turn: &Turn) -> Reading {
        match self.board.settings.flavor {
            Flavor::A2a => Reading::Chat,
            Flavor::Kagent => self.read_legacy(asked, turn).unwrap_or(Reading::Chat),
            Flavor::KagentMain => self.read_hitl(turn),
        }
    }

    /// kagent 0.10 looks into the session, whichever task the message names.
    fn read_legacy(&self, asked: &Asked, turn: &Turn) -> Option<Reading> {
        let pending = self.board.pending_of_session(&asked.user, &turn.context)?;
        let decision = legacy::decision(&turn.sent.raw, &pending)?;
        Some(Reading::Decision(Box::new((pending, decision))))
    }

    /// kagent main looks at what the named task asks at this moment.
    fn read_hitl(&self, turn: &Turn) -> Reading {
        let target = turn.target.as_ref();
        let pending = target.and_then(|task| self.board.pending_of_task(&task.ids.task));
        let asks = |task: &Task| {
            let message = task.message.as_ref();
            message.is_some_and(|message| message.hitl.is_some())
        };
        let named = match (target, &pending) {
            (None, _) => hitl::Named::Nothing,
            (Some(task), Some(pending)) if asks(task) => hitl::Named::Asking(pending),
            (Some(_), _) => hitl::Named::Silent,
        };
        match (hitl::reply(&turn.sent.raw, &named), pending) {
            (hitl::Reply::Decision(decision), Some(pending)) => {
                Reading::Decision(Box::new((pending, decision)))
            }
            (hitl::Reply::Unusable(text), _) => Reading::Unusable(text),
            (_, Some(_)) => Reading::NoReply,
            (_, None) => Reading::Chat,
        }
    }

    /// Runs what was approved.
    pub(super) fn execute(&self, decided: Option<&(Pending, Decision)>) {
        let verdicts = decided.iter().flat_map(|(_, decision)| &decision.verdicts);
        for verdict in verdicts.filter(|verdict| verdict.approved && verdict.tool != ASK_USER) {
            self.board.record_executed(&verdict.tool, &verdict.args);
        }
    }

    /// Lets the run answer without the script.
    pub(super) async fn answers_alone(
        &self,
        asked: &Asked,
        turn: Turn,
        run: impl FnOnce(Run),
    ) -> Answer {
        let incoming = self.incoming(asked, &turn, None);
        let mut prompt = prompt_of(&turn.sent, &incoming);
        let Some(mut woken) = self.wake(asked, turn) else {
            let id = incoming.task_id.unwrap_or_default();
            return Answer::Refused(does_not_wait(asked, &id));
        };
        prompt.task_id = Some(woken.task.ids.task.clone());
        self.board.record_prompt(prompt);
        let board = Arc::clone(&self.board);
        let task = woken.task;
        run(Run::new(board, task.clone(), woken.begins, asked.opted_in));
        if asked.method == Method::Stream {
            return Answer::stream(task.ids, None, woken.signals);
        }
        self.wait(asked.version, &task, &mut woken.signals).await
    }
}
