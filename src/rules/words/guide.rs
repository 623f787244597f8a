//! What the bot says about itself: which agents there are for whom, and how they are reached.

use super::{TEXT_MAX, fitting, shortened};
use crate::config::{Config, Route};
use crate::ids::{AgentName, TopicId, UserId};
use crate::model::Place;
use crate::rules::{access, approval, chunk};

/// Lengths at which the descriptions of many routes are tried, in characters.
const DESCRIPTIONS_MAX: [usize; 4] = [256, 80, 30, 0];

/// A route that this person may not use here.
#[must_use]
pub fn forbidden<'a>(command: &str, routes: impl Iterator<Item = &'a Route>) -> String {
    fitting(&format!(
        "You may not use /{command} here. {}",
        you_may(routes)
    ))
}

/// A command that nobody knows; `new …` for a `/new` with more behind it than an agent.
#[must_use]
pub fn unknown_command<'a>(name: &str, routes: impl Iterator<Item = &'a Route>) -> String {
    if !name.starts_with("new ") {
        return fitting(&format!("I do not know /{name}. {}", you_may(routes)));
    }
    let mut routes = routes.peekable();
    let example = routes.peek().map_or("k8s", |route| &route.command);
    fitting(&format!(
        "Put only the name of an agent after /new, as in: /new {example}\n\
         Then ask. Nothing was sent to an agent."
    ))
}

/// Text that could go to several agents.
#[must_use]
pub fn choose<'a>(routes: impl Iterator<Item = &'a Route>) -> String {
    let mut routes = routes.peekable();
    if routes.peek().is_none() {
        return NO_AGENT.to_owned();
    }
    fitting(&format!("Which agent do you mean? {}", you_may(routes)))
}

fn you_may<'a>(routes: impl Iterator<Item = &'a Route>) -> String {
    let commands: Vec<String> = routes.map(|route| format!("/{}", route.command)).collect();
    if commands.is_empty() {
        NO_AGENT.to_owned()
    } else {
        format!("You may use: {}.", commands.join(", "))
    }
}

/// Somebody who may talk to the bot, and to no agent in this place.
const NO_AGENT: &str = "There is no agent for you here.";

/// `/istio` alone.
#[must_use]
pub fn switched(route: &Route) -> String {
    let ask = if route.examples.is_empty() {
        "Ask away."
    } else {
        "Ask, or tap an example."
    };
    format!("Now talking to {}. {ask}", route.agent)
}

/// `/start` and `/help`.
#[must_use]
pub fn help<'a>(routes: impl Iterator<Item = &'a Route>) -> String {
    let routes: Vec<&Route> = routes.collect();
    let mut after = String::new();
    let before = if let Some(first) = routes.first() {
        let (command, agent) = (&first.command, &first.agent);
        after = format!(
            "\n/{command} and a question: asks {agent} once.\n\
             /{command} alone: from then on your plain text goes to {agent}.\n"
        );
        "I pass your messages to these agents and bring back their answers:\n\n"
    } else {
        "There is no agent for you here.\n"
    };
    for (name, description) in MENU {
        after.extend(["\n/", name, " – ", description]);
    }
    listed(before, &routes, &after, |route, line| {
        let default = if route.default { " (default)" } else { "" };
        format!("{line}{default}")
    })
}

/// `/agents`.
#[must_use]
pub fn agents<'a>(routes: impl Iterator<Item = &'a Route>, current: Option<&AgentName>) -> String {
    let routes: Vec<&Route> = routes.collect();
    if routes.is_empty() {
        return NO_AGENT.to_owned();
    }
    let is_current = |route: &Route| Some(&route.agent) == current;
    let after = if routes.iter().any(|route| is_current(route)) {
        "\n▸ is the one that your plain text goes to."
    } else {
        ""
    };
    listed("", &routes, after, |route, line| {
        let mark = if is_current(route) { "▸ " } else { "" };
        format!("{mark}{line}")
    })
}

/// A line for each route, with as much of the descriptions as fits into one message.
fn listed(
    before: &str,
    routes: &[&Route],
    after: &str,
    finish: impl Fn(&Route, String) -> String,
) -> String {
    let line = |route: &Route, max: usize| {
        let command = &route.command;
        let line = match max {
            0 => format!("/{command}"),
            _ => format!("/{command} – {}", shortened(&route.description, max)),
        };
        finish(route, line) + "\n"
    };
    let with = |max| {
        let lines: String = routes.iter().map(|route| line(route, max)).collect();
        format!("{before}{lines}{after}")
    };
    let mut texts = DESCRIPTIONS_MAX.into_iter().map(with);
    let fits = texts.find(|text| chunk::units(text) <= TEXT_MAX);
    fits.unwrap_or_else(|| fitting(&with(0)))
        .trim_end()
        .to_owned()
}

/// `/whoami`.
#[must_use]
pub fn whoami(config: &Config, user: UserId, place: Place) -> String {
    let chat = place.chat;
    let mut text = format!("Your id: {user}");
    if chat.is_group() {
        text.extend(["\nThis chat: ".to_owned(), chat.to_string()]);
    }
    if place.topic != TopicId::NONE {
        text.extend(["\nThis topic: ".to_owned(), place.topic.to_string()]);
    }
    if access::is_admin(config, user) {
        text.push_str("\nYou are an admin.");
    }
    let groups = config.groups.iter();
    let groups = groups.filter(|(_, people)| people.contains(&user));
    let groups: Vec<&str> = groups.map(|(name, _)| &**name).collect();
    if !groups.is_empty() {
        text.extend([
            "\nYour groups: ".to_owned(),
            groups.join(", "),
            ".".to_owned(),
        ]);
    }
    text.push('\n');
    text.push_str(&you_may(access::routes_for(config, user, chat)));
    let approves = approval::approves_on(config, user);
    let approves: Vec<String> = approves
        .map(|route| format!("/{}", route.command))
        .collect();
    if !approves.is_empty() {
        let approves = approves.join(", ");
        text.extend(["\nYou may approve what others ask of: ", &*approves, "."]);
    }
    fitting(&text)
}

/// The menu entries of the built-in commands: name and description.
pub const MENU: [(&str, &str); 6] = [
    ("status", "What runs for you here, and what waits"),
    ("stop", "Stop what runs for you here"),
    ("agents", "Who is there"),
    ("new", "Start a new conversation"),
    ("whoami", "Your id and what you may use"),
    ("help", "How this works"),
];
