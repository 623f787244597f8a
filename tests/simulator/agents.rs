//! The agents themselves: what each has been given, and what comes of it as time passes. A run
//! is a plan with times, so that it goes on whether or not anybody looks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use switchboard::a2a::{
    A2aError, Artifact, ArtifactUpdate, Event, Message, Part, Prompt, Role, StatusUpdate, Task,
    TaskState,
};
use switchboard::ids::{ContextId, Principal, PromptId, TaskId};
use switchboard::model::Protocol;
use tokio::time::Instant;

use crate::sim::Sim;
use crate::telegram::{marked, numbers};

/// What an agent is like.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub name: &'static str,
    pub protocol: Protocol,
    pub streams: bool,
    pub lists: bool,
    pub cancels: bool,
}

/// kagent's of today, a plain one of 0.3 that does not stream, and one of 1.0.
pub const KINDS: [Kind; 3] = [
    Kind {
        name: "k8s",
        protocol: Protocol::V03,
        streams: true,
        lists: true,
        cancels: false,
    },
    Kind {
        name: "plain",
        protocol: Protocol::V03,
        streams: false,
        lists: false,
        cancels: true,
    },
    Kind {
        name: "modern",
        protocol: Protocol::V10,
        streams: true,
        lists: true,
        cancels: true,
    },
];

/// One step of a run.
#[derive(Clone, Debug)]
enum Step {
    Working(String),
    Chunk(String),
    End(TaskState),
}

/// One run.
struct Run {
    prompt: PromptId,
    principal: Principal,
    context: ContextId,
    plan: Vec<(Instant, Step)>,
    /// When it was cancelled, if it was.
    canceled: Option<Instant>,
    /// The agent has lost it from then on.
    forgotten: Option<Instant>,
}

/// What a prompt is answered with.
pub enum Taken {
    Run(TaskId),
    /// The whole answer, without a task.
    Direct(Message),
}

/// One agent.
pub struct SimAgent {
    pub kind: Kind,
    pub sim: Rc<Sim>,
    /// Nobody can reach it.
    pub down: Cell<bool>,
    runs: RefCell<BTreeMap<TaskId, Run>>,
    received: RefCell<BTreeMap<PromptId, u32>>,
}

impl SimAgent {
    pub fn new(sim: &Rc<Sim>, kind: Kind) -> Rc<Self> {
        Rc::new(Self {
            kind,
            sim: sim.clone(),
            down: Cell::new(false),
            runs: RefCell::default(),
            received: RefCell::default(),
        })
    }

    /// A prompt arrives. It must be the first time, whatever happened on the way.
    pub fn receives(&self, prompt: &Prompt) -> Taken {
        let name = self.kind.name;
        self.sim.note(format_args!("{name} receives {}", prompt.id));
        let mut received = self.received.borrow_mut();
        let times = received.entry(prompt.id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let id = &prompt.id;
            self.sim
                .breaks(format_args!("{name} got the prompt {id} {times} times"));
        }
        let count = self.runs.borrow().len();
        let context = prompt.context.clone();
        let context = context.unwrap_or_else(|| ContextId(format!("context-{name}-{count}")));
        let chance = &self.sim.chance;
        if chance.permille(100) {
            return Taken::Direct(said(&context, &answer(prompt, 1)));
        }
        let id = TaskId(format!("task-{name}-{count}"));
        let run = Run {
            prompt: prompt.id.clone(),
            principal: prompt.principal.clone(),
            context,
            plan: self.plan(prompt),
            canceled: None,
            forgotten: self
                .sim
                .mishap(self.sim.odds.agent / 10)
                .then(|| Instant::now() + chance.millis(100, 60_000)),
        };
        self.runs.borrow_mut().insert(id.clone(), run);
        Taken::Run(id)
    }

    /// How often a prompt arrived.
    pub fn received(&self) -> BTreeMap<PromptId, u32> {
        self.received.borrow().clone()
    }

    fn plan(&self, prompt: &Prompt) -> Vec<(Instant, Step)> {
        let chance = &self.sim.chance;
        let mut at = Instant::now() + chance.millis(10, 2_000);
        let longest = *chance.pick(&[500, 2_000, 10_000, 120_000]);
        let mut plan = vec![(at, Step::Working("looking".to_owned()))];
        for step in 0..chance.below(4) {
            at += chance.millis(1, longest);
            plan.push((at, Step::Working(format!("step {step}"))));
        }
        let chunks = 1 + chance.below(3);
        let whole = answer(prompt, chunks);
        for line in whole.split_inclusive('\n') {
            at += chance.millis(1, longest);
            plan.push((at, Step::Chunk(line.to_owned())));
        }
        let end = match chance.below(20) {
            0 => TaskState::Failed,
            1 => TaskState::Rejected,
            _ => TaskState::Completed,
        };
        at += chance.millis(0, 200) + Duration::from_millis(1);
        plan.push((at, Step::End(end)));
        plan
    }

    /// The task as it is now.
    pub fn task(&self, id: &TaskId, principal: &Principal) -> Result<Task, A2aError> {
        let runs = self.runs.borrow();
        let now = Instant::now();
        let known = runs.get(id);
        let run = known.filter(|run| run.forgotten.is_none_or(|at| at > now));
        let run = run.ok_or_else(|| A2aError::rpc(-32001, "task not found"))?;
        if run.principal != *principal {
            self.sim
                .breaks(format_args!("{id} was asked about for {principal}"));
        }
        Ok(run.at(id, now))
    }

    /// The tasks of a context, or all of a person.
    pub fn tasks(
        &self,
        context: Option<&ContextId>,
        principal: &Principal,
    ) -> Result<Vec<Task>, A2aError> {
        if !self.kind.lists {
            return Err(A2aError::rpc(-32601, "method not found"));
        }
        let now = Instant::now();
        let runs = self.runs.borrow();
        let asked = |run: &Run| match context {
            Some(context) => run.context == *context,
            None => run.principal == *principal,
        };
        let here = runs.iter().filter(|(_, run)| asked(run));
        let kept = here.filter(|(_, run)| run.forgotten.is_none_or(|at| at > now));
        Ok(kept.map(|(id, run)| run.at(id, now)).collect())
    }

    /// Stops a run, if this agent can.
    pub fn cancel(&self, id: &TaskId, principal: &Principal) -> Result<Task, A2aError> {
        let now = Instant::now();
        if self.task(id, principal)?.state.is_terminal() {
            return Err(A2aError::rpc(-32002, "task is over"));
        }
        if !self.kind.cancels {
            return Err(A2aError::rpc(-32603, "cannot cancel"));
        }
        if let Some(run) = self.runs.borrow_mut().get_mut(id) {
            run.canceled.get_or_insert(now);
        }
        self.task(id, principal)
    }

    /// The next event of a run after so many, and when it comes; none if it was the last.
    pub fn next_event(&self, id: &TaskId, seen: usize) -> Option<(Instant, Event)> {
        let runs = self.runs.borrow();
        let run = runs.get(id)?;
        let (at, step) = run.plan.get(seen)?;
        if run.canceled.is_some_and(|canceled| *at > canceled) {
            return None;
        }
        Some((*at, run.event(id, step)))
    }

    /// How many events of a run have happened.
    pub fn happened(&self, id: &TaskId) -> usize {
        let now = Instant::now();
        let runs = self.runs.borrow();
        let run = runs.get(id);
        run.map_or(0, |run| {
            run.plan.iter().filter(|(at, _)| *at <= now).count()
        })
    }
}

impl Run {
    fn at(&self, id: &TaskId, now: Instant) -> Task {
        let now = self.canceled.unwrap_or(now);
        let mut task = Task {
            id: id.clone(),
            context_id: Some(self.context.clone()),
            state: TaskState::Submitted,
            status_message: None,
            artifacts: Vec::new(),
            history: vec![Message {
                id: Some(self.prompt.as_str().to_owned()),
                role: Role::User,
                ..said(&self.context, "the question")
            }],
            metadata: serde_json::Map::new(),
        };
        let mut answer = String::new();
        for (_, step) in self.plan.iter().filter(|(at, _)| *at <= now) {
            match step {
                Step::Working(_) => task.state = TaskState::Working,
                Step::Chunk(text) => {
                    task.state = TaskState::Working;
                    answer.push_str(text);
                }
                Step::End(state) => task.state = state.clone(),
            }
        }
        if !answer.is_empty() {
            task.artifacts.push(artifact(&answer));
        }
        if self.canceled.is_some() && !task.state.is_terminal() {
            task.state = TaskState::Canceled;
        }
        task
    }

    fn event(&self, id: &TaskId, step: &Step) -> Event {
        let status = |state: &TaskState, message| {
            Event::Status(StatusUpdate {
                task_id: Some(id.clone()),
                context_id: Some(self.context.clone()),
                is_final: state.is_terminal(),
                state: state.clone(),
                message,
                partial: false,
                metadata: serde_json::Map::new(),
            })
        };
        match step {
            Step::Working(text) => status(&TaskState::Working, Some(said(&self.context, text))),
            Step::End(state) => status(state, None),
            Step::Chunk(text) => Event::Artifact(ArtifactUpdate {
                task_id: Some(id.clone()),
                context_id: Some(self.context.clone()),
                append: true,
                last: false,
                artifact: artifact(text),
                metadata: serde_json::Map::new(),
            }),
        }
    }
}

/// The answer names the question, with all its edits, so that it can be told where it belongs.
fn answer(prompt: &Prompt, lines: u64) -> String {
    let asked: Vec<_> = numbers(&prompt.text).into_iter().map(marked).collect();
    let line = |line| format!("line {line} for {}\n", asked.join(" "));
    (0..lines).map(line).collect()
}

fn artifact(text: &str) -> Artifact {
    Artifact {
        id: "answer".to_owned(),
        name: None,
        parts: vec![Part::of_text(text)],
        metadata: serde_json::Map::new(),
    }
}

fn said(context: &ContextId, text: &str) -> Message {
    Message {
        id: None,
        role: Role::Agent,
        parts: vec![Part::of_text(text)],
        context_id: Some(context.clone()),
        task_id: None,
        metadata: serde_json::Map::new(),
    }
}
