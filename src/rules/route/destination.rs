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

impl Why {
    /// Its word in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Reply => "reply",
            Self::Topic => "topic",
            Self::Current => "current",
            Self::Chat => "chat",
            Self::Default => "default",
            Self::Only => "only",
        }
    }
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

/// What one of the reasons gives for a plain text.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// There is nothing of the kind here.
    Nothing,
    /// There was, but the person has been away for long: this agent.
    Idle(&'a AgentName),
    /// Something that the person may not use here, or that is not there any more: a command or
    /// an agent.
    Closed(&'a str),
    /// Not one, but so many.
    Several(usize),
    /// This route.
    To(&'a Route),
}

/// The reasons for which plain text goes somewhere, in their order.
pub const REASONS: [Why; 6] = [
    Why::Reply,
    Why::Topic,
    Why::Current,
    Why::Chat,
    Why::Default,
    Why::Only,
];

/// The route that plain text takes in this place, if there is one that the person may use.
#[must_use]
pub fn expected<'a>(
    config: &'a Config,
    place: Place,
    known: Known<'a>,
    user: UserId,
    now: Timestamp,
) -> Option<Destination<'a>> {
    expected_by(
        &Plain {
            config,
            place,
            known,
            user,
            now,
        },
        &|_, _| {},
    )
}

/// A plain text, and what its way depends on.
pub(super) struct Plain<'a> {
    pub(super) config: &'a Config,
    pub(super) place: Place,
    pub(super) known: Known<'a>,
    pub(super) user: UserId,
    pub(super) now: Timestamp,
}

/// The same, and each way that was looked at.
pub(super) fn expected_by<'a>(
    plain: &Plain<'a>,
    looked: &dyn Fn(Why, Way<'a>),
) -> Option<Destination<'a>> {
    REASONS.into_iter().find_map(|why| {
        let way = plain.way(why);
        looked(why, way);
        match way {
            Way::To(route) => Some(Destination { route, why }),
            _ => None,
        }
    })
}

impl<'a> Plain<'a> {
    fn way(&self, why: Why) -> Way<'a> {
        let &Self {
            config,
            place,
            known,
            user,
            now,
        } = self;
        let chat = place.chat;
        let here = || config.chats.get(&chat);
        match why {
            Why::Reply => known
                .answered
                .map_or(Way::Nothing, |agent| self.to_agent(agent)),
            Why::Topic => {
                let command = here().and_then(|rules| rules.topic_route(place.topic));
                self.by_command(command)
            }
            Why::Current => match (current(known.seat, now), &known.seat.current) {
                (Some(agent), _) => self.to_agent(agent),
                (None, Some((agent, _))) => Way::Idle(agent),
                (None, None) => Way::Nothing,
            },
            Why::Chat => self.by_command(here().and_then(|rules| rules.route.as_deref())),
            Why::Default => {
                let default = config.routes.iter().find(|route| route.default);
                self.by_command(default.map(|route| &*route.command))
            }
            Why::Only => {
                let mut routes = access::routes_for(config, user, chat);
                match (routes.next(), routes.next()) {
                    (Some(only), None) => Way::To(only),
                    (None, _) => Way::Nothing,
                    (Some(_), Some(_)) => Way::Several(2 + routes.count()),
                }
            }
            Why::Command => Way::Nothing,
        }
    }

    fn to_agent(&self, agent: &'a AgentName) -> Way<'a> {
        let route = access::route_to(self.config, agent, self.user, self.place.chat);
        route.map_or(Way::Closed(agent.as_str()), Way::To)
    }

    fn by_command(&self, command: Option<&'a str>) -> Way<'a> {
        let Some(command) = command else {
            return Way::Nothing;
        };
        let may = |route: &&Route| access::may_ask(route, self.user, self.place.chat).is_some();
        let route = route_of(self.config, command).filter(may);
        route.map_or(Way::Closed(command), Way::To)
    }
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

/// Whether what is remembered of a person decides where their plain text goes here: whoever may use
/// one route has no choice.
#[must_use]
pub fn depends_on_seat(config: &Config, place: Place, user: UserId) -> bool {
    access::routes_for(config, user, place.chat)
        .nth(1)
        .is_some()
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
