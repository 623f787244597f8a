//! What a run asks while it waits, said as kagent says it in its two forms, and what it does with
//! an answer: it runs all that is not rejected, whoever sent it.

use serde_json::{Value, json};
use switchboard::a2a::pause::Answer;
use switchboard::a2a::{Content, HITL, Message, Part, TaskState};
use switchboard::ids::ContextId;
use switchboard::pause::{Form, ToolCall};

use super::said;

/// A call that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    pub id: String,
    pub name: &'static str,
    pub args: Value,
    /// The sub-agent that wants to run it.
    pub via: Option<&'static str>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Ask {
    Tools(Vec<Tool>),
    /// The texts, choices, and whether more than one may be chosen.
    Questions(String, Vec<(String, Vec<&'static str>, bool)>),
    /// In words; the next words of whoever asked answer it.
    Words(String),
    /// Somebody must log in elsewhere.
    Login(String),
}

/// What an answer comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The calls that run.
    pub runs: Vec<String>,
    /// The calls that the answer does not name.
    pub left_out: Vec<String>,
    /// The answers to questions.
    pub answers: Option<Vec<Vec<String>>>,
    /// It is no decision that is known.
    pub is_text: bool,
}

impl Tool {
    /// Whether this is what the bot says that it was asked.
    pub fn is(&self, call: &ToolCall) -> bool {
        call.id.as_str() == self.id
            && call.name == self.name
            && call.args == self.args
            && call.via.as_deref() == self.via
    }
}

impl Ask {
    /// Whether a person decides about it by a card.
    pub fn is_decided(&self) -> bool {
        matches!(self, Self::Tools(_) | Self::Questions(..))
    }

    pub fn state(&self) -> TaskState {
        match self {
            Self::Login(_) => TaskState::AuthRequired,
            _ => TaskState::InputRequired,
        }
    }

    /// What the agent says with that state.
    pub fn message(&self, form: Form, context: &ContextId) -> Message {
        let mut message = said(context, "Human input is required.");
        match (self, form) {
            (Self::Words(text) | Self::Login(text), _) => message = said(context, text),
            (_, Form::Extension) => {
                message.metadata.insert(HITL.to_owned(), self.extension());
            }
            (Self::Tools(tools), _) => message.parts = parts(tools),
            (Self::Questions(id, questions), _) => {
                let args = json!({"questions": listed(questions)});
                message.parts = vec![part(&json!({"id": id, "name": "ask_user", "args": args}))];
            }
        }
        message
    }

    fn extension(&self) -> Value {
        match self {
            Self::Tools(tools) => {
                let own = tools.iter().all(|tool| tool.via.is_none());
                let listed: Vec<Value> = tools.iter().map(called).collect();
                let via = tools.iter().find_map(|tool| tool.via);
                let nested = json!({"subagent_name": via, "tools": listed});
                let outer = json!([{"id": "outer", "name": "team__NS__helper", "args": {}}]);
                if own {
                    json!({"type": "tool_approval_request", "tools": listed})
                } else {
                    json!({"type": "tool_approval_request", "tools": outer, "nested": nested})
                }
            }
            Self::Questions(id, questions) => {
                json!({"type": "ask_user_request", "id": id, "questions": listed(questions)})
            }
            Self::Words(_) | Self::Login(_) => Value::Null,
        }
    }

    /// What this answer comes to here.
    pub fn hears(&self, answer: Option<&Answer>) -> Heard {
        match answer {
            Some(Answer::Part(data)) => self.hears_part(data),
            Some(Answer::Extension(payload)) => self.hears_extension(payload),
            None => Heard::text(),
        }
    }

    fn ids(&self) -> Vec<String> {
        match self {
            Self::Tools(tools) => tools.iter().map(|tool| tool.id.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// In the older form what is left out runs.
    fn hears_part(&self, data: &Value) -> Heard {
        match data["decision_type"].as_str() {
            Some("approve") => Heard {
                runs: self.ids(),
                answers: answers(&data["ask_user_answers"]),
                ..Heard::default()
            },
            Some("reject") => Heard::default(),
            Some("batch") => {
                let word = |id: &String| data["decisions"][id].as_str().map(str::to_owned);
                let (named, left_out): (Vec<_>, Vec<_>) =
                    self.ids().into_iter().partition(|id| word(id).is_some());
                let rejected = |id: &&String| word(id).as_deref() == Some("reject");
                let mut runs: Vec<_> = named.iter().filter(|id| !rejected(id)).cloned().collect();
                runs.extend(left_out.clone());
                Heard {
                    runs,
                    left_out,
                    ..Heard::default()
                }
            }
            _ => Heard::text(),
        }
    }

    /// In the newer form the task fails if something is left out.
    fn hears_extension(&self, payload: &Value) -> Heard {
        match payload["type"].as_str() {
            Some("tool_approval_response") => {
                let approvals = payload["approvals"].as_array().cloned().unwrap_or_default();
                let word = |id: &String| {
                    let said = approvals.iter().find(|said| said["id"] == **id);
                    said.and_then(|said| said["approved"].as_bool())
                };
                let ids = self.ids();
                let kept = |wanted: Option<bool>| -> Vec<String> {
                    let matching = ids.iter().filter(|id| word(id) == wanted);
                    matching.cloned().collect()
                };
                let (runs, left_out) = (kept(Some(true)), kept(None));
                let fails = !left_out.is_empty();
                Heard {
                    runs: if fails { Vec::new() } else { runs },
                    left_out,
                    ..Heard::default()
                }
            }
            Some("ask_user_response") => Heard {
                answers: answers(&payload["answers"]),
                ..Heard::default()
            },
            _ => Heard::text(),
        }
    }
}

impl Heard {
    fn text() -> Self {
        Self {
            is_text: true,
            ..Self::default()
        }
    }
}

/// `[{"answer": [..]}, ..]`.
fn answers(list: &Value) -> Option<Vec<Vec<String>>> {
    let one = |answer: &Value| {
        let texts = answer["answer"].as_array().cloned().unwrap_or_default();
        let texts = texts.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    Some(list.as_array()?.iter().map(one).collect())
}

fn listed(questions: &[(String, Vec<&str>, bool)]) -> Value {
    let one = |(text, choices, multiple): &(String, Vec<&str>, bool)| json!({"question": text, "choices": choices, "multiple": multiple});
    questions.iter().map(one).collect()
}

fn called(tool: &Tool) -> Value {
    json!({"id": tool.id, "name": tool.name, "args": tool.args})
}

/// One part for each call; those of a sub-agent stand in one.
fn parts(tools: &[Tool]) -> Vec<Part> {
    let own = tools.iter().filter(|tool| tool.via.is_none());
    let mut parts: Vec<Part> = own.map(|tool| part(&called(tool))).collect();
    let inner = tools.iter().filter(|tool| tool.via.is_some());
    let inner: Vec<Value> = inner
        .map(|tool| json!({"originalFunctionCall": called(tool)}))
        .collect();
    if let Some(via) = tools.iter().find_map(|tool| tool.via) {
        parts.push(Part {
            content: Content::Data(json!({
                "name": "adk_request_confirmation", "id": "adk-outer",
                "args": {
                    "originalFunctionCall": {"id": "outer", "name": "team__NS__helper", "args": {}},
                    "toolConfirmation": {"payload": {"hitl_parts": inner, "subagent_name": via}},
                },
            })),
            metadata: serde_json::Map::new(),
        });
    }
    parts
}

fn part(call: &Value) -> Part {
    Part {
        content: Content::Data(json!({
            "name": "adk_request_confirmation", "id": "adk-1",
            "args": {"originalFunctionCall": call, "toolConfirmation": {"confirmed": false}},
        })),
        metadata: serde_json::Map::new(),
    }
}
