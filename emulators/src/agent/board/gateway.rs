//! What stands before the agent, and an agent's restart: the token, faults, cuts, forgetting.

use std::sync::PoisonError;
use std::time::Duration;

use super::super::gate::Gate;
use super::super::reply::Fault;
use super::{Board, Signal};

impl Board {
    pub fn set_bearer(&self, token: Option<String>) {
        *self.bearer.write().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// Whether a request with this `Authorization` may pass.
    pub fn lets_in(&self, authorization: Option<&str>) -> bool {
        let bearer = self.bearer.read().unwrap_or_else(PoisonError::into_inner);
        bearer.as_ref().is_none_or(|token| {
            authorization.and_then(|given| given.strip_prefix("Bearer ")) == Some(token)
        })
    }

    /// Breaks the next call of a method.
    pub fn break_next(&self, method: &str, fault: Fault) {
        self.kept().faults.push_back((method.to_owned(), fault));
    }

    /// The fault that this call of a method meets, if any.
    pub fn next_fault(&self, method: &str) -> Option<Fault> {
        let mut kept = self.kept();
        let at = kept.faults.iter().position(|(of, _)| of == method)?;
        kept.faults.remove(at).map(|(_, fault)| fault)
    }

    /// Holds the next call of a method.
    pub fn hold_next(&self, method: &str, gate: &Gate) {
        let held = (method.to_owned(), gate.clone());
        self.kept().held.push_back(held);
    }

    /// The gate that this call of a method stands before, if any.
    pub fn next_gate(&self, method: &str) -> Option<Gate> {
        let mut kept = self.kept();
        let at = kept.held.iter().position(|(of, _)| of == method)?;
        kept.held.remove(at).map(|(_, gate)| gate)
    }

    /// Has the next call of a method wait for so long.
    pub fn delay_next(&self, method: &str, time: Duration) {
        self.kept().delays.push_back((method.to_owned(), time));
    }

    /// How long this call of a method waits, if it does.
    pub fn next_delay(&self, method: &str) -> Option<Duration> {
        let mut kept = self.kept();
        let at = kept.delays.iter().position(|(of, _)| of == method)?;
        kept.delays.remove(at).map(|(_, time)| time)
    }

    /// Cuts all who listen to a task.
    pub fn cut_all(&self) {
        for slot in self.kept().tasks.values_mut() {
            slot.tell(&Signal::Fault(Fault::Cut));
        }
    }

    /// Ends all runs and forgets all tasks and conversations, as a pod does that restarts.
    pub fn forget_tasks(&self) {
        let mut kept = self.kept();
        for slot in kept.tasks.values_mut() {
            if let Some(run) = slot.run.take() {
                run.abort();
            }
            slot.tell(&Signal::Fault(Fault::Cut));
        }
        kept.tasks.clear();
        kept.order.clear();
        kept.conversations.clear();
        drop(kept);
        self.changed();
    }
}
