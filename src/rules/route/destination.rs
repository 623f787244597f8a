//! Which agent plain text goes to, and why: the first of these that there is and that the
//! person may use.
//!
//! A reply to an agent's message, the topic's agent, the person's current agent here, the
//! chat's, the bot's, the only one.

use std::time::Duration;

use super::route_of;
use crate::config::{Config, Route};
use crate::ids::{AgentName, Timestamp, UserId};
use crate::model::{Place, Seat};
use crate::rules::access;

/// A current agent is written down again after this, so that its idle time counts from the
/// last question to it.
pub const CURRENT_RENEWED: Duration = Duration::from_hours(1);
/// After so long without a word, plain text goes to the default agent again.
pub const CURRENT_IDLE: Duration = Duration::from_hours(12);

/// Why a question goes where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its command says so.
    Command,
    /// It answers a message of that agent.
    Reply,
    /// The configuration gives the topic to that agent.
    Topic,
    /// The person picked that agent here.
    Current,
    /// The configuration gives the chat to that agent.
    Chat,
    /// It is the bot's default.
    Default,
    /// The person may use no other.
    Only,
}

/// What is known beside the message itself.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What is remembered of its sender here.
    pub seat: &'a Seat,
    /// The agent whose message it answers.
    pub answered: Option<&'a AgentName>,
}

/// Where plain text goes.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// By this route.
    pub route: &'a Route,
    /// For this reason.
    pub why: Why,
}

/// The route that plain text takes in this place, if there is one that the person may use.
#[must_use]
pub fn expected<'a>(
    config: &'a Config,
    place: Place,
    known: Known<'_>,
    user: UserId,
    now: Timestamp,
) -> Option<Destination<'a>> {
    let chat = place.chat;
    let may = |route: &&Route| access::may_ask(route, user, chat).is_some();
    let of_agent = |agent: &AgentName| access::route_to(config, agent, user, chat);
    let named = |command: &str| route_of(config, command).filter(may);
    let here = config.chats.get(&chat);
    let by = |why| match why {
        Why::Reply => known.answered.and_then(of_agent),
        Why::Topic => of_topic(config, place, user),
        Why::Current => current(known.seat, now).and_then(of_agent),
        Why::Chat => here
            .and_then(|rules| rules.route.as_deref())
            .and_then(named),
        Why::Default => config.routes.iter().filter(|route| route.default).find(may),
        Why::Only => {
            let mut routes = access::routes_for(config, user, chat);
            routes.next().filter(|_| routes.next().is_none())
        }
        Why::Command => None,
    };
    let order = [
        Why::Reply,
        Why::Topic,
        Why::Current,
        Why::Chat,
        Why::Default,
        Why::Only,
    ];
    let mut found = order
        .into_iter()
        .filter_map(|why| by(why).map(|route| Destination { route, why }));
    found.next()
}

/// The route that the configuration gives to the topic, if this person may use it.
pub(super) fn of_topic(config: &Config, place: Place, user: UserId) -> Option<&Route> {
    let rules = config.chats.get(&place.chat)?;
    let route = route_of(config, rules.topic_route(place.topic)?)?;
    access::may_ask(route, user, place.chat).map(|_| route)
}

/// Whether an answer of this agent says whose it is: unless the plain text of whoever asked
/// goes to it in this place. A reply goes where it goes by what it answers, so that says nothing.
#[must_use]
pub fn names_itself(
    config: &Config,
    agent: &AgentName,
    (place, user): (Place, UserId),
    seat: &Seat,
    now: Timestamp,
) -> bool {
    let answered = None;
    let known = Known { seat, answered };
    let expected = expected(config, place, known, user, now);
    expected.is_none_or(|to| to.route.agent != *agent)
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
