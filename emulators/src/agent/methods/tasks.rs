//! Get, list, cancel, subscribe.

use serde_json::{Value, json};

use super::super::board::Board;
use super::super::model::{Event, Message, State, Task};
use super::super::protocol::Version;
use super::super::refusal::Refusal;
use super::super::request;
use super::super::settings::{Cancel, CancelAgain};
use super::super::wire;
use super::{Answer, Asked, Methods};

impl Methods {
    fn find(&self, asked: &Asked, params: &Value) -> Result<Task, Answer> {
        let id = request::task_id(asked.version, params).map_err(Answer::Invalid)?;
        let found = self.board.find(&id, &asked.user);
        found.ok_or_else(|| not_found(asked.version))
    }

    pub(super) fn get(&self, asked: &Asked, params: &Value) -> Answer {
        match self.find(asked, params) {
            Err(answer) => answer,
            Ok(mut task) => {
                let length = params["historyLength"].as_i64();
                // On 0.3, 0 is ignored, as the Python SDK does.
                let keeps_all = |length: &i64| asked.version == Version::V03 && *length <= 0;
                keep_latest(&mut task, length.filter(|length| !keeps_all(length)));
                Answer::Result(self.wire(asked.version).task(&task))
            }
        }
    }

    /// On 0.3 it is kagent's extension. Newest first.
    pub(super) fn list(&self, asked: &Asked, params: &Value) -> Answer {
        let query = match request::list(asked.version, params) {
            Ok(query) => query,
            Err(refusal) => return Answer::Invalid(refusal),
        };
        if let Some(context) = &query.context_id
            && self.board.settings.flavor.scopes_by_user()
            && !self.board.knows_context(&asked.user, context)
        {
            // kagent fails closed: another user's conversation is an error, not an empty page.
            let text = format!("get session {context}: record not found");
            return Answer::Refused(Refusal::new(-32603, text));
        }
        let takes = |task: &Task| {
            let context = query.context_id.as_ref();
            let status = query.status.as_deref();
            self.board.may_see(task, &asked.user)
                && context.is_none_or(|context| *context == task.ids.context)
                && status.is_none_or(|status| status == wire::state(asked.version, task.state))
        };
        let mut found = self.board.tasks(takes);
        found.reverse();
        let total = found.len();
        let page = found.into_iter().skip(query.skip).take(query.page_size);
        let wire = self.wire(asked.version);
        let tasks: Vec<Value> = page
            .map(|mut task| {
                keep_latest(&mut task, query.history_length);
                if !query.include_artifacts {
                    task.artifacts.clear();
                }
                wire.listed_task(&task)
            })
            .collect();
        let end = query.skip + tasks.len();
        let next = if end < total {
            request::page_token(end)
        } else {
            String::new()
        };
        Answer::Result(json!({
            "tasks": tasks,
            "pageSize": query.page_size,
            "totalSize": total,
            "nextPageToken": next,
        }))
    }

    pub(super) fn cancel(&self, asked: &Asked, params: &Value) -> Answer {
        let task = match self.find(asked, params) {
            Ok(task) => task,
            Err(answer) => return answer,
        };
        let settings = &self.board.settings;
        let wire = self.wire(asked.version);
        if !task.state.is_terminal() && settings.cancel == Cancel::Unsupported {
            return Answer::Refused(Refusal::new(-32603, "Cancellation is not supported"));
        }
        if let Some(task) = self.board.cancel(&task.ids.task) {
            if settings.cancel == Cancel::WorksThenFails {
                fail_after_cancel(&self.board, &task);
            }
            return Answer::Result(wire.task(&task));
        }
        if task.state == State::Canceled && settings.cancel_again == CancelAgain::Task {
            return Answer::Result(wire.task(&task));
        }
        Answer::Refused(Refusal::not_cancelable(asked.version, task.state))
    }

    pub(super) fn subscribe(&self, asked: &Asked, params: &Value) -> Answer {
        let task = match self.find(asked, params) {
            Ok(task) => task,
            Err(answer) => return answer,
        };
        if task.state.is_terminal() {
            return Answer::Refused(Refusal::in_terminal_state(asked.version, &task));
        }
        // A run that ended without a word has nothing to listen to. The Python SDK 0.3.26 sees
        // a pause so too; on 1.0 a pause is told as the task, and then the stream ends.
        let Some((task, signals)) = self.board.listen(&task.ids.task) else {
            return not_found(asked.version);
        };
        let ids = task.ids.clone();
        let first = match asked.version {
            Version::V03 if task.state == State::InputRequired => return not_found(asked.version),
            Version::V03 => None,
            Version::V10 => Some(self.wire(asked.version).sent_task(&task)),
        };
        Answer::stream(ids, first, signals)
    }
}

/// kagent main: the run that was cancelled reports its own death after the answer.
fn fail_after_cancel(board: &Board, task: &Task) {
    let text = "A2A request execution was cancelled.".to_owned();
    let message = Message::error(text, None);
    board.overwrite(&task.ids.task, &Event::status(State::Failed, Some(message)));
}

fn not_found(version: Version) -> Answer {
    Answer::Refused(Refusal::task_not_found(version))
}

/// Keeps the latest messages of the history; none of them where the length is 0 or less.
fn keep_latest(task: &mut Task, length: Option<i64>) {
    let Some(length) = length else { return };
    let length = usize::try_from(length).unwrap_or(0);
    let cut = task.history.len().saturating_sub(length);
    task.history.drain(..cut);
}
