//! What a store needs that outlives its processes: forgetting, a look whether it works, and what
//! earlier processes died of. What is in memory does without.

use super::{Answer, Tidy, Waiter};
use crate::ids::{Timestamp, UpdateId};
use crate::model::MenuScope;
use crate::poison::Work;
use crate::rules::suspects::Deaths;

/// A store over several processes. Whatever a method says is what nothing was written down for.
pub trait Upkeep {
    /// Those who wait since `before` or longer, at most `max`, first come first; not those who
    /// were told of a restart while their question waited. What does not outlive its process
    /// knows of none.
    fn waiters(&self, before: Timestamp, max: usize) -> Answer<Vec<Waiter>> {
        let _ = (before, max);
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// What has caused too many panics: what, how often, and the last line. What does not
    /// outlive its process knows of none.
    fn suspects(&self) -> Answer<Vec<(Work, i64, String)>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// The deaths before this process. What does not outlive its process knows of none.
    fn deaths(&self) -> Answer<Deaths> {
        Box::pin(std::future::ready(Ok(Deaths::default())))
    }

    /// When this store was made as a copy, if no process has begun on it yet.
    fn copied_at(&self) -> Answer<Option<Timestamp>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// The lists of commands that Telegram was given, each by its digest, the oldest first. What
    /// does not outlive its process knows of none.
    fn menus(&self) -> Answer<Vec<(MenuScope, String)>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// What is parked and somebody wants to be tried again.
    fn retries(&self) -> Answer<Vec<Work>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// The text of an update, as long as it is kept.
    fn update_body(&self, update: UpdateId) -> Answer<Option<String>> {
        let _ = update;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Whether what was written last was kept. [`Upkeep::probe`] finds out anew.
    fn works(&self) -> bool {
        true
    }

    /// Writes what is there already, to see whether the disk takes it.
    fn probe(&self) -> Answer<()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// One step of forgetting what is over; answers how many rows were touched, and none once
    /// all is tidy. What does not outlive its process keeps everything.
    fn tidy(&self, _: Tidy) -> Answer<u64> {
        Box::pin(std::future::ready(Ok(0)))
    }

    /// Takes what was erased out of the log of the file as well, as far as nobody reads it.
    fn checkpoint(&self) -> Answer<()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
