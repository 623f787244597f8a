//! TDLib in a process of its own, and entities as it writes them.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use switchboard::model::{Entity, EntityKind};
use switchboard::rules::format::Formatted;

/// TDLib. It ends with its stdin.
pub struct Oracle {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts it.
    ///
    /// # Panics
    /// When it is not installed.
    pub fn start() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let tdlib = std::env::var_os("SWITCHBOARD_TDLIB");
        let tdlib = tdlib.map_or_else(|| PathBuf::from("target/tdlib"), PathBuf::from);
        let tdlib = root.join(tdlib);
        assert!(
            tdlib.join("node_modules").exists(),
            "install TDLib first: tests/tdlib/setup.sh"
        );
        let mut child = Command::new("python3")
            .arg(root.join("tests/tdlib/oracle.py"))
            .arg(tdlib)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a python3");
        let stdout = child.stdout.take().expect("stdout is piped");
        Self {
            requests: child.stdin.take(),
            answers: BufReader::new(stdout),
            child,
        }
    }

    fn ask(&mut self, request: &Value) -> Value {
        let requests = self.requests.as_mut().expect("it runs");
        writeln!(requests, "{request}").expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?} to {request}"))
    }

    /// What TDLib makes of a text before it sends it, or why it refuses it.
    pub fn fixed(&mut self, formatted: &Formatted) -> Result<Formatted, String> {
        let entities = formatted.entities.iter().map(written);
        let entities: Vec<Value> = entities.collect();
        let text = json!({"@type": "formattedText", "text": formatted.text, "entities": entities});
        let answer = self.ask(&json!({"@type": "parseMarkdown", "text": text}));
        match answer["@type"].as_str() {
            Some("formattedText") => Ok(Formatted {
                text: answer["text"].as_str().expect("a text").to_owned(),
                entities: entities_of(&answer).map(read).collect(),
            }),
            _ => Err(answer["message"].as_str().unwrap_or("no word").to_owned()),
        }
    }

    /// The addresses in a text of which Telegram makes links by itself: those that nothing of
    /// ours covers which it leaves alone.
    pub fn addresses(&mut self, formatted: &Formatted) -> Vec<String> {
        let answer = self.ask(&json!({"@type": "getTextEntities", "text": formatted.text}));
        let units: Vec<u16> = formatted.text.encode_utf16().collect();
        let covered = |at: usize| {
            formatted.entities.iter().any(|entity| {
                let leaves_alone = matches!(
                    entity.kind,
                    EntityKind::Code | EntityKind::Pre { .. } | EntityKind::TextLink { .. }
                );
                leaves_alone && (entity.offset..entity.offset + entity.length).contains(&at)
            })
        };
        let urls = entities_of(&answer)
            .filter(|entity| entity["type"]["@type"] == "textEntityTypeUrl")
            .map(|entity| (number(entity, "offset"), number(entity, "length")))
            .filter(|(offset, _)| !covered(*offset));
        urls.map(|(offset, length)| String::from_utf16_lossy(&units[offset..offset + length]))
            .collect()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.requests = None;
        // It has ended by itself, or is of no more use.
        let _ = self.child.wait();
    }
}

/// The text with the characters that `parseMarkdown` could take for markup swapped for others
/// of the same length. None of these is part of a letter, an emoji or an entity's edge.
pub fn masked(text: &str) -> String {
    let swapped = |c: char| match c {
        '*' => '+',
        '_' => '-',
        '~' => '=',
        '|' => '/',
        '`' => '\'',
        '[' => '(',
        ']' => ')',
        c => c,
    };
    text.chars().map(swapped).collect()
}

fn entities_of(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["entities"].as_array().into_iter().flatten()
}

fn number(entity: &Value, name: &str) -> usize {
    let number = entity[name].as_u64().expect("a number");
    usize::try_from(number).expect("a small one")
}

fn written(entity: &Entity) -> Value {
    let kind = match &entity.kind {
        EntityKind::Bold => json!({"@type": "textEntityTypeBold"}),
        EntityKind::Italic => json!({"@type": "textEntityTypeItalic"}),
        EntityKind::Strikethrough => json!({"@type": "textEntityTypeStrikethrough"}),
        EntityKind::Code => json!({"@type": "textEntityTypeCode"}),
        EntityKind::Pre { language } if language.is_empty() => {
            json!({"@type": "textEntityTypePre"})
        }
        EntityKind::Pre { language } => {
            json!({"@type": "textEntityTypePreCode", "language": language})
        }
        EntityKind::TextLink { url } => json!({"@type": "textEntityTypeTextUrl", "url": url}),
        EntityKind::Blockquote => json!({"@type": "textEntityTypeBlockQuote"}),
        EntityKind::ExpandableBlockquote => json!({"@type": "textEntityTypeExpandableBlockQuote"}),
    };
    json!({"@type": "textEntity", "offset": entity.offset, "length": entity.length, "type": kind})
}

fn read(entity: &Value) -> Entity {
    let kind = &entity["type"];
    let text = |name: &str| kind[name].as_str().unwrap_or_default().to_owned();
    let kind = match kind["@type"].as_str().expect("a kind") {
        "textEntityTypeBold" => EntityKind::Bold,
        "textEntityTypeItalic" => EntityKind::Italic,
        "textEntityTypeStrikethrough" => EntityKind::Strikethrough,
        "textEntityTypeCode" => EntityKind::Code,
        "textEntityTypePre" | "textEntityTypePreCode" => EntityKind::Pre {
            language: text("language"),
        },
        "textEntityTypeTextUrl" => EntityKind::TextLink { url: text("url") },
        "textEntityTypeBlockQuote" => EntityKind::Blockquote,
        "textEntityTypeExpandableBlockQuote" => EntityKind::ExpandableBlockquote,
        other => panic!("{other} is not one of ours"),
    };
    Entity {
        kind,
        offset: number(entity, "offset"),
        length: number(entity, "length"),
    }
}
