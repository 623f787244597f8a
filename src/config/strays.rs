//! Variables that look as if they set something, and set nothing.

use super::Environment;
use super::section::Section;
use super::source::PREFIX;

/// What stands first in a variable's name, behind the prefix.
const LEVELS: [&str; 14] = [
    "admins",
    "admin_chat",
    "agents",
    "audit",
    "chat",
    "chats",
    "grace",
    "groups",
    "limits",
    "log",
    "ops",
    "people",
    "store",
    "telegram",
];

/// Warns of each, with the name that would be read.
pub(super) fn warn(root: &Section<'_>, env: &Environment) {
    let mut names: Vec<&String> = env.keys().collect();
    names.sort();
    for name in names {
        if let Some(read) = meant(name) {
            root.warn(name, format!("is not read: {read} would be"));
        }
    }
}

/// The name of a variable that is read, if this is hardly anything but a slip of it: one underscore
/// for two, small letters for capital ones.
fn meant(name: &str) -> Option<String> {
    let prefix = format!("{PREFIX}__");
    let capital = name.to_uppercase();
    let rest = capital.strip_prefix(PREFIX)?.strip_prefix('_')?;
    if name.starts_with(&prefix) {
        return None;
    }
    if let Some(rest) = rest.strip_prefix('_') {
        return Some(format!("{prefix}{rest}"));
    }
    // Kubernetes tells pods of services so: of one called switchboard-ops, for example.
    let is_of_a_service = rest.contains("_SERVICE_") || rest.contains("_PORT");
    let rest = rest.to_lowercase();
    let of_level = |level: &&&str| {
        let behind = rest.strip_prefix(**level);
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('_'))
    };
    let level = LEVELS
        .iter()
        .filter(of_level)
        .max_by_key(|level| level.len())?;
    let behind = rest[level.len()..].trim_start_matches('_');
    let read = match behind {
        "" => format!("{prefix}{level}"),
        _ => format!("{prefix}{level}__{behind}"),
    };
    (!is_of_a_service).then(|| read.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_a_name_is_noticed_and_what_others_set_is_not() {
        for (name, read) in [
            ("SWITCHBOARD__LIMITS__CHAT_BURST", None),
            ("SWITCHBOARD__LIMIT__CHAT_BURST", None),
            (
                "SWITCHBOARD_LIMITS_CHAT_BURST",
                Some("SWITCHBOARD__LIMITS__CHAT_BURST"),
            ),
            (
                "SWITCHBOARD_LIMITS__CHAT_BURST",
                Some("SWITCHBOARD__LIMITS__CHAT_BURST"),
            ),
            (
                "switchboard__limits__chat_burst",
                Some("SWITCHBOARD__LIMITS__CHAT_BURST"),
            ),
            ("Switchboard__Log__Format", Some("SWITCHBOARD__LOG__FORMAT")),
            ("SWITCHBOARD_GRACE", Some("SWITCHBOARD__GRACE")),
            ("SWITCHBOARD_ADMIN_CHAT", Some("SWITCHBOARD__ADMIN_CHAT")),
            (
                "SWITCHBOARD_CHAT_NOTIFY_AFTER",
                Some("SWITCHBOARD__CHAT__NOTIFY_AFTER"),
            ),
            ("SWITCHBOARD_PORT", None),
            ("SWITCHBOARD_SERVICE_HOST", None),
            ("SWITCHBOARD_OPS_SERVICE_HOST", None),
            ("SWITCHBOARD_OPS_PORT_9090_TCP_ADDR", None),
            ("SWITCHBOARD_CHATTER", None),
            ("SWITCHBOARD", None),
            ("PATH", None),
        ] {
            assert_eq!(meant(name).as_deref(), read, "{name}");
        }
    }
}
