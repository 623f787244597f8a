//! Questions that the agent asks in words: whose next words answer them.

use super::Session;
use crate::model::{Awaited, Turn};
use crate::rules::turn::End;
use crate::store::Change;

impl Session {
    /// What the next words of whoever asked the turn in flight answer from now on, if it ends with
    /// a question. What is queued already was written before anybody could read the question.
    pub(super) fn awaits(&mut self, end: &End) -> Option<Change> {
        let End::Asked { task, said, .. } = end else {
            return None;
        };
        let turn = &self.running.as_ref()?.turn;
        let awaited = Awaited {
            task: task.clone(),
            protocol: turn.protocol?,
            of: turn.asked_by,
            said: said.clone(),
        };
        self.conversation.awaited = Some(awaited.clone());
        Some(self.keeps(Some(awaited)))
    }

    /// A turn takes the question that it answers along, so that nothing behind it answers it, too.
    pub(super) fn answered_by(&mut self, turn: &Turn) -> Option<Change> {
        turn.answers.as_ref()?;
        self.conversation.awaited = None;
        Some(self.keeps(None))
    }

    /// The turn that was to answer a question was not kept.
    pub(super) fn still_awaits(&mut self, gone: Option<Turn>) {
        if let Some(awaited) = gone.and_then(|turn| turn.answers) {
            self.conversation.awaited.get_or_insert(awaited);
        }
    }

    fn keeps(&self, awaited: Option<Awaited>) -> Change {
        Change::Await {
            conversation: self.conversation.id,
            awaited,
        }
    }
}
