//! Conversations that people may go back to.

use super::Conversation;
use crate::ids::Timestamp;

/// A conversation in which something was asked, as it is found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// Which.
    pub conversation: Conversation,
    /// Its first words in one line, as long as they may be kept.
    pub words: Option<String>,
    /// When it was last used.
    pub used_at: Timestamp,
    /// Whether a turn of it runs or waits.
    pub busy: bool,
}
