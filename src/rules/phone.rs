//! The phone buzzes once, at the right time.
//!
//! Typing at first; then a silent placeholder; a quick, short answer takes its place, any
//! other comes as a new message that notifies, and the placeholder goes. A quick agent
//! costs one call to Telegram, not three.

use std::time::Duration;

use tokio::time::Instant;

/// A chat action lasts at most 5 s (Bot API: `sendChatAction`).
const TYPING_EVERY: Duration = Duration::from_secs(4);

/// When a person who waits sees what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Typing shows after this.
    pub typing_after: Duration,
    /// The placeholder is posted after this.
    pub placeholder_after: Duration,
    /// An answer after this notifies: the person has put the phone away.
    pub notify_after: Duration,
}

/// What a turn has shown so far, and when the next thing is due.
#[derive(Clone, Debug)]
pub struct Phone {
    timing: Timing,
    asked: Instant,
    typing_at: Instant,
    placeholder_due: bool,
}

/// What is due now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Show typing.
    pub typing: bool,
    /// Post the placeholder.
    pub placeholder: bool,
}

/// What is known of the placeholder when the answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// None was posted.
    Nothing,
    /// Posted; nobody here knows whether it has arrived yet.
    Perhaps,
    /// It stands in the thread; whether it is the last message there.
    Stands {
        /// Nothing newer in the thread.
        newest: bool,
    },
}

/// How the answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As new messages.
    New,
    /// In the place of the placeholder.
    Edit,
    /// As new messages, and the placeholder goes.
    Replace,
}

impl Phone {
    /// A turn that begins now; `has_placeholder` if an earlier process posted one.
    #[must_use]
    pub fn new(timing: Timing, now: Instant, has_placeholder: bool) -> Self {
        Self {
            timing,
            asked: now,
            typing_at: now + timing.typing_after,
            placeholder_due: !has_placeholder,
        }
    }

    /// When something is due next.
    #[must_use]
    pub fn next(&self) -> Instant {
        if self.placeholder_due {
            self.typing_at
                .min(self.asked + self.timing.placeholder_after)
        } else {
            self.typing_at
        }
    }

    /// What is due now; each thing is told once.
    pub fn due(&mut self, now: Instant) -> Due {
        let mut due = Due::default();
        if now >= self.typing_at {
            due.typing = true;
            self.typing_at = now + TYPING_EVERY;
        }
        if self.placeholder_due && now >= self.asked + self.timing.placeholder_after {
            due.placeholder = true;
            self.placeholder_due = false;
        }
        due
    }

    /// How an answer of so many chunks is shown.
    #[must_use]
    pub fn ending(&self, now: Instant, chunks: usize, shown: Shown) -> Ending {
        let quick = now.duration_since(self.asked) <= self.timing.notify_after;
        match shown {
            Shown::Nothing => Ending::New,
            Shown::Stands { newest: true } if quick && chunks == 1 => Ending::Edit,
            Shown::Perhaps | Shown::Stands { .. } => Ending::Replace,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        typing_after: Duration::from_millis(300),
        placeholder_after: Duration::from_millis(1500),
        notify_after: Duration::from_secs(20),
    };

    fn at(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[test]
    fn typing_shows_first_then_the_placeholder_once_then_typing_again() {
        let start = Instant::now();
        let mut phone = Phone::new(TIMING, start, false);
        let mut seen = Vec::new();
        for _ in 0..4 {
            let when = phone.next();
            let due = phone.due(when);
            let after = when.duration_since(start).as_millis();
            seen.push((after, due.typing, due.placeholder));
        }
        let expected = [
            (300, true, false),
            (1500, false, true),
            (4300, true, false),
            (8300, true, false),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_turn_taken_up_again_posts_no_second_placeholder() {
        let start = Instant::now();
        let mut phone = Phone::new(TIMING, start, true);
        assert!(!phone.due(at(start, 60_000)).placeholder);
    }

    #[test]
    fn only_a_quick_short_answer_takes_the_place_of_the_newest_placeholder() {
        let start = Instant::now();
        let phone = Phone::new(TIMING, start, false);
        let newest = Shown::Stands { newest: true };
        let older = Shown::Stands { newest: false };
        let table = [
            (1_000, 1, Shown::Nothing, Ending::New),
            (30_000, 3, Shown::Nothing, Ending::New),
            (2_000, 1, newest, Ending::Edit),
            (20_000, 1, newest, Ending::Edit),
            (20_001, 1, newest, Ending::Replace),
            (2_000, 2, newest, Ending::Replace),
            (2_000, 1, older, Ending::Replace),
            (2_000, 1, Shown::Perhaps, Ending::Replace),
        ];
        for (millis, chunks, shown, expected) in table {
            let ending = phone.ending(at(start, millis), chunks, shown);
            assert_eq!(ending, expected, "{millis} ms, {chunks} chunks, {shown:?}");
        }
    }
}
