//! A file that goes out with a post: what it is called, how it is shown, its bytes.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// How Telegram shows a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// As a picture in the chat. Bot API: at most 10 MB, recompressed.
    Photo,
    /// As a file to open. Bot API: at most 50 MB, kept as it is.
    Document,
}

/// What a post says of the file that it carries. The bytes are kept apart from it, see
/// [`Change::Attach`](crate::store::Change::Attach): they are read when it is their turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// How it is shown.
    pub shape: Shape,
    /// What is said in its place, should Telegram refuse the file; the reason is recorded.
    pub otherwise: String,
}

/// A file, whole.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// What it is called.
    pub name: FileName,
    /// Its media type, such as `text/markdown`.
    pub media_type: String,
    /// What is in it, never nothing: Telegram refuses an empty file.
    pub bytes: Bytes,
}

impl fmt::Debug for File {
    /// Without what is in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("name", &self.name)
            .field("media_type", &self.media_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// The name of a file as a person may be shown it, and as the Bot API reads it: no path, no
/// quotes, nothing invisible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// The longest name, in characters. Enough to tell files apart on a phone.
    const CHARS_MAX: usize = 64;
    /// The longest ending that survives the cut of a long name, its dot included.
    const ENDING_MAX: usize = 12;

    /// The name without what could mislead a person or a parser: only what follows the last
    /// slash, no characters that are reserved in file systems, that steer the direction of
    /// text, or at which the Bot API server would cut the name (`;` and `"`; `HttpReader` of
    /// tdlib reads nothing as escaped). `otherwise` if nothing is left.
    #[must_use]
    pub fn clean(raw: &str, otherwise: &str) -> Self {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let kept: String = last.chars().filter(|c| is_kept(*c)).collect();
        let words: Vec<&str> = kept.split_whitespace().collect();
        let name = words.join(" ");
        // A leading dot hides a file, a trailing one is lost on Windows.
        let name = name.trim_matches(['.', ' ']);
        if name.is_empty() {
            return Self(otherwise.to_owned());
        }
        Self(shortened(name))
    }

    /// As a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_kept(c: char) -> bool {
    let steers = matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    let reserved = matches!(c, '"' | ';' | '<' | '>' | ':' | '|' | '?' | '*');
    // Blanks become single spaces afterwards.
    !steers && !reserved && (c.is_whitespace() || !c.is_control())
}

/// A long name loses its middle, not its ending.
fn shortened(name: &str) -> String {
    let chars = name.chars().count();
    if chars <= FileName::CHARS_MAX {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.chars().count() > FileName::ENDING_MAX {
        ""
    } else {
        ending
    };
    let room = FileName::CHARS_MAX - ending.chars().count() - 1;
    let begin: String = name.chars().take(room).collect();
    format!("{}…{ending}", begin.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_nothing_that_misleads() {
        for (raw, clean) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\logs\\api 1.log", "api 1.log"),
            ("a\"; name=\"b.txt", "a name=b.txt"),
            ("gnp\u{202e}exe.png", "gnpexe.png"),
            (" two \t words\n.md ", "two words .md"),
            (".hidden", "hidden"),
            ("Отчёт 日本.md", "Отчёт 日本.md"),
            ("", "file"),
            ("///", "file"),
            ("\u{7}..", "file"),
        ] {
            assert_eq!(FileName::clean(raw, "file").as_str(), clean, "{raw:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = FileName::clean(&format!("{}.tar.gz", "x".repeat(300)), "file");
        assert!(name.as_str().ends_with("x….gz"), "{name}");
        assert_eq!(name.as_str().chars().count(), FileName::CHARS_MAX);
        let odd = FileName::clean(&format!("a.{}", "y".repeat(300)), "file");
        assert_eq!(odd.as_str().chars().count(), FileName::CHARS_MAX);
    }

    #[test]
    fn what_is_in_a_file_is_not_printed() {
        let file = File {
            name: FileName::clean("a.txt", "file"),
            media_type: "text/plain".to_owned(),
            bytes: Bytes::from_static(b"hunter2"),
        };
        let printed = format!("{file:?}");
        assert!(
            printed.contains("bytes: 7") && !printed.contains("hunter2"),
            "{printed}"
        );
    }
}
