//! Who there is, and who may do what: said a second time, apart from the bot, so that it can be
//! checked.

use switchboard::ids::{ChatId, UserId};

/// May ask all agents; an admin, who approves nothing by that.
pub const ANNA: UserId = UserId(11);
/// May ask all agents; approves under the wide rules.
pub const BEN: UserId = UserId(22);
/// May ask none; approves.
pub const CARA: UserId = UserId(33);
/// May ask one agent, and where a whole group may; approves nothing.
pub const DORA: UserId = UserId(44);
/// In no list.
pub const STRANGER: UserId = UserId(99);

/// Whoever writes here may use k8s.
pub const GROUP: ChatId = ChatId(-100);
/// What it becomes.
pub const SUPERGROUP: ChatId = ChatId(-1_000_000_000_100);
/// The same, with topics.
pub const FORUM: ChatId = ChatId(-1_000_000_000_500);
/// Where questions go that their askers may not decide.
pub const LEADS: ChatId = ChatId(-1_000_000_000_300);

/// The rules of a process: they change between two lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    Wide,
    Narrow,
}

/// Whether this person may ask this agent here.
pub fn may_ask(agent: &str, user: UserId, chat: ChatId) -> bool {
    let everybody = user == ANNA || user == BEN;
    match agent {
        "k8s" => everybody || [GROUP, SUPERGROUP, FORUM].contains(&chat),
        "plain" => everybody || user == DORA,
        _ => everybody,
    }
}

/// Whether this person may approve a call of this tool that this other one has asked for.
pub fn may_approve(rules: Rules, agent: &str, tool: &str, asker: UserId, user: UserId) -> bool {
    let wide = rules == Rules::Wide;
    let (people, requester): (&[UserId], bool) = match agent {
        _ if tool.starts_with("drop_") => (&[CARA], false),
        "k8s" if wide => (&[BEN, CARA], false),
        "k8s" => (&[CARA], false),
        "modern" => (&[CARA], wide),
        _ => (&[], false),
    };
    if user == asker {
        requester
    } else {
        people.contains(&user)
    }
}

/// Whether this person may reject it.
pub fn may_reject(rules: Rules, agent: &str, tools: &[&str], asker: UserId, user: UserId) -> bool {
    let approves = |tool: &&str| may_approve(rules, agent, tool, asker, user);
    user == asker || user == ANNA || tools.iter().any(approves)
}
