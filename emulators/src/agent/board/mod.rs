//! The shared state: tasks, conversations and records, under one lock, and who waits for what.

mod gateway;
mod pauses;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::gate::Gate;
use super::model::{Event, Ids, Message, State, Task};
use super::pause::Pending;
use super::records::{Call, Incoming, Prompt};
use super::reply::{Fault, Reply};
use super::settings::{Flavor, Settings};

/// Calls, prompts and tasks that are kept; the oldest go first. Above what any test makes.
const KEPT_MAX: usize = 100_000;
/// Prompts of a conversation that a script may look back at.
const EARLIER_MAX: usize = 20;

/// What answers the prompts.
pub(super) type Script = Arc<dyn Fn(&Incoming) -> Reply + Send + Sync>;

/// What a connection that listens to a task is told.
#[derive(Clone, Debug)]
pub(super) enum Signal {
    Event(Event),
    Fault(Fault),
    /// A comment on the stream.
    Ping,
    /// The task waits for somebody: who listens may go.
    Paused,
    /// Nothing more will come.
    Over,
}

pub(super) struct Board {
    pub settings: Settings,
    script: RwLock<Script>,
    bearer: RwLock<Option<String>>,
    kept: Mutex<Kept>,
    /// Counts the changes, for those who wait for one.
    version: watch::Sender<u64>,
}

#[derive(Default)]
struct Kept {
    calls: VecDeque<Call>,
    prompts: VecDeque<Prompt>,
    tasks: HashMap<String, Slot>,
    order: VecDeque<String>,
    conversations: HashMap<(String, String), Conversation>,
    executed: VecDeque<(String, Value)>,
    faults: VecDeque<(String, Fault)>,
    /// Where the next call of a method waits.
    held: VecDeque<(String, Gate)>,
    /// How long the next call of a method waits.
    delays: VecDeque<(String, Duration)>,
    calls_made: u64,
    tasks_made: u64,
}

struct Slot {
    task: Task,
    listeners: Vec<mpsc::UnboundedSender<Signal>>,
    run: Option<AbortHandle>,
    /// What waits in this task for a person: kagent main reads it here.
    pending: Option<Pending>,
}

#[derive(Default)]
struct Conversation {
    turns: u32,
    earlier: VecDeque<String>,
    /// What waits in this session for a person: kagent 0.10 reads it here.
    pending: Option<Pending>,
}

impl Board {
    pub fn new(settings: Settings, script: Script) -> Self {
        Self {
            bearer: RwLock::new(settings.bearer.clone()),
            settings,
            script: RwLock::new(script),
            kept: Mutex::default(),
            version: watch::Sender::new(0),
        }
    }

    pub fn script(&self) -> Script {
        let script = self.script.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&script)
    }

    pub fn set_script(&self, script: Script) {
        *self.script.write().unwrap_or_else(PoisonError::into_inner) = script;
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// Records a call and gives it its number.
    pub fn record_call(&self, mut call: Call) {
        let mut kept = self.kept();
        kept.calls_made += 1;
        call.number = kept.calls_made;
        push_bounded(&mut kept.calls, call, KEPT_MAX);
        drop(kept);
        self.changed();
    }

    pub fn record_prompt(&self, prompt: Prompt) {
        push_bounded(&mut self.kept().prompts, prompt, KEPT_MAX);
        self.changed();
    }

    pub fn calls(&self) -> Vec<Call> {
        self.kept().calls.iter().cloned().collect()
    }

    pub fn prompts(&self) -> Vec<Prompt> {
        self.kept().prompts.iter().cloned().collect()
    }

    /// The turn that a prompt of this conversation would be, and the prompts before it.
    pub fn look_back(&self, user: &str, context: &str) -> (u32, Vec<String>) {
        let kept = self.kept();
        let key = (user.to_owned(), context.to_owned());
        match kept.conversations.get(&key) {
            Some(known) => (known.turns + 1, known.earlier.iter().cloned().collect()),
            None => (1, Vec::new()),
        }
    }

    /// Counts a prompt that the agent has taken.
    pub fn count_turn(&self, user: &str, context: &str, text: &str) {
        let mut kept = self.kept();
        let key = (user.to_owned(), context.to_owned());
        let conversation = kept.conversations.entry(key).or_default();
        conversation.turns += 1;
        push_bounded(&mut conversation.earlier, text.to_owned(), EARLIER_MAX);
    }

    /// Whether the user has a conversation of this id.
    pub fn knows_context(&self, user: &str, context: &str) -> bool {
        let key = (user.to_owned(), context.to_owned());
        self.kept().conversations.contains_key(&key)
    }

    /// Makes a task and listens to it from its first event on.
    pub fn create(
        &self,
        user: &str,
        context: &str,
        prompt: Message,
    ) -> (Task, mpsc::UnboundedReceiver<Signal>) {
        let ids = Ids {
            task: Uuid::new_v4().to_string(),
            context: context.to_owned(),
            user: user.to_owned(),
            invocation: format!("e-{}", Uuid::new_v4()),
        };
        let (listener, signals) = mpsc::unbounded_channel();
        let mut kept = self.kept();
        kept.tasks_made += 1;
        let echoes = self.settings.flavor == Flavor::Kagent;
        let task = Task::new(kept.tasks_made, ids, prompt, echoes);
        if kept.order.len() == KEPT_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.tasks.remove(&oldest);
        }
        kept.order.push_back(task.ids.task.clone());
        let slot = Slot {
            task: task.clone(),
            listeners: vec![listener],
            run: None,
            pending: None,
        };
        kept.tasks.insert(task.ids.task.clone(), slot);
        drop(kept);
        self.changed();
        (task, signals)
    }

    /// Remembers how to stop the task's run.
    pub fn attach(&self, task: &str, run: AbortHandle) {
        if let Some(slot) = self.kept().tasks.get_mut(task) {
            slot.run = Some(run);
        }
    }

    /// Tells those who listen, and changes the task where the signal does.
    pub fn tell(&self, task: &str, signal: &Signal) {
        if let Some(slot) = self.kept().tasks.get_mut(task) {
            slot.tell(signal);
        }
        self.changed();
    }

    /// Ends a task at once. Gives the task, or None where it was terminal already.
    pub fn cancel(&self, task: &str) -> Option<Task> {
        let mut kept = self.kept();
        let slot = kept.tasks.get_mut(task)?;
        if slot.task.state.is_terminal() {
            return None;
        }
        if let Some(run) = slot.run.take() {
            run.abort();
        }
        slot.tell(&Signal::Event(Event::status(State::Canceled, None)));
        slot.tell(&Signal::Over);
        let task = slot.task.clone();
        drop(kept);
        self.changed();
        Some(task)
    }

    /// Changes a task that is over: what a canceled run still does to it.
    pub fn overwrite(&self, task: &str, event: &Event) {
        if let Some(slot) = self.kept().tasks.get_mut(task) {
            slot.task.apply(event);
        }
        self.changed();
    }

    /// The task as it is now, and what comes from now on; None where nothing will. Of a task in
    /// a pause nothing comes but that.
    pub fn listen(&self, task: &str) -> Option<(Task, mpsc::UnboundedReceiver<Signal>)> {
        let mut kept = self.kept();
        let slot = kept.tasks.get_mut(task).filter(|slot| !slot.task.is_over)?;
        let (listener, signals) = mpsc::unbounded_channel();
        if slot.task.state == State::InputRequired {
            // The receiver is held by the caller, so this cannot fail.
            let _ = listener.send(Signal::Paused);
        }
        slot.listeners.push(listener);
        Some((slot.task.clone(), signals))
    }

    /// The task as it is now, if this user may see it.
    pub fn find(&self, task: &str, user: &str) -> Option<Task> {
        let kept = self.kept();
        let task = &kept.tasks.get(task)?.task;
        self.may_see(task, user).then(|| task.clone())
    }

    /// The task as it is now.
    pub fn task(&self, task: &str) -> Option<Task> {
        self.kept().tasks.get(task).map(|slot| slot.task.clone())
    }

    /// The tasks that the filter takes, in the order of their making.
    pub fn tasks(&self, takes: impl Fn(&Task) -> bool) -> Vec<Task> {
        let kept = self.kept();
        let all = kept.order.iter().filter_map(|id| kept.tasks.get(id));
        all.map(|slot| &slot.task)
            .filter(|task| takes(task))
            .cloned()
            .collect()
    }

    pub fn may_see(&self, task: &Task, user: &str) -> bool {
        !self.settings.flavor.scopes_by_user() || task.ids.user == user
    }
}

impl Slot {
    fn tell(&mut self, signal: &Signal) {
        // A run that was cancelled may still be on its last step.
        if self.task.is_over {
            return;
        }
        match signal {
            Signal::Event(event) => self.task.apply(event),
            Signal::Over => self.task.is_over = true,
            Signal::Fault(_) | Signal::Ping | Signal::Paused => {}
        }
        self.listeners
            .retain(|listener| listener.send(signal.clone()).is_ok());
        if matches!(signal, Signal::Event(Event::Status { state, .. }) if state.is_paused()) {
            // Told with the pause itself, so that it cannot end the stream of a quick reply.
            self.listeners
                .retain(|listener| listener.send(Signal::Paused).is_ok());
        }
        if matches!(signal, Signal::Over) {
            self.listeners.clear();
        }
    }
}

fn push_bounded<T>(queue: &mut VecDeque<T>, item: T, max: usize) {
    if queue.len() == max {
        queue.pop_front();
    }
    queue.push_back(item);
}
