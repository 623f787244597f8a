//! How many turns a person may begin, and an agent be given: decided on what the store counts.

use crate::config::Quotas;

/// Turns that were begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// By this person within the last minute.
    pub person_minute: u32,
    /// By this person within the last 24 hours.
    pub person_day: u32,
    /// Of this person, not over yet.
    pub person_open: u32,
    /// For this agent within the last minute.
    pub agent_minute: u32,
    /// For this agent within the last 24 hours.
    pub agent_day: u32,
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
    /// The agent is asked too fast, by all together.
    AgentMinute,
    /// The agent was asked enough for a day.
    AgentDay,
}

impl Over {
    /// Its name in the audit.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::PersonMinute => "person_per_minute",
            Self::PersonDay => "person_per_day",
            Self::PersonAtOnce => "person_at_once",
            Self::AgentMinute => "agent_per_minute",
            Self::AgentDay => "agent_per_day",
        }
    }
}

/// Whether one more turn may begin after these; if not, why: what passes by itself comes last, so
/// that nobody waits a minute to hear of a day.
///
/// # Errors
/// The quota that is used up.
pub fn check(quotas: &Quotas, used: &Used) -> Result<(), Over> {
    let rows = [
        (used.person_day, quotas.person_per_day, Over::PersonDay),
        (used.agent_day, quotas.agent_per_day, Over::AgentDay),
        (used.person_open, quotas.person_at_once, Over::PersonAtOnce),
        (
            used.person_minute,
            quotas.person_per_minute,
            Over::PersonMinute,
        ),
        (
            used.agent_minute,
            quotas.agent_per_minute,
            Over::AgentMinute,
        ),
    ];
    let over = rows.into_iter().find(|(used, quota, _)| used >= quota);
    over.map_or(Ok(()), |(_, _, over)| Err(over))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTAS: Quotas = Quotas {
        person_per_minute: 2,
        person_per_day: 10,
        person_at_once: 3,
        agent_per_minute: 5,
        agent_per_day: 20,
    };

    #[test]
    fn the_last_turn_of_a_quota_is_taken_and_the_next_is_not() {
        let used = |person_minute, person_day, person_open, agent_minute, agent_day| Used {
            person_minute,
            person_day,
            person_open,
            agent_minute,
            agent_day,
        };
        for (used, expected) in [
            (Used::default(), Ok(())),
            (used(1, 9, 2, 4, 19), Ok(())),
            (used(2, 9, 2, 4, 19), Err(Over::PersonMinute)),
            (used(1, 10, 2, 4, 19), Err(Over::PersonDay)),
            (used(1, 9, 3, 4, 19), Err(Over::PersonAtOnce)),
            (used(1, 9, 2, 5, 19), Err(Over::AgentMinute)),
            (used(1, 9, 2, 4, 20), Err(Over::AgentDay)),
            (used(9, 10, 9, 9, 20), Err(Over::PersonDay)),
        ] {
            assert_eq!(check(&QUOTAS, &used), expected, "{used:?}");
        }
    }
}
