//! Pauses: what an agent asks of a person, and what the person has decided.
//!
//! `legacy` is the form of kagent 0.8 to 0.10 (data parts), `hitl` that of kagent main (the
//! extension `hitl/v1`). Both read a reply exactly as the real ones do, with their traps.

pub(super) mod hitl;
pub(super) mod legacy;

use serde_json::{Value, json};
use uuid::Uuid;

use super::model::Part;
use super::python;

/// The tool with which kagent's agents ask questions.
pub(super) const ASK_USER: &str = "ask_user";

/// What a step asks.
#[derive(Clone, Debug)]
pub enum Ask {
    /// May these tools run?
    Approval {
        /// Each tool with its arguments, an object.
        tools: Vec<(String, Value)>,
        /// The sub-agent that wants to run them, where it is not the agent itself.
        subagent: Option<String>,
    },
    /// Questions of the tool `ask_user`.
    User {
        /// The questions.
        questions: Vec<Question>,
        /// The sub-agent that asks, where it is not the agent itself.
        subagent: Option<String>,
    },
    /// A plain question: input-required with a text.
    Text(String),
    /// Somebody must log in: auth-required with a text.
    Auth(String),
}

/// One question of `ask_user`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub question: String,
    /// The answers to choose from; none: free text.
    pub choices: Vec<String>,
    /// Whether more than one may be chosen.
    pub multiple: bool,
}

impl Question {
    /// A question to be answered in one's own words.
    #[must_use]
    pub fn free(question: &str) -> Self {
        Self::new(question, &[], false)
    }

    /// A question with one answer of several.
    #[must_use]
    pub fn one_of(question: &str, choices: &[&str]) -> Self {
        Self::new(question, choices, false)
    }

    /// A question with any number of answers of several.
    #[must_use]
    pub fn some_of(question: &str, choices: &[&str]) -> Self {
        Self::new(question, choices, true)
    }

    fn new(question: &str, choices: &[&str], multiple: bool) -> Self {
        Self {
            question: question.to_owned(),
            choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
            multiple,
        }
    }

    fn to_json(&self) -> Value {
        if self.choices.is_empty() {
            return json!({"question": self.question});
        }
        json!({"question": self.question, "choices": self.choices, "multiple": self.multiple})
    }
}

/// What a person has decided, as the agent understood it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// One verdict for each call that waited, in the order asked; of `ask_user` too.
    pub verdicts: Vec<Verdict>,
    /// The answers to the questions of `ask_user`, one list for each question.
    pub answers: Vec<Vec<String>>,
}

/// What was decided on one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub args: Value,
    /// Whether it runs.
    pub approved: bool,
    /// Why not.
    pub reason: Option<String>,
}

impl Decision {
    /// What the agent would say of it: `Tool said: …`, each call's result with ` | ` between.
    #[must_use]
    pub fn summary(&self) -> String {
        let results: Vec<String> = self.verdicts.iter().map(Verdict::result).collect();
        format!("Tool said: {}", results.join(" | "))
    }
}

impl Verdict {
    fn result(&self) -> String {
        match (&self.reason, self.approved) {
            (_, true) => format!("{} done", self.tool),
            (Some(reason), false) => format!("Tool call was rejected by user. Reason: {reason}"),
            (None, false) => "Tool call was rejected by user.".to_owned(),
        }
    }
}

/// What waits for a person.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// The calls that the person decides on: a sub-agent's own, where there is one.
    pub calls: Vec<PendingCall>,
    /// The questions, where the only call is `ask_user`.
    pub questions: Vec<Question>,
    /// The agent's call of its sub-agent.
    pub through: Option<Through>,
}

/// One call that waits.
#[derive(Clone, Debug)]
pub(super) struct PendingCall {
    /// The id of the request to confirm it.
    pub id: String,
    /// The id that the model gave the call.
    pub call_id: String,
    pub name: String,
    pub args: Value,
}

/// The call of a sub-agent.
#[derive(Clone, Debug)]
pub(super) struct Through {
    pub outer: PendingCall,
    pub task_id: String,
    pub context_id: String,
}

impl PendingCall {
    fn new(name: &str, args: Value) -> Self {
        let unique = Uuid::new_v4().simple().to_string();
        Self {
            id: format!("adk-{}", Uuid::new_v4()),
            call_id: format!("call_{}", &unique[..12]),
            name: name.to_owned(),
            args,
        }
    }

    fn part(&self) -> Part {
        Part::ToolCall {
            id: self.call_id.clone(),
            name: self.name.clone(),
            args: self.args.clone(),
        }
    }
}

impl Pending {
    /// What waits once tools were called.
    pub fn approval(tools: &[(String, Value)], subagent: Option<&str>) -> Self {
        let calls = tools.iter();
        Self {
            calls: calls
                .map(|(name, args)| PendingCall::new(name, args.clone()))
                .collect(),
            questions: Vec::new(),
            through: subagent.map(Through::new),
        }
    }

    /// What waits once questions were asked.
    pub fn user(questions: Vec<Question>, subagent: Option<&str>) -> Self {
        let asked: Vec<Value> = questions.iter().map(Question::to_json).collect();
        Self {
            calls: vec![PendingCall::new(ASK_USER, json!({"questions": asked}))],
            questions,
            through: subagent.map(Through::new),
        }
    }

    /// The model's calls that led to the pause.
    pub fn call_parts(&self) -> Vec<Part> {
        match &self.through {
            Some(through) => vec![through.outer.part()],
            None => self.calls.iter().map(PendingCall::part).collect(),
        }
    }

    /// What the pause is about, in words.
    pub fn hint(&self) -> String {
        if let Some(through) = &self.through {
            let names: Vec<&str> = self.calls.iter().map(|call| call.name.as_str()).collect();
            return format!(
                "Remote agent '{}' requires approval for tool(s): {}",
                through.outer.name,
                names.join(", ")
            );
        }
        match self.calls.first() {
            Some(call) if self.questions.is_empty() => tool_hint(call),
            _ => self.question_texts("; "),
        }
    }

    fn question_texts(&self, between: &str) -> String {
        let texts = self.questions.iter().map(|asked| asked.question.as_str());
        texts.collect::<Vec<_>>().join(between)
    }

    /// The decision where each call gets its verdict from the closure.
    fn decide(&self, verdict: impl Fn(&PendingCall) -> (bool, Option<String>)) -> Decision {
        let verdicts = self.calls.iter().map(|call| {
            let (approved, reason) = verdict(call);
            Verdict {
                tool: call.name.clone(),
                args: call.args.clone(),
                approved,
                reason,
            }
        });
        Decision {
            verdicts: verdicts.collect(),
            answers: Vec::new(),
        }
    }

    /// What the model gets to see of the decision: an answer to each of its calls.
    pub fn results(&self, decision: &Decision) -> Vec<Part> {
        if let Some(through) = &self.through {
            let response = json!({
                "result": decision.summary(),
                "subagent_session_id": through.context_id,
            });
            return vec![response_part(&through.outer, response)];
        }
        let decided = self.calls.iter().zip(&decision.verdicts);
        decided
            .map(
                |(call, verdict)| match (verdict.approved, call.name.as_str()) {
                    (true, ASK_USER) => response_part(call, self.answered(decision)),
                    (false, ASK_USER) => response_part(call, json!({"status": "cancelled"})),
                    (true, _) => Part::ToolResult {
                        id: call.call_id.clone(),
                        name: call.name.clone(),
                        text: verdict.result(),
                    },
                    (false, _) => response_part(call, json!({"result": verdict.result()})),
                },
            )
            .collect()
    }

    fn answered(&self, decision: &Decision) -> Value {
        let asked = self.questions.iter().zip(&decision.answers);
        let answers: Vec<Value> = asked
            .map(|(asked, answer)| json!({"question": asked.question, "answer": answer}))
            .collect();
        json!({"result": python::dumps(&Value::Array(answers))})
    }
}

impl Through {
    fn new(subagent: &str) -> Self {
        Self {
            outer: PendingCall::new(subagent, json!({"request": "please do it"})),
            task_id: Uuid::new_v4().to_string(),
            context_id: Uuid::new_v4().to_string(),
        }
    }
}

fn tool_hint(call: &PendingCall) -> String {
    format!("Tool '{}' requires approval before execution.", call.name)
}

fn response_part(call: &PendingCall, response: Value) -> Part {
    Part::ToolResponse {
        id: call.call_id.clone(),
        name: call.name.clone(),
        response,
    }
}

/// The texts of one answer to a question: `{"answer": [texts]}`.
fn texts(answer: &Value) -> Vec<String> {
    let texts = answer["answer"].as_array().into_iter().flatten();
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
