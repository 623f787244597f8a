//! What has been out for so long that those who operate the bot have to hear of it, and what works
//! again: an agent, the store. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::alerts::{Matter, Stands};
use super::words::operator;
use crate::ids::AgentName;

/// How everything is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether the store keeps what is written.
    pub store_works: bool,
    /// The agents of the configuration.
    pub agents: BTreeSet<AgentName>,
    /// Those of them that cannot be reached.
    pub down: BTreeSet<AgentName>,
}

/// What is out, and since when. Bounded by the agents of the configuration.
#[derive(Debug, Default)]
pub struct Outages(BTreeMap<Matter, Outage>);

#[derive(Debug)]
struct Outage {
    since: Instant,
    /// Whether it was reported.
    reported: bool,
}

impl Outages {
    /// What is news since the last look: what has been out for as long as `after`, and what of that
    /// is over. Each once.
    pub fn look(&mut self, seen: &Seen, after: Duration, now: Instant) -> Vec<(Matter, Stands)> {
        let agents = seen.down.iter().cloned().map(Matter::Agent);
        let store = (!seen.store_works).then_some(Matter::Store);
        let out: BTreeSet<Matter> = agents.chain(store).collect();
        let mut news = Vec::new();
        self.0.retain(|matter, outage| {
            if outage.reported && !out.contains(matter) {
                news.push((matter.clone(), Stands::Well(over(matter, seen))));
            }
            out.contains(matter)
        });
        for matter in out {
            let outage = self.0.entry(matter.clone()).or_insert(Outage {
                since: now,
                reported: false,
            });
            if !outage.reported && now.saturating_duration_since(outage.since) >= after {
                outage.reported = true;
                let wrong = lasts(&matter, after);
                news.push((matter, Stands::Wrong(wrong)));
            }
        }
        news
    }
}

fn lasts(matter: &Matter, time: Duration) -> String {
    match matter {
        Matter::Agent(agent) => operator::agent_down(agent, time),
        _ => operator::store_fails(time),
    }
}

fn over(matter: &Matter, seen: &Seen) -> String {
    match matter {
        Matter::Agent(agent) if seen.agents.contains(agent) => operator::agent_back(agent),
        Matter::Agent(agent) => operator::agent_unconfigured(agent),
        _ => operator::STORE_WORKS.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: Duration = Duration::from_mins(5);

    fn k8s() -> AgentName {
        AgentName::from("k8s")
    }

    fn seen(store_works: bool, configured: bool, down: bool) -> Seen {
        Seen {
            store_works,
            agents: configured.then(k8s).into_iter().collect(),
            down: down.then(k8s).into_iter().collect(),
        }
    }

    /// The words of what is said at these minutes.
    fn check(looks: &[(u64, Seen, &[&str])]) {
        let (begin, mut outages) = (Instant::now(), Outages::default());
        for (minute, seen, expected) in looks {
            let news = outages.look(seen, AFTER, begin + Duration::from_mins(*minute));
            let said: Vec<String> = news
                .into_iter()
                .map(|(_, stands)| match stands {
                    Stands::Wrong(text) | Stands::Well(text) => text,
                })
                .collect();
            assert_eq!(said.len(), expected.len(), "{minute}: {said:?}");
            for (said, expected) in said.iter().zip(*expected) {
                assert!(said.contains(expected), "{minute}: {said}");
            }
        }
    }

    #[test]
    fn what_is_out_for_long_is_said_once_and_so_is_its_end() {
        check(&[
            (0, seen(true, true, true), &[]),
            (4, seen(true, true, true), &[]),
            (
                5,
                seen(true, true, true),
                &["k8s has not answered for 5 min"],
            ),
            (6, seen(true, true, true), &[]),
            (90, seen(false, true, true), &[]),
            (
                96,
                seen(false, true, true),
                &["The store has not worked for 5 min"],
            ),
            (
                97,
                seen(true, true, false),
                &["The store works", "k8s answers again"],
            ),
            (98, seen(true, true, false), &[]),
        ]);
    }

    #[test]
    fn what_comes_and_goes_in_between_is_not_said() {
        check(&[
            (0, seen(false, true, true), &[]),
            (4, seen(true, true, false), &[]),
            (5, seen(false, true, true), &[]),
            (9, seen(false, true, true), &[]),
            (10, seen(false, true, true), &["The store", "k8s"]),
        ]);
    }

    #[test]
    fn an_agent_that_is_not_configured_any_more_is_no_trouble() {
        check(&[
            (0, seen(true, true, true), &[]),
            (5, seen(true, true, true), &["k8s has not answered"]),
            (
                6,
                seen(true, false, false),
                &["k8s is not in the configuration any more"],
            ),
            (7, seen(true, false, false), &[]),
        ]);
    }
}
