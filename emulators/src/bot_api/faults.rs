//! Faults on request: what goes wrong, for which calls, how many times; and gates that hold a
//! call until the test lets it go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::message::ChatId;
use super::params::Params;

/// How long a test waits for a call at a gate.
const PATIENCE: Duration = Duration::from_secs(10);

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A JSON error of the server (500, 502, ...); the call is not accepted.
    Status(u16),
    /// An HTML page with status 502, as a proxy in front of Telegram sends it; not accepted.
    Html502,
    /// The call is worked on only after this time.
    Slow(Duration),
    /// The connection dies before the call is accepted: nothing happened.
    CutBefore,
    /// The connection dies after the call was accepted: it took effect, no answer comes.
    CutAfter,
    /// Accepted, but the body of the answer ends in the middle of its JSON.
    TruncatedJson,
    /// A 429. After a send or an edit its chat is in a penalty of that many seconds.
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
}

/// Which calls a fault hits, and how often. Without a word about it: once.
#[derive(Clone, Debug)]
pub struct On {
    method: Option<String>,
    chat: Option<ChatId>,
    fragment: Option<String>,
    left: Option<usize>,
}

impl On {
    /// Calls of one method, in any letter case.
    #[must_use]
    pub fn method(name: &str) -> Self {
        Self {
            method: Some(name.to_owned()),
            ..Self::any()
        }
    }

    /// Calls of any method, `getUpdates` included.
    #[must_use]
    pub fn any() -> Self {
        Self {
            method: None,
            chat: None,
            fragment: None,
            left: Some(1),
        }
    }

    /// Only calls about this chat.
    #[must_use]
    pub fn chat(mut self, chat: ChatId) -> Self {
        self.chat = Some(chat);
        self
    }

    /// Only calls whose text or caption contains this.
    #[must_use]
    pub fn text(mut self, fragment: &str) -> Self {
        self.fragment = Some(fragment.to_owned());
        self
    }

    /// That many calls.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.left = Some(times);
        self
    }

    /// Every such call until the faults are cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    fn hits(&self, method: &str, params: &Params) -> bool {
        let named = |name: &String| name.eq_ignore_ascii_case(method);
        self.left != Some(0)
            && self.method.as_ref().is_none_or(named)
            && (self.chat.is_none() || self.chat == params.chat())
            && self.fragment.as_ref().is_none_or(|fragment| {
                let text = params.text("text").or_else(|| params.text("caption"));
                text.is_some_and(|text| text.contains(fragment))
            })
    }

    fn count(&mut self) {
        self.left = self.left.map(|n| n.saturating_sub(1));
    }
}

/// Holds calls until [`release`](Gate::release), or until its last handle is dropped.
#[derive(Clone, Debug)]
pub struct Gate(Arc<GateState>);

#[derive(Debug)]
struct GateState {
    held: watch::Sender<usize>,
    open: watch::Sender<bool>,
}

impl Gate {
    fn new() -> Self {
        Self(Arc::new(GateState {
            held: watch::Sender::new(0),
            open: watch::Sender::new(false),
        }))
    }

    /// Waits until a call has come to the gate.
    ///
    /// # Panics
    /// When none comes in 10 s.
    pub async fn reached(&self) {
        self.reached_by(1).await;
    }

    /// Waits until so many calls have come to the gate.
    ///
    /// # Panics
    /// When they do not come in 10 s.
    pub async fn reached_by(&self, calls: usize) {
        let mut held = self.0.held.subscribe();
        let arrived = timeout(PATIENCE, held.wait_for(|n| *n >= calls)).await;
        assert!(
            arrived.is_ok(),
            "{calls} calls awaited at a gate, {} came",
            self.count()
        );
    }

    /// How many calls have come to the gate so far.
    #[must_use]
    pub fn count(&self) -> usize {
        *self.0.held.borrow()
    }

    /// Lets all held calls go on, and all later ones pass.
    pub fn release(&self) {
        self.0.open.send_replace(true);
    }

    fn waiter(&self) -> GateWait {
        GateWait {
            gate: Arc::downgrade(&self.0),
            open: self.0.open.subscribe(),
        }
    }
}

/// The side of a gate that a held call waits at. It does not keep the gate shut.
#[derive(Debug)]
pub(super) struct GateWait {
    gate: std::sync::Weak<GateState>,
    open: watch::Receiver<bool>,
}

impl GateWait {
    /// Counts the call in and waits until the gate opens or is dropped.
    pub async fn pass(mut self) {
        if let Some(gate) = self.gate.upgrade() {
            gate.held.send_modify(|n| *n += 1);
        }
        let _ = self.open.wait_for(|open| *open).await;
    }
}

#[derive(Debug)]
enum Action {
    Fail(Fault),
    /// Weak, so that a gate whose handle is gone holds nothing.
    Hold(std::sync::Weak<GateState>, Side),
}

/// Where a call is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Before it is accepted.
    Call,
    /// After it was accepted, before the answer leaves.
    Answer,
}

/// What happens to one call.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub delay: Duration,
    pub before: Vec<GateWait>,
    pub after: Vec<GateWait>,
    pub failure: Option<Fault>,
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(On, Action)>);

impl Faults {
    /// Adds a fault.
    pub fn add(&mut self, fault: Fault, on: On) {
        self.0.push((on, Action::Fail(fault)));
    }

    /// Adds a gate.
    pub fn hold(&mut self, on: On, side: Side) -> Gate {
        let gate = Gate::new();
        let weak = Arc::downgrade(&gate.0);
        self.0.push((on, Action::Hold(weak, side)));
        gate
    }

    /// Decides about one call: all delays and gates that fit, and the first failure.
    pub fn plan(&mut self, method: &str, params: &Params) -> Plan {
        let mut plan = Plan::default();
        for (on, action) in &mut self.0 {
            if !on.hits(method, params) {
                continue;
            }
            match action {
                Action::Fail(Fault::Slow(time)) => plan.delay += *time,
                Action::Fail(_) if plan.failure.is_some() => continue,
                Action::Fail(fault) => plan.failure = Some(fault.clone()),
                Action::Hold(gate, side) => {
                    let Some(gate) = gate.upgrade() else { continue };
                    let side = match side {
                        Side::Call => &mut plan.before,
                        Side::Answer => &mut plan.after,
                    };
                    side.push(Gate(gate).waiter());
                }
            }
            on.count();
        }
        self.0.retain(|(on, _)| on.left != Some(0));
        plan
    }

    /// Faults that have not been used up (gates not counted).
    pub fn left(&self) -> usize {
        let fails = self.0.iter().filter(|(_, a)| matches!(a, Action::Fail(_)));
        fails.count()
    }

    /// Takes all faults away; held calls stay held.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
