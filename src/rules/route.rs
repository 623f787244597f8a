//! What a message is, and who gets it. A pure function that ends in exactly one decision.

use std::time::Duration;

use crate::config::{Config, Route};
use crate::ids::{AgentName, BotId, Timestamp, UserId};
use crate::model::Seat;
use crate::rules::access::{self, Rule};
use crate::rules::command::{self, Parsed};
use crate::telegram::Incoming;

/// A current agent is written down again after this, so that its idle time counts from the
/// last question to it.
pub const CURRENT_RENEWED: Duration = Duration::from_hours(1);
/// After so long without a word, plain text goes to the default agent again.
pub const CURRENT_IDLE: Duration = Duration::from_hours(12);
/// Characters of what somebody typed that an answer repeats; a command has at most 32.
const REPEATED_MAX: usize = 40;

/// Who "writes" what a channel posts into its linked group (Bot API).
const CHANNEL_POST: UserId = UserId(777_000);

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
    /// Its sender cannot be told: no right can belong to them.
    Nobody {
        /// A person hides behind it, and spoke to us.
        waits: bool,
    },
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
    /// A command that nobody knows, said to us; for `/new`, with what stands behind it.
    Unknown(UserId, String),
    /// Plain text where no agent is the current or the default one.
    Choose(UserId),
    /// Something other than text and files.
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
    let written = message.text.as_deref().unwrap_or_default();
    let text = without_name(written, me);
    let named = text.len() != written.len();
    let parsed = command::parse(text, &me.username);
    if message.chat.is_group() {
        if parsed == Parsed::OtherBot {
            return Decision::Ignore("another bot's command");
        }
        if !named && !is_for_us(config, me, message, &parsed) {
            return Decision::Ignore("not addressed");
        }
    }
    let Some(user) = access::person(message) else {
        // A channel's posts come into its group by themselves: nobody waits there.
        let posted = message
            .from
            .as_ref()
            .is_some_and(|from| from.id == CHANNEL_POST);
        let waits = message.chat.is_group() && message.sender_chat.is_some() && !posted;
        return Decision::Nobody { waits };
    };
    if access::is_stranger(config, user, message.chat) {
        return Decision::Stranger(user);
    }
    if message.file.is_some() {
        return of_file(config, message, seat, user, &parsed, now);
    }
    if let Some(kind) = &message.media {
        return Decision::Media(user, kind.clone());
    }
    match parsed {
        Parsed::Command { name, rest } => of_command(config, message, seat, user, &name, rest, now),
        // In private nobody else hears it, and its writer waits.
        Parsed::OtherBot => Decision::Unknown(user, shortened(first_word(text))),
        Parsed::Text(text) if !text.trim().is_empty() => {
            of_text(config, message, seat, user, text, now)
        }
        Parsed::Text(_) if named => Decision::Help(user),
        Parsed::Text(_) => Decision::Ignore("no text"),
    }
}

/// In a group: a reply to us, our name anywhere, or a command that is ours.
fn is_for_us(config: &Config, me: &Me, message: &Incoming, parsed: &Parsed<'_>) -> bool {
    let ours = Some(UserId(me.id.0));
    if message.reply_to.is_some_and(|reply| reply.from_id == ours) {
        return true;
    }
    let text = message.text.as_deref().unwrap_or_default();
    match parsed {
        Parsed::Command { name, .. } => {
            // A bot's name behind the command can only be ours here.
            let named = first_word(text).contains('@');
            named || is_builtin(name) || route_of(config, name).is_some()
        }
        Parsed::OtherBot | Parsed::Text(_) => mentions(message, text, me),
    }
}

/// Whether our name is marked anywhere in the text.
fn mentions(message: &Incoming, text: &str, me: &Me) -> bool {
    message.entities.iter().any(|entity| {
        let marked = text.encode_utf16().skip(entity.offset).take(entity.length);
        let marked: Vec<u16> = marked.collect();
        let name = String::from_utf16_lossy(&marked);
        let name = name.strip_prefix('@').unwrap_or_default();
        entity.kind == "mention" && name.eq_ignore_ascii_case(&me.username)
    })
}

/// The first word of a command, without its slash.
fn first_word(text: &str) -> &str {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.trim_start_matches('/')
}

/// So much of what somebody typed as an answer may repeat.
fn shortened(typed: &str) -> String {
    match typed.char_indices().nth(REPEATED_MAX) {
        Some((end, _)) => format!("{}…", &typed[..end]),
        None => typed.to_owned(),
    }
}

/// The text without our name in front of it.
pub(super) fn without_name<'t>(text: &'t str, me: &Me) -> &'t str {
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
        _ => rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':')),
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
        "new" => return of_new(config, message, seat, user, rest, now),
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

/// A file: what stands beneath it says who gets it. A question without words is one, too.
fn of_file<'a>(
    config: &'a Config,
    message: &Incoming,
    seat: &Seat,
    user: UserId,
    parsed: &Parsed<'_>,
    now: Timestamp,
) -> Decision<'a> {
    match parsed {
        Parsed::Command { name, rest } => match route_of(config, name) {
            Some(route) => ask(message, user, route, rest),
            None if is_builtin(name) => of_command(config, message, seat, user, name, rest, now),
            None => Decision::Unknown(user, name.clone()),
        },
        Parsed::OtherBot => {
            let text = message.text.as_deref().unwrap_or_default();
            Decision::Unknown(user, shortened(first_word(text)))
        }
        Parsed::Text(text) => of_text(config, message, seat, user, text, now),
    }
}

/// `/new` alone, or with the name of an agent and nothing else.
fn of_new<'a>(
    config: &'a Config,
    message: &Incoming,
    seat: &Seat,
    user: UserId,
    rest: &str,
    now: Timestamp,
) -> Decision<'a> {
    let rest = rest.trim();
    if rest.is_empty() {
        return match expected(config, message, seat, user, now) {
            Some(route) => Decision::New(user, route),
            None => Decision::Choose(user),
        };
    }
    if rest.contains(char::is_whitespace) {
        // A question behind it would be lost: nobody is to wait for its answer.
        return Decision::Unknown(user, shortened(&format!("new {rest}")));
    }
    let named = rest.trim_start_matches('/').to_lowercase();
    match route_of(config, &named) {
        Some(route) => permitted(message, user, route, Decision::New(user, route)),
        None => Decision::Unknown(user, shortened(&named)),
    }
}

fn of_text<'a>(
    config: &'a Config,
    message: &Incoming,
    seat: &Seat,
    user: UserId,
    text: &str,
    now: Timestamp,
) -> Decision<'a> {
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

/// Whether a question to this agent keeps it the current one for longer.
#[must_use]
pub fn renews(seat: &Seat, agent: &AgentName, now: Timestamp) -> bool {
    let since = seat
        .current
        .as_ref()
        .filter(|(current, _)| current == agent);
    since.is_some_and(|(_, since)| *since < now.minus(CURRENT_RENEWED))
}

/// The route with this command.
#[must_use]
pub fn route_of<'a>(config: &'a Config, command: &str) -> Option<&'a Route> {
    config.routes.iter().find(|route| route.command == command)
}

fn is_builtin(name: &str) -> bool {
    matches!(name, "start" | "help" | "agents" | "whoami" | "new")
}

#[cfg(test)]
mod tests;
