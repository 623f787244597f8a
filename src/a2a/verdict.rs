//! Whether a run is over, and what it came to. Pure.

use tracing::warn;

use super::{Message, Task, TaskState, files, pause, scrub};
use crate::ids::{SaidId, TurnId};
use crate::pause::Asks;
use crate::rules::answer::Answer;
use crate::rules::mask::Mask;
use crate::rules::turn::End;

/// The end, if a direct answer or the task's last state is one.
pub(super) fn of(
    direct: Option<&Message>,
    task: Option<&Task>,
    turn: TurnId,
    mask: &Mask,
) -> Option<End> {
    if let Some(message) = direct {
        return Some(End::Answer(Answer {
            text: message.text(),
            files: files::of_message(message),
        }));
    }
    let task = task?;
    let end = match &task.state {
        TaskState::Completed => End::Answer(Answer {
            text: task.answer_text().unwrap_or_default(),
            files: files::of_task(task),
        }),
        TaskState::Failed => {
            let said = task.status_text().unwrap_or_default();
            let turn = turn.reference();
            warn!(%turn, task = %task.id, said = %scrub(&mask.whole(&said).text), "the task failed");
            End::Failed("It says that it failed".to_owned())
        }
        TaskState::Canceled => End::Failed("The run was stopped".to_owned()),
        TaskState::Rejected => {
            let said = task.status_text().unwrap_or_default();
            End::Failed(format!("It refused this. {said}"))
        }
        TaskState::InputRequired | TaskState::AuthRequired => asks(task),
        TaskState::Submitted | TaskState::Working | TaskState::Other(_) => return None,
    };
    Some(end)
}

/// What is said where an agent asks without words.
const NO_WORDS: &str = "It needs something from you to go on, but does not say what.";

/// A pause: a decision that somebody has to make, or a question in words.
fn asks(task: &Task) -> End {
    let said = task.status_text().filter(|text| !text.trim().is_empty());
    match pause::pause(task) {
        Some(pause) if !matches!(pause.asks, Asks::Words(_) | Asks::Login(_)) => {
            End::Paused(Box::new(pause))
        }
        _ => End::Asked {
            answer: Answer {
                text: said.unwrap_or_else(|| NO_WORDS.to_owned()),
                files: files::of_task(task),
            },
            task: task.id.clone(),
            said: task
                .status_message
                .as_ref()
                .and_then(|said| said.id.as_deref().map(SaidId::from)),
        },
    }
}
