//! How the bot came to a decision, for whoever writes its configuration.

use crate::config::{Approvers, Config};
use crate::ids::UserId;
use crate::rules::route::{Heard, Says, Step, Way, Why};
use crate::rules::trial::Played;

/// A step: what was looked at, and what was found.
#[must_use]
pub fn step(config: &Config, step: &Step<'_>) -> (&'static str, String) {
    match step {
        Step::Heard(heard) => ("heard", heard_text(*heard).to_owned()),
        Step::Person(None, _) => ("person", "nobody that a right could belong to".to_owned()),
        Step::Person(Some(user), 0) => {
            let who = person(config, *user);
            ("person", format!("{who} may use no route here"))
        }
        Step::Person(Some(user), routes) => {
            let who = person(config, *user);
            let s = if *routes == 1 { "" } else { "s" };
            ("person", format!("{who} may use {routes} route{s} here"))
        }
        Step::Says(says) => ("command", says_text(*says)),
        Step::Way(why, way) => (why.word(), way_text(*why, *way)),
        Step::Buttons => ("buttons", "offers those that the person may use".to_owned()),
    }
}

fn heard_text(heard: Heard) -> &'static str {
    match heard {
        Heard::Private => "in a private chat all is said to the bot",
        Heard::Addressed => "it is said to the bot",
        Heard::All => "the bot listens to all in this group",
        Heard::Not => "it is not said to the bot, which listens only to that in this group",
        Heard::OtherBot => "it is a command for another bot",
        Heard::Service => "it only tells of an event",
    }
}

fn says_text(says: Says<'_>) -> String {
    match says {
        Says::Route(route) => format!("of the route /{} to {}", route.command, route.agent),
        Says::Command { known: true } => "of the bot itself".to_owned(),
        Says::Command { known: false } => "one that no route has".to_owned(),
        Says::Text => "none, it is plain text".to_owned(),
        Says::Media => "neither text nor a file".to_owned(),
    }
}

fn way_text(why: Why, way: Way<'_>) -> String {
    match way {
        Way::To(route) => format!("{} by /{}", route.agent, route.command),
        Way::Idle(agent) => format!("was {agent}, too long ago"),
        Way::Closed(what) => format!("{what}, which they may not use here"),
        Way::Several(count) => format!("they may use {count}"),
        Way::Nothing => match why {
            Why::Reply => "it answers no agent",
            Why::Topic => "the topic has no route",
            Why::Current => "they have picked none",
            Why::Chat => "the chat has no route",
            Why::Default => "no route is the default",
            Why::Only => "they may use none",
            Why::Command => "it names none",
        }
        .to_owned(),
    }
}

/// What becomes of it, in a few words.
#[must_use]
pub fn in_short(played: &Played<'_>) -> String {
    let route = played.route();
    let route = route.map_or(String::new(), |it| {
        format!("{} by /{}", it.agent, it.command)
    });
    match (played.outcome(), played.why()) {
        ("ask", Some((why, _))) => format!("it goes to {route}, {}", reason(why)),
        ("switch", _) => format!("from then on plain text goes to {route}"),
        ("bound", _) => "the topic stays with its own agent".to_owned(),
        ("forbidden", _) => format!("they may not use {route}"),
        ("stranger", _) => "they may use nothing here".to_owned(),
        ("nobody", _) => "no right could belong to its sender".to_owned(),
        ("ignored", _) => "it is not said to the bot".to_owned(),
        ("choose", _) => "buttons ask which agent is meant".to_owned(),
        ("new", _) => format!("a new conversation with {route} begins"),
        ("unknown", _) => "no route has that command".to_owned(),
        ("media", _) => "it is neither text nor a file".to_owned(),
        (own, _) => format!("the bot itself answers ({own})"),
    }
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::Command => "because its command says so",
        Why::Reply => "because it answers a message of that agent",
        Why::Topic => "because the topic is that agent's",
        Why::Current => "because the person has picked that agent here",
        Why::Chat => "because the chat is that agent's",
        Why::Default => "because that route is the default",
        Why::Only => "because they may use no other",
    }
}

/// Whom these approvers are.
#[must_use]
pub fn people(config: &Config, approvers: &Approvers) -> String {
    let mut names: Vec<String> = approvers
        .people
        .iter()
        .map(|id| person(config, *id))
        .collect();
    names.extend(approvers.requester.then(|| "whoever asked".to_owned()));
    if names.is_empty() {
        return "nobody".to_owned();
    }
    names.join(", ")
}

/// What the configuration calls a person, or their id.
#[must_use]
pub fn person(config: &Config, user: UserId) -> String {
    let name = config.names.get(&user).cloned();
    name.unwrap_or_else(|| user.to_string())
}
