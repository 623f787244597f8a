//! What another configuration changes while the process runs: which agents begin and end, and what
//! has to wait for a restart.

use secrecy::ExposeSecret;

use crate::config::Config;
use crate::ids::AgentName;

/// What is different. Names and keys only, for the log and for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Whether anything is, apart from what waits for a restart.
    pub any: bool,
    /// Agents that were not there before.
    pub added: Vec<AgentName>,
    /// Agents that are reached otherwise, or have other limits.
    pub changed: Vec<AgentName>,
    /// Agents that are not there any more.
    pub gone: Vec<AgentName>,
    /// Keys whose new values wait for a restart.
    pub restart: Vec<&'static str>,
}

/// A key that is read once, when the process begins: the way to Telegram, the store, the port and
/// the form of the log are made then, and have things on their way.
struct Fixed {
    key: &'static str,
    same: fn(&Config, &Config) -> bool,
    /// Takes the value of the first into the second.
    keep: fn(&Config, &mut Config),
}

const FIXED: [Fixed; 8] = [
    Fixed {
        key: "telegram.token_env, token_file",
        same: |old, new| token(old) == token(new),
        keep: |old, new| new.telegram.token.clone_from(&old.telegram.token),
    },
    Fixed {
        key: "telegram.api_url",
        same: |old, new| old.telegram.api_url == new.telegram.api_url,
        keep: |old, new| new.telegram.api_url.clone_from(&old.telegram.api_url),
    },
    Fixed {
        key: "telegram.proxy",
        same: |old, new| proxy(old) == proxy(new),
        keep: |old, new| new.telegram.proxy.clone_from(&old.telegram.proxy),
    },
    Fixed {
        key: "telegram.ca_file",
        same: |old, new| old.telegram.ca_file == new.telegram.ca_file,
        keep: |old, new| new.telegram.ca_file.clone_from(&old.telegram.ca_file),
    },
    Fixed {
        key: "store.url",
        same: |old, new| old.store.path == new.store.path,
        keep: |old, new| new.store.path.clone_from(&old.store.path),
    },
    Fixed {
        key: "ops.listen",
        same: |old, new| old.ops.listen == new.ops.listen,
        keep: |old, new| new.ops.listen = old.ops.listen,
    },
    Fixed {
        key: "ops.health_file",
        same: |old, new| old.ops.health_file == new.ops.health_file,
        keep: |old, new| (new.ops.health_file).clone_from(&old.ops.health_file),
    },
    Fixed {
        key: "log.format",
        same: |old, new| old.log.format == new.log.format,
        keep: |old, new| new.log.format = old.log.format,
    },
];

fn token(config: &Config) -> &str {
    config.telegram.token.expose_secret()
}

fn proxy(config: &Config) -> Option<&str> {
    config
        .telegram
        .proxy
        .as_ref()
        .map(ExposeSecret::expose_secret)
}

/// What is to be in force after `old`, now that `new` is written: all of it, but the keys that
/// wait for a restart; and how that differs from what was.
#[must_use]
pub fn after(old: &Config, new: Config) -> (Config, Difference) {
    let mut next = new;
    let mut restart = Vec::new();
    for Fixed { key, same, keep } in FIXED {
        if !same(old, &next) {
            restart.push(key);
            keep(old, &mut next);
        }
    }
    let names = |config: &Config, wanted: &dyn Fn(&AgentName) -> bool| {
        let names = config.agents.keys().filter(|name| wanted(name));
        names.cloned().collect::<Vec<_>>()
    };
    let is_changed = |name: &AgentName| match (old.agents.get(name), next.agents.get(name)) {
        (Some(before), Some(after)) => {
            before != after || old.longest_turn(name) != next.longest_turn(name)
        }
        _ => false,
    };
    let difference = Difference {
        // No secret is part of a digest; those of agents are compared one by one.
        any: old.digest() != next.digest() || old.agents != next.agents,
        added: names(&next, &|name| !old.agents.contains_key(name)),
        changed: names(&next, &is_changed),
        gone: names(old, &|name| !next.agents.contains_key(name)),
        restart,
    };
    (next, difference)
}

#[cfg(test)]
mod tests;
