//! What is said about files that people send. Each refusal is a sentence that follows "No answer
//! from k8s."; nothing was sent to the agent.

use super::size;

/// What every refusal ends with.
const NOTHING_SENT: &str = "Nothing was sent to it.";

/// More files than the agent takes at once.
#[must_use]
pub fn too_many(files: usize, max: usize) -> String {
    match max {
        0 => format!("It takes no files here. {NOTHING_SENT}"),
        _ => format!("You sent {files} files, and it takes up to {max} at once. {NOTHING_SENT}"),
    }
}

/// More bytes than the agent takes, or Telegram gives.
#[must_use]
pub fn too_large(name: &str, bytes: Option<u64>, max: u64) -> String {
    let has = bytes.map_or("is".to_owned(), |bytes| {
        format!("has {} and is", size(bytes))
    });
    let limit = max.min(super::super::files::FETCHED_MAX);
    format!(
        "{name} {has} too large: all files of a question may have up to {} together. \
         {NOTHING_SENT}",
        size(limit)
    )
}

/// A type that the agent does not take.
#[must_use]
pub fn wrong_type(name: &str, media_type: Option<&str>, types: &[String]) -> String {
    let of_type = media_type.map_or(String::new(), |one| format!(" ({one})"));
    format!(
        "It cannot take {name}{of_type}. It takes: {}. {NOTHING_SENT}",
        types.join(", ")
    )
}

/// A file that should be text, and is not.
#[must_use]
pub fn no_utf8(name: &str) -> String {
    format!("{name} is not text in UTF-8, so I cannot pass it on. {NOTHING_SENT}")
}

/// A file that Telegram did not give.
#[must_use]
pub fn not_fetched(name: &str) -> String {
    format!("I could not get {name} from Telegram. {NOTHING_SENT}")
}

/// A text file, as the agent reads it.
#[must_use]
pub fn text_file(name: &str, text: &str) -> String {
    format!("File {name}:\n\n{text}")
}
