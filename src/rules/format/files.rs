//! Names of files that Telegram would take for addresses: `README.md` ends like a host in
//! Moldova. As code they stay names.

use std::ops::Range;

/// Endings of files that are top-level domains, too.
const ENDINGS: [&str; 14] = [
    "md", "sh", "py", "rs", "pl", "pm", "tf", "so", "cc", "ps", "mk", "ml", "zip", "st",
];

/// Where such names stand in a text.
pub(super) fn names(text: &str) -> impl Iterator<Item = Range<usize>> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(part)?;
        let end = text[start..].find(|c| !part(c));
        at = end.map_or(text.len(), |end| start + end);
        Some(start..at)
    })
    .filter_map(move |run| {
        let name = text[run.clone()].trim_end_matches(['.', '-', '/']);
        let range = run.start..run.start + name.len();
        let before = text[..run.start].chars().next_back();
        let after = text[run.end..].chars().next();
        // Within an address, in a word, or a part of something longer.
        let joined = |c: Option<char>| {
            c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '@' | '?' | '#' | '%' | '&' | '='))
        };
        (is_name(name) && !joined(before) && !joined(after)).then_some(range)
    })
}

fn is_name(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else {
        return false;
    };
    let first = name.split('/').next().unwrap_or_default();
    let is_host = first.len() < name.len() && first.trim_start_matches('.').contains('.');
    ENDINGS.contains(&ending)
        && stem.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && !name.starts_with("//")
        && !name.starts_with("www.")
        && !is_host
}
