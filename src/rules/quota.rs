//! How many turns a person may begin, and a route takes: decided on what the store counts.

use crate::config::{Quotas, RouteQuotas};
use crate::ids::TurnId;

/// Turns that were begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// By this person within the last minute.
    pub person_minute: u32,
    /// By this person within the last 24 hours.
    pub person_day: u32,
    /// Of this person, not over yet.
    pub person_open: u32,
    /// By this route within the last minute.
    pub route_minute: u32,
    /// By this route within the last 24 hours.
    pub route_day: u32,
    /// The first that anybody began within the last 24 hours.
    pub first: Option<TurnId>,
}

/// Why there is no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The person asks too fast.
    PersonMinute,
    /// The person has asked enough for a day.
    PersonDay,
    /// Too many of the person's turns are not over.
    PersonAtOnce,
    /// The route is used too fast, by all together.
    RouteMinute,
    /// The route was used enough for a day.
    RouteDay,
}

impl Over {
    /// Its name in the audit.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::PersonMinute => "person_per_minute",
            Self::PersonDay => "person_per_day",
            Self::PersonAtOnce => "person_at_once",
            Self::RouteMinute => "route_per_minute",
            Self::RouteDay => "route_per_day",
        }
    }
}

/// Whether one more turn may begin after these; if not, why: what passes by itself comes last, so
/// that nobody waits a minute to hear of a day.
///
/// # Errors
/// The quota that is used up.
pub fn check(quotas: &Quotas, route: &RouteQuotas, used: &Used) -> Result<(), Over> {
    let rows = [
        (used.person_day, quotas.person_per_day, Over::PersonDay),
        (used.route_day, route.per_day, Over::RouteDay),
        (used.person_open, quotas.person_at_once, Over::PersonAtOnce),
        (
            used.person_minute,
            quotas.person_per_minute,
            Over::PersonMinute,
        ),
        (used.route_minute, route.per_minute, Over::RouteMinute),
    ];
    let over = rows.into_iter().find(|(used, quota, _)| used >= quota);
    over.map_or(Ok(()), |(_, _, over)| Err(over))
}

/// Whether nothing can be used up, whoever asked by which route, if in all so many turns were begun
/// within 24 hours and so many are not over: then nobody has to count more closely.
#[must_use]
pub fn is_out_of_reach(quotas: &Quotas, route: &RouteQuotas, begun: i64, open: usize) -> bool {
    let most = [
        quotas.person_per_minute,
        quotas.person_per_day,
        route.per_minute,
        route.per_day,
    ];
    let open = u32::try_from(open).unwrap_or(u32::MAX);
    most.into_iter().all(|quota| begun < i64::from(quota)) && open < quotas.person_at_once
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTAS: Quotas = Quotas {
        person_per_minute: 2,
        person_per_day: 10,
        person_at_once: 3,
        // A route says its own.
        route: RouteQuotas {
            per_minute: 1,
            per_day: 1,
        },
    };
    const ROUTE: RouteQuotas = RouteQuotas {
        per_minute: 5,
        per_day: 20,
    };

    #[test]
    fn the_last_turn_of_a_quota_is_taken_and_the_next_is_not() {
        let used = |person_minute, person_day, person_open, route_minute, route_day| Used {
            person_minute,
            person_day,
            person_open,
            route_minute,
            route_day,
            first: None,
        };
        for (used, expected) in [
            (Used::default(), Ok(())),
            (used(1, 9, 2, 4, 19), Ok(())),
            (used(2, 9, 2, 4, 19), Err(Over::PersonMinute)),
            (used(1, 10, 2, 4, 19), Err(Over::PersonDay)),
            (used(1, 9, 3, 4, 19), Err(Over::PersonAtOnce)),
            (used(1, 9, 2, 5, 19), Err(Over::RouteMinute)),
            (used(1, 9, 2, 4, 20), Err(Over::RouteDay)),
            (used(9, 10, 9, 9, 20), Err(Over::PersonDay)),
        ] {
            assert_eq!(check(&QUOTAS, &ROUTE, &used), expected, "{used:?}");
        }
    }

    #[test]
    fn nobody_counts_closely_while_all_turns_together_use_up_nothing() {
        // Whoever began them, by whatever route: the smallest quota is that of a minute.
        for begun in 0..30 {
            for open in 0..5 {
                let used = u32::try_from(begun).unwrap_or_default();
                let worst = Used {
                    person_minute: used,
                    person_day: used,
                    route_minute: used,
                    route_day: used,
                    person_open: u32::try_from(open).unwrap_or_default(),
                    first: None,
                };
                let fits = check(&QUOTAS, &ROUTE, &worst).is_ok();
                let far = is_out_of_reach(&QUOTAS, &ROUTE, begun, open);
                assert_eq!(far, fits, "{begun} begun, {open} open");
            }
        }
    }
}
