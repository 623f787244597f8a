//! Of `[limits]`: how many turns a person may begin, and a route take.

use super::section::Section;

/// The most that can be asked for: more than any person types.
const MAX: i64 = 1_000_000;

/// How many turns there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Of one person within a minute.
    pub person_per_minute: u32,
    /// Of one person within 24 hours.
    pub person_per_day: u32,
    /// Of one person at once, waiting ones included.
    pub person_at_once: u32,
    /// To one agent within a minute, whoever asks.
    pub agent_per_minute: u32,
    /// To one agent within 24 hours.
    pub agent_per_day: u32,
}

impl Quotas {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self {
            person_per_minute: section.number("person_per_minute", 1..=MAX, 30),
            person_per_day: section.number("person_per_day", 1..=MAX, 1_000),
            person_at_once: section.number("person_at_once", 1..=MAX, 50),
            agent_per_minute: section.number("agent_per_minute", 1..=MAX, 600),
            agent_per_day: section.number("agent_per_day", 1..=MAX, 50_000),
        }
    }
}
