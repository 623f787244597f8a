//! What the real server does to a text before it is shown: limits, cleaning, trimming, entity
//! checks (`clean_input_string` and `fix_formatted_text` of the real server). Pure.

use serde_json::Value;

use super::params::{Params, as_int};
use super::refusal::Refused;

/// Longest text of a request in bytes, before parsing.
const REQUEST_BYTES_MAX: usize = 32_768;
/// Longest text of a message in code points, after cleaning.
pub(super) const TEXT_MAX: usize = 4096;
/// Most entities of a message; the rest is dropped silently.
const ENTITIES_MAX: usize = 100;
/// Largest entity offset or length.
const OFFSET_MAX: i64 = 1_000_000;
/// Kinds that a bot may send.
const KINDS: [&str; 21] = [
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bank_card_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
];

/// A text as it will be shown, and what was silently wrong with it.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub text: String,
    pub entities: Vec<Value>,
    /// Things let pass that a correct client does not do.
    pub notes: Vec<String>,
}

/// Reads `text`, `entities` and `parse_mode` and applies everything but the 4096 limit, which
/// sends and edits word differently.
pub(super) fn read(params: &Params) -> Result<Checked, Refused> {
    let raw = params.text("text").unwrap_or_default();
    let mut checked = check(&raw, params.json("entities", "message entities")?)?;
    if params.has("parse_mode") {
        let note = "parse_mode given: text is shown as it stands".to_owned();
        checked.notes.push(note);
    }
    Ok(checked)
}

fn check(raw: &str, entities: Option<Value>) -> Result<Checked, Refused> {
    if raw.is_empty() {
        return Err(Refused::bad("message text is empty"));
    }
    if raw.len() > REQUEST_BYTES_MAX {
        return Err(Refused::bad("text is too long"));
    }
    let mut notes = Vec::new();
    let mut spans = match entities {
        None => Vec::new(),
        Some(Value::Array(list)) => spans(list)?,
        Some(_) => {
            return Err(Refused::bad(
                "can't parse message entities: expected an Array",
            ));
        }
    };
    if spans.len() > ENTITIES_MAX {
        notes.push(format!("{} entities, only 100 are kept", spans.len()));
        spans.truncate(ENTITIES_MAX);
    }
    let cleaned = Cleaned::of(raw);
    cleaned.place(&mut spans)?;
    let (text, spans) = trim(&cleaned.text, spans);
    if text.is_empty() {
        return Err(Refused::bad("text must be non-empty"));
    }
    let entities = spans.into_iter().map(Span::into_value).collect();
    Ok(Checked {
        text,
        entities,
        notes,
    })
}

/// One entity; places are UTF-16 code units.
#[derive(Debug)]
struct Span {
    start: usize,
    end: usize,
    raw: Value,
}

impl Span {
    fn into_value(self) -> Value {
        let mut raw = self.raw;
        raw["offset"] = Value::from(self.start);
        raw["length"] = Value::from(self.end - self.start);
        raw
    }
}

/// Reads entities in order of their place, without the empty ones.
fn spans(list: Vec<Value>) -> Result<Vec<Span>, Refused> {
    let parse = |why: &str| Refused::bad(format!("can't parse MessageEntity: {why}"));
    let mut spans = Vec::with_capacity(list.len());
    for raw in list {
        let Some(kind) = raw.get("type").and_then(Value::as_str) else {
            return Err(parse("Can't find field \"type\""));
        };
        if !KINDS.contains(&kind) {
            return Err(parse("Unsupported type specified"));
        }
        let number = |name: &str| raw.get(name).and_then(as_int);
        let offset = number("offset").ok_or_else(|| parse("Can't find field \"offset\""))?;
        let length = number("length").ok_or_else(|| parse("Can't find field \"length\""))?;
        let place = |n: i64| usize::try_from(n).ok().filter(|_| n <= OFFSET_MAX);
        let start = place(offset).ok_or_else(|| {
            Refused::bad(format!("receive an entity with incorrect offset {offset}"))
        })?;
        let length = place(length).ok_or_else(|| {
            Refused::bad(format!("receive an entity with incorrect length {length}"))
        })?;
        if kind == "text_link" {
            let url = raw.get("url").and_then(Value::as_str);
            let url = url.ok_or_else(|| parse("Can't find field \"url\""))?;
            check_url(url)
                .map_err(|why| Refused::bad(format!("entity URL '{url}' is invalid: {why}")))?;
        }
        if length > 0 {
            let end = start + length;
            spans.push(Span { start, end, raw });
        }
    }
    spans.sort_by_key(|s| (s.start, usize::MAX - s.end));
    Ok(spans)
}

/// The link rules of the real server (`LinkManager::check_link`). One bad link refuses the whole
/// message.
pub(super) fn check_url(url: &str) -> Result<(), &'static str> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    match scheme.to_ascii_lowercase().as_str() {
        "tg" | "ton" | "tonsite" => return Ok(()),
        "http" | "https" => {}
        _ => return Err("Unsupported URL protocol"),
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.starts_with('[') {
        return Ok(());
    }
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    if port.parse::<u16>().is_err() {
        return Err("Wrong port number specified in the URL");
    }
    if name.is_empty() {
        return Err("URL host is empty");
    }
    if name.contains('.') {
        Ok(())
    } else {
        Err("Wrong HTTP URL")
    }
}

/// A cleaned text and where each UTF-16 place of the original went.
struct Cleaned {
    text: String,
    /// New place of each old place; `None` in the middle of a surrogate pair.
    places: Vec<Option<usize>>,
}

impl Cleaned {
    fn of(raw: &str) -> Self {
        let mut text = String::with_capacity(raw.len());
        let mut places = Vec::with_capacity(raw.len() + 1);
        let mut new = 0;
        for c in raw.chars() {
            places.push(Some(new));
            if c.len_utf16() == 2 {
                places.push(None);
            }
            if let Some(kept) = clean(c) {
                text.push(kept);
                new += kept.len_utf16();
            }
        }
        places.push(Some(new));
        Self { text, places }
    }

    /// Moves spans to the cleaned text; refuses those beyond the end or inside a pair.
    fn place(&self, spans: &mut [Span]) -> Result<(), Refused> {
        for span in spans {
            let (start, end) = (span.start, span.end);
            let last = self.places.len() - 1;
            if start > last {
                return Err(Refused::bad(format!(
                    "entity begins after the end of the text at UTF-16 offset {start}"
                )));
            }
            if end > last {
                return Err(Refused::bad(format!(
                    "entity beginning at UTF-16 offset {start} ends after the end of the text \
                     at UTF-16 offset {end}"
                )));
            }
            let middle = |what| {
                move || Refused::bad(format!("entity {what} in a middle of a UTF-16 symbol"))
            };
            span.start = self.places[start].ok_or_else(middle("begins"))?;
            span.end = self.places[end].ok_or_else(middle("ends"))?;
        }
        Ok(())
    }
}

/// What becomes of one character: itself, a space, or nothing.
fn clean(c: char) -> Option<char> {
    match c {
        '\n' => Some(c),
        '\r' | '\u{2028}'..='\u{202e}' | '\u{333}' | '\u{33f}' | '\u{30a}' => None,
        '\0'..=' ' => Some(' '),
        _ => Some(c),
    }
}

/// Cuts blanks at both ends, at the start only up to the first entity, and what of the spans
/// stood there.
fn trim(text: &str, mut spans: Vec<Span>) -> (String, Vec<Span>) {
    let blank = [' ', '\n'];
    let kept = text.trim_end_matches(blank);
    let length: usize = kept.chars().map(char::len_utf16).sum();
    for span in &mut spans {
        span.end = span.end.min(length);
    }
    spans.retain(|s| s.start < s.end);
    let lead = kept.len() - kept.trim_start_matches(blank).len();
    let cut = spans.first().map_or(lead, |s| lead.min(s.start));
    for span in &mut spans {
        span.start -= cut;
        span.end -= cut;
    }
    (kept[cut..].to_owned(), spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(raw: &str, entities: Value) -> String {
        check(raw, Some(entities)).unwrap_err().description
    }

    #[test]
    fn control_characters_become_spaces_and_ends_are_cut() {
        let checked = check(" \n a\tb\r\nc\u{2028}d \n", None).unwrap();
        assert_eq!(checked.text, "a b\ncd");
    }

    #[test]
    fn entities_follow_the_text_through_cleaning() {
        let bold = json!([{"type": "bold", "offset": 3, "length": 4}]);
        let checked = check("\r\n ab\r\u{1f600}", Some(bold.clone()));
        assert!(checked.is_err(), "ends inside a surrogate pair");
        let checked = check("\r\n ab\rc ", Some(bold)).unwrap();
        assert_eq!(checked.text, "abc");
        assert_eq!(
            checked.entities,
            [json!({"type": "bold", "offset": 0, "length": 3})]
        );
    }

    #[test]
    fn entities_out_of_the_text_are_refused() {
        let past = json!([{"type": "bold", "offset": 0, "length": 6}]);
        assert_eq!(
            refused("hello", past),
            "Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text at \
             UTF-16 offset 6"
        );
        let pair = json!([{"type": "bold", "offset": 0, "length": 1}]);
        assert!(refused("\u{1f600}", pair).contains("in a middle of a UTF-16 symbol"));
    }

    #[test]
    fn links_need_a_host_with_a_dot() {
        for good in [
            "https://a.b/c",
            "grammy.dev",
            "tg://user?id=1",
            "http://1.2.3.4:80/x",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in ["http://localhost", "@name", "ftp://a.b", "D:/x", "README"] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn more_than_100_entities_are_dropped_and_noted() {
        let many: Vec<Value> = (0..150)
            .map(|n| json!({"type": "bold", "offset": n, "length": 1}))
            .collect();
        let checked = check(&"x".repeat(200), Some(Value::Array(many))).unwrap();
        assert_eq!((checked.entities.len(), checked.notes.len()), (100, 1));
    }
}
