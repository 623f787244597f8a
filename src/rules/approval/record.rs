//! What the audit keeps of a pause: its tools and what was decided about each, never an argument.

use super::card;
use super::waiting::Waiting;
use crate::pause::Decision;
use crate::rules::mask::Mask;

/// The line is cut after so many characters.
const TOOLS_MAX: usize = 1_000;

/// The tools that wait, each with its verdict if there is a decision; none if no call waits.
#[must_use]
pub fn told_tools(waiting: &Waiting, mask: &Mask) -> Option<String> {
    let decision = waiting.made.as_ref().map(|made| &made.decision);
    let verdict = |n: usize| match decision {
        Some(Decision::Tools(verdicts)) if verdicts.get(n).is_some_and(|it| it.approved) => {
            ": approved"
        }
        Some(Decision::Tools(_) | Decision::RejectAll { .. }) => ": rejected",
        _ => "",
    };
    let calls = waiting.pause.calls().iter().enumerate();
    let tools = calls.map(|(n, call)| {
        // What is masked here was counted when it was asked.
        format!("{}{}", card::tool(mask, call, &mut Vec::new()), verdict(n))
    });
    let tools = tools.collect::<Vec<_>>().join(", ");
    let cut = tools.char_indices().nth(TOOLS_MAX);
    let tools = cut.map_or(tools.clone(), |(end, _)| format!("{}…", &tools[..end]));
    (!tools.is_empty()).then_some(tools)
}
