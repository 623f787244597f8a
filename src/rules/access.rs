//! Who can make this pod do that: the whole answer is in this file.
//!
//! Deny by default. A person is a numeric Telegram id and nothing else: names can be
//! taken by anybody. Anonymous admins, channels and bots are nobody.

use crate::config::{Allow, Config, Route};
use crate::ids::{AgentName, ChatId, RouteName, UserId};
use crate::model::{Button, Whom};
use crate::telegram::Incoming;

/// The rule that lets somebody in, for the audit.
pub type Rule = &'static str;

/// The person who sent it, unless it is nobody that a right could belong to.
#[must_use]
pub fn person(message: &Incoming) -> Option<UserId> {
    if message.is_nobody() {
        return None;
    }
    message.from.as_ref().map(|from| from.id)
}

/// Whether this person, writing here, may ask the agent of this route; and by which rule.
#[must_use]
pub fn may_ask(route: &Route, user: UserId, chat: ChatId) -> Option<Rule> {
    route.allow.iter().find_map(|allow| match allow {
        Allow::Person(id) if *id == user => Some("person"),
        Allow::Chat(id) if *id == chat => Some("chat"),
        _ => None,
    })
}

/// The routes that this person may use here, in the order of the configuration.
pub fn routes_for(config: &Config, user: UserId, chat: ChatId) -> impl Iterator<Item = &Route> {
    config
        .routes
        .iter()
        .filter(move |route| may_ask(route, user, chat).is_some())
}

/// The route by which this person reaches an agent here: the first that they may use.
#[must_use]
pub fn route_to<'a>(
    config: &'a Config,
    agent: &AgentName,
    user: UserId,
    chat: ChatId,
) -> Option<&'a Route> {
    let mut routes = routes_for(config, user, chat);
    routes.find(|route| route.agent == *agent)
}

/// The rules for a question to this agent: the route that it was asked by, if that still leads
/// there and lets whoever asked. Where it was not noted, as it would be asked now.
#[must_use]
pub fn own_route<'a>(
    config: &'a Config,
    agent: &AgentName,
    asked_by: Option<&RouteName>,
    user: UserId,
    chat: ChatId,
) -> Option<&'a Route> {
    let Some(name) = asked_by else {
        return route_to(config, agent, user, chat);
    };
    route_named(config, agent, name).filter(|route| may_ask(route, user, chat).is_some())
}

/// The route of this name to an agent, whoever may use it: what it says of its questions holds for
/// one that is under way, also when whoever asked may not ask any more.
#[must_use]
pub fn route_named<'a>(
    config: &'a Config,
    agent: &AgentName,
    name: &RouteName,
) -> Option<&'a Route> {
    let mut routes = config.routes.iter();
    routes.find(|route| route.agent == *agent && route.answers_to(name.as_str()))
}

/// Whether this is somebody who may use no route here.
#[must_use]
pub fn is_stranger(config: &Config, user: UserId, chat: ChatId) -> bool {
    !is_admin(config, user) && routes_for(config, user, chat).next().is_none()
}

/// Whether this person operates the bot. An admin may use no agent by that alone.
#[must_use]
pub fn is_admin(config: &Config, user: UserId) -> bool {
    config.admins.contains(&user)
}

/// Whether a group is one that somebody who counts has brought the bot into.
#[must_use]
pub fn is_known_group(config: &Config, chat: ChatId, added_by: Option<UserId>) -> bool {
    names_chat(config, chat) || added_by.is_some_and(|user| !is_stranger(config, user, chat))
}

/// Whether the configuration speaks of this chat.
#[must_use]
pub fn names_chat(config: &Config, chat: ChatId) -> bool {
    let mut routes = config.routes.iter();
    let own = config.admin_chat == Some(chat) || config.chats.contains_key(&chat);
    own || routes
        .any(|route| route.allow.contains(&Allow::Chat(chat)) || route.approvals.chat == Some(chat))
}

/// Whether this person may press this button, which leads to this agent: its own person or an
/// admin. Whoever it is for and whoever presses it must both be allowed to ask that agent
/// there now; but what only keeps something from an agent, an admin may always do.
#[must_use]
pub fn may_press(config: &Config, agent: &AgentName, button: &Button, user: UserId) -> bool {
    let (own, whose) = match button.whom {
        Whom::Person(person) => (person == user, person),
        Whom::Admins => (false, user),
        // What it leads to says who may.
        Whom::Deciders => return true,
    };
    let of_agent = config.routes.iter().filter(|route| route.agent == *agent);
    let admin = is_admin(config, user);
    let ends = admin && button.action.only_ends();
    ends || (own || admin)
        && of_agent.into_iter().any(|route| {
            let may_ask_there = |user| may_ask(route, user, button.place.chat).is_some();
            may_ask_there(whose) && may_ask_there(user)
        })
}

#[cfg(test)]
mod tests;
