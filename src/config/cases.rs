//! `[[tests]]`: what should become of a text, tried by `switchboard check`.
//!
//! They stand beside the routes rather than below one: what becomes of a text is decided by all of
//! them, it may be no route at all, and blocks in several files add up.

use std::collections::BTreeMap;

use super::agents::Agent;
use super::item::Item;
use super::people::{Approvers, ID_MAX, People};
use super::problem::{Problem, did_you_mean};
use super::routes::Route;
use super::section::Section;
use crate::ids::{AgentName, ChatId, TopicId, UserId};

/// More than this are tests of something else.
const CASES_MAX: usize = 1000;
/// Bot API: a message has at most 4096 characters.
const TEXT_CHARS_MAX: usize = 4096;
const TOOL_CHARS_MAX: usize = 128;

/// What may become of a text.
pub const OUTCOMES: [&str; 18] = [
    "ask",
    "switch",
    "bound",
    "forbidden",
    "stranger",
    "nobody",
    "ignored",
    "choose",
    "new",
    "stop",
    "status",
    "sessions",
    "resume",
    "help",
    "agents",
    "whoami",
    "unknown",
    "media",
];

/// For what reason a question goes where it goes.
pub const REASONS: [&str; 7] = [
    "command", "reply", "topic", "current", "chat", "default", "only",
];

/// A text that somebody could write, and all that its way depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The text, in which the bot is called `@bot`.
    pub text: String,
    /// Who writes it.
    pub person: UserId,
    /// In which group; in their private chat where none is said.
    pub chat: Option<ChatId>,
    /// In which topic of it.
    pub topic: TopicId,
    /// The agent whose message it answers.
    pub reply_to: Option<AgentName>,
    /// The agent that the person has picked there.
    pub current: Option<AgentName>,
}

/// What should become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The command of the route that it takes, or is kept from.
    Route(String),
    /// The agent of that route.
    Agent(AgentName),
    /// Whether the person may.
    Allowed(bool),
    /// Who decides about a call of that tool, or of any that no rule of the route names.
    Approvers(Approvers, Option<String>),
    /// One of [`OUTCOMES`].
    Outcome(String),
    /// One of [`REASONS`].
    Why(String),
}

/// A text and what should become of it: each with what to say where it does not.
#[derive(Clone, Debug)]
pub struct Case {
    /// The text.
    pub asked: Asked,
    /// What should become of it, at least one thing.
    pub expected: Vec<(Expected, Problem)>,
}

/// What cases may name.
pub(super) struct Names<'a> {
    pub(super) people: &'a People,
    pub(super) agents: &'a BTreeMap<AgentName, Option<Agent>>,
    pub(super) routes: &'a [Route],
    /// Whether that is all of them: a broken one that a case names is reported where it stands.
    pub(super) all_routes: bool,
}

/// All of them; a broken one is left out and reported.
pub(super) fn read(root: &mut Section<'_>, names: &Names<'_>) -> Vec<Case> {
    let items = root.list("tests");
    if items.len() > CASES_MAX {
        let count = items.len();
        root.refuse("tests", format!("must be at most {CASES_MAX}, not {count}"));
    }
    let cases = items
        .into_iter()
        .filter_map(|item| names.case(item.section()));
    cases.collect()
}

impl Names<'_> {
    fn case(&self, mut section: Section<'_>) -> Option<Case> {
        let text = section.take("text");
        if text.is_none() {
            section.refuse_missing("text", "is missing: say what is written");
        }
        let text = text.and_then(|item| item.short_text(TEXT_CHARS_MAX));
        let person = section.take("person");
        if person.is_none() {
            section.refuse_missing("person", "is missing: say who writes it, by name or id");
        }
        let person = person.and_then(|item| self.people.person(&item));
        let chat = section.take("chat").and_then(|item| group(&item));
        let topic = section.number("topic", 0..=ID_MAX, 0);
        let mut agent = |key| section.take(key).and_then(|item| self.agent(&item));
        let (reply_to, current) = (agent("reply_to"), agent("current"));
        let expected = self.expected(&mut section);
        section.finish();
        let asked = Asked {
            text: text?,
            person: person?,
            chat,
            topic: TopicId(topic),
            reply_to,
            current,
        };
        Some(Case { asked, expected })
    }

    fn expected(&self, section: &mut Section<'_>) -> Vec<(Expected, Problem)> {
        let tool = section.text("tool", TOOL_CHARS_MAX);
        let mut expected = Vec::new();
        let mut given = 0;
        let mut read = |key, read: &dyn Fn(Item<'_>) -> Option<Expected>| {
            let Some(item) = section.take(key) else {
                return;
            };
            given += 1;
            let wrong = item.problem();
            expected.extend(read(item).map(|expected| (expected, wrong)));
        };
        read("route", &|item| self.route(&item).map(Expected::Route));
        read("agent", &|item| self.agent(&item).map(Expected::Agent));
        read("allowed", &|item| item.boolean().map(Expected::Allowed));
        read("approvers", &|item| {
            let approvers = self.people.approvers(item.list());
            Some(Expected::Approvers(approvers, tool.clone()))
        });
        read("outcome", &|item| {
            word(&item, &OUTCOMES).map(Expected::Outcome)
        });
        read("why", &|item| word(&item, &REASONS).map(Expected::Why));
        if given == 0 {
            let keys = "route, agent, allowed, approvers, outcome or why";
            section.refuse_here(format!("expects nothing: say what becomes of it by {keys}"));
        }
        expected
    }

    fn agent(&self, item: &Item<'_>) -> Option<AgentName> {
        let name = AgentName::from(item.text()?);
        if self.agents.contains_key(&name) {
            return Some(name);
        }
        let known = self.agents.keys().map(AgentName::as_str);
        let hint = did_you_mean(name.as_str(), known).unwrap_or_default();
        item.refuse(format!("no agent is called {:?}{hint}", name.as_str()));
        None
    }

    /// The command of the route that has this command or alias.
    fn route(&self, item: &Item<'_>) -> Option<String> {
        let text = item.text()?;
        let command = text.strip_prefix('/').unwrap_or(text);
        let found = self.routes.iter().find(|route| route.answers_to(command));
        if found.is_none() && self.all_routes {
            let known = self.routes.iter().map(|route| &*route.command);
            let hint = did_you_mean(command, known).unwrap_or_default();
            item.refuse(format!("no route has the command {command:?}{hint}"));
        }
        found.map(|route| route.command.to_string())
    }
}

fn group(item: &Item<'_>) -> Option<ChatId> {
    let id = item.integer()?;
    if (-ID_MAX..0).contains(&id) {
        return Some(ChatId(id));
    }
    item.refuse(
        "must be the id of a group, such as -1001234567890; without it the text is private",
    );
    None
}

fn word(item: &Item<'_>, words: &[&str]) -> Option<String> {
    let text = item.text()?;
    if words.contains(&text) {
        return Some(text.to_owned());
    }
    let hint = did_you_mean(text, words.iter().copied());
    item.refuse(format!(
        "must be one of {}{}",
        words.join(", "),
        hint.unwrap_or_default()
    ));
    None
}
