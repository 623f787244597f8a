//! JSON-RPC errors, in the words of each version.

use serde_json::{Value, json};

use super::model::{State, Task};
use super::protocol::Version;
use super::wire;

/// A JSON-RPC error.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub code: i64,
    pub message: String,
    pub data: Option<Value>,
}

impl Refusal {
    /// An error without data.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        let message = message.into();
        let data = None;
        Self {
            code,
            message,
            data,
        }
    }

    /// An error of a version: 1.0 names a reason in a `data` array, where the code has one.
    pub fn of(version: Version, code: i64, message: impl Into<String>) -> Self {
        let mut refusal = Self::new(code, message);
        if version == Version::V10 {
            refusal.data = reason(code).map(|reason| error_info(reason, &json!({})));
        }
        refusal
    }

    /// -32601.
    pub fn method_not_found() -> Self {
        Self::new(-32601, "Method not found")
    }

    /// -32009, as the Python SDK 1.3.0 words it.
    pub fn version(asked: &str) -> Self {
        let text = format!(
            "A2A version '{asked}' is not supported by this handler. Expected version '1.0'."
        );
        Self::of(Version::V10, -32009, text)
    }

    /// -32602 with what is wrong with a 0.3 request, as pydantic lists it.
    pub fn params_v03(problems: Vec<Value>) -> Self {
        let mut refusal = Self::new(-32602, "Invalid parameters");
        refusal.data = Some(Value::Array(problems));
        refusal
    }

    /// -32602 with what is wrong with a 1.0 request, as the Python SDK tells it.
    pub fn params_v10(problem: &str) -> Self {
        let mut refusal = Self::new(-32602, "Invalid params");
        refusal.data = Some(error_info(
            "INVALID_PARAMS",
            &json!({"parseError": problem}),
        ));
        refusal
    }

    /// -32001 of a method that takes a task's id.
    pub fn task_not_found(version: Version) -> Self {
        Self::of(version, -32001, "Task not found")
    }

    /// -32001 of a message that names a task.
    pub fn named_task_not_found(version: Version, id: &str) -> Self {
        let text = match version {
            Version::V03 => format!("Task {id} was specified but does not exist"),
            Version::V10 => format!("Task {id} not found"),
        };
        Self::of(version, -32001, text)
    }

    /// What a message to a finished task gets, and a subscription to it.
    pub fn in_terminal_state(version: Version, task: &Task) -> Self {
        let state = wire::state(version, task.state);
        let text = format!("Task {} is in terminal state: {state}", task.ids.task);
        let code = match version {
            Version::V03 => -32602,
            Version::V10 => -32004,
        };
        Self::of(version, code, text)
    }

    /// -32602 of a message whose context is not its task's.
    pub fn other_context(version: Version, task: &Task, context: &str) -> Self {
        let text = match version {
            Version::V03 => "bad context id".to_owned(),
            Version::V10 => format!(
                "Context {context} does not match context {} of task {}",
                task.ids.context, task.ids.task
            ),
        };
        Self::of(version, -32602, text)
    }

    /// -32002.
    pub fn not_cancelable(version: Version, state: State) -> Self {
        let text = match version {
            Version::V03 => {
                let state = wire::state(version, state);
                format!("Task cannot be canceled - current state: TaskState.{state}")
            }
            Version::V10 => "Task cannot be canceled".to_owned(),
        };
        Self::of(version, -32002, text)
    }
}

/// The reasons of A2A 1.0 that were seen on a wire; the others come without data.
fn reason(code: i64) -> Option<&'static str> {
    Some(match code {
        -32001 => "TASK_NOT_FOUND",
        -32002 => "TASK_NOT_CANCELABLE",
        -32003 => "PUSH_NOTIFICATION_NOT_SUPPORTED",
        -32004 => "UNSUPPORTED_OPERATION",
        -32009 => "VERSION_NOT_SUPPORTED",
        -32602 => "INVALID_PARAMS",
        _ => return None,
    })
}

fn error_info(reason: &str, metadata: &Value) -> Value {
    let kind = "type.googleapis.com/google.rpc.ErrorInfo";
    json!([{"@type": kind, "reason": reason, "domain": "a2a-protocol.org", "metadata": metadata}])
}
