//! Pauses as they are read: leniently, but what cannot be read whole can only be rejected.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ASK_USER, CALLS_MAX, CHOICES_MAX, QUESTIONS_MAX};
use crate::a2a::model::{Content, Message, Task, TaskState};
use crate::a2a::reading::{CONFIRMATION, HITL};
use crate::ids::CallId;
use crate::pause::{Asks, Form, Pause, Question, ToolCall, Unclear};

/// What kagent's tools that are agents are called: `<namespace>__NS__<name>`.
const AGENT_MARK: &str = "__NS__";

/// What a task waits for; none if it does not wait.
#[must_use]
pub fn pause(task: &Task) -> Option<Pause> {
    let said = task.status_message.as_ref();
    let words = || task.status_text().unwrap_or_default();
    let (form, asks) = match task.state {
        TaskState::AuthRequired => (Form::Text, Asks::Login(words())),
        TaskState::InputRequired => match said.and_then(asked) {
            Some(asked) => asked,
            None => (Form::Text, Asks::Words(words())),
        },
        _ => return None,
    };
    Some(Pause {
        task: task.id.clone(),
        context: task.context_id.clone(),
        form,
        asks,
    })
}

fn asked(said: &Message) -> Option<(Form, Asks)> {
    if let Some(request) = said.metadata.get(HITL) {
        return Some((Form::Extension, of_extension(request)));
    }
    let mut calls = Found::default();
    for part in &said.parts {
        if let Content::Data(data) = &part.content
            && data["name"] == CONFIRMATION
        {
            of_part(data, &mut calls);
        }
    }
    (!calls.0.is_empty()).then(|| (Form::Parts, calls.asks()))
}

/// One data part: a call of the agent's own, or those of a sub-agent that it wraps.
fn of_part(data: &Value, calls: &mut Found) {
    let own = &data["args"]["originalFunctionCall"];
    let payload = &data["args"]["toolConfirmation"]["payload"];
    let Some(inner) = payload["hitl_parts"].as_array().filter(|p| !p.is_empty()) else {
        calls.add(own, "id", None);
        return;
    };
    let via = named(&payload["subagent_name"]).or_else(|| named(&own["name"]));
    for part in inner {
        calls.add(&part["originalFunctionCall"], "id", via.as_deref());
    }
}

fn of_extension(request: &Value) -> Asks {
    let nested = &request["nested"];
    let via = named(&nested["subagent_name"]);
    let inner = nested["tools"].as_array().filter(|tools| !tools.is_empty());
    if request["type"] == "ask_user_request" {
        let id = inner.map_or(&request["id"], |tools| &tools[0]["id"]);
        let alone = inner.is_none_or(|tools| tools.len() == 1);
        return match named(id).filter(|_| alone) {
            Some(id) => answers(id.into(), via, &request["questions"], Vec::new()),
            None => unclear(Unclear::Unreadable, Vec::new()),
        };
    }
    let mut calls = Found::default();
    let tools = inner.or_else(|| request["tools"].as_array());
    for tool in tools.into_iter().flatten() {
        calls.add(tool, "id", inner.and(via.as_deref()));
    }
    calls.asks()
}

/// The calls that were found, each as far as it could be read.
#[derive(Default)]
struct Found(Vec<Option<ToolCall>>);

impl Found {
    fn add(&mut self, call: &Value, id: &str, via: Option<&str>) {
        let (Some(id), Some(name)) = (named(&call[id]), named(&call["name"])) else {
            self.0.push(None);
            return;
        };
        self.0.push(Some(ToolCall {
            id: CallId::from(id),
            name,
            args: call["args"].clone(),
            via: via.map(str::to_owned),
        }));
    }

    fn asks(self) -> Asks {
        let found = self.0.len();
        let mut calls: Vec<ToolCall> = self.0.into_iter().flatten().collect();
        let ids: BTreeSet<&CallId> = calls.iter().map(|call| &call.id).collect();
        let hidden = |call: &ToolCall| call.via.is_some() && call.name.contains(AGENT_MARK);
        if found == 0 || ids.len() < found {
            return unclear(Unclear::Unreadable, calls);
        }
        if calls.iter().any(hidden) {
            return unclear(Unclear::Hidden, calls);
        }
        if found > CALLS_MAX {
            calls.truncate(CALLS_MAX);
            return unclear(Unclear::TooMany, calls);
        }
        if calls.iter().any(|call| call.name == ASK_USER) {
            let Ok([call]) = <[ToolCall; 1]>::try_from(calls.clone()) else {
                return unclear(Unclear::Mixed, calls);
            };
            let questions = call.args["questions"].clone();
            return answers(call.id.clone(), call.via.clone(), &questions, calls);
        }
        Asks::Approval(calls)
    }
}

fn answers(id: CallId, via: Option<String>, questions: &Value, calls: Vec<ToolCall>) -> Asks {
    let asked = questions.as_array().map(Vec::as_slice).unwrap_or_default();
    let questions: Option<Vec<Question>> = asked.iter().map(question).collect();
    match questions {
        Some(questions) if questions.len() > QUESTIONS_MAX => unclear(Unclear::TooMany, calls),
        Some(questions) if !questions.is_empty() => Asks::Answers { id, via, questions },
        _ => unclear(Unclear::Unreadable, calls),
    }
}

/// A question; more answers than there can be buttons are left to be written.
fn question(question: &Value) -> Option<Question> {
    let choices = question["choices"].as_array().into_iter().flatten();
    let choices: Vec<String> = choices.filter_map(named).collect();
    let fits = choices.len() <= CHOICES_MAX;
    Some(Question {
        text: named(&question["question"])?,
        choices: if fits { choices } else { Vec::new() },
        multiple: fits && question["multiple"] == true,
    })
}

fn unclear(why: Unclear, calls: Vec<ToolCall>) -> Asks {
    Asks::Unclear { why, calls }
}

/// A text that is not empty.
fn named(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}
