//! The data of Secrets, in manifests of YAML and of JSON, also where one stands within the other.

use std::ops::Range;

use super::pairs::{indent_of, quoted};
use super::{Extent, places};

/// Looks at the manifests of a text one by one.
pub(super) fn find(text: &str, extent: Extent, found: &mut Vec<Range<usize>>) {
    // Of `data` and `stringData`.
    if places(text, "ata").next().is_none() {
        return;
    }
    let mut begin = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare == "---" || bare.starts_with("```") {
            of_manifest(text, begin..at, extent, found);
            begin = at + line.len();
        }
        at += line.len();
    }
    of_manifest(text, begin..at, extent, found);
}

fn of_manifest(text: &str, range: Range<usize>, extent: Extent, found: &mut Vec<Range<usize>>) {
    let manifest = &text[range.clone()];
    if !manifest.contains("data") && !manifest.contains("Data") {
        return;
    }
    let kinds = kinds(manifest);
    // Sorted by name, the kind comes behind the data.
    let may_be = |kind: &&str| "Secret".starts_with(kind.trim_end());
    let unknown = extent == Extent::Growing && manifest.contains("apiVersion");
    let unknown = unknown && kinds.iter().all(may_be);
    if unknown || kinds.iter().any(|kind| kind.starts_with("Secret")) {
        of_yaml(text, range.clone(), found);
        of_json(text, range, found);
    }
}

/// What follows each `kind:`, without quotes.
fn kinds(manifest: &str) -> Vec<&str> {
    let found = manifest.match_indices("kind");
    let kinds = found.filter_map(|(at, kind)| {
        let rest = manifest[at + kind.len()..].trim_start_matches(['\\', '"', '\'']);
        let value = rest.trim_start().strip_prefix(':')?;
        Some(value.trim_start_matches([' ', '\\', '"', '\'']))
    });
    kinds.collect()
}

/// Everything below `data:` and `stringData:`.
fn of_yaml(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    // How far in the name stands whose lines are being masked, and its first child.
    let mut within: Option<(usize, Option<usize>)> = None;
    let mut at = range.start;
    for line in text[range].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.trim();
        if bare.is_empty() {
            continue;
        }
        let indent = indent_of(line);
        match &mut within {
            Some((outer, child)) if indent > *outer => {
                let child = *child.get_or_insert(indent);
                let content = start + line.find(bare).unwrap_or_default();
                let content = content..content + bare.len();
                found.push(if indent == child {
                    value_of(text, content)
                } else {
                    content
                });
            }
            _ => {
                let name = bare.trim_start_matches("- ");
                within = matches!(name, "data:" | "stringData:").then_some((indent, None));
            }
        }
    }
}

/// The value of a line `name: value`; the whole line where it is none.
fn value_of(text: &str, line: Range<usize>) -> Range<usize> {
    let content = &text[line.clone()];
    let Some((name, value)) = content.split_once(':') else {
        return line;
    };
    let value_start = line.start + name.len() + 1 + (value.len() - value.trim_start().len());
    let is_block = matches!(value.trim(), "|" | ">" | "|-" | ">-" | "|+" | ">+" | "");
    if is_block {
        line.end..line.end
    } else {
        value_start..line.end
    }
}

/// The values of `"data": { … }` and `"stringData": { … }`.
fn of_json(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let mut at = range.start;
    while let Some(next) = text[at..range.end].find("ata") {
        let name = at + next;
        at = name + 3;
        let before = &text[range.start..name];
        if !(before.ends_with("\"d") || before.ends_with("\"stringD")) {
            continue;
        }
        let rest = text[at..range.end].trim_start_matches('\\');
        let rest = rest.strip_prefix('"').map(str::trim_start);
        let rest = rest
            .and_then(|rest| rest.strip_prefix(':'))
            .map(str::trim_start);
        if let Some(inside) = rest.and_then(|rest| rest.strip_prefix('{')) {
            at = values(text, range.end - inside.len(), range.end, found);
        }
    }
}

/// Marks every value of an object of texts; where it ends.
fn values(text: &str, from: usize, to: usize, found: &mut Vec<Range<usize>>) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut is_value) = (from, false);
    while at < to {
        match bytes[at] {
            b'}' => return at,
            b':' => is_value = true,
            b',' => is_value = false,
            b'"' | b'\\' => {
                let Some((start, end)) = quoted(text, at) else {
                    at += 1;
                    continue;
                };
                if is_value {
                    found.push(start..end.min(to));
                }
                // Behind the closing quote and what escapes it.
                let escapes = bytes[end..]
                    .iter()
                    .take_while(|byte| **byte == b'\\')
                    .count();
                at = end + escapes;
            }
            _ => {}
        }
        at += 1;
    }
    to
}
