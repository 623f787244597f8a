//! Calls that nobody may approve, as far as the configuration tells: what `check` warns of.

use super::approvals::ApproveRule;
use super::people::{Allow, Approvers};
use super::routes::Route;
use super::section::Section;

/// What to do about it.
const ADD: &str = "add people, groups or \"requester\" to approvers";
const OWN: &str =
    "the only approver is the only one who asks; add somebody or \"requester\" to approvers";

/// Warns of the calls on a route that can only be rejected, whoever asks.
pub(super) fn warn(root: &Section<'_>, index: usize, route: &Route) {
    let path = format!("routes[{index}].approvers");
    if let Some(message) = of_route(route) {
        root.warn(&path, message);
    }
    for (at, rule) in route.approvals.rules.iter().enumerate() {
        if is_own(route, &rule.approvers) {
            let tools = rule.tools.join(", ");
            root.warn(
                &format!("routes[{index}].approve[{at}].approvers"),
                format!("calls of {tools} can only be rejected: {OWN}"),
            );
        }
    }
}

/// What is to be said about calls that no rule names.
fn of_route(route: &Route) -> Option<String> {
    let rules = &route.approvals.rules;
    let every = |rule: &ApproveRule| rule.tools.iter().any(|glob| glob == "*");
    if rules.iter().any(every) {
        return None;
    }
    let own = is_own(route, &route.approvers);
    if !own && !is_nobody(&route.approvers) {
        return None;
    }
    let others = rules.iter().map(|rule| (&rule.tools, &rule.approvers));
    let others = others.filter(|(_, by)| !is_nobody(by) && !is_own(route, by));
    let tools: Vec<&str> = others
        .flat_map(|(tools, _)| tools)
        .map(String::as_str)
        .collect();
    let but = match tools.as_slice() {
        [] => String::new(),
        tools => format!(", but those of {},", tools.join(", ")),
    };
    let todo = if own { OWN } else { ADD };
    Some(format!(
        "its dangerous calls{but} can only be rejected: {todo}"
    ))
}

fn is_nobody(approvers: &Approvers) -> bool {
    approvers.people.is_empty() && !approvers.requester
}

/// Whether the only approver is the only person who may ask: what they ask they may not approve.
fn is_own(route: &Route, approvers: &Approvers) -> bool {
    let ([only], [Allow::Person(asks)]) = (approvers.people.as_slice(), route.allow.as_slice())
    else {
        return false;
    };
    asks == only && !approvers.requester
}
