//! Of a route: who decides about dangerous calls, where that is asked, and what is masked.

use std::time::Duration;

use super::item::Item;
use super::people::{Approvers, People};
use super::section::Section;
use crate::ids::ChatId;

/// Bot API: an id "has at most 52 significant bits".
const ID_MAX: i64 = (1 << 52) - 1;
/// Rules of a route for single tools.
const RULES_MAX: usize = 50;
/// Patterns in one list.
const GLOBS_MAX: usize = 50;
const GLOB_CHARS_MAX: usize = 128;

/// What a route says about approvals, beside its approvers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approvals {
    /// Other approvers for single tools: the first rule that names a tool counts.
    pub rules: Vec<ApproveRule>,
    /// Where a question goes, too, that the person who asked may not decide.
    pub chat: Option<ChatId>,
    /// How long the agent waits; then everything is rejected.
    pub expires_after: Duration,
}

/// Who decides about some tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApproveRule {
    /// Globs of the tools' names, at least one.
    pub tools: Vec<String>,
    /// Who decides about them.
    pub approvers: Approvers,
}

/// What a route says about secrets in what its agent says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masking {
    /// Whether what looks like a secret is masked.
    pub on: bool,
    /// Globs of words that are masked, too.
    pub also: Vec<String>,
}

pub(super) fn read(section: &mut Section<'_>, people: &People) -> Approvals {
    let items = section.list("approve");
    if items.len() > RULES_MAX {
        let count = items.len();
        section.refuse(
            "approve",
            format!("must be at most {RULES_MAX}, not {count}"),
        );
    }
    let rules = items.into_iter().filter_map(|item| rule(item, people));
    let rules = rules.collect();
    let chat = section.take("approval_chat").and_then(|item| chat(&item));
    let within = Duration::from_secs(1)..=Duration::from_hours(24);
    Approvals {
        rules,
        chat,
        expires_after: section.duration("expires_after", within, Duration::from_hours(1)),
    }
}

pub(super) fn read_masking(section: &mut Section<'_>) -> Masking {
    Masking {
        on: section.choice_of_switch("mask", true),
        also: globs(section, "mask_also"),
    }
}

fn rule(item: Item<'_>, people: &People) -> Option<ApproveRule> {
    let mut section = item.section();
    let given = section.list("tools");
    let tools = patterns(&section, "tools", &given);
    // A pattern with a bracket would match no tool, and leave its approvers to the route.
    let odd = |item: &&Item<'_>| {
        let text = item.as_text();
        text.is_some_and(|text| !text.chars().all(names_tool))
    };
    for item in given.iter().filter(odd) {
        item.refuse(
            "is not a pattern: * is any characters, ? is one, the rest are letters, digits, \
             _, -, ., : and /",
        );
    }
    if tools.is_empty() {
        let message = "is missing: name tools, such as [\"*_delete_*\"]";
        section.refuse_missing("tools", message);
    }
    let named = section.take("approvers");
    if named.is_none() && !tools.is_empty() {
        let tools = tools.join(", ");
        let message = format!("calls of {tools} can only be rejected: add it, or [] if so meant");
        section.warn("approvers", message);
    }
    let approvers = people.approvers(named.map(Item::list).unwrap_or_default());
    section.finish();
    (!tools.is_empty()).then_some(ApproveRule { tools, approvers })
}

/// What the name of a tool has, and `*` and `?`. MCP: letters, digits, `_`, `-`,
/// `.` and `/`; some gateways put `:` behind a server's name.
fn names_tool(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '*' | '?')
}

fn globs(section: &mut Section<'_>, key: &'static str) -> Vec<String> {
    let items = section.list(key);
    patterns(section, key, &items)
}

fn patterns(section: &Section<'_>, key: &str, items: &[Item<'_>]) -> Vec<String> {
    if items.len() > GLOBS_MAX {
        let count = items.len();
        section.refuse(key, format!("must be at most {GLOBS_MAX}, not {count}"));
    }
    let texts = items
        .iter()
        .filter_map(|item| item.short_text(GLOB_CHARS_MAX));
    texts.collect()
}

/// A group or a person who has pressed Start.
pub(super) fn chat(item: &Item<'_>) -> Option<ChatId> {
    let id = item.integer()?;
    if id != 0 && (-ID_MAX..=ID_MAX).contains(&id) {
        return Some(ChatId(id));
    }
    item.refuse("must be the numeric id of a group or of a person");
    None
}
