//! Tables: set in columns where they fit a phone, else row by row.

use unicode_width::UnicodeWidthStr;

use super::canvas::Canvas;
use super::draw;
use super::tree::{Inline, Table};
use crate::model::EntityKind;

/// Columns of a phone; wider lines of code are broken, and columns with them.
const WIDTH_MAX: usize = 44;
/// What parts two columns.
const BETWEEN: &str = "  ";

/// What a column says that nobody filled in.
const NO_VALUE: &str = "–";

/// Draws a table.
pub(super) fn draw(canvas: &mut Canvas, table: &Table<'_>) {
    let rows = std::iter::once(&table.head).chain(&table.rows);
    let cells: Vec<Vec<String>> = rows
        .map(|row| row.iter().map(|cell| plain(cell)).collect())
        .collect();
    let widths = widths(&cells);
    let width = widths.iter().sum::<usize>() + BETWEEN.len() * widths.len().saturating_sub(1);
    if width <= WIDTH_MAX {
        let margin = std::mem::take(&mut canvas.margin);
        canvas.block("", &columns(&cells, &widths, &table.right));
        canvas.margin = margin;
    } else {
        list(canvas, table);
    }
}

/// A cell in one line, without its looks.
fn plain(cell: &[Inline<'_>]) -> String {
    let mut canvas = Canvas::plain();
    draw::inlines(&mut canvas, cell);
    let text = canvas.into_text();
    match text.trim() {
        trimmed if trimmed.len() < text.len() || text.contains('\n') => trimmed.replace('\n', " "),
        _ => text,
    }
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or_default()
    };
    (0..columns).map(width).collect()
}

/// The rows, the head underlined.
fn columns(rows: &[Vec<String>], widths: &[usize], right: &[bool]) -> String {
    let mut text = String::new();
    for (n, row) in rows.iter().enumerate() {
        if n > 0 {
            text.push('\n');
        }
        set(&mut text, row, widths, right);
        if n == 0 && !text.is_empty() && rows.len() > 1 {
            let under: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            text.push('\n');
            set(&mut text, &under, widths, right);
        }
    }
    text
}

/// Sets cells in their columns, without blanks behind the last one.
fn set(text: &mut String, cells: &[String], widths: &[usize], right: &[bool]) {
    let start = text.len();
    for (n, ((cell, width), right)) in cells.iter().zip(widths).zip(right).enumerate() {
        if n > 0 {
            text.push_str(BETWEEN);
        }
        let blanks = std::iter::repeat_n(' ', width.saturating_sub(cell.width()));
        if *right {
            text.extend(blanks);
            text.push_str(cell);
        } else {
            text.push_str(cell);
            text.extend(blanks);
        }
    }
    text.truncate(start + text[start..].trim_end().len());
}

/// Each row as lines of "key: value", the first value bold. A cell without a value is left
/// out, but not a column without any.
fn list(canvas: &mut Canvas, table: &Table<'_>) {
    let empty = |cell: &Vec<Inline<'_>>| plain(cell).is_empty();
    let bare = |column: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(column));
        !empty(&table.head[column]) && cells.all(empty)
    };
    let bare: Vec<bool> = (0..table.head.len()).map(bare).collect();
    if table.rows.is_empty() {
        for (n, cell) in table.head.iter().enumerate() {
            if n > 0 {
                canvas.newline();
            }
            draw::inlines(canvas, cell);
        }
        return;
    }
    for (n, row) in table.rows.iter().enumerate() {
        if n > 0 {
            canvas.newline();
            canvas.newline();
        }
        let cells = table.head.iter().zip(row).zip(&bare);
        let cells = cells.filter(|((_, value), bare)| **bare || !empty(value));
        for (n, ((key, value), _)) in cells.enumerate() {
            if n > 0 {
                canvas.newline();
            }
            if !empty(key) {
                draw::inlines(canvas, key);
                canvas.text(": ");
            }
            match (empty(value), n) {
                (true, _) => canvas.text(NO_VALUE),
                (_, 0) => canvas.with(EntityKind::Bold, |canvas| draw::inlines(canvas, value)),
                _ => draw::inlines(canvas, value),
            }
        }
    }
}
