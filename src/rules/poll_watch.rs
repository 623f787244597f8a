//! Whether the bot still hears Telegram: a poll may hang on a connection that is half open,
//! and nothing else would show it.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// The longest time between two looks that is no sign of trouble, beyond what was announced.
const SLACK: Duration = Duration::from_secs(30);

/// When the last poll ended, with updates or with an error, and when the next step has to.
#[derive(Debug)]
pub struct PollWatch {
    ended: Cell<Option<Instant>>,
    due: Cell<Instant>,
}

impl PollWatch {
    /// No poll has ended yet; the first one is about to begin.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            ended: Cell::new(None),
            due: Cell::new(now + SLACK),
        }
    }

    /// A poll, or the wait for the next one, begins and is over after this at the latest.
    pub fn begins(&self, now: Instant, latest: Duration) {
        self.due.set(now + latest + SLACK);
    }

    /// A poll has ended, whatever came of it.
    pub fn ends(&self, now: Instant) {
        self.ended.set(Some(now));
    }

    /// When the last poll ended, if one has.
    #[must_use]
    pub fn last_ended(&self) -> Option<Instant> {
        self.ended.get()
    }

    /// Whether nothing has ended that should have by now: the poll hangs.
    #[must_use]
    pub fn hangs(&self, now: Instant) -> bool {
        now > self.due.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_hangs_when_it_takes_longer_than_it_may() {
        let begin = Instant::now();
        let at = |secs| begin + Duration::from_secs(secs);
        let watch = PollWatch::new(begin);
        assert!(!watch.hangs(at(30)) && watch.hangs(at(31)));
        watch.begins(at(31), Duration::from_secs(65));
        assert!(!watch.hangs(at(126)) && watch.hangs(at(127)));
        assert_eq!(watch.last_ended(), None);
        watch.ends(at(127));
        assert_eq!(watch.last_ended(), Some(at(127)));
        // A penalty of an hour is no poll that hangs.
        watch.begins(at(127), Duration::from_hours(1));
        assert!(!watch.hangs(at(3_700)));
    }
}
