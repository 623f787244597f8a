//! `[chats]`: groups in which the bot behaves differently, by their id.

use std::collections::BTreeMap;

use super::item::Item;
use super::people::ID_MAX;
use super::problem::did_you_mean;
use super::routes::Route;
use super::section::Section;
use crate::ids::{ChatId, TopicId};

/// Whom the bot answers in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listen {
    /// Whoever speaks to it: a command, its name, a reply to one of its messages.
    #[default]
    Addressed,
    /// Everybody who writes there.
    All,
}

/// How the bot behaves in one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatRules {
    /// Whom it answers.
    pub listen: Listen,
    /// The command of the route that plain text takes there.
    pub route: Option<String>,
    /// The same for single topics.
    pub topics: BTreeMap<TopicId, String>,
}

impl ChatRules {
    /// The command of the route that belongs to a topic.
    #[must_use]
    pub fn topic_route(&self, topic: TopicId) -> Option<&str> {
        self.topics.get(&topic).map(String::as_str)
    }
}

/// All groups; a broken one is reported.
pub(super) fn read(section: Section<'_>, routes: &[Route]) -> BTreeMap<ChatId, ChatRules> {
    let entries = section.entries().into_iter();
    entries
        .filter_map(|(name, item)| {
            let id = chat_id(&name, &item);
            let rules = rules(item.section(), routes);
            Some((id?, rules))
        })
        .collect()
}

fn chat_id(name: &str, item: &Item<'_>) -> Option<ChatId> {
    let id = name.parse().ok().filter(|id| (-ID_MAX..0).contains(id));
    if id.is_none() {
        item.refuse("must be named by the id of a group, such as [chats.\"-1001234567890\"]");
    }
    id.map(ChatId)
}

fn rules(mut section: Section<'_>, routes: &[Route]) -> ChatRules {
    let words = [("addressed", Listen::Addressed), ("all", Listen::All)];
    let rules = ChatRules {
        listen: section.choice("listen", &words, Listen::default()),
        route: section
            .take("route")
            .and_then(|item| command(&item, routes)),
        topics: topics(section.section("topics"), routes),
    };
    section.finish();
    rules
}

fn topics(section: Section<'_>, routes: &[Route]) -> BTreeMap<TopicId, String> {
    let entries = section.entries().into_iter();
    entries
        .filter_map(|(name, item)| {
            let id = name.parse().ok().filter(|id| (2..=ID_MAX).contains(id));
            if id.is_none() {
                // General has no id of its own: `route` is for it.
                item.refuse("a topic is named by its id, a number from 2");
            }
            let command = command(&item, routes);
            Some((TopicId(id?), command?))
        })
        .collect()
}

/// The command of a route that there is.
fn command(item: &Item<'_>, routes: &[Route]) -> Option<String> {
    let text = item.text()?;
    let command = text.strip_prefix('/').unwrap_or(text);
    let commands = routes.iter().map(|route| &*route.command);
    if routes.iter().any(|route| route.answers_to(command)) {
        return Some(command.to_owned());
    }
    let hint = did_you_mean(command, commands).unwrap_or_default();
    item.refuse(format!("no route has the command {command:?}{hint}"));
    None
}
