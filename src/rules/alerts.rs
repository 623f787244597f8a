//! What those who operate the bot are told without asking: what is wrong, once, and that it is over,
//! once. However often it comes and goes, only so much is said in an hour; what was left out then is
//! said later, if it is still so.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::ids::AgentName;

/// Enough to know what happens, and too little to be muted.
pub const TOLD_MAX: usize = 6;
/// In this time, at most so much.
const SPAN: Duration = Duration::from_hours(1);
/// What is said in one message: all of it fits there.
const TOGETHER_MAX: usize = 10;

/// What may be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// The store keeps nothing.
    Store,
    /// The configuration, as it is written.
    Configuration,
    /// Changes of the configuration that wait for a restart.
    Restart,
    /// Who gets what people write.
    Polls,
    /// An agent cannot be reached.
    Agent(AgentName),
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
    Tell {
        /// What it is about.
        about: Vec<Matter>,
        /// What to say.
        text: String,
        /// Whether it can be kept in the store until it is said.
        kept: bool,
    },
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

    /// Whether all is well, and nobody believes anything else.
    fn is_over(&self) -> bool {
        let well = matches!(self.now, Some(Stands::Well(_)) | None);
        well && self.told.is_none() && self.before.is_none()
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
        let news = self.matters.iter().filter_map(|(matter, known)| {
            let text = known.news()?.clone();
            Some((matter.clone(), text))
        });
        let mut news: Vec<(Matter, String)> = news.take(TOGETHER_MAX).collect();
        let kept = !self.store_fails();
        if !kept
            && news
                .first()
                .is_some_and(|(matter, _)| *matter == Matter::Store)
        {
            news.truncate(1);
        }
        if news.is_empty() {
            return Next::Nothing;
        }
        if self.told.len() >= TOLD_MAX
            && let Some(first) = self.told.front()
        {
            return Next::WaitUntil(*first + SPAN);
        }
        for (matter, text) in &news {
            if let Some(known) = self.matters.get_mut(matter) {
                let wrong = matches!(known.now, Some(Stands::Wrong(_)));
                known.before = known.told.take();
                known.told = wrong.then(|| text.clone());
            }
        }
        self.told.push_back(now);
        let (about, texts): (Vec<Matter>, Vec<String>) = news.into_iter().unzip();
        Next::Tell {
            about,
            text: texts.join("\n\n"),
            kept,
        }
    }

    fn store_fails(&self) -> bool {
        let store = self.matters.get(&Matter::Store);
        store.is_some_and(|store| matches!(store.now, Some(Stands::Wrong(_))))
    }

    /// What was to be said last about these got out. What nobody has to hear of any more is
    /// forgotten.
    pub fn told(&mut self, about: &[Matter]) {
        for matter in about {
            if let Some(known) = self.matters.get_mut(matter) {
                known.before = None;
            }
        }
        self.matters.retain(|_, known| !known.is_over());
    }

    /// What was to be said last about these did not get out: it is news still.
    pub fn not_told(&mut self, about: &[Matter]) {
        for matter in about {
            if let Some(known) = self.matters.get_mut(matter) {
                known.told = known.before.take();
            }
        }
        self.told.pop_back();
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
        while let Next::Tell { about, text, .. } = alerts.next(now) {
            said.push(text);
            alerts.told(&about);
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
        let tell = Next::Tell {
            about: vec![MATTER],
            text: "c".to_owned(),
            kept: true,
        };
        assert_eq!(alerts.next(now + SPAN), tell);
        assert_eq!(alerts.next(now + SPAN), Next::Nothing);
    }

    #[test]
    fn what_did_not_get_out_is_said_again() {
        let now = Instant::now();
        let mut alerts = Alerts::default();
        let about = [MATTER];
        for (stands, expected) in [(wrong("a"), "a"), (well(), "well again")] {
            alerts.note(MATTER, stands);
            // However often that is: it does not count as said.
            for _ in 0..=TOLD_MAX {
                let next = alerts.next(now);
                assert!(
                    matches!(&next, Next::Tell { text, .. } if text == expected),
                    "{next:?}"
                );
                alerts.not_told(&about);
            }
            assert_eq!(said(&mut alerts, now), [expected]);
        }
        assert!(alerts.matters.is_empty());
    }

    #[test]
    fn what_goes_wrong_together_is_said_together_and_trouble_with_the_store_at_once() {
        let now = Instant::now();
        let mut alerts = Alerts::default();
        let agents = ["istio", "k8s"].map(|name| Matter::Agent(name.into()));
        for agent in &agents {
            alerts.note(agent.clone(), wrong(&format!("{agent:?}")));
        }
        alerts.note(Matter::Store, wrong("no room"));
        let tell = |about: &[Matter], text: &str, kept| Next::Tell {
            about: about.to_vec(),
            text: text.to_owned(),
            kept,
        };
        assert_eq!(alerts.next(now), tell(&[Matter::Store], "no room", false));
        alerts.note(Matter::Store, well());
        let both = format!("well again\n\n{:?}\n\n{:?}", agents[0], agents[1]);
        let [istio, k8s] = agents;
        assert_eq!(
            alerts.next(now),
            tell(&[Matter::Store, istio, k8s], &both, true)
        );
        assert_eq!(alerts.next(now), Next::Nothing);
    }
}
