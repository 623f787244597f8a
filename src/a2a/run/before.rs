//! What was asked before and is answered now. For a moment an agent's snapshot may still show it:
//! then it is not asked again.

use std::time::Duration;

use tokio::time::Instant;

use super::super::{Task, TaskState, pause};
use crate::model::Awaited;
use crate::pause::Pause;

/// What a prompt or a decision answers.
#[derive(Debug)]
pub(super) struct Before {
    asked: Asked,
    /// When it was seen first, although it is answered.
    seen: Option<Instant>,
}

#[derive(Debug)]
enum Asked {
    Words(Awaited),
    Decision(Box<Pause>),
}

impl Before {
    pub(super) fn words(awaited: Awaited) -> Self {
        let asked = Asked::Words(awaited);
        Self { asked, seen: None }
    }

    pub(super) fn decision(pause: Pause) -> Self {
        let asked = Asked::Decision(Box::new(pause));
        Self { asked, seen: None }
    }

    /// Whether the task only shows what is answered already. What it shows for longer than
    /// `patience` it means: then the answer is lost on its side, and it is asked again.
    pub(super) fn is_shown(&mut self, task: &Task, patience: Duration, now: Instant) -> bool {
        if !self.is_asked_by(task) {
            return false;
        }
        now < *self.seen.get_or_insert(now) + patience
    }

    /// What waits without a word is what waited before: SDKs move the question into the history as
    /// soon as they have the answer, before the agent goes on (Python SDK 0.3).
    fn is_asked_by(&self, task: &Task) -> bool {
        if !matches!(
            task.state,
            TaskState::InputRequired | TaskState::AuthRequired
        ) {
            return false;
        }
        let said = task.status_message.as_ref();
        let again = match &self.asked {
            Asked::Words(awaited) => {
                let again = |said: &super::Message| said.id.as_deref() == awaited.said_in();
                (&awaited.task, said.is_none_or(again))
            }
            Asked::Decision(before) => {
                let again = || pause::pause(task).is_some_and(|it| it.asks == before.asks);
                (&before.task, said.is_none() || again())
            }
        };
        again == (&task.id, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::a2a::{Message, Role};
    use crate::ids::{SaidId, UserId};
    use crate::model::Protocol;

    const PATIENCE: Duration = Duration::from_mins(1);

    /// What a task says; a message without an id is an empty one here.
    fn task(id: &str, state: TaskState, said: Option<&str>) -> Task {
        let message = said.map(|id| Message {
            id: Some(id.to_owned()).filter(|id| !id.is_empty()),
            role: Role::Agent,
            parts: Vec::new(),
            task_id: None,
            context_id: None,
            metadata: serde_json::Map::new(),
        });
        Task {
            id: id.into(),
            context_id: None,
            state,
            status_message: message,
            artifacts: Vec::new(),
            history: Vec::new(),
            metadata: serde_json::Map::new(),
        }
    }

    fn before(said: Option<&str>) -> Before {
        Before::words(Awaited {
            task: "t".into(),
            protocol: Protocol::V03,
            of: UserId(7),
            said: said.map(SaidId::from),
        })
    }

    #[test]
    fn only_the_same_words_of_the_same_task_are_old() {
        let waits = TaskState::InputRequired;
        for (question, task, expected) in [
            (Some("m1"), task("t", waits.clone(), Some("m1")), true),
            (Some("m1"), task("t", waits.clone(), None), true),
            (Some("m1"), task("t", waits.clone(), Some("m2")), false),
            (Some("m1"), task("t", waits.clone(), Some("")), false),
            (None, task("t", waits.clone(), Some("")), true),
            (None, task("t", waits.clone(), Some("m1")), false),
            (Some("m1"), task("u", waits.clone(), Some("m1")), false),
            (
                Some("m1"),
                task("t", TaskState::Completed, Some("m1")),
                false,
            ),
        ] {
            let old = before(question).is_shown(&task, PATIENCE, Instant::now());
            assert_eq!(old, expected, "{question:?} {task:?}");
        }
    }

    #[test]
    fn what_it_shows_for_long_it_means() {
        let mut before = before(Some("m1"));
        let task = task("t", TaskState::InputRequired, Some("m1"));
        let begin = Instant::now();
        assert!(before.is_shown(&task, PATIENCE, begin));
        let almost = begin + PATIENCE.saturating_sub(Duration::from_millis(1));
        assert!(before.is_shown(&task, PATIENCE, almost));
        assert!(!before.is_shown(&task, PATIENCE, begin + PATIENCE));
    }
}
