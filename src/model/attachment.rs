//! Files that come with messages, as Telegram describes them.

use serde::{Deserialize, Serialize};

use crate::ids::FileId;

/// A file that came with a message. It is fetched when its turn begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name; a made-up one where Telegram tells none. Whoever sent it chose it: never a path.
    pub name: String,
    /// Its media type, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Where it can be fetched: a photo in several sizes, the largest first; else one.
    pub renditions: Vec<Rendition>,
}

/// A form in which Telegram keeps a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// By which it is fetched.
    pub file: FileId,
    /// Its size in bytes, if Telegram tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}
