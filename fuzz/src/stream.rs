//! What is done with the bodies of answers.

use crate::a2a::progress::Progress;
use crate::a2a::usage::Ledger;
use crate::a2a::{AgentCard, Event, Task, codec, pause, rpc};
use crate::ids::PromptId;

/// `reading::HISTORY_MAX` and `reading::ARTIFACTS_MAX`.
const HISTORY_MAX: usize = 64;
const ARTIFACTS_MAX: usize = 256;

/// Reads bodies, one a line, as a stream would bring them: each is read or refused, whatever it
/// is, and what is kept of all is bounded.
pub fn read_stream(input: &[u8]) {
    let mut known: Option<Task> = None;
    let mut progress = Progress::default();
    let mut used = Ledger::default();
    for body in input.split(|byte| *byte == b'\n') {
        // Every way in; the errors write their texts.
        if let Err(error) = AgentCard::read(body) {
            let _ = (error.to_string(), error.to_user());
        }
        let result = match rpc::result(body) {
            Ok(result) => result,
            Err(error) => {
                let _ = (error.to_string(), error.to_user(), error.may_resend());
                continue;
            }
        };
        let _ = codec::reply(result.clone());
        let _ = codec::tasks(result.clone());
        if let Ok(task) = codec::task(result.clone()) {
            read(&task, body.len());
        }
        let Ok(Some(event)) = codec::event(result) else {
            continue;
        };
        progress.take_in(&event);
        used.take_in(&event);
        let begins = known.is_none() || matches!(event, Event::Task(_));
        let before = known.as_ref().map_or((0, 0), sizes);
        Task::follow(&mut known, event);
        if let Some(task) = &known {
            read(task, input.len());
            let (history, artifacts) = sizes(task);
            // A snapshot is kept as it came; what a stream adds to it is bounded.
            assert!(begins || history <= HISTORY_MAX.max(before.0));
            assert!(begins || artifacts <= ARTIFACTS_MAX.max(before.1));
        }
    }
    assert!(progress.text().len() <= input.len() + 16);
    let _ = used.total().map(|used| used.to_string());
}

fn sizes(task: &Task) -> (usize, usize) {
    (task.history.len(), task.artifacts.len())
}

/// All that is ever shown of a task; never more than came.
fn read(task: &Task, came: usize) {
    let answer = task.answer_text().unwrap_or_default();
    let status = task.status_text().unwrap_or_default();
    assert!(answer.len() <= came && status.len() <= came);
    let _ = pause::pause(task);
    let _ = task.contains_prompt(&PromptId::from("m1"));
    for message in task.status_message.iter().chain(&task.history) {
        let _ = (
            message.tool_calls(),
            message.pending_tools(),
            message.is_partial(),
        );
    }
}
