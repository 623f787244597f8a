//! Inline keyboards: parsing and the limits of their buttons. Pure.

use serde_json::Value;

use super::message::Button;
use super::params::Params;
use super::refusal::Refused;
use super::text::check_url;

/// Longest `callback_data` in bytes.
const DATA_MAX: usize = 64;
/// Longest text that a button copies.
const COPY_MAX: usize = 256;
/// Most buttons under one message.
const BUTTONS_MAX: usize = 100;

/// A checked `reply_markup`.
#[derive(Clone, Debug, Default)]
pub(super) struct Markup {
    /// What is echoed back; null without inline buttons.
    pub raw: Value,
    pub rows: Vec<Vec<Button>>,
}

/// Reads `reply_markup`. Keyboards other than inline ones are accepted and not shown.
pub(super) fn read(params: &Params) -> Result<Markup, Refused> {
    let Some(raw) = params.json("reply_markup", "reply keyboard markup")? else {
        return Ok(Markup::default());
    };
    if !raw.is_object() {
        return Err(Refused::bad("object expected as reply markup"));
    }
    let Some(keyboard) = raw.get("inline_keyboard") else {
        return Ok(Markup::default());
    };
    let expected = || {
        Refused::bad(
            "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
        )
    };
    let mut rows = Vec::new();
    for row in keyboard.as_array().ok_or_else(expected)? {
        let row = row.as_array().ok_or_else(expected)?;
        let row = row.iter().map(button).collect::<Result<Vec<_>, _>>()?;
        if !row.is_empty() {
            rows.push(row);
        }
    }
    if rows.iter().map(Vec::len).sum::<usize>() > BUTTONS_MAX {
        return Err(Refused::bad("REPLY_MARKUP_TOO_LONG"));
    }
    let raw = if rows.is_empty() { Value::Null } else { raw };
    Ok(Markup { raw, rows })
}

fn button(raw: &Value) -> Result<Button, Refused> {
    let parse = |why: &str| Refused::bad(format!("can't parse inline keyboard button: {why}"));
    let field = |name: &str| raw.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(text) = field("text") else {
        return Err(parse("Field \"text\" must be of type String"));
    };
    if text.trim().is_empty() {
        return Err(Refused::bad("inline keyboard button text is empty"));
    }
    let (data, url) = (field("callback_data"), field("url"));
    if let Some(data) = &data
        && (data.is_empty() || data.len() > DATA_MAX)
    {
        return Err(Refused::bad("BUTTON_DATA_INVALID"));
    }
    if let Some(url) = &url {
        check_url(url).map_err(|why| {
            Refused::bad(format!(
                "inline keyboard button URL '{url}' is invalid: {why}"
            ))
        })?;
    }
    let copied = raw
        .get("copy_text")
        .map(|c| c["text"].as_str().unwrap_or_default());
    if copied.is_some_and(|c| c.is_empty() || c.chars().count() > COPY_MAX) {
        return Err(Refused::bad("BUTTON_COPY_TEXT_INVALID"));
    }
    let others = [
        "web_app",
        "login_url",
        "switch_inline_query",
        "pay",
        "callback_game",
    ];
    let other = others.iter().any(|name| raw.get(name).is_some());
    if data.is_none() && url.is_none() && copied.is_none() && !other {
        return Err(parse("Text buttons are unallowed in the inline keyboard"));
    }
    Ok(Button { text, data, url })
}
