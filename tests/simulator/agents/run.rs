//! One run: a plan with times, so that it goes on whether or not anybody looks. A plan may end in a
//! pause; what is decided there makes it longer.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use switchboard::a2a::{
    Artifact, ArtifactUpdate, Content, Event, Message, Part, Role, StatusUpdate, Task, TaskState,
};
use switchboard::ids::{ContextId, Principal, PromptId, TaskId};
use switchboard::pause::Form;
use tokio::time::Instant;

use super::asks::{Ask, Tool};
use super::{Kind, said};
use crate::chance::Chance;
use crate::telegram::marked;

/// One step of a run.
#[derive(Clone, Debug)]
pub enum Step {
    Working(String),
    Chunk(String),
    /// A file beside the answer.
    File(String),
    /// It waits, until somebody answers or the next step comes by itself.
    Pause(Ask),
    End(TaskState),
}

/// One run.
pub struct Run {
    /// The prompts and decisions that it has taken, oldest first.
    pub prompts: Vec<PromptId>,
    /// The numbers of the questions that it answers.
    pub asked: Vec<i64>,
    pub principal: Principal,
    pub context: ContextId,
    pub form: Form,
    pub plan: Vec<(Instant, Step)>,
    /// When it was cancelled, if it was.
    pub canceled: Option<Instant>,
    /// The agent has lost it from then on.
    pub forgotten: Option<Instant>,
}

impl Run {
    /// What it waits for now.
    pub fn waits_for(&self, now: Instant) -> Option<&Ask> {
        let gone = self.forgotten.is_some_and(|at| at <= now) || self.canceled.is_some();
        let last = self.plan.iter().rfind(|(at, _)| *at <= now);
        match last {
            Some((_, Step::Pause(ask))) if !gone => Some(ask),
            _ => None,
        }
    }

    /// How many steps have happened.
    pub fn happened(&self, now: Instant) -> usize {
        self.plan.iter().filter(|(at, _)| *at <= now).count()
    }

    /// From now on it goes on like this.
    pub fn goes_on(&mut self, now: Instant, plan: Vec<(Instant, Step)>) {
        self.plan.truncate(self.happened(now));
        self.plan.extend(plan);
    }

    pub fn at(&self, id: &TaskId, now: Instant) -> Task {
        let now = self.canceled.unwrap_or(now);
        let said_by_user = |prompt: &PromptId| Message {
            id: Some(prompt.as_str().to_owned()),
            role: Role::User,
            ..said(&self.context, "the question")
        };
        let mut task = Task {
            id: id.clone(),
            context_id: Some(self.context.clone()),
            state: TaskState::Submitted,
            status_message: None,
            artifacts: Vec::new(),
            history: self.prompts.iter().map(said_by_user).collect(),
            metadata: serde_json::Map::new(),
        };
        let (mut answer, mut files) = (String::new(), Vec::new());
        for (_, step) in self.plan.iter().filter(|(at, _)| *at <= now) {
            task.status_message = None;
            task.state = match step {
                Step::Working(_) => TaskState::Working,
                Step::Chunk(text) => {
                    answer.push_str(text);
                    TaskState::Working
                }
                Step::File(text) => {
                    files.push(file(text));
                    TaskState::Working
                }
                Step::Pause(ask) => {
                    task.status_message = Some(ask.message(self.form, &self.context));
                    ask.state()
                }
                Step::End(state) => state.clone(),
            };
        }
        if !answer.is_empty() {
            task.artifacts.push(artifact(Part::of_text(answer)));
        }
        task.artifacts.extend(files);
        if self.canceled.is_some() && !task.state.is_terminal() {
            task.state = TaskState::Canceled;
            task.status_message = None;
        }
        task
    }

    pub fn event(&self, id: &TaskId, step: &Step) -> Event {
        let status = |state: &TaskState, is_final, message| {
            Event::Status(StatusUpdate {
                task_id: Some(id.clone()),
                context_id: Some(self.context.clone()),
                is_final,
                state: state.clone(),
                message,
                partial: false,
                metadata: serde_json::Map::new(),
            })
        };
        let update = |artifact, append| {
            Event::Artifact(ArtifactUpdate {
                task_id: Some(id.clone()),
                context_id: Some(self.context.clone()),
                append,
                last: false,
                artifact,
                metadata: serde_json::Map::new(),
            })
        };
        match step {
            Step::Working(text) => {
                let message = said(&self.context, text);
                status(&TaskState::Working, false, Some(message))
            }
            Step::Pause(ask) => {
                let message = ask.message(self.form, &self.context);
                status(&ask.state(), true, Some(message))
            }
            Step::End(state) => status(state, true, None),
            Step::Chunk(text) => update(artifact(Part::of_text(text)), true),
            Step::File(text) => update(file(text), false),
        }
    }
}

/// How a run goes on from now: what it does, perhaps a pause, its answer. `rounds` pauses may still
/// come, and `serial` tells their ids apart.
pub fn plan(
    kind: &Kind,
    chance: &Chance,
    asked: &[i64],
    serial: &str,
    rounds: usize,
) -> Vec<(Instant, Step)> {
    let mut at = Instant::now();
    let mut after = |plan: &mut Vec<_>, from: u64, to: u64, step| {
        at += chance.millis(from, to);
        plan.push((at, step));
    };
    // Most are quick; some take longer than their time, some are silent for long.
    let longest = *chance.pick(&[1_000, 2_000, 10_000, 120_000]);
    let mut plan = Vec::new();
    after(&mut plan, 0, 0, Step::Working("looking".to_owned()));
    for step in 0..chance.below(4) {
        after(&mut plan, 1, longest, Step::Working(format!("step {step}")));
    }
    let ask = (rounds > 0).then(|| ask(kind, chance, asked, serial));
    if let Some(ask) = ask.flatten() {
        let decided = ask.is_decided();
        after(&mut plan, 1, 2_000, Step::Pause(ask));
        // Somebody decides elsewhere, now and then.
        if !decided || !chance.permille(100) {
            return plan;
        }
        let elsewhere = Step::Working("somebody has decided elsewhere".to_owned());
        after(&mut plan, 5_000, 60_000, elsewhere);
    }
    let lines = 1 + chance.below(3);
    let wide = if chance.permille(20) { 6_000 } else { 0 };
    for line in answer(asked, lines, wide).split_inclusive('\n') {
        after(&mut plan, 1, longest, Step::Chunk(line.to_owned()));
    }
    if chance.permille(60) {
        after(&mut plan, 1, longest, Step::File(answer(asked, 1, 0)));
    }
    let end = match chance.below(20) {
        0 => TaskState::Failed,
        1 => TaskState::Rejected,
        _ => TaskState::Completed,
    };
    after(&mut plan, 1, 201, Step::End(end));
    plan
}

/// What it asks before it goes on, if it does.
fn ask(kind: &Kind, chance: &Chance, asked: &[i64], serial: &str) -> Option<Ask> {
    let about = || {
        asked
            .iter()
            .copied()
            .map(marked)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let decided = kind.form.map_or(0, |_| 450);
    match chance.below(1_000) {
        dice if dice < decided => {
            if chance.permille(250) {
                return Some(questions(chance, &about(), serial));
            }
            let nested = chance.permille(150);
            let tool = |n| Tool {
                id: format!("call-{serial}-{n}"),
                name: chance.pick::<&str>(&TOOLS),
                args: json!({"for": about(), "number": n}),
                via: nested.then_some("helper"),
            };
            let count = *chance.pick(&[1, 1, 2, 3]);
            Some(Ask::Tools((0..count).map(tool).collect()))
        }
        dice if dice < decided + 60 => Some(Ask::Words(format!("Which one, for {}?", about()))),
        dice if dice < decided + 75 => Some(Ask::Login(format!("Log in, for {}.", about()))),
        _ => None,
    }
}

fn questions(chance: &Chance, about: &str, serial: &str) -> Ask {
    let question = |n| {
        let choices = if chance.permille(700) {
            vec!["red", "green", "blue"]
        } else {
            Vec::new()
        };
        let multiple = !choices.is_empty() && chance.permille(300);
        (format!("Colour {n} for {about}?"), choices, multiple)
    };
    let count = 1 + chance.below(2);
    Ask::Questions(format!("ask-{serial}"), (0..count).map(question).collect())
}

/// The answer names the questions, so that it can be told where it belongs.
pub fn answer(asked: &[i64], lines: u64, wide: usize) -> String {
    let asked: Vec<_> = asked.iter().copied().map(marked).collect();
    let filling = " and so on".repeat(wide / 10);
    let line = |line| format!("line {line} for {}{filling}\n", asked.join(" "));
    (0..lines).map(line).collect()
}

fn artifact(part: Part) -> Artifact {
    Artifact {
        id: "answer".to_owned(),
        name: None,
        parts: vec![part],
        metadata: serde_json::Map::new(),
    }
}

fn file(text: &str) -> Artifact {
    let content = Content::FileBytes {
        bytes: Bytes::copy_from_slice(text.as_bytes()),
        name: Some("report.txt".to_owned()),
        media_type: Some("text/plain".to_owned()),
    };
    let metadata = serde_json::Map::new();
    Artifact {
        id: "report".to_owned(),
        ..artifact(Part { content, metadata })
    }
}

/// Tools; one that nobody but the leads decides about.
const TOOLS: [&str; 4] = ["restart", "restart", "scale", "drop_table"];

/// The time that an agent needs to lose a run.
pub const FORGETS_WITHIN: Duration = Duration::from_mins(1);
