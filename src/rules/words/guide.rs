//! What the bot says about itself: which agents there are for whom, and how they are reached.

use super::{TEXT_MAX, fitting, shortened};
use crate::config::{Config, Route};
use crate::ids::{AgentName, TopicId, UserId};
use crate::model::Place;
use crate::rules::agents::{self, Described};
use crate::rules::status::Seen;
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

/// `/stop` with something behind it that is no agent.
const NOT_STOPPED: &str = "Nothing was stopped: put nothing after /stop, or the name of an agent.";

/// A command that nobody knows; `new …` for a `/new` with more behind it than an agent, `stop …` for
/// a `/stop` with something else.
#[must_use]
pub fn unknown_command<'a>(name: &str, routes: impl Iterator<Item = &'a Route>) -> String {
    if name.starts_with("stop ") {
        return NOT_STOPPED.to_owned();
    }
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

/// `/istio` alone; whether there are examples to tap.
#[must_use]
pub fn switched(route: &Route, examples: bool) -> String {
    let ask = if examples {
        "Ask, or tap an example."
    } else {
        "Ask away."
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
    let describe = |route: &Route| route.description.clone();
    listed(before, &routes, &after, describe, |route, line| {
        let default = if route.default { " (default)" } else { "" };
        format!("{line}{default}")
    })
}

/// `/agents`.
#[must_use]
pub fn agents<'a>(
    routes: impl Iterator<Item = &'a Route>,
    described: &[Described],
    current: Option<&AgentName>,
) -> String {
    let routes: Vec<&Route> = routes.collect();
    if routes.is_empty() {
        return NO_AGENT.to_owned();
    }
    let health = |route: &Route| agents::of(described, route).map_or(Seen::Unknown, |it| it.health);
    let is_current = |route: &Route| Some(&route.agent) == current;
    let mut after = String::new();
    // Where all answer, green needs no word.
    if routes.iter().any(|route| health(route) != Seen::Up) {
        let marks = [UP, DOWN, NOT_TRIED].into_iter();
        let shown = marks.filter(|(mark, _)| routes.iter().any(|it| state(health(it)) == *mark));
        let shown: Vec<String> = shown.map(|(mark, what)| format!("{mark} {what}")).collect();
        after = format!("\n{}", shown.join(" · "));
    }
    if routes.iter().any(|route| is_current(route)) {
        after.push_str("\n▸ is the one that your plain text goes to.");
    }
    let describe = |route: &Route| {
        let of_card = agents::of(described, route);
        agents::description(route, of_card).into_owned()
    };
    listed("", &routes, &after, describe, |route, line| {
        let mark = if is_current(route) { "▸ " } else { "" };
        format!("{} {mark}{line}", state(health(route)))
    })
}

const UP: (&str, &str) = ("🟢", "answers");
const DOWN: (&str, &str) = ("🔴", "is down");
const NOT_TRIED: (&str, &str) = ("⚪", "was not tried yet");

fn state(health: Seen) -> &'static str {
    match health {
        Seen::Up => UP.0,
        Seen::Down(_) => DOWN.0,
        Seen::Unknown => NOT_TRIED.0,
    }
}

/// A line for each route, with as much of the descriptions as fits into one message.
fn listed(
    before: &str,
    routes: &[&Route],
    after: &str,
    describe: impl Fn(&Route) -> String,
    finish: impl Fn(&Route, String) -> String,
) -> String {
    let line = |route: &Route, max: usize| {
        let command = &route.command;
        let line = match max {
            0 => format!("/{command}"),
            _ => format!("/{command} – {}", shortened(&describe(route), max)),
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
    let commands = |routes: Vec<&Route>| {
        let commands: Vec<_> = routes.iter().map(|it| format!("/{}", it.command)).collect();
        commands.join(", ")
    };
    let others = approval::approves_on(config, user).collect();
    let own = access::routes_for(config, user, chat);
    let own = own.filter(|route| approval::lets_requester(route));
    for (whose, routes) in [
        ("what others ask of", others),
        ("what you ask yourself of", own.collect()),
    ] {
        let routes = commands(routes);
        if !routes.is_empty() {
            text.extend(["\nYou may approve ", whose, ": ", &*routes, "."]);
        }
    }
    fitting(&text)
}

/// The menu entries of the built-in commands: name and description.
pub const MENU: [(&str, &str); 7] = [
    ("status", "What runs for you here, and what waits"),
    ("stop", "Stop what runs for you here"),
    ("agents", "Who is there"),
    ("new", "Start a new conversation"),
    ("sessions", "Go back to an earlier conversation"),
    ("whoami", "Your id and what you may use"),
    ("help", "How this works"),
];

/// The menu of those who may use nothing.
pub const MENU_OF_STRANGERS: [(&str, &str); 3] = [
    ("start", "How this works"),
    ("help", "How this works"),
    ("whoami", "Your id and what you may use"),
];
