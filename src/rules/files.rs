//! Files that people send: which an agent takes, and how they are passed on.
//!
//! A file that is text goes as text, with a line that names it: kagent's agents drop other files
//! than images without a word. Anything else goes as it is, if the agent takes its type. A question
//! with a file that cannot be passed on is not asked at all: half a question gets a wrong answer.

use bytes::Bytes;

use crate::a2a::{AgentCard, Content};
use crate::config::{self, Flavor};
use crate::ids::FileId;
use crate::model::{Attachment, Rendition};
use crate::rules::words::attachments as words;

/// The largest file that Telegram gives to a bot, in bytes (Bot API: 20 MB).
pub const FETCHED_MAX: u64 = 20 << 20;

/// Media types outside of `text/` that are text.
const TEXTS: [&str; 14] = [
    "application/json",
    "application/ld+json",
    "application/x-ndjson",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/xml",
    "application/sql",
    "application/javascript",
    "application/x-javascript",
    "application/typescript",
    "application/x-sh",
    "application/x-shellscript",
    "application/x-httpd-php",
];

/// Endings of names of files that are text, whatever type an app gives them.
const ENDINGS: [&str; 46] = [
    "txt",
    "log",
    "md",
    "rst",
    "csv",
    "tsv",
    "json",
    "jsonl",
    "ndjson",
    "yaml",
    "yml",
    "toml",
    "ini",
    "cfg",
    "conf",
    "env",
    "properties",
    "xml",
    "html",
    "css",
    "sh",
    "bash",
    "zsh",
    "ps1",
    "py",
    "rs",
    "go",
    "js",
    "ts",
    "tsx",
    "jsx",
    "java",
    "kt",
    "c",
    "h",
    "cpp",
    "hpp",
    "cs",
    "rb",
    "php",
    "pl",
    "sql",
    "tf",
    "proto",
    "diff",
    "patch",
];

/// What an agent takes beside text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takes {
    /// The most files of one question; 0: none.
    pub files_max: usize,
    /// The most bytes of all files of one question together.
    pub bytes_max: u64,
    /// Media types, such as `image/*`; none: any. Text it takes always.
    pub types: Option<Vec<String>>,
}

/// A file that is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// By which.
    pub file: FileId,
    /// Its name.
    pub name: String,
    /// Its media type, as far as it is known.
    pub media_type: Option<String>,
    /// The most bytes that it may have.
    pub bytes_max: u64,
}

/// The files to fetch for a question, a photo in the largest size that fits; or, as a sentence, why
/// it cannot be asked.
///
/// # Errors
/// That sentence.
pub fn wanted<'a>(
    files: impl Iterator<Item = &'a Attachment>,
    takes: &Takes,
) -> Result<Vec<Wanted>, String> {
    let files: Vec<&Attachment> = files.collect();
    if files.len() > takes.files_max {
        return Err(words::too_many(files.len(), takes.files_max));
    }
    let mut left = takes.bytes_max;
    let mut wanted = Vec::with_capacity(files.len());
    for file in files {
        let (name, media_type) = (&file.name, file.media_type.as_deref());
        if !is_text(name, media_type) && !takes.takes(media_type) {
            return Err(words::wrong_type(name, media_type, &takes.types()));
        }
        let Some(rendition) = fitting(file, left) else {
            return Err(words::too_large(name, least(file), takes.bytes_max));
        };
        wanted.push(Wanted {
            file: rendition.file.clone(),
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            bytes_max: left.min(FETCHED_MAX),
        });
        left -= rendition.bytes.unwrap_or(0);
    }
    Ok(wanted)
}

/// What goes to the agent for the files that were fetched; or, as a sentence, why the question
/// cannot be asked.
///
/// # Errors
/// That sentence.
pub fn contents(fetched: Vec<(Wanted, Bytes)>, takes: &Takes) -> Result<Vec<Content>, String> {
    let mut left = takes.bytes_max;
    let mut contents = Vec::with_capacity(fetched.len());
    for (file, bytes) in fetched {
        let size = bytes.len() as u64;
        if size > left {
            return Err(words::too_large(&file.name, Some(size), takes.bytes_max));
        }
        left -= size;
        contents.push(content(file, bytes, takes)?);
    }
    Ok(contents)
}

fn content(file: Wanted, bytes: Bytes, takes: &Takes) -> Result<Content, String> {
    let media_type = file.media_type.as_deref();
    if is_text(&file.name, media_type) {
        match std::str::from_utf8(&bytes) {
            Ok(text) => return Ok(Content::Text(words::text_file(&file.name, text))),
            // Whatever it is, it is not of the type that it claims.
            Err(_) if !takes.takes(None) => return Err(words::no_utf8(&file.name)),
            Err(_) => {}
        }
    }
    Ok(Content::FileBytes {
        bytes,
        name: Some(file.name),
        media_type: file.media_type,
    })
}

/// The first form of a file, which is the largest, that has at most so many bytes. One of unknown
/// size is tried.
fn fitting(file: &Attachment, bytes_max: u64) -> Option<&Rendition> {
    let max = bytes_max.min(FETCHED_MAX);
    let mut renditions = file.renditions.iter();
    renditions.find(|one| one.bytes.is_none_or(|bytes| bytes <= max))
}

/// The size of the smallest form of a file.
fn least(file: &Attachment) -> Option<u64> {
    file.renditions.iter().filter_map(|one| one.bytes).min()
}

/// Whether a file is text by its type or its name. What it holds decides.
fn is_text(name: &str, media_type: Option<&str>) -> bool {
    let media_type = media_type.map(essence).unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    let general = media_type.is_empty() || media_type == "application/octet-stream";
    media_type.starts_with("text/")
        || media_type.ends_with("+json")
        || media_type.ends_with("+xml") && !media_type.starts_with("image/")
        || TEXTS.contains(&media_type.as_str())
        || (general || media_type.starts_with("video/")) && ENDINGS.contains(&ending.as_str())
}

/// A media type without its parameters, in small letters.
fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

impl Takes {
    /// What the configuration says that it takes, else its card. kagent's cards say text, and are
    /// believed before they are read.
    #[must_use]
    pub fn of(agent: &config::Agent, card: Option<&AgentCard>) -> Self {
        let modes = card.map(|card| card.input_modes.clone());
        let modes = modes.filter(|modes| !modes.is_empty());
        let kagent = agent.flavor == Flavor::Kagent;
        let unread = || kagent.then(|| vec!["text".to_owned()]);
        Self {
            files_max: agent.files_max,
            bytes_max: agent.file_bytes_max,
            types: agent.file_types.clone().or(modes).or_else(unread),
        }
    }

    /// Whether the agent takes files of this type as they are. Cards name media types, or words as
    /// short as `image`.
    fn takes(&self, media_type: Option<&str>) -> bool {
        let Some(types) = &self.types else {
            return true;
        };
        let media_type = media_type.map_or("application/octet-stream".to_owned(), essence);
        types.iter().map(|one| essence(one)).any(|one| {
            let family = one.strip_suffix("/*").unwrap_or(&one);
            matches!(one.as_str(), "*" | "*/*" | "file")
                || one == media_type
                || !family.contains('/') && media_type.split('/').next() == Some(family)
        })
    }

    /// What it takes, for people; text first.
    fn types(&self) -> Vec<String> {
        let named = self.types.iter().flatten().filter(|one| {
            let text = essence(one);
            text != "text" && !text.starts_with("text/") && !TEXTS.contains(&text.as_str())
        });
        std::iter::once("text".to_owned())
            .chain(named.cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests;
