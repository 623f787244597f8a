//! What is exported of what is seen at the moment of the scrape: names, types, labels.

/// A metric: its name, its type, its labels, what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// `gauge`, or `counter`, which never falls while the process lives.
    pub kind: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it is.
    pub help: &'static str,
}

pub(super) const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Family {
    let kind = "gauge";
    Family {
        name,
        kind,
        labels,
        help,
    }
}

pub(super) const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Family {
    let kind = "counter";
    Family {
        name,
        kind,
        labels,
        help,
    }
}

pub(super) const fn histogram(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Family {
    let kind = "histogram";
    Family {
        name,
        kind,
        labels,
        help,
    }
}

/// What is seen at the moment of the scrape.
pub const FAMILIES: &[Family] = &[
    gauge(
        "switchboard_build_info",
        &["version"],
        "1; which version runs",
    ),
    gauge(
        "switchboard_ready",
        &[],
        "1 while messages that come now are taken in, as /readyz says",
    ),
    gauge(
        "switchboard_config_info",
        &["digest"],
        "1; which configuration is in force",
    ),
    gauge(
        "switchboard_config_age_seconds",
        &[],
        "How long the configuration has been in force",
    ),
    counter(
        "switchboard_config_reloads_total",
        &["result"],
        "Changes of the configuration that were loaded, or refused",
    ),
    gauge(
        "switchboard_config_broken",
        &[],
        "1 while the configuration as it is written has mistakes and is not loaded",
    ),
    gauge(
        "switchboard_config_restart_keys",
        &[],
        "Keys whose new values wait for a restart",
    ),
    counter(
        "switchboard_polls_total",
        &["result"],
        "Polls that have ended",
    ),
    gauge(
        "switchboard_poll_age_seconds",
        &[],
        "How long ago the last poll ended; missing before the first",
    ),
    gauge(
        "switchboard_poll_rival",
        &["who"],
        "1 while somebody else gets what people write, or a part of it",
    ),
    gauge(
        "switchboard_updates",
        &["end"],
        "Updates by where they stand; new are not dealt with",
    ),
    gauge(
        "switchboard_turns",
        &["state"],
        "Turns by where they stand or how they ended",
    ),
    counter(
        "switchboard_updates_ended_total",
        &["end"],
        "Updates that have come to this end",
    ),
    counter(
        "switchboard_turns_ended_total",
        &["state"],
        "Turns that have ended so",
    ),
    gauge(
        "switchboard_pauses",
        &[],
        "Turns whose agent waits for a person's decision or answer",
    ),
    gauge("switchboard_conversations", &[], "Conversations in memory"),
    gauge(
        "switchboard_outbox_posts",
        &[],
        "Messages to Telegram that it has not confirmed",
    ),
    gauge(
        "switchboard_outbox_oldest_seconds",
        &[],
        "How long the oldest of them has waited; 0 if none does",
    ),
    gauge(
        "switchboard_store_works",
        &[],
        "1 while what was written last was kept",
    ),
    gauge(
        "switchboard_store_readable",
        &[],
        "1 if the sums could be read for this scrape",
    ),
    gauge(
        "switchboard_agent_state",
        &["agent", "state"],
        "1 for the state that the agent is in",
    ),
    gauge(
        "switchboard_agent_calls_in_flight",
        &["agent"],
        "Runs that hold a place at the agent",
    ),
    gauge(
        "switchboard_agent_calls_max",
        &["agent"],
        "How many there may be",
    ),
    gauge(
        "switchboard_agent_turns_waiting",
        &["agent"],
        "Turns that wait for a place at the agent",
    ),
    counter(
        "switchboard_agent_calls_total",
        &["agent", "call", "outcome"],
        "Calls to agents; of a stream, its beginning",
    ),
    counter(
        "switchboard_telegram_calls_total",
        &["method", "result"],
        "Calls to Telegram other than polls; limited is a 429",
    ),
    counter(
        "switchboard_telegram_penalty_seconds_total",
        &[],
        "How long Telegram has told us to wait, in all",
    ),
    gauge(
        "switchboard_penalized_chats",
        &[],
        "Chats that are slowed down by a 429 now",
    ),
    gauge(
        "switchboard_penalty_left_seconds",
        &[],
        "What is left of the longest of these penalties",
    ),
    gauge(
        "switchboard_stopped_seconds",
        &[],
        "How long nothing at all is sent to Telegram, because of a 429",
    ),
];
