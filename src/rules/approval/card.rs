//! The card of an approval: what an agent wants, as it wants it, in one message. What comes from
//! the agent is text, never markup, and masked.

use super::picks::Picks;
use super::yaml::{visible, yaml};
use crate::ids::AgentName;
use crate::model::{Entity, EntityKind};
use crate::pause::{Asks, Pause, ToolCall};
use crate::rules::chunk;
use crate::rules::format::Formatted;
use crate::rules::mask::{Kind, Mask};
use crate::rules::words::approvals as words;

/// The name of a tool or of a sub-agent is cut after so many characters.
const NAME_MAX: usize = 80;
/// Arguments that would be cut shorter than this are left out.
const ARGUMENTS_MIN: usize = 24;
/// A question is cut after so many characters.
const QUESTION_MAX: usize = 1_500;

/// What a card is made of.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The agent.
    pub agent: &'a AgentName,
    /// Who asked it.
    pub asked_by: &'a str,
    /// What it asks.
    pub pause: &'a Pause,
    /// What was tapped so far.
    pub picks: &'a Picks,
    /// What is taken out of it.
    pub mask: &'a Mask,
    /// Units of UTF-16 that a message may have.
    pub text_max: usize,
    /// The lines below: until when, who may decide, or what was decided.
    pub foot: &'a str,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// What is read.
    pub text: Formatted,
    /// All arguments, if the card has not room for them: for a file.
    pub whole: Option<String>,
    /// What was taken out of it, each with why.
    pub masked: Vec<Kind>,
}

/// The card for calls that wait.
#[must_use]
pub fn card(shown: Shown<'_>) -> Card {
    let calls = shown.pause.calls();
    let mut masked = Vec::new();
    let arguments: Vec<String> = calls
        .iter()
        .map(|call| {
            let yaml = yaml(&call.args);
            let without = shown.mask.whole(&yaml);
            masked.extend(without.kinds);
            without.text.into_owned()
        })
        .collect();
    let titles: Vec<String> = calls
        .iter()
        .enumerate()
        .map(|(n, call)| title(shown, n, call))
        .collect();
    let head = match &shown.pause.asks {
        Asks::Unclear { why, .. } => words::unclear(shown.agent, shown.asked_by, *why),
        _ => words::approval(shown.agent, shown.asked_by, calls.len()),
    };
    let mut foot = String::new();
    if !masked.is_empty() {
        foot.push_str(&words::masked(masked.len()));
        foot.push('\n');
    }
    foot.push_str(shown.foot);
    let fixed: usize = titles.iter().map(|title| chunk::units(title) + 4).sum();
    let fixed = fixed + chunk::units(&head) + chunk::units(&foot) + chunk::units(words::CUT) + 8;
    let room = shown.text_max.saturating_sub(fixed) / calls.len().max(1);
    let mut text = Text::default();
    text.line(&head);
    let mut cut = false;
    for (title, arguments) in titles.iter().zip(&arguments) {
        text.line("");
        text.line(title);
        let (part, whole) = beginning(arguments, room);
        cut |= !whole;
        text.code(part);
    }
    text.line("");
    if cut {
        text.line(words::CUT);
    }
    text.line(&foot);
    let whole = cut.then(|| {
        let whole = titles.iter().zip(&arguments);
        let whole = whole.map(|(title, arguments)| format!("# {title}\n{arguments}\n"));
        whole.collect::<Vec<_>>().join("\n")
    });
    Card {
        text: text.finish(shown.text_max),
        whole,
        masked,
    }
}

/// The card for the question at hand.
#[must_use]
pub fn question_card(shown: Shown<'_>) -> Card {
    let (mut text, mut masked) = (Text::default(), Vec::new());
    if let Asks::Answers { via, questions, .. } = &shown.pause.asks {
        let at = shown
            .picks
            .question()
            .min(questions.len().saturating_sub(1));
        let via = via.as_deref().map(|via| name(shown.mask, via));
        text.line(&words::question(
            shown.agent,
            via.as_deref(),
            at + 1,
            questions.len(),
        ));
        if let Some(question) = questions.get(at) {
            // Masked before it is cut: half of a secret does not look like one.
            let without = shown.mask.whole(&question.text);
            let asked: String = without.text.chars().take(QUESTION_MAX).collect();
            text.line(&visible_lines(&asked));
            if without.count() > 0 {
                text.line("");
                text.line(&words::masked(without.count()));
            }
            masked = without.kinds;
        }
    }
    text.line("");
    text.line(shown.foot);
    Card {
        text: text.finish(shown.text_max),
        whole: None,
        masked,
    }
}

/// `1. sub_agent ▸ delete_pod`, with what was tapped where there are several.
fn title(shown: Shown<'_>, n: usize, call: &ToolCall) -> String {
    let tool = tool(shown.mask, call);
    match shown.pause.calls().len() {
        1 => tool,
        _ => format!("{}. {tool}", n + 1),
    }
}

/// `sub_agent ▸ delete_pod`, in one line.
pub(super) fn tool(mask: &Mask, call: &ToolCall) -> String {
    let tool = name(mask, &call.name);
    match &call.via {
        Some(via) => format!("{} ▸ {tool}", name(mask, via)),
        None => tool,
    }
}

/// A name from an agent, in one line.
fn name(mask: &Mask, name: &str) -> String {
    let visible = visible(name);
    let masked = mask.whole(&visible).text;
    match masked.char_indices().nth(NAME_MAX) {
        Some((end, _)) => format!("{}…", &masked[..end]),
        None => masked.into_owned(),
    }
}

/// A text of several lines, in which nothing is hidden.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// So much of a text as fits, and whether that is all of it.
fn beginning(text: &str, room: usize) -> (&str, bool) {
    if chunk::units(text) <= room {
        return (text, true);
    }
    if room < ARGUMENTS_MIN {
        return ("", false);
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > room
    });
    let end = end.map_or(text.len(), |(end, _)| end);
    // Not in the middle of what stands for a secret, nor of a line if there are more.
    let line = text[..end].rfind('\n').unwrap_or(end);
    (text[..line].trim_end(), false)
}

/// A text that grows by lines, with its blocks of code.
#[derive(Default)]
struct Text {
    text: String,
    entities: Vec<Entity>,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn code(&mut self, code: &str) {
        if chunk::is_blank(code) {
            return;
        }
        let kind = EntityKind::Pre {
            language: "yaml".to_owned(),
        };
        self.entities.push(Entity {
            kind,
            offset: chunk::units(&self.text),
            length: chunk::units(code),
        });
        self.line(code);
    }

    /// The text, cut if even its fixed parts are too long.
    fn finish(self, max: usize) -> Formatted {
        let text = self.text.trim_end();
        if chunk::units(text) <= max {
            return Formatted {
                text: text.to_owned(),
                entities: self.entities,
            };
        }
        let first = chunk::split(text, max.saturating_sub(2)).into_iter().next();
        Formatted::plain(format!("{} …", first.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
