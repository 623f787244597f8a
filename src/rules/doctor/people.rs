//! Who can be written to: a bot cannot write first to somebody who never pressed Start, nor into
//! a group that it is not in.

use super::{Fault, Finding};
use crate::ids::ChatId;

/// What somebody is to the bot, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// An admin, who is told what concerns the operator.
    Admin,
    /// Somebody who decides about dangerous calls.
    Approver,
    /// Anybody else whom the configuration names.
    Person,
    /// A group.
    Group,
}

/// A chat that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatFacts {
    /// Its id; a person's private chat has the person's.
    pub chat: ChatId,
    /// What the configuration calls it.
    pub name: String,
    /// Who that is.
    pub role: Role,
    /// Whether it can be written to; none: Telegram did not say.
    pub reached: Option<bool>,
}

/// Two lines: about people, and about groups. `left_out` chats were not asked about.
#[must_use]
pub fn people(facts: &[ChatFacts], left_out: usize) -> Vec<Finding> {
    let (groups, people): (Vec<_>, Vec<_>) =
        facts.iter().partition(|fact| fact.role == Role::Group);
    let mut findings = vec![started(&people, left_out)];
    if !groups.is_empty() {
        findings.push(inside(&groups));
    }
    findings
}

fn started(people: &[&ChatFacts], left_out: usize) -> Finding {
    const CHECK: &str = "start";
    let named = |reached: Option<bool>, role: Option<Role>| {
        let these = people
            .iter()
            .filter(|fact| fact.reached == reached && role.is_none_or(|role| fact.role == role));
        let these: Vec<&str> = these.map(|fact| fact.name.as_str()).collect();
        these.join(", ")
    };
    let mut never = Vec::new();
    for (role, word) in [
        (Role::Admin, "admins"),
        (Role::Approver, "approvers"),
        (Role::Person, "people"),
    ] {
        let these = named(Some(false), Some(role));
        if !these.is_empty() {
            never.push(format!("{word}: {these}"));
        }
    }
    if !never.is_empty() {
        return Finding::warning(
            CHECK,
            Fault::NeverStarted,
            format!("never pressed Start: {}", never.join("; ")),
            "have them open the bot and press Start: it cannot write to them first; or mind the ids",
        );
    }
    let mut found = format!("all {} people can be written to", people.len());
    let unknown = named(None, None);
    if !unknown.is_empty() {
        found = format!("Telegram did not say about: {unknown}");
    }
    if left_out > 0 {
        found = format!("{found}; not asked about {left_out} more");
    }
    Finding::fine(CHECK, found)
}

fn inside(groups: &[&ChatFacts]) -> Finding {
    const CHECK: &str = "groups";
    let gone = groups.iter().filter(|fact| fact.reached == Some(false));
    let gone: Vec<&str> = gone.map(|fact| fact.name.as_str()).collect();
    if gone.is_empty() {
        return Finding::fine(CHECK, format!("it is in all {}", groups.len()));
    }
    Finding::warning(
        CHECK,
        Fault::NotInGroup,
        format!("it is not in {}", gone.join(", ")),
        "add the bot there; /whoami in a group tells its id",
    )
}
