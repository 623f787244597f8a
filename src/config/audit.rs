//! `[audit]`: what the audit keeps beside who, when, which agent and by which rule.

use super::section::Section;

/// What the audit keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Whether it keeps what was asked, in people's own words, as long as the audit itself.
    pub text: bool,
}

impl Audit {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let text = section.choice_of_switch("text", false);
        section.finish();
        Self { text }
    }
}
