//! The sums over updates, turns and posts in memory.

use std::collections::BTreeMap;

use super::tables::{PostState, Tables, TurnStands};
use crate::ids::Timestamp;
use crate::rules::status::Totals;
use crate::store::codec;

impl Tables {
    pub(super) fn totals(&self, now: Timestamp) -> Totals {
        let updates = self.updates.values().map(|row| {
            let end = row.end.as_ref();
            end.map_or("new", |end| codec::update_end(end).0)
        });
        let turns = self.turns.values().map(|row| match row.stands {
            TurnStands::Open(state) => codec::turn_state(state),
            TurnStands::Over(outcome) => outcome.name(),
            TurnStands::Undeliverable => "undeliverable",
        });
        let open = |state| matches!(state, PostState::Pending | PostState::Sending);
        let posts: Vec<Timestamp> = self
            .posts
            .values()
            .filter(|row| open(row.state))
            .map(|row| row.posted_at)
            .collect();
        let oldest = posts.iter().min().map(|oldest| now.since(*oldest));
        let pauses = self.pauses.values();
        let pauses = pauses.filter(|waiting| !waiting.state.is_over()).count();
        Totals {
            updates: counted(updates),
            turns: counted(turns),
            updates_ended: listed(&self.updates_ended),
            turns_ended: listed(&self.turns_ended),
            posts: (posts.len() as u64, oldest),
            pauses: pauses as u64,
        }
    }
}

fn counted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    listed(&counts)
}

fn listed(counts: &BTreeMap<&str, u64>) -> Vec<(String, u64)> {
    let counts = counts.iter();
    counts
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}
