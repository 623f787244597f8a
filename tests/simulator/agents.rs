//! The agents themselves: what each has been given, and what comes of it as time passes.

mod asks;
mod run;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard::a2a::{A2aError, Event, Message, Part, Prompt, Role, Task};
use switchboard::ids::{ContextId, Principal, PromptId, TaskId};
use switchboard::model::{Outcome, Protocol};
use switchboard::pause::Form;
use switchboard::store::TurnStands;
use tokio::time::Instant;

pub use self::asks::{Ask, Heard, Tool};
use self::run::{FORGETS_WITHIN, plan};
pub use self::run::{Run, Step, answer};
use crate::checks::decisions;
use crate::sim::Sim;
use crate::telegram::numbers;

/// What an agent is like.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub name: &'static str,
    pub protocol: Protocol,
    /// The version that it is spoken to in before anybody knows.
    pub first: Protocol,
    pub streams: bool,
    pub lists: bool,
    pub cancels: bool,
    /// How it asks about its tools, if it has some that people decide about.
    pub form: Option<Form>,
}

/// kagent's of today, a plain one of 0.3 that does not stream, kagent's of 1.0, and one of 1.0 that
/// does not list.
pub const KINDS: [Kind; 4] = [
    Kind {
        name: "k8s",
        protocol: Protocol::V03,
        first: Protocol::V03,
        streams: true,
        lists: true,
        cancels: false,
        form: Some(Form::Parts),
    },
    Kind {
        name: "plain",
        protocol: Protocol::V03,
        first: Protocol::V03,
        streams: false,
        lists: false,
        cancels: true,
        form: None,
    },
    Kind {
        name: "modern",
        protocol: Protocol::V10,
        first: Protocol::V10,
        streams: true,
        lists: true,
        cancels: true,
        form: Some(Form::Extension),
    },
    Kind {
        name: "bare",
        protocol: Protocol::V10,
        first: Protocol::V03,
        streams: true,
        lists: false,
        cancels: false,
        form: None,
    },
];

/// The error of a call in a version that the agent does not speak.
pub const NOT_THIS_VERSION: i64 = -32009;

/// What a prompt is answered with.
pub enum Taken {
    /// The run, and how many of its steps had happened before.
    Run(TaskId, usize),
    /// The whole answer, without a task.
    Direct(Message),
}

/// What comes of a prompt, from its words, the numbers of its questions, and a serial.
pub type Script = fn(&Kind, &str, &[i64], &str) -> Vec<(Instant, Step)>;

/// One agent.
pub struct SimAgent {
    pub kind: Kind,
    pub sim: Rc<Sim>,
    /// Nobody can reach it.
    pub down: Cell<bool>,
    /// What comes of a prompt, if it is not left to chance.
    pub script: Cell<Option<Script>>,
    /// What goes wrong with the next prompt, if it is not left to chance.
    pub mishap: Cell<Option<u64>>,
    runs: RefCell<BTreeMap<TaskId, Run>>,
    received: RefCell<BTreeMap<PromptId, u32>>,
}

impl SimAgent {
    pub fn new(sim: &Rc<Sim>, kind: Kind) -> Rc<Self> {
        Rc::new(Self {
            kind,
            sim: sim.clone(),
            down: Cell::new(false),
            script: Cell::default(),
            mishap: Cell::default(),
            runs: RefCell::default(),
            received: RefCell::default(),
        })
    }

    /// Whether it speaks this version.
    pub fn understands(&self, protocol: Protocol) -> Result<(), A2aError> {
        let same = protocol == self.kind.protocol;
        let other = || A2aError::rpc(NOT_THIS_VERSION, "version not supported");
        same.then_some(()).ok_or_else(other)
    }

    /// A prompt arrives. It must be the first time, whatever happened on the way; what is refused
    /// was never there, unless it is a decision.
    pub fn receives(&self, prompt: &Prompt) -> Result<Taken, A2aError> {
        let name = self.kind.name;
        self.sim.note(format_args!("{name} receives {}", prompt.id));
        if prompt.answer.is_none() {
            self.takes_words(prompt)?;
        }
        let times = {
            let mut received = self.received.borrow_mut();
            let times = received.entry(prompt.id.clone()).or_default();
            *times += 1;
            *times
        };
        if times > 1 {
            let id = &prompt.id;
            let what = prompt.answer.as_ref().map_or("prompt", |_| "decision");
            self.sim
                .breaks(format_args!("{name} got the {what} {id} {times} times"));
        }
        self.nothing_else_waits(prompt);
        match (&prompt.task, &prompt.answer) {
            (Some(task), Some(_)) => self.decided(task, prompt),
            (None, Some(_)) => {
                self.sim
                    .breaks(format_args!("{name} got a decision without its task"));
                Err(A2aError::rpc(-32602, "no task"))
            }
            (Some(task), None) => self.answered(task, prompt),
            (None, None) => Ok(self.begins(prompt)),
        }
    }

    /// Whether the task that the words are for takes any.
    fn takes_words(&self, prompt: &Prompt) -> Result<(), A2aError> {
        let Some(id) = &prompt.task else {
            return Ok(());
        };
        self.task(id, &prompt.principal)?;
        let runs = self.runs.borrow();
        let waits = runs.get(id).and_then(|run| run.waits_for(Instant::now()));
        waits.map(drop).ok_or_else(over)
    }

    /// While a decision is waited for, only it may enter the context.
    fn nothing_else_waits(&self, prompt: &Prompt) {
        let now = Instant::now();
        let runs = self.runs.borrow();
        let tables = self.sim.disk.tables();
        let is_known = |id: &TaskId| {
            let mut rows = tables.turns.values();
            rows.any(|row| row.turn.task.as_ref() == Some(id))
        };
        let is_lost = |id: &TaskId| {
            let mut rows = tables.turns.values();
            rows.any(|row| {
                row.stands == TurnStands::Over(Outcome::UnknownTold)
                    && (row.turn.answers.as_ref()).is_some_and(|of| of.task == *id)
            })
        };
        let others = runs.iter().filter(|(id, run)| {
            // What the bot never heard of, it cannot keep; nor what came of words that went to a
            // task at which it could not look again, which their person was told.
            let here =
                prompt.context.as_ref() == Some(&run.context) && is_known(id) && !is_lost(id);
            let other = prompt.answer.is_none() || prompt.task.as_ref() != Some(*id);
            here && other && run.waits_for(now).is_some_and(Ask::is_decided)
        });
        for (id, _) in others {
            let prompt = &prompt.id;
            self.sim.breaks(format_args!(
                "{prompt} enters a context in which {id} waits for a decision"
            ));
        }
    }

    fn begins(&self, prompt: &Prompt) -> Taken {
        let (name, chance) = (self.kind.name, &self.sim.chance);
        let scripted = self.script.get().is_some();
        let asked = numbers(&prompt.text);
        self.somebody_asked(&asked, prompt);
        let count = self.runs.borrow().len();
        let context = prompt.context.clone();
        let context = context.unwrap_or_else(|| {
            let prompts = self.received.borrow().len();
            ContextId::from(format!("context-{name}-{prompts}"))
        });
        if !scripted && chance.permille(100) {
            return Taken::Direct(said(&context, &answer(&asked, 1, 0)));
        }
        let id = TaskId::from(format!("task-{name}-{count}"));
        let longest = u64::try_from(FORGETS_WITHIN.as_millis()).unwrap_or_default();
        let run = Run {
            prompts: vec![prompt.id.clone()],
            principal: prompt.principal.clone(),
            context,
            form: self.kind.form.unwrap_or(Form::Text),
            plan: self.plan(&prompt.text, &asked, &format!("{count}-0"), 3),
            asked,
            canceled: None,
            forgotten: self
                .sim
                .mishap(self.sim.odds.agent / 10)
                .then(|| Instant::now() + chance.millis(100, longest)),
        };
        self.runs.borrow_mut().insert(id.clone(), run);
        Taken::Run(id, 0)
    }

    /// Somebody may ask this, and did. Where all is scripted a button may ask, whose words name no
    /// question.
    fn somebody_asked(&self, asked: &[i64], prompt: &Prompt) {
        if self.script.get().is_none() || !asked.is_empty() {
            decisions::asked(&self.sim, self.kind.name, asked, prompt);
        }
    }

    /// How a run goes on from now.
    fn plan(&self, text: &str, asked: &[i64], serial: &str, rounds: usize) -> Vec<(Instant, Step)> {
        match self.script.get() {
            Some(script) => script(&self.kind, text, asked, serial),
            None => plan(&self.kind, &self.sim.chance, asked, serial, rounds),
        }
    }

    /// A decision arrives at its task.
    fn decided(&self, id: &TaskId, prompt: &Prompt) -> Result<Taken, A2aError> {
        let now = Instant::now();
        self.task(id, &prompt.principal)?;
        let mut runs = self.runs.borrow_mut();
        let run = runs.get_mut(id).ok_or_else(over)?;
        let ask = run.waits_for(now).filter(|ask| ask.is_decided()).cloned();
        let ask = ask.ok_or_else(over)?;
        decisions::arrives(&self.sim, self.kind.name, id, &ask, prompt);
        let heard = ask.hears(prompt.answer.as_ref());
        if heard.is_text && run.form == Form::Extension {
            // It waits on.
            return Ok(Taken::Run(id.clone(), run.happened(now)));
        }
        Ok(self.goes_on(id, run, prompt))
    }

    /// Words arrive at a task that has asked for words.
    fn answered(&self, id: &TaskId, prompt: &Prompt) -> Result<Taken, A2aError> {
        let mut runs = self.runs.borrow_mut();
        let run = runs.get_mut(id).ok_or_else(over)?;
        let asked = numbers(&prompt.text);
        self.somebody_asked(&asked, prompt);
        run.asked.extend(asked);
        Ok(self.goes_on(id, run, prompt))
    }

    fn goes_on(&self, id: &TaskId, run: &mut Run, prompt: &Prompt) -> Taken {
        let now = Instant::now();
        let seen = run.happened(now);
        let rounds = 3_usize.saturating_sub(run.prompts.len());
        let serial = format!("{id}-{}", run.prompts.len());
        let plan = self.plan("", &run.asked, &serial, rounds);
        run.prompts.push(prompt.id.clone());
        run.goes_on(now, plan);
        Taken::Run(id.clone(), seen)
    }

    /// How often a prompt arrived.
    pub fn received(&self) -> BTreeMap<PromptId, u32> {
        self.received.borrow().clone()
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

    /// The next event of a run for whoever has seen so many since it began to look, and when it
    /// comes; none if the last one ended the stream.
    pub fn next_event(&self, id: &TaskId, from: usize, seen: usize) -> Option<(Instant, Event)> {
        let runs = self.runs.borrow();
        let run = runs.get(id)?;
        let last = seen.checked_sub(1).filter(|_| seen > from);
        let last = last.and_then(|last| run.plan.get(last));
        if last.is_some_and(|(_, step)| matches!(step, Step::Pause(_))) {
            return None;
        }
        let (at, step) = run.plan.get(seen)?;
        if run.canceled.is_some_and(|canceled| *at > canceled) {
            return None;
        }
        Some((*at, run.event(id, step)))
    }

    /// How many events of a run have happened.
    pub fn happened(&self, id: &TaskId) -> usize {
        let runs = self.runs.borrow();
        runs.get(id).map_or(0, |run| run.happened(Instant::now()))
    }
}

fn over() -> A2aError {
    A2aError::rpc(-32602, "the task takes no words")
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
