//! The door of an agent: what decides whether a turn may be given to it at once. It stands open or
//! it does not, so that nobody waits for an answer to find out; whoever finds it shut asks the
//! [`Agent`](super::Agent) for a place.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Permit;
use crate::a2a::{AgentCard, SharedAgent};
use crate::config;
use crate::rules::files::Takes;
use crate::rules::health::Health;

/// See the module. Changed by its agent alone.
pub struct Door {
    pub(super) settings: config::Agent,
    pub(super) client: SharedAgent,
    /// What the agent says of itself, once it has said so.
    pub(super) card: RefCell<Option<Rc<AgentCard>>>,
    /// Places among the calls in flight; closed once the agent has retired.
    pub(super) places: Arc<Semaphore>,
    /// Whether it is worth a call; runs note what they find.
    pub(super) health: Rc<RefCell<Health>>,
}

impl Door {
    pub(super) fn new(settings: config::Agent, client: SharedAgent) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.calls_max.get())),
            settings,
            client,
            card: RefCell::default(),
            health: Rc::default(),
        }
    }

    /// A place, if there is one now and nobody waits for it.
    #[must_use]
    pub fn enter(&self) -> Option<Permit> {
        if self.health.borrow().is_open() {
            return None;
        }
        let place = self.places.clone().try_acquire_owned().ok()?;
        Some(self.permit(Some(place)))
    }

    pub(super) fn permit(&self, place: Option<OwnedSemaphorePermit>) -> Permit {
        Permit {
            protocol: self.client.speaks(),
            takes: Takes::of(&self.settings, self.card.borrow().as_deref()),
            _place: place,
        }
    }
}
