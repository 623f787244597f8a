//! The card of an approval: what an agent wants, as it wants it, in one message. What comes from
//! the agent is text, never markup, and masked.

use serde_json::Value;

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
/// An answered one, and its answer, after so many.
const ANSWER_MAX: usize = 80;
/// So many of them are shown: the last ones.
const ANSWERS_MAX: usize = 10;

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
    let (written, masked) = written(shown);
    let calls = written.len();
    let head = match &shown.pause.asks {
        Asks::Unclear { why, .. } => words::unclear(shown.agent, shown.asked_by, *why),
        _ => words::approval(shown.agent, shown.asked_by, calls),
    };
    let mut foot = String::new();
    if !masked.is_empty() {
        foot.push_str(&words::masked(masked.len()));
        foot.push('\n');
    }
    foot.push_str(shown.foot);
    let titles = written.iter().map(|(title, _)| chunk::units(title) + 4);
    let fixed: usize = titles.sum();
    let fixed = fixed + chunk::units(&head) + chunk::units(&foot) + chunk::units(words::CUT) + 8;
    let room = shown.text_max.saturating_sub(fixed) / calls.max(1);
    let mut text = Text::default();
    text.line(&head);
    let mut cut = false;
    for (title, arguments) in &written {
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
        let whole = written.iter();
        let whole = whole.map(|(title, arguments)| format!("# {title}\n{arguments}\n"));
        whole.collect::<Vec<_>>().join("\n")
    });
    Card {
        text: text.finish(shown.text_max),
        whole,
        masked,
    }
}

/// Each call as it is written: its title and its arguments; and what was taken out of them.
fn written(shown: Shown<'_>) -> (Vec<(String, String)>, Vec<Kind>) {
    let mut masked = Vec::new();
    let calls = shown.pause.calls().iter().enumerate();
    let written = calls.map(|(n, call)| {
        let title = title(shown, n, call, &mut masked);
        (title, arguments(shown.mask, &call.args, &mut masked))
    });
    (written.collect(), masked)
}

/// Bytes of all that is to be looked through before somebody decides about the calls.
pub(super) fn length(shown: Shown<'_>) -> usize {
    let (written, _) = written(shown);
    let lengths = written.iter();
    lengths.map(|(title, text)| title.len() + text.len()).sum()
}

/// The card for the question at hand.
#[must_use]
pub fn question_card(shown: Shown<'_>) -> Card {
    let (mut text, mut masked) = (Text::default(), Vec::new());
    if let Asks::Answers { via, questions, .. } = &shown.pause.asks {
        let at = shown.picks.question();
        let via = via.as_deref();
        let via = via.map(|via| name(shown.mask, via, &mut masked));
        text.line(&if at < questions.len() {
            words::question(shown.agent, via.as_deref(), at + 1, questions.len())
        } else {
            words::asked(shown.agent, via.as_deref())
        });
        let answered = questions.iter().zip(&shown.picks.answers);
        for (question, answer) in answered.skip(at.saturating_sub(ANSWERS_MAX)) {
            let (question, answer) = (&question.text, answer.join(", "));
            let short = |text: &str| short(shown.mask, text);
            text.line(&words::answered(&short(question), &short(&answer)));
        }
        if at > 0 && at < questions.len() {
            text.line("");
        }
        if let Some(question) = questions.get(at) {
            // Masked before it is cut: half of a secret does not look like one.
            let without = shown.mask.whole(&question.text);
            let asked: String = without.text.chars().take(QUESTION_MAX).collect();
            text.line(&visible_lines(&asked));
            masked.extend(without.kinds);
            // Its choices are the labels of the buttons below.
            let choices = question.choices.iter();
            masked.extend(choices.flat_map(|choice| shown.mask.whole(choice).kinds));
        }
        if !masked.is_empty() {
            text.line("");
            text.line(&words::masked(masked.len()));
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

/// The arguments of a call as YAML. Secrets of our own are looked for in the values as they are,
/// too: quoted as YAML quotes them they would not be found.
fn arguments(mask: &Mask, args: &Value, masked: &mut Vec<Kind>) -> String {
    let mut args = args.clone();
    without_own(&mask.of_own(), &mut args, masked);
    let yaml = yaml(&args);
    let without = mask.whole(&yaml);
    masked.extend(without.kinds);
    without.text.into_owned()
}

fn without_own(own: &Mask, value: &mut Value, masked: &mut Vec<Kind>) {
    let mut clean = |text: &str| {
        let without = own.whole(text);
        masked.extend(&without.kinds);
        (without.count() > 0).then(|| without.text.into_owned())
    };
    match value {
        Value::String(text) => {
            if let Some(without) = clean(text) {
                *text = without;
            }
        }
        Value::Array(items) => {
            for item in items {
                without_own(own, item, masked);
            }
        }
        Value::Object(members) => {
            let names: Vec<_> = members
                .keys()
                .filter_map(|name| Some((name.clone(), clean(name)?)))
                .collect();
            for (name, without) in names {
                if let Some(value) = members.remove(&name) {
                    members.insert(without, value);
                }
            }
            for value in members.values_mut() {
                without_own(own, value, masked);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `1. sub_agent ▸ delete_pod`, with what was tapped where there are several.
fn title(shown: Shown<'_>, n: usize, call: &ToolCall, masked: &mut Vec<Kind>) -> String {
    let tool = tool(shown.mask, call, masked);
    match shown.pause.calls().len() {
        1 => tool,
        _ => format!("{}. {tool}", n + 1),
    }
}

/// `sub_agent ▸ delete_pod`, in one line.
pub(super) fn tool(mask: &Mask, call: &ToolCall, masked: &mut Vec<Kind>) -> String {
    let tool = name(mask, &call.name, masked);
    match &call.via {
        Some(via) => format!("{} ▸ {tool}", name(mask, via, masked)),
        None => tool,
    }
}

/// A name from an agent, in one line.
pub(super) fn name(mask: &Mask, name: &str, masked: &mut Vec<Kind>) -> String {
    let visible = visible(name);
    let without = mask.whole(&visible);
    masked.extend(&without.kinds);
    match without.text.char_indices().nth(NAME_MAX) {
        Some((end, _)) => format!("{}…", &without.text[..end]),
        None => without.text.into_owned(),
    }
}

/// What was asked or answered before, in one line.
fn short(mask: &Mask, text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = visible(&mask.whole(&line.join(" ")).text);
    match line.char_indices().nth(ANSWER_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
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
