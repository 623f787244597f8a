//! What holds for any Markdown and any Unicode.
//!
//! `FORMAT_CASES` says how many are tried; CI tries 100,000.

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use super::*;
use crate::rules::chunk::{is_blank, is_trimmed, units};

const MARKS: [&str; 62] = [
    "*",
    "**",
    "_",
    "__",
    "~~",
    "~",
    "`",
    "``",
    "```",
    "~~~",
    "```yaml",
    "#",
    "## ",
    "- ",
    "* ",
    "1. ",
    "> ",
    ">",
    "- [ ] ",
    "- [x] ",
    "|",
    "|-|-|",
    "| a | b |\n|-|-|\n| ",
    "---",
    "===",
    "[",
    "]",
    "](",
    ")",
    "](https://a.io)",
    "](./x)",
    "![",
    "]: ",
    "<",
    ">",
    "<b>",
    "</b>",
    "<br>",
    "<!--",
    "-->",
    "&amp;",
    "&#x1F642;",
    "\\",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "  \n",
    "http://",
    "README.md",
    "a@b.io",
    ":",
    "+",
    "=",
    "\n- ",
    "\n> ",
    "\n```\n",
    "\n    ",
    "\n1. ",
    "\n|",
];

fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(&MARKS[..]).prop_map(str::to_owned),
        3 => "[a-z]{1,6}",
        1 => "[a-zA-Z0-9 .,!]{1,30}",
        1 => "\\PC{1,4}",
        1 => any::<char>().prop_map(String::from),
        1 => prop::sample::select(&["👩‍👩‍👧", "🇩🇪", "e\u{301}", "漢字。", "שלום", "\u{202e}", "\u{200b}"][..])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|all| all.concat())
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("FORMAT_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(cases.unwrap_or(2_000))
}

/// The looks of each letter that can be seen.
fn looks(text: &str, spans: &[Span]) -> Vec<(char, Vec<EntityKind>)> {
    let seen = text
        .char_indices()
        .filter(|(_, c)| !c.is_whitespace() && !is_trimmed(*c));
    let at = |at: usize| {
        let here = spans.iter().filter(move |span| span.range.contains(&at));
        here.map(|span| span.kind.clone()).collect()
    };
    seen.map(|(place, c)| (c, at(place))).collect()
}

/// The entities in bytes again; fails where one is not on whole characters.
fn spans(chunk: &Formatted) -> Result<Vec<Span>, TestCaseError> {
    let mut places = vec![None; units(&chunk.text) + 1];
    let mut at = 0;
    for (byte, c) in chunk.text.char_indices() {
        places[at] = Some(byte);
        at += c.len_utf16();
    }
    places[at] = Some(chunk.text.len());
    let place = |at: usize| places.get(at).copied().flatten();
    let span = |entity: &Entity| {
        let (start, end) = (place(entity.offset), place(entity.offset + entity.length));
        let kind = entity.kind.clone();
        match (start, end) {
            (Some(start), Some(end)) if start < end => Ok(Span {
                kind,
                range: start..end,
            }),
            _ => Err(TestCaseError::fail(format!("misplaced: {entity:?}"))),
        }
    };
    chunk.entities.iter().map(span).collect()
}

fn check_looks(text: &str, spans: &[Span]) -> Result<(), TestCaseError> {
    let code = |kind: &EntityKind| matches!(kind, EntityKind::Code | EntityKind::Pre { .. });
    let quote = |kind: &EntityKind| {
        matches!(
            kind,
            EntityKind::Blockquote | EntityKind::ExpandableBlockquote
        )
    };
    for (n, outer) in spans.iter().enumerate() {
        let own = &text[outer.range.clone()];
        prop_assert!(!own.ends_with(char::is_whitespace), "{outer:?} ends blank");
        let may_begin_blank = quote(&outer.kind) || matches!(outer.kind, EntityKind::Pre { .. });
        prop_assert!(
            may_begin_blank || !own.starts_with(char::is_whitespace),
            "{outer:?}"
        );
        if let EntityKind::TextLink { url } = &outer.kind {
            prop_assert_eq!(link::taken(url), Some(url.clone()));
        }
        for inner in &spans[n + 1..] {
            let (a, b) = (&outer.range, &inner.range);
            prop_assert!(a.start <= b.start, "not in order: {outer:?} {inner:?}");
            let apart = a.end <= b.start;
            prop_assert!(apart || b.end <= a.end, "crossing: {outer:?} {inner:?}");
            prop_assert!(apart || !code(&outer.kind), "in code: {outer:?} {inner:?}");
            prop_assert!(
                apart || !code(&inner.kind) || quote(&outer.kind),
                "{outer:?} {inner:?}"
            );
            prop_assert!(
                apart || outer.kind != inner.kind,
                "twice: {outer:?} {inner:?}"
            );
            prop_assert!(apart || !quote(&inner.kind), "{outer:?} {inner:?}");
        }
    }
    Ok(())
}

/// What of the Markdown is deliberately not in the text.
fn unseen(markdown: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut unseen = String::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(
                Tag::Link {
                    dest_url,
                    title,
                    id,
                    ..
                }
                | Tag::Image {
                    dest_url,
                    title,
                    id,
                    ..
                },
            ) => unseen.extend([&*dest_url, " ", &*title, " ", &*id, " "]),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => unseen.push_str(&info),
            _ => {}
        }
    }
    unseen.to_lowercase()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn chunks_keep_every_limit_and_every_letter_with_its_looks(
        markdown in markdown(),
        max in prop_oneof![2_usize..80, Just(4096)],
        label in prop::option::of(Just("istio ▸")),
    ) {
        let mut rich = format(&markdown);
        if let Some(label) = label {
            rich = rich.below(label);
        }
        check_looks(&rich.text, &rich.spans)?;
        let mut shown = Vec::new();
        for chunk in rich.chunks(max) {
            prop_assert!(units(&chunk.text) <= max);
            prop_assert!(chunk.entities.len() <= 100);
            prop_assert!(!is_blank(&chunk.text));
            prop_assert!(!chunk.text.ends_with(is_trimmed));
            let first = chunk.entities.first().is_some_and(|first| first.offset == 0);
            prop_assert!(first || !chunk.text.starts_with(is_trimmed), "{chunk:?}");
            let spans = spans(&chunk)?;
            check_looks(&chunk.text, &spans)?;
            shown.extend(looks(&chunk.text, &spans));
        }
        let whole = looks(&rich.text, &rich.spans);
        let visible = |letters: Vec<(char, Vec<EntityKind>)>| -> Vec<_> {
            let seen = |(c, _): &(char, Vec<EntityKind>)| !is_blank(c.encode_utf8(&mut [0; 4]));
            letters.into_iter().filter(seen).collect()
        };
        prop_assert_eq!(visible(shown), visible(whole));
    }

    #[test]
    fn no_word_is_lost(
        pieces in prop::collection::vec((prop::sample::select(&MARKS[..]), any::<bool>()), 0..40),
    ) {
        let mut markdown = String::new();
        let mut words = Vec::new();
        for (mark, word) in pieces {
            markdown.push_str(mark);
            if word {
                let word = format!("q{}z", words.len());
                markdown.push_str(&word);
                words.push(word);
            }
        }
        let rich = format(&markdown);
        let unseen = unseen(lines::unwrapped(&markdown));
        for word in words {
            prop_assert!(
                rich.text.contains(&word) || unseen.contains(&word),
                "{} of {:?} is not in {:?}", word, markdown, rich.text,
            );
        }
    }
}
