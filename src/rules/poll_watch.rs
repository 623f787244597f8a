//! Whether the bot still hears Telegram, and alone: a poll may hang on a connection that is half
//! open, and nothing else would show it; or somebody else may get what people write.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// The longest time between two looks that is no sign of trouble, beyond what was announced.
const SLACK: Duration = Duration::from_secs(30);

/// Two refusals within this time are of one rival, and after so long without any it is gone. Of two
/// processes that wait out each other's polls, each is refused once in two polls.
pub const RIVAL_GONE: Duration = Duration::from_mins(10);

/// Who gets what people write, beside us or in our place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rival {
    /// A webhook: no poll works while it is set.
    Webhook,
    /// Another process that polls with the same token: each gets a part.
    Poller,
}

/// When the last poll ended, with updates or with an error, and when the next step has to.
#[derive(Debug)]
pub struct PollWatch {
    ended: Cell<Option<Instant>>,
    due: Cell<Instant>,
    /// When a poll was refused last because of somebody else, and by whom.
    refused: Cell<Option<(Instant, Rival)>>,
    rival: Cell<Option<Rival>>,
}

impl PollWatch {
    /// No poll has ended yet; the first one is about to begin.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            ended: Cell::new(None),
            due: Cell::new(now + SLACK),
            refused: Cell::new(None),
            rival: Cell::new(None),
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

    /// A poll was refused (Bot API: 409), because of this one.
    pub fn refused(&self, now: Instant, by: Rival) {
        let before = self.refused.replace(Some((now, by)));
        let again = before.is_some_and(|(then, who)| who == by && now < then + RIVAL_GONE);
        // One poller more may be a process that is about to end.
        if by == Rival::Webhook || again {
            self.rival.set(Some(by));
        }
    }

    /// A poll was answered with updates, or with none.
    pub fn answered(&self, now: Instant) {
        let gone = match self.refused.get() {
            Some((_, Rival::Webhook)) | None => true,
            Some((then, Rival::Poller)) => now >= then + RIVAL_GONE,
        };
        if gone {
            self.rival.set(None);
        }
    }

    /// Who surely gets what people write, as far as the polls tell.
    #[must_use]
    pub fn rival(&self) -> Option<Rival> {
        self.rival.get()
    }

    /// When a poll was refused last because of somebody else, if one ever was.
    #[must_use]
    pub fn last_refused(&self) -> Option<Instant> {
        self.refused.get().map(|(then, _)| then)
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

    #[test]
    fn a_second_refusal_tells_of_a_rival_until_none_has_come_for_long() {
        let begin = Instant::now();
        let at = |secs| begin + Duration::from_secs(secs);
        let watch = PollWatch::new(begin);
        // What a rollout may look like.
        watch.refused(at(0), Rival::Poller);
        assert_eq!((watch.rival(), watch.last_refused()), (None, Some(at(0))));
        watch.answered(at(599));
        watch.refused(at(600), Rival::Poller);
        assert_eq!(watch.rival(), None, "the first is long ago");
        watch.refused(at(710), Rival::Poller);
        assert_eq!(watch.rival(), Some(Rival::Poller));
        // In between, each gets its part.
        watch.answered(at(711));
        watch.answered(at(1_309));
        assert_eq!(watch.rival(), Some(Rival::Poller));
        watch.answered(at(1_310));
        assert_eq!(watch.rival(), None);
    }

    #[test]
    fn a_webhook_is_there_until_a_poll_works() {
        let begin = Instant::now();
        let watch = PollWatch::new(begin);
        watch.refused(begin, Rival::Webhook);
        assert_eq!(watch.rival(), Some(Rival::Webhook));
        watch.answered(begin + Duration::from_secs(30));
        assert_eq!(watch.rival(), None);
        watch.refused(begin + Duration::from_mins(1), Rival::Poller);
        assert_eq!(watch.rival(), None, "of another kind");
    }
}
