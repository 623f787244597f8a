//! What the bot says to people, apart from the agents' own answers. One place, so that
//! the voice is one: short, plain, what happened and what to do. No internals.

use crate::config::{Config, Route};
use crate::ids::{AgentName, ChatId, TurnId, UserId};

/// Enough of a partial answer to follow it on a phone, in characters.
const PROGRESS_MAX: usize = 1_500;

/// The label of [Run again].
pub const RUN_AGAIN: &str = "Run again";
/// The label of [Leave it].
pub const LEAVE_IT: &str = "Leave it";

/// The placeholder, with what is known of the answer so far.
#[must_use]
pub fn working(agent: &AgentName, progress: &str) -> String {
    let progress = progress.trim();
    if progress.is_empty() {
        return format!("⏳ {agent} is working…");
    }
    let skipped = progress.chars().count().saturating_sub(PROGRESS_MAX);
    let tail: String = progress.chars().skip(skipped).collect();
    let cut = if skipped > 0 { "…" } else { "" };
    format!("⏳ {agent} is working…\n\n{cut}{tail}")
}

/// An answer, with the agent's name where it is not the one that people expect.
#[must_use]
pub fn answer(agent: Option<&AgentName>, earlier: bool, text: &str) -> String {
    let text = text.trim();
    let text = if text.is_empty() {
        "(The agent finished without any text.)"
    } else {
        text
    };
    match (agent, earlier) {
        (None, false) => text.to_owned(),
        (Some(agent), false) => format!("{agent} ▸\n{text}"),
        (None, true) => format!("From the conversation before /new ▸\n{text}"),
        (Some(agent), true) => format!("{agent}, from the conversation before /new ▸\n{text}"),
    }
}

/// A turn that surely got no answer. `why` is a sentence.
#[must_use]
pub fn failed(agent: &AgentName, why: &str, turn: TurnId) -> String {
    let why = why.trim_end_matches('.');
    format!("⚠️ {agent}: {why}.\nRef {}", turn.reference())
}

/// A turn of which nobody can know what became.
#[must_use]
pub fn unknown(agent: &AgentName, turn: TurnId) -> String {
    format!(
        "⚠️ I lost {agent} while handing over your message, and cannot tell whether it got it. \
         It may be working on it. Look before you run it again.\nRef {}",
        turn.reference()
    )
}

/// An agent's question that takes an approval, which this version cannot give.
#[must_use]
pub fn needs_approval(tools: &[String]) -> String {
    let tools = tools.join(", ");
    format!(
        "It asks for an approval ({tools}), which cannot be given from here yet. Nothing of it \
         was run; your next message to it withdraws the request"
    )
}

/// After a tap on [Run again].
#[must_use]
pub fn running_again(agent: &AgentName, turn: TurnId) -> String {
    format!("🔁 Run again, as you said ({agent}, ref {}).", turn.reference())
}

/// After a tap on [Leave it].
#[must_use]
pub fn left(agent: &AgentName, turn: TurnId) -> String {
    format!("Left as it is ({agent}, ref {}).", turn.reference())
}

/// A tap that does nothing any more.
pub const BUTTON_OVER: &str = "This button is no longer in use.";
/// A tap by somebody else.
pub const BUTTON_FOREIGN: &str = "Only the person who asked can decide this.";

/// A conversation that is full.
#[must_use]
pub fn queue_full(agent: &AgentName, waiting: usize) -> String {
    format!(
        "{waiting} of your messages to {agent} are waiting already. I did not take this one: \
         send it again when some are answered."
    )
}

/// The first word to a stranger, in private. One a day.
#[must_use]
pub fn stranger(user: UserId) -> String {
    format!(
        "You are not on the list of this bot. Whoever runs it can add you: your Telegram id \
         is {user}."
    )
}

/// The one word to a stranger who spoke to the bot in a group.
pub const STRANGER_IN_GROUP: &str =
    "You may not use this bot here. Ask whoever runs it; /whoami in a private chat with me \
     shows your id.";

/// The one notice in a group where the bot has no business.
pub const UNKNOWN_GROUP: &str =
    "This group is not on my list, so I leave. Whoever runs me can add it by its id: ";

/// A route that this person may not use here.
#[must_use]
pub fn forbidden<'a>(command: &str, routes: impl Iterator<Item = &'a Route>) -> String {
    format!("You may not use /{command} here. {}", you_may(routes))
}

/// A command that nobody knows.
#[must_use]
pub fn unknown_command<'a>(name: &str, routes: impl Iterator<Item = &'a Route>) -> String {
    format!("I do not know /{name}. {}", you_may(routes))
}

/// Text that could go to several agents.
#[must_use]
pub fn choose<'a>(routes: impl Iterator<Item = &'a Route>) -> String {
    format!("Which agent shall I ask? {}", you_may(routes))
}

fn you_may<'a>(routes: impl Iterator<Item = &'a Route>) -> String {
    let commands: Vec<String> = routes.map(|route| format!("/{}", route.command)).collect();
    if commands.is_empty() {
        "There is no agent for you here.".to_owned()
    } else {
        format!("You may use: {}.", commands.join(", "))
    }
}

/// Something other than text.
#[must_use]
pub fn no_media(kind: &str) -> String {
    format!("I can pass on text only; this was: {kind}. Nothing of it was sent to an agent.")
}

/// `/istio` alone.
#[must_use]
pub fn switched(route: &Route) -> String {
    let mut text = format!("Now talking to {}. Ask away.", route.agent);
    if let Some(example) = route.examples.first() {
        text.push_str("\nFor example: ");
        text.push_str(example);
    }
    text
}

/// `/new`.
#[must_use]
pub fn fresh(agent: &AgentName) -> String {
    format!("A new conversation with {agent}. It remembers nothing of the earlier one.")
}

/// `/start` and `/help`.
#[must_use]
pub fn help<'a>(routes: impl Iterator<Item = &'a Route>) -> String {
    let routes: Vec<&Route> = routes.collect();
    let mut text = String::new();
    if let Some(first) = routes.first() {
        text.push_str("I pass your messages to these agents, and their answers to you:\n\n");
        for route in &routes {
            let default = if route.default { " (default)" } else { "" };
            let line = format!("/{} – {}{default}\n", route.command, route.description);
            text.push_str(&line);
        }
        text.push_str(&format!(
            "\n/{0} and a question asks once. /{0} alone makes it the agent that your plain \
             text goes to.\n",
            first.command
        ));
    } else {
        text.push_str("There is no agent for you here.\n");
    }
    for (name, description) in MENU {
        text.push_str(&format!("\n/{name} – {description}"));
    }
    text
}

/// `/agents`.
#[must_use]
pub fn agents<'a>(
    routes: impl Iterator<Item = &'a Route>,
    current: Option<&AgentName>,
) -> String {
    let mut text = String::new();
    for route in routes {
        let mark = if Some(&route.agent) == current {
            "▸ "
        } else {
            ""
        };
        text.push_str(&format!(
            "{mark}/{} – {}\n",
            route.command, route.description
        ));
    }
    if text.is_empty() {
        return "There is no agent for you here.".to_owned();
    }
    if current.is_some() {
        text.push_str("\n▸ is the one that your plain text goes to.");
    }
    text.trim_end().to_owned()
}

/// `/whoami`.
#[must_use]
pub fn whoami(config: &Config, user: UserId, chat: ChatId) -> String {
    let mut text = format!("Your id: {user}");
    if chat.is_group() {
        text.push_str(&format!("\nThis chat: {chat}"));
    }
    if crate::rules::access::is_admin(config, user) {
        text.push_str("\nYou are an admin.");
    }
    text.push('\n');
    text.push_str(&you_may(crate::rules::access::routes_for(
        config, user, chat,
    )));
    text
}

/// The menu entries of the built-in commands: name and description.
pub const MENU: [(&str, &str); 4] = [
    ("agents", "Who is there"),
    ("new", "Start a new conversation"),
    ("whoami", "Your id and what you may use"),
    ("help", "How this works"),
];
