//! What an agent asks of people while its task waits, and what people decide.
//!
//! Plain data: `a2a::pause` reads and writes it in the forms that agents speak, `rules::approval`
//! decides about it, the store keeps it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{CallId, ContextId, TaskId};

/// A task that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The task. A decision never leaves without it: kagent would run the tool in another one.
    pub task: TaskId,
    /// The context of the task, where the agent names it.
    pub context: Option<ContextId>,
    /// How the agent wants to be answered.
    pub form: Form,
    /// What it asks.
    pub asks: Asks,
}

/// How a pause is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// By a text: any agent.
    Text,
    /// By a data part with a `decision_type`: kagent 0.8 to 0.10.
    Parts,
    /// By the extension `hitl/v1` in the message's metadata: kagent after 0.10.
    Extension,
}

/// What a pause asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// May these tools run? At least one; their ids differ.
    Approval(Vec<ToolCall>),
    /// Questions for the person who asked; at least one.
    Answers {
        /// What the answers are for.
        id: CallId,
        /// The sub-agent that asks, where it is not the agent itself.
        via: Option<String>,
        /// In their order.
        questions: Vec<Question>,
    },
    /// A question in words.
    Words(String),
    /// Somebody must log in elsewhere; the agent goes on by itself.
    Login(String),
    /// Something waits that cannot be shown whole, or not be answered one by one. It can only be
    /// rejected. What is known of the calls is here.
    Unclear {
        /// Why.
        why: Unclear,
        /// The calls, as far as they can be read.
        calls: Vec<ToolCall>,
    },
}

/// Why a pause can only be rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unclear {
    /// A call has no name or no id, or two share one: a decision could meet the wrong one.
    Unreadable,
    /// A question waits beside something else: its answers would approve that, too.
    Mixed,
    /// A sub-agent calls an agent of its own: what that one wants to run is not told.
    Hidden,
    /// More than a person can look through.
    TooMany,
}

/// A call of a tool that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// What a decision names it by.
    pub id: CallId,
    /// The tool.
    pub name: String,
    /// Its arguments, as the agent sent them.
    pub args: Value,
    /// The sub-agent that wants to run it, where it is not the agent itself.
    pub via: Option<String>,
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The question.
    pub text: String,
    /// Answers to choose from; with none, or beside them, a person answers in words.
    pub choices: Vec<String>,
    /// Whether more than one may be chosen.
    pub multiple: bool,
}

/// What a person has decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// One verdict for every call that waits.
    Tools(Vec<Verdict>),
    /// One list for every question.
    Answers(Vec<Vec<String>>),
    /// Words, for [`Asks::Words`].
    Words(String),
    /// Nothing of it may run, whatever it is.
    RejectAll {
        /// Why, for the agent.
        reason: Option<String>,
    },
}

/// What was decided about one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The call.
    pub id: CallId,
    /// Whether it may run.
    pub approved: bool,
    /// Why not, for the agent.
    pub reason: Option<String>,
}

impl Pause {
    /// The calls that wait.
    #[must_use]
    pub fn calls(&self) -> &[ToolCall] {
        match &self.asks {
            Asks::Approval(calls) | Asks::Unclear { calls, .. } => calls,
            Asks::Answers { .. } | Asks::Words(_) | Asks::Login(_) => &[],
        }
    }

    /// Whether this decision answers exactly what the pause asks: every call, every question, and
    /// nothing else.
    #[must_use]
    pub fn is_answered_by(&self, decision: &Decision) -> bool {
        match (&self.asks, decision) {
            (Asks::Approval(calls), Decision::Tools(verdicts)) => {
                calls.len() == verdicts.len()
                    && calls.iter().zip(verdicts).all(|(call, v)| call.id == v.id)
            }
            (Asks::Answers { questions, .. }, Decision::Answers(answers)) => {
                questions.len() == answers.len() && answers.iter().all(|given| !given.is_empty())
            }
            (Asks::Words(_), Decision::Words(text)) => !text.trim().is_empty(),
            (Asks::Login(_) | Asks::Words(_), Decision::RejectAll { .. }) => false,
            (_, Decision::RejectAll { .. }) => true,
            _ => false,
        }
    }
}

impl Decision {
    /// The same verdict for every call.
    #[must_use]
    pub fn all(calls: &[ToolCall], approved: bool) -> Self {
        let verdict = |call: &ToolCall| Verdict {
            id: call.id.clone(),
            approved,
            reason: None,
        };
        Self::Tools(calls.iter().map(verdict).collect())
    }

    /// Whether any tool may run by it.
    #[must_use]
    pub fn approves(&self) -> bool {
        matches!(self, Self::Tools(verdicts) if verdicts.iter().any(|verdict| verdict.approved))
    }
}
