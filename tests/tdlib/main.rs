//! Texts and entities against TDLib, the library inside Telegram's own apps and inside the Bot
//! API server. `tests/tdlib/setup.sh` installs it; without it these tests fail, they are not
//! skipped.
//!
//! What is asked is `parseMarkdown`, the one of TDLib's offline functions that runs the very code
//! (`fix_formatted_text`) which a message goes through before it is sent: it checks places,
//! addresses and nesting, cleans the text, and writes the entities anew. Then it looks for
//! markup of its own in what is left, so the seven characters that it could take for markup are
//! swapped for others of the same length before. What it does not show: trimming, which it
//! leaves out, and the limits of 4096 characters and 100 entities, which are the server's. Those
//! are held by the properties in `src/rules/format`.
//!
//! | file | holds |
//! |---|---|
//! | `corpus` | the answers of `tests/corpus` |
//! | `oracle` | TDLib, and entities as it writes them |

mod corpus;
mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use switchboard::model::{Entity, EntityKind};
use switchboard::rules::chunk::units;
use switchboard::rules::format::{Formatted, format};

use crate::corpus::answers;
use crate::oracle::{Oracle, masked};

/// Telegram's own limit, and those of narrower settings, which cut more often.
const SIZES: [usize; 3] = [4096, 700, 256];

/// Each chunk of each answer, with words that find it again.
fn chunks() -> impl Iterator<Item = (String, Formatted)> {
    answers().into_iter().flat_map(|answer| {
        let rich = format(&answer.markdown);
        let cut = SIZES.map(|max| (max, rich.chunks(max)));
        cut.into_iter().flat_map(move |(max, chunks)| {
            let name = answer.name.clone();
            let chunks = chunks.into_iter().enumerate();
            chunks.map(move |(n, chunk)| (format!("{name}, chunk {n} of {max}"), chunk))
        })
    })
}

#[test]
fn tdlib_makes_of_every_chunk_what_we_made_of_it() {
    let mut oracle = Oracle::start();
    let mut seen = 0;
    for (name, chunk) in chunks() {
        let ours = Formatted {
            text: masked(&chunk.text),
            entities: chunk.entities,
        };
        let theirs = oracle
            .fixed(&ours)
            .unwrap_or_else(|refusal| panic!("{name}: {refusal}\n{}", chunk.text));
        assert_eq!(theirs.text, ours.text, "{name}");
        assert_eq!(
            look(&theirs.entities),
            look(&ours.entities),
            "{name}\n{}",
            chunk.text
        );
        seen += 1;
    }
    assert!(seen > 1_000, "{seen} chunks");
}

#[test]
fn tdlib_leaves_a_text_without_markup_exactly_as_it_is() {
    let mut oracle = Oracle::start();
    let mut seen = 0;
    for (name, chunk) in chunks() {
        if masked(&chunk.text) != chunk.text {
            continue;
        }
        let theirs = oracle.fixed(&chunk).expect("it takes the chunk");
        assert_eq!(theirs.text, chunk.text, "{name}");
        seen += 1;
    }
    assert!(seen > 500, "{seen} chunks");
}

#[test]
fn tdlib_counts_the_units_of_a_text_as_we_do() {
    let mut oracle = Oracle::start();
    for (name, chunk) in chunks() {
        let length = units(&chunk.text);
        let bold = |length| Formatted {
            text: masked(&chunk.text),
            entities: vec![Entity {
                kind: EntityKind::Bold,
                offset: 0,
                length,
            }],
        };
        assert!(oracle.fixed(&bold(length)).is_ok(), "{name}");
        let refused = oracle.fixed(&bold(length + 1)).expect_err(&name);
        assert!(
            refused.contains("after the end of the text"),
            "{name}: {refused}"
        );
    }
}

/// Telegram makes a link of anything that looks like an address, but not within code and links.
#[test]
fn no_name_of_a_file_becomes_a_link() {
    let mut oracle = Oracle::start();
    let mut found = BTreeSet::new();
    for (_, chunk) in chunks() {
        for address in oracle.addresses(&chunk) {
            let scheme = address.contains("://") || address.contains('@');
            let is_file = [
                ".md", ".sh", ".py", ".rs", ".go", ".so", ".yaml", ".json", ".zip",
            ];
            if !scheme && is_file.iter().any(|ending| address.ends_with(ending)) {
                found.insert(address);
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// A test that cannot fail shows nothing: TDLib refuses and mends what is wrong.
#[test]
fn tdlib_does_not_let_everything_pass() {
    let mut oracle = Oracle::start();
    let mut made = |text: &str, entities: &[(EntityKind, usize, usize)]| {
        let entities = entities.iter().cloned();
        let entities = entities.map(|(kind, offset, length)| Entity {
            kind,
            offset,
            length,
        });
        oracle.fixed(&Formatted {
            text: text.to_owned(),
            entities: entities.collect(),
        })
    };
    let refused = made("😀 pod", &[(EntityKind::Bold, 1, 2)]).expect_err("half an emoji");
    assert!(
        refused.contains("in a middle of a UTF-16 symbol"),
        "{refused}"
    );
    let inside = [(EntityKind::Code, 0, 3), (EntityKind::Bold, 1, 1)];
    let mended = made("pod", &inside).expect("it mends");
    assert_eq!(mended.entities.len(), 1, "nothing is bold within code");
    let across = [(EntityKind::Bold, 0, 2), (EntityKind::Italic, 1, 2)];
    assert_eq!(made("pod", &across).expect("it splits").entities.len(), 3);
    assert_eq!(made("a\tb\r", &[]).expect("it cleans").text, "a b");
    let url = "http://grafana:3000/".to_owned();
    let refused = made("pod", &[(EntityKind::TextLink { url }, 0, 3)]);
    assert!(refused.expect_err("no public host").contains("is invalid"));
}

/// How a text looks, whoever wrote the entities.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    /// Blocks, code and links, each as a whole.
    whole: Vec<(usize, usize, String)>,
    /// The styles of each unit that has any: TDLib cuts a style where another ends within it.
    styles: BTreeMap<usize, BTreeSet<String>>,
}

fn look(entities: &[Entity]) -> Look {
    let mut whole = Vec::new();
    let mut styles: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for entity in entities {
        let kind = match &entity.kind {
            EntityKind::TextLink { url } => format!("link {}", normal(url)),
            kind => format!("{kind:?}"),
        };
        let (offset, length) = (entity.offset, entity.length);
        match entity.kind {
            EntityKind::Bold | EntityKind::Italic | EntityKind::Strikethrough => {
                for unit in offset..offset + length {
                    styles.entry(unit).or_default().insert(kind.clone());
                }
            }
            _ => whole.push((offset, length, kind)),
        }
    }
    whole.sort();
    Look { whole, styles }
}

/// An address as the URL standard writes it: a slash after a bare host, no blanks.
fn normal(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}
