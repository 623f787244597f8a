//! `[[routes]]`: a command, the agent that it reaches, and who may use it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::agents::{self, Agent, Flavor};
use super::approvals::{self, Approvals, Masking};
use super::commands::Commands;
use super::duration::show;
use super::item::Item;
use super::limits::{Limits, WAITING_MAX};
use super::people::{Allow, Approvers, People};
use super::problem::did_you_mean;
use super::quotas::RouteQuotas;
use super::section::Section;
use super::unapproved;
use crate::ids::{AgentName, RouteName};

/// Bot API, `BotCommand`: 1 to 256 characters.
const DESCRIPTION_CHARS_MAX: usize = 256;
/// More examples than this bury the chat.
const EXAMPLES_MAX: usize = 8;
const EXAMPLE_CHARS_MAX: usize = 256;
/// What is put before every question costs the agent's context each time.
const PREFIX_CHARS_MAX: usize = 4000;

/// What shows of an answer that is still being made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stream {
    /// The placeholder grows with it.
    #[default]
    Edits,
    /// Nothing but that the agent is at work.
    Off,
}

/// Whose conversation a question belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everybody has their own.
    #[default]
    User,
    /// A group has one, or one a topic, for all who may use the route there. In a private chat
    /// that is the same as [`Scope::User`].
    Chat,
}

/// A command, the agent that it reaches, and who may use it.
#[derive(Clone, Debug)]
pub struct Route {
    /// The command without its slash: 1 to 32 of a-z, 0-9 and _; unique and not reserved.
    pub command: Arc<str>,
    /// Other commands that do the same. No menu and no help shows them.
    pub aliases: Vec<String>,
    /// The agent that it reaches.
    pub agent: AgentName,
    /// What help and the command menu say about it; 1 to 256 characters.
    pub description: String,
    /// Questions to begin with, shown as such.
    pub examples: Vec<String>,
    /// Whether plain text comes here; true for one route at most.
    pub default: bool,
    /// What shows of its answers while they are being made.
    pub stream: Stream,
    /// Put before every question for the agent, and shown to nobody.
    pub prefix: Option<String>,
    /// Whose conversation its questions belong to.
    pub scope: Scope,
    /// How long one of its turns may take in all.
    pub total_timeout: Duration,
    /// The silence after which the task of one of its turns is looked at.
    pub look_after: Duration,
    /// Turns that may wait in one of its conversations; one more is refused.
    pub conversation_waiting_max: usize,
    /// Who may use it; empty means nobody.
    pub allow: Vec<Allow>,
    /// Who decides about its agent's dangerous calls.
    pub approvers: Approvers,
    /// The rest about such calls.
    pub approvals: Approvals,
    /// What is masked of what its agent says to a question that came by it.
    pub masking: Masking,
    /// How many questions it takes.
    pub quotas: RouteQuotas,
}

impl Route {
    /// What it is called: its command.
    #[must_use]
    pub fn name(&self) -> RouteName {
        RouteName(self.command.clone())
    }
}

/// All routes; a broken one is left out and reported.
pub(super) fn read(
    items: Vec<Item<'_>>,
    agents: &BTreeMap<AgentName, Option<Agent>>,
    people: &People,
    limits: &Limits,
) -> Vec<Route> {
    let mut reader = Reader {
        agents,
        people,
        limits,
        commands: Commands::default(),
        default: None,
    };
    let routes = items.into_iter().filter_map(|item| reader.route(item));
    routes.collect()
}

/// Warns of what is configured and cannot be reached.
pub(super) fn warn_of_idle(
    root: &Section<'_>,
    agents: &BTreeMap<AgentName, Option<Agent>>,
    routes: &[Route],
) {
    if routes.is_empty() {
        root.warn("routes", "there is none: nobody can reach an agent");
        return;
    }
    for (index, route) in routes.iter().enumerate() {
        let agent = agents.get(&route.agent).and_then(Option::as_ref);
        let pauses = agent.is_some_and(|agent| agent.flavor == Flavor::Kagent);
        if pauses && !route.allow.is_empty() {
            unapproved::warn(root, index, route);
        }
        if route.allow.is_empty() {
            let allow = "add people, groups or \"chat:<id>\" to allow";
            let command = &route.command;
            root.warn(
                &format!("routes[{index}].allow"),
                format!("nobody may use /{command}: {allow}"),
            );
        }
    }
    for name in agents.keys() {
        if !routes.iter().any(|route| route.agent == *name) {
            root.warn(&format!("agents.{name}"), "no route leads to this agent");
        }
    }
}

/// What one route must know of the others. Broken routes count too, else mending one would
/// bring up the next problem.
struct Reader<'a> {
    agents: &'a BTreeMap<AgentName, Option<Agent>>,
    people: &'a People,
    limits: &'a Limits,
    commands: Commands,
    /// The path of the default route.
    default: Option<String>,
}

impl Reader<'_> {
    fn route(&mut self, item: Item<'_>) -> Option<Route> {
        let place = item.path().to_owned();
        let mut section = item.section();
        let command = self.command(&mut section, &place);
        let aliases = section.list("aliases");
        let aliases = self.commands.aliases(&section, &aliases, &place);
        let agent = self.agent(&mut section);
        let description = section.text("description", DESCRIPTION_CHARS_MAX);
        let examples = examples(&mut section);
        let default = self.default(&mut section, &place);
        let words = [("edits", Stream::Edits), ("off", Stream::Off)];
        let stream = section.choice("stream", &words, Stream::default());
        let prefix = section.text("prefix", PREFIX_CHARS_MAX);
        let scopes = [("user", Scope::User), ("chat", Scope::Chat)];
        let scope = section.choice("scope", &scopes, Scope::default());
        let of_agent = agent
            .as_ref()
            .and_then(|name| self.agents.get(name)?.as_ref());
        let (total_timeout, look_after) = waits(&mut section, of_agent);
        let waiting_max = self.limits.conversation_waiting_max;
        let conversation_waiting_max =
            section.number("conversation_waiting_max", WAITING_MAX, waiting_max);
        let allow = self.people.allow(&section.list("allow"));
        let approvers = self.people.approvers(section.list("approvers"));
        let approvals = approvals::read(&mut section, self.people);
        let masking = approvals::read_masking(&mut section);
        let quotas = RouteQuotas::read(&mut section, &self.limits.quotas);
        section.finish();
        let agent = agent?;
        Some(Route {
            command: command?.into(),
            aliases,
            description: description.unwrap_or_else(|| default_description(&agent)),
            agent,
            examples,
            default,
            stream,
            prefix,
            scope,
            total_timeout,
            look_after,
            conversation_waiting_max,
            allow,
            approvers,
            approvals,
            masking,
            quotas,
        })
    }

    fn command(&mut self, section: &mut Section<'_>, place: &str) -> Option<String> {
        let Some(item) = section.take("command") else {
            section.refuse_missing("command", "is missing: name the command, without its slash");
            return None;
        };
        self.commands.claim(&item, place)
    }

    fn agent(&self, section: &mut Section<'_>) -> Option<AgentName> {
        let Some(item) = section.take("agent") else {
            section.refuse_missing("agent", "is missing: name one of [agents]");
            return None;
        };
        let name = AgentName::from(item.text()?);
        if self.agents.contains_key(&name) {
            return Some(name);
        }
        let hint = did_you_mean(name.as_str(), self.agents.keys().map(AgentName::as_str));
        let hint = hint.unwrap_or_else(|| format!(": add [agents.{name}]"));
        item.refuse(format!("no agent is called {:?}{hint}", name.as_str()));
        None
    }

    fn default(&mut self, section: &mut Section<'_>, place: &str) -> bool {
        let Some(item) = section.take("default") else {
            return false;
        };
        let default = item.boolean().unwrap_or_default();
        if default && let Some(first) = &self.default {
            item.refuse(format!("{first} is the default already: there can be one"));
        } else if default {
            self.default = Some(place.to_owned());
        }
        default
    }
}

/// What is said about a route that says nothing of itself.
#[must_use]
pub fn default_description(agent: &AgentName) -> String {
    format!("Talk to {agent}")
}

impl Route {
    /// Whether this is its command, or one of its aliases.
    #[must_use]
    pub fn answers_to(&self, command: &str) -> bool {
        *self.command == *command || self.aliases.iter().any(|alias| alias == command)
    }
}

/// How long a turn may take, and the silence after which it is looked at; as its agent says, where
/// the route does not.
fn waits(section: &mut Section<'_>, agent: Option<&Agent>) -> (Duration, Duration) {
    let total = agent.map_or(agents::TOTAL_TIMEOUT, |agent| agent.total_timeout);
    let total = section.duration("total_timeout", agents::WAITS, total);
    let look_after = agent.map_or(agents::LOOK_AFTER, |agent| agent.look_after);
    let given = section.duration("look_after", agents::WAITS, look_after);
    if given > total && given != look_after {
        let total = show(total);
        section.refuse(
            "look_after",
            format!("must not be longer than total_timeout ({total})"),
        );
    }
    (total, given)
}

fn examples(section: &mut Section<'_>) -> Vec<String> {
    let items = section.list("examples");
    if items.len() > EXAMPLES_MAX {
        let count = items.len();
        section.refuse(
            "examples",
            format!("must be at most {EXAMPLES_MAX}, not {count}"),
        );
    }
    items
        .iter()
        .filter_map(|item| item.short_text(EXAMPLE_CHARS_MAX))
        .collect()
}
