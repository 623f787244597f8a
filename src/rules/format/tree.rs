//! What an answer consists of: the part of Markdown that a chat can show. Its words are those of the
//! source, wherever that has them in one piece.

use std::borrow::Cow;

/// A block and how far it stands from the one before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// Whether an empty line stands before it.
    pub gap: bool,
    pub kind: Kind<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Paragraph(Vec<Inline<'a>>),
    Heading(Vec<Inline<'a>>),
    Quote(Vec<Block<'a>>),
    List(List<'a>),
    Code { language: String, text: String },
    Table(Table<'a>),
    Rule,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct List<'a> {
    /// The number of the first item, of a list with numbers.
    pub first: Option<u64>,
    pub items: Vec<Item<'a>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    pub gap: bool,
    /// Of a task: whether it is done.
    pub done: Option<bool>,
    pub blocks: Vec<Block<'a>>,
}

/// A table whose rows have as many cells as its head.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table<'a> {
    /// Which columns are set flush right.
    pub right: Vec<bool>,
    pub head: Vec<Vec<Inline<'a>>>,
    pub rows: Vec<Vec<Vec<Inline<'a>>>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inline<'a> {
    Text(Cow<'a, str>),
    /// The end of a line.
    Break,
    Code(Cow<'a, str>),
    Styled(Style, Vec<Inline<'a>>),
    Link {
        to: String,
        inside: Vec<Inline<'a>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Bold,
    Italic,
    Struck,
}

/// Adds text to what came before it.
pub(super) fn push_text<'a>(inlines: &mut Vec<Inline<'a>>, text: impl Into<Cow<'a, str>>) {
    let text = text.into();
    match inlines.last_mut() {
        Some(Inline::Text(before)) => before.to_mut().push_str(&text),
        _ if text.is_empty() => {}
        _ => inlines.push(Inline::Text(text)),
    }
}
