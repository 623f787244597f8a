//! Of `[limits]` and of a route: how many turns a person may begin, and a route take.

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
    /// By a route that says nothing else.
    pub route: RouteQuotas,
}

/// How many turns a route takes, whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteQuotas {
    /// Within a minute.
    pub per_minute: u32,
    /// Within 24 hours.
    pub per_day: u32,
}

impl Quotas {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self {
            person_per_minute: section.number("person_per_minute", 1..=MAX, 30),
            person_per_day: section.number("person_per_day", 1..=MAX, 1_000),
            person_at_once: section.number("person_at_once", 1..=MAX, 50),
            route: RouteQuotas {
                per_minute: section.number("route_per_minute", 1..=MAX, 600),
                per_day: section.number("route_per_day", 1..=MAX, 50_000),
            },
        }
    }
}

impl RouteQuotas {
    /// Those of a route, which has those of `[limits]` where it says nothing.
    pub(super) fn read(section: &mut Section<'_>, limits: &Quotas) -> Self {
        let Self {
            per_minute,
            per_day,
        } = limits.route;
        Self {
            per_minute: section.number("per_minute", 1..=MAX, per_minute),
            per_day: section.number("per_day", 1..=MAX, per_day),
        }
    }
}
