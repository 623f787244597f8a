//! What those who operate the bot are told without asking: what is wrong, once, and that it is over,
//! once. However often it comes and goes, only so much is said in an hour; what was left out then is
//! said later, if it is still so.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// Enough to know what happens, and too little to be muted.
pub const TOLD_MAX: usize = 6;
/// In this time, at most so much.
const SPAN: Duration = Duration::from_hours(1);

/// What may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// The configuration, as it is written.
    Configuration,
    /// Changes of the configuration that wait for a restart.
    Restart,
    /// Who gets what people write.
    Polls,
}

/// How a matter stands, in the words that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Something is wrong.
    Wrong(String),
    /// Nothing is; said only to those who heard that something was.
    Well(String),
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Say this; it counts as said.
    Tell(Matter, String),
    /// Enough was said: look again then.
    WaitUntil(Instant),
    /// Everything was said.
    Nothing,
}

/// What was said, and what is so.
#[derive(Debug, Default)]
struct Known {
    now: Option<Stands>,
    /// What is wrong as far as people know.
    told: Option<String>,
    /// The same before something was said last, in case that it did not get out.
    before: Option<String>,
}

/// All matters.
#[derive(Debug, Default)]
pub struct Alerts {
    matters: BTreeMap<Matter, Known>,
    /// When something was said, within [`SPAN`].
    told: VecDeque<Instant>,
}

impl Known {
    /// What people have to hear, if they do not know it.
    fn news(&self) -> Option<&String> {
        match (self.now.as_ref()?, &self.told) {
            (Stands::Wrong(what), told) => (told.as_ref() != Some(what)).then_some(what),
            (Stands::Well(what), told) => told.as_ref().map(|_| what),
        }
    }
}

impl Alerts {
    /// A matter stands like this now.
    pub fn note(&mut self, matter: Matter, stands: Stands) {
        self.matters.entry(matter).or_default().now = Some(stands);
    }

    /// What is to be said now. To be asked again after each `Tell`.
    pub fn next(&mut self, now: Instant) -> Next {
        while self.told.front().is_some_and(|told| *told + SPAN <= now) {
            self.told.pop_front();
        }
        let mut matters = self.matters.iter_mut();
        let found = matters.find_map(|(matter, known)| {
            let news = known.news()?.clone();
            Some((*matter, known, news))
        });
        let Some((matter, known, news)) = found else {
            return Next::Nothing;
        };
        if self.told.len() >= TOLD_MAX
            && let Some(first) = self.told.front()
        {
            return Next::WaitUntil(*first + SPAN);
        }
        let wrong = matches!(known.now, Some(Stands::Wrong(_)));
        known.before = known.told.take();
        known.told = wrong.then(|| news.clone());
        self.told.push_back(now);
        Next::Tell(matter, news)
    }

    /// What was to be said last about a matter did not get out: it is news still.
    pub fn not_told(&mut self, matter: Matter) {
        if let Some(known) = self.matters.get_mut(&matter) {
            known.told = known.before.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATTER: Matter = Matter::Configuration;

    fn wrong(what: &str) -> Stands {
        Stands::Wrong(what.to_owned())
    }

    fn well() -> Stands {
        Stands::Well("well again".to_owned())
    }

    /// All that is said now.
    fn said(alerts: &mut Alerts, now: Instant) -> Vec<String> {
        let mut said = Vec::new();
        while let Next::Tell(_, what) = alerts.next(now) {
            said.push(what);
        }
        said
    }

    #[test]
    fn each_trouble_is_said_once_and_its_end_only_to_those_who_heard_of_it() {
        let now = Instant::now();
        let mut alerts = Alerts::default();
        for (stands, expected) in [
            (well(), None),
            (wrong("a"), Some("a")),
            (wrong("a"), None),
            (wrong("b"), Some("b")),
            (well(), Some("well again")),
            (well(), None),
            (wrong("a"), Some("a")),
        ] {
            alerts.note(MATTER, stands.clone());
            let said = said(&mut alerts, now);
            assert_eq!(said.first().map(String::as_str), expected, "{stands:?}");
            assert!(said.len() <= 1, "{said:?}");
        }
    }

    #[test]
    fn what_comes_and_goes_is_not_said_for_ever_and_the_last_word_is_true() {
        let now = Instant::now();
        let mut alerts = Alerts::default();
        let mut all = 0;
        for n in 0..500 {
            let stands = if n % 2 == 0 { wrong("a") } else { well() };
            alerts.note(MATTER, stands);
            all += said(&mut alerts, now).len();
        }
        assert_eq!(all, TOLD_MAX);
        alerts.note(MATTER, wrong("c"));
        assert_eq!(alerts.next(now), Next::WaitUntil(now + SPAN));
        let tell = Next::Tell(MATTER, "c".to_owned());
        assert_eq!(alerts.next(now + SPAN), tell);
        assert_eq!(alerts.next(now + SPAN), Next::Nothing);
    }

    #[test]
    fn what_did_not_get_out_is_said_again() {
        let now = Instant::now();
        let mut alerts = Alerts::default();
        alerts.note(MATTER, wrong("a"));
        assert_eq!(said(&mut alerts, now), ["a"]);
        alerts.not_told(MATTER);
        assert_eq!(said(&mut alerts, now), ["a"]);
        alerts.note(MATTER, well());
        assert_eq!(said(&mut alerts, now), ["well again"]);
        alerts.not_told(MATTER);
        assert_eq!(said(&mut alerts, now), ["well again"]);
    }
}
