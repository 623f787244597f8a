//! How the parts of a text look.

use serde::{Deserialize, Serialize};

/// How a part of a text looks. Written as the Bot API's `MessageEntity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EntityKind {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Struck through.
    Strikethrough,
    /// Monospace, within a line.
    Code,
    /// Monospace, a block.
    Pre {
        /// Its language, or nothing.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
    },
    /// A text that leads to an address.
    TextLink {
        /// The address, one that Telegram takes.
        url: String,
    },
    /// A quote.
    Blockquote,
    /// A quote of which only the beginning shows until it is tapped.
    ExpandableBlockquote,
}

/// A part of a text that looks different. Places are UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// How it looks.
    #[serde(flatten)]
    pub kind: EntityKind,
    /// Where it begins.
    pub offset: usize,
    /// How long it is, never 0.
    pub length: usize,
}
