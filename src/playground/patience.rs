//! When a script goes on: the last line has its answer and the bot has nothing more to say.
//!
//! A bot may also stay silent (a stranger is told once a day, a group's small talk is none
//! of its business): then it shows no sign of life, and that is its answer. Pure.

use std::time::Duration;

use tokio::time::Instant;

use crate::terminal::screen::Key;

/// After an answer, time for a second part of it.
const QUIET: Duration = Duration::from_millis(500);
/// After a tap, time for what it sets off to begin.
const QUIET_AFTER_TAP: Duration = Duration::from_secs(2);
/// A turn shows as typing every 4 s: after this without a sign none is running.
const SILENT: Duration = Duration::from_secs(6);
/// The longest wait for one answer.
const ANSWER_MAX: Duration = Duration::from_mins(1);

/// What the bot owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owed {
    /// Nothing.
    Nothing,
    /// A word to this message.
    Answer(Key),
    /// A reaction to this tap.
    Tap(String),
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Wait,
    GoOn,
    /// Nothing came, and nothing will.
    Silence,
    /// Something may still come, but not in time.
    TooLate,
}

/// What the bot owes, and how long it has been quiet.
pub(super) struct Patience {
    pub owed: Owed,
    /// When it became owed.
    since: Instant,
    /// When the bot last did something.
    life: Instant,
    /// How long it has to be quiet then.
    quiet: Duration,
}

impl Patience {
    pub fn new(now: Instant) -> Self {
        Self {
            owed: Owed::Nothing,
            since: now,
            life: now,
            quiet: QUIET,
        }
    }

    /// Something was said or pressed.
    pub fn owes(&mut self, owed: Owed, now: Instant) {
        self.quiet = match owed {
            Owed::Tap(_) => QUIET_AFTER_TAP,
            _ => QUIET,
        };
        (self.owed, self.since, self.life) = (owed, now, now);
    }

    /// The bot did something.
    pub fn alive(&mut self, now: Instant) {
        self.life = now;
    }

    /// The bot reacted to a tap.
    pub fn tapped(&mut self, query: &str) {
        if matches!(&self.owed, Owed::Tap(owed) if owed == query) {
            self.owed = Owed::Nothing;
        }
    }

    /// Whether to go on; `busy` if the bot shows that it is at work.
    pub fn verdict(&mut self, busy: bool, now: Instant) -> Verdict {
        let waits = self.owed != Owed::Nothing;
        let enough = if waits { SILENT } else { self.quiet };
        let verdict = if !busy && now >= self.life + enough {
            if waits {
                Verdict::Silence
            } else {
                Verdict::GoOn
            }
        } else if now >= self.since + ANSWER_MAX {
            Verdict::TooLate
        } else {
            return Verdict::Wait;
        };
        self.owed = Owed::Nothing;
        verdict
    }

    /// When the verdict may be another one without any news.
    pub fn look_again(&self, now: Instant) -> Instant {
        let times = [
            self.life + self.quiet,
            self.life + SILENT,
            self.since + ANSWER_MAX,
        ];
        let next = times.into_iter().filter(|time| *time > now).min();
        next.unwrap_or(now + SILENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdicts so long after the bot was last alive.
    fn check(owed: &Owed, busy: bool, expected: &[(u64, Verdict)]) {
        let start = Instant::now();
        for (millis, verdict) in expected {
            let mut patience = Patience::new(start);
            patience.owes(owed.clone(), start);
            let found = patience.verdict(busy, start + Duration::from_millis(*millis));
            assert_eq!(found, *verdict, "{owed:?}, busy {busy}, {millis} ms");
        }
    }

    #[test]
    fn a_script_waits_for_answers_and_for_their_second_part() {
        use Verdict::{GoOn, Silence, TooLate, Wait};
        check(&Owed::Nothing, false, &[(499, Wait), (500, GoOn)]);
        check(&Owed::Nothing, true, &[(59_999, Wait), (60_000, TooLate)]);
        let answer = Owed::Answer((1, 2));
        check(&answer, false, &[(5_999, Wait), (6_000, Silence)]);
        check(&answer, true, &[(59_999, Wait), (60_000, TooLate)]);
    }

    #[test]
    fn what_a_tap_sets_off_has_time_to_begin() {
        let start = Instant::now();
        let mut patience = Patience::new(start);
        patience.owes(Owed::Tap("1".into()), start);
        patience.tapped("2");
        assert_eq!(patience.owed, Owed::Tap("1".into()));
        patience.tapped("1");
        let second = Duration::from_secs(1);
        assert_eq!(patience.verdict(false, start + second), Verdict::Wait);
        assert_eq!(patience.verdict(false, start + 2 * second), Verdict::GoOn);
    }
}
