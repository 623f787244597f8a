//! What an answer consists of: the part of Markdown that a chat can show.

/// A block and how far it stands from the one before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Whether an empty line stands before it.
    pub gap: bool,
    pub kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph(Vec<Inline>),
    Heading(Vec<Inline>),
    Quote(Vec<Block>),
    List(List),
    Code { language: String, text: String },
    Table(Table),
    Rule,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct List {
    /// The number of the first item, of a list with numbers.
    pub first: Option<u64>,
    pub items: Vec<Item>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub gap: bool,
    /// Of a task: whether it is done.
    pub done: Option<bool>,
    pub blocks: Vec<Block>,
}

/// A table whose rows have as many cells as its head.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Which columns are set flush right.
    pub right: Vec<bool>,
    pub head: Vec<Vec<Inline>>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inline {
    Text(String),
    /// The end of a line.
    Break,
    Code(String),
    Styled(Style, Vec<Inline>),
    Link {
        to: String,
        inside: Vec<Inline>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Bold,
    Italic,
    Struck,
}

/// Adds text to what came before it.
pub(super) fn push_text(inlines: &mut Vec<Inline>, text: &str) {
    match inlines.last_mut() {
        Some(Inline::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => inlines.push(Inline::Text(text.to_owned())),
    }
}
