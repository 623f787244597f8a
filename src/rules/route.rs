//! What a message is, and who gets it. A pure function that ends in exactly one decision.

use std::time::Duration;

use crate::config::{Config, Route};
use crate::ids::{AgentName, BotId, Timestamp, UserId};
use crate::model::Seat;
use crate::rules::access::{self, Rule};
use crate::rules::command::{self, Parsed};
use crate::telegram::Incoming;

/// After so long without a word, plain text goes to the default agent again.
pub const CURRENT_IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// Who we are, as Telegram knows us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The bot's id.
    pub id: BotId,
    /// Its user name, without the `@`.
    pub username: String,
}

/// What is to be done with a message.
#[derive(Clone, Debug)]
pub enum Decision<'a> {
    /// Nobody waits for an answer.
    Ignore(&'static str),
    /// Its sender may use nothing here. Whether that is said is another rule's matter.
    Stranger(UserId),
    /// Its sender may use other routes, not this one.
    Forbidden(UserId, &'a Route),
    /// A question for an agent.
    Ask {
        /// Who asks.
        user: UserId,
        /// The route that was found.
        route: &'a Route,
        /// What goes to the agent.
        text: String,
        /// The rule that allows it.
        rule: Rule,
    },
    /// A route's command alone: its agent is the person's current one here.
    Switch(UserId, &'a Route),
    /// `/start`, `/help`
    Help(UserId),
    /// `/agents`
    Agents(UserId),
    /// `/whoami`
    WhoAmI(UserId),
    /// `/new`, for this agent.
    New(UserId, &'a Route),
    /// A command that nobody knows, said to us.
    Unknown(UserId, String),
    /// Plain text where no agent is the current or the default one.
    Choose(UserId),
    /// Something other than text.
    Media(UserId, String),
}

/// Decides what a message is. `seat` is what is remembered of its sender here.
#[must_use]
pub fn decide<'a>(
    config: &'a Config,
    me: &Me,
    message: &Incoming,
    seat: &Seat,
    now: Timestamp,
) -> Decision<'a> {
    if message.service {
        return Decision::Ignore("service message");
    }
    let Some(user) = access::person(message) else {
        return Decision::Ignore("nobody");
    };
    let text = message.text.as_deref().unwrap_or_default();
    let parsed = command::parse(text, &me.username);
    let addressed = !message.chat.is_group() || is_for_us(config, me, message, &parsed);
    if !addressed {
        return Decision::Ignore("not addressed");
    }
    if parsed == Parsed::OtherBot {
        return Decision::Ignore("another bot's command");
    }
    if access::is_stranger(config, user, message.chat) {
        return Decision::Stranger(user);
    }
    if let Some(kind) = &message.media {
        return Decision::Media(user, kind.clone());
    }
    match parsed {
        Parsed::Command { name, rest } => of_command(config, message, seat, user, &name, rest, now),
        Parsed::OtherBot => Decision::Ignore("another bot's command"),
        Parsed::Text(text) => of_text(config, me, message, seat, user, text, now),
    }
}

/// In a group: a command that is ours, a reply to us, or our name.
fn is_for_us(config: &Config, me: &Me, message: &Incoming, parsed: &Parsed<'_>) -> bool {
    if let Parsed::Command { name, .. } = parsed {
        let text = message.text.as_deref().unwrap_or_default();
        let named = text
            .split_whitespace()
            .next()
            .is_some_and(|first| first.contains('@'));
        return named || is_builtin(name) || route_of(config, name).is_some();
    }
    let replies = message
        .reply_to
        .as_ref()
        .is_some_and(|reply| reply.from_id == Some(UserId(me.id.0)));
    replies || starts_with_name(message.text.as_deref().unwrap_or_default(), me)
}

fn starts_with_name(text: &str, me: &Me) -> bool {
    without_name(text, me).len() != text.len()
}

/// The text without our name in front of it.
fn without_name<'t>(text: &'t str, me: &Me) -> &'t str {
    let Some(rest) = text.trim_start().strip_prefix('@') else {
        return text;
    };
    let name = rest.get(..me.username.len());
    if !name.is_some_and(|name| name.eq_ignore_ascii_case(&me.username)) {
        return text;
    }
    let rest = &rest[me.username.len()..];
    match rest.chars().next() {
        Some(next) if next.is_alphanumeric() || next == '_' => text,
        _ => rest.trim_start_matches([',', ':', ' ', '\n']),
    }
}

fn of_command<'a>(
    config: &'a Config,
    message: &Incoming,
    seat: &Seat,
    user: UserId,
    name: &str,
    rest: &str,
    now: Timestamp,
) -> Decision<'a> {
    match name {
        "start" | "help" => return Decision::Help(user),
        "agents" => return Decision::Agents(user),
        "whoami" => return Decision::WhoAmI(user),
        "new" => {
            let named = rest.trim().trim_start_matches('/').to_lowercase();
            let route = if named.is_empty() {
                expected(config, message, seat, user, now)
            } else {
                route_of(config, &named)
            };
            return match route {
                Some(route) => permitted(message, user, route, Decision::New(user, route)),
                None if named.is_empty() => Decision::Choose(user),
                None => Decision::Unknown(user, named),
            };
        }
        _ => {}
    }
    let Some(route) = route_of(config, name) else {
        return Decision::Unknown(user, name.to_owned());
    };
    if rest.trim().is_empty() {
        return permitted(message, user, route, Decision::Switch(user, route));
    }
    ask(message, user, route, rest)
}

fn of_text<'a>(
    config: &'a Config,
    me: &Me,
    message: &Incoming,
    seat: &Seat,
    user: UserId,
    text: &str,
    now: Timestamp,
) -> Decision<'a> {
    let text = without_name(text, me);
    if text.trim().is_empty() {
        return Decision::Ignore("no text");
    }
    match expected(config, message, seat, user, now) {
        Some(route) => ask(message, user, route, text),
        None => Decision::Choose(user),
    }
}

fn ask<'a>(message: &Incoming, user: UserId, route: &'a Route, text: &str) -> Decision<'a> {
    match access::may_ask(route, user, message.chat) {
        Some(rule) => Decision::Ask {
            user,
            route,
            text: text.trim().to_owned(),
            rule,
        },
        None => Decision::Forbidden(user, route),
    }
}

fn permitted<'a>(
    message: &Incoming,
    user: UserId,
    route: &'a Route,
    decision: Decision<'a>,
) -> Decision<'a> {
    if access::may_ask(route, user, message.chat).is_some() {
        decision
    } else {
        Decision::Forbidden(user, route)
    }
}

/// The route that plain text takes: the current agent's, the default one, or the only one.
#[must_use]
pub fn expected<'a>(
    config: &'a Config,
    message: &Incoming,
    seat: &Seat,
    user: UserId,
    now: Timestamp,
) -> Option<&'a Route> {
    let may = |route: &&Route| access::may_ask(route, user, message.chat).is_some();
    let current = current(seat, now).and_then(|agent| {
        let of_agent = |route: &&Route| route.agent == *agent;
        config.routes.iter().filter(of_agent).find(may)
    });
    let default = || config.routes.iter().filter(|route| route.default).find(may);
    let only = || {
        let mut routes = access::routes_for(config, user, message.chat);
        routes.next().filter(|_| routes.next().is_none())
    };
    current.or_else(default).or_else(only)
}

/// The person's current agent here, unless they have been away for long.
#[must_use]
pub fn current(seat: &Seat, now: Timestamp) -> Option<&AgentName> {
    let (agent, since) = seat.current.as_ref()?;
    (now.minus(CURRENT_IDLE) <= *since).then_some(agent)
}

/// The route with this command.
#[must_use]
pub fn route_of<'a>(config: &'a Config, command: &str) -> Option<&'a Route> {
    config.routes.iter().find(|route| route.command == command)
}

fn is_builtin(name: &str) -> bool {
    matches!(name, "start" | "help" | "agents" | "whoami" | "new")
}
