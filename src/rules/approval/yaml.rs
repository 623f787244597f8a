//! Arguments as people read them: YAML, its names in order. For reading only, never read back.

use serde_json::Value;

/// A value deeper in than this is written on one line.
const DEPTH_MAX: usize = 12;

/// The value as YAML, without a newline at its end. Nothing of it is hidden: characters that
/// change what one sees (controls, directions of writing, zero widths) are written as escapes.
pub(super) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => object(&mut out, members, 0),
        Value::Array(items) if !items.is_empty() => array(&mut out, items, 0),
        Value::Null => {}
        scalar => out.push_str(&inline(scalar)),
    }
    out.truncate(out.trim_end().len());
    out
}

fn object(out: &mut String, members: &serde_json::Map<String, Value>, depth: usize) {
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_unstable();
    for name in names {
        indent(out, depth);
        out.push_str(&key(name));
        out.push(':');
        below(out, &members[name], depth);
    }
}

fn array(out: &mut String, items: &[Value], depth: usize) {
    for item in items {
        indent(out, depth);
        out.push('-');
        below(out, item, depth);
    }
}

/// What follows a name or a dash.
fn below(out: &mut String, value: &Value, depth: usize) {
    let nested = depth < DEPTH_MAX;
    match value {
        Value::Object(members) if nested && !members.is_empty() => {
            out.push('\n');
            object(out, members, depth + 1);
        }
        Value::Array(items) if nested && !items.is_empty() => {
            out.push('\n');
            array(out, items, depth + 1);
        }
        Value::String(text) if text.contains('\n') => {
            out.push_str(" |\n");
            for line in text.lines() {
                indent(out, depth + 1);
                out.push_str(&visible(line));
                out.push('\n');
            }
        }
        scalar => {
            out.push(' ');
            out.push_str(&inline(scalar));
            out.push('\n');
        }
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        visible(&Value::from(name).to_string())
    }
}

fn inline(value: &Value) -> String {
    let Value::String(text) = value else {
        return visible(&value.to_string());
    };
    // What YAML would read as something else than this text is quoted.
    let mistaken = text.is_empty()
        || text.trim() != text
        || text.parse::<f64>().is_ok()
        || ["true", "false", "null", "yes", "no", "~"].contains(&text.to_lowercase().as_str())
        || text.starts_with([
            '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%',
            '@', '`',
        ])
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':');
    if mistaken {
        visible(&value.to_string())
    } else {
        visible(text)
    }
}

/// The text with what cannot be seen written out.
pub(super) fn visible(text: &str) -> String {
    let hides = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(
                c,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            )
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            || matches!(c, '\u{e0000}'..='\u{e007f}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hides(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_are_written_as_people_write_them() {
        for (value, expected) in [
            (json!({}), "{}"),
            (json!(null), ""),
            (json!("text"), "text"),
            (
                json!({"b": 1, "a": "x y", "c": null}),
                "a: x y\nb: 1\nc: null",
            ),
            (
                json!({"meta": {"labels": {"app": "web"}}, "list": ["a", {"k": [1, 2]}], "none": []}),
                "list:\n  - a\n  -\n    k:\n      - 1\n      - 2\nmeta:\n  labels:\n    app: web\nnone: []",
            ),
            (json!([1, "a", {"k": "v"}]), "- 1\n- a\n-\n  k: v"),
            (json!([]), "[]"),
            (json!({"a": {}, "b": [[]]}), "a: {}\nb:\n  - []"),
            (
                json!({"a": "x:", "b": ":x", "c": "x"}),
                "a: \"x:\"\nb: \":x\"\nc: x",
            ),
            (json!({"m": "one\n  two\n"}), "m: |\n  one\n    two"),
            (
                json!({"a": "true", "b": "1.5", "c": "", "d": " x", "e": "k: v", "f": "- x", "g": "#"}),
                "a: \"true\"\nb: \"1.5\"\nc: \"\"\nd: \" x\"\ne: \"k: v\"\nf: \"- x\"\ng: \"#\"",
            ),
            (json!({"odd key": 1, "": 2}), "\"\": 2\n\"odd key\": 1"),
        ] {
            assert_eq!(yaml(&value), expected, "{value}");
        }
    }

    #[test]
    fn nothing_is_hidden_by_characters_that_cannot_be_seen() {
        let value =
            json!({"na\u{202e}me": "safe\u{200b}\u{202e}gnp.exe\u{7}", "m": "a\n\u{2066}b"});
        let shown = yaml(&value);
        assert_eq!(
            shown,
            "m: |\n  a\n  \\u{2066}b\n\"na\\u{202e}me\": safe\\u{200b}\\u{202e}gnp.exe\\u{7}"
        );
    }

    #[test]
    fn a_value_that_is_very_deep_is_still_written() {
        let mut value = json!("x");
        for _ in 0..100 {
            value = json!([value]);
        }
        assert!(yaml(&value).contains("[[[["));
        let nested = |depth| (0..depth).fold(json!("x"), |value, _| json!({"k": value}));
        let lines = |depth| yaml(&nested(depth)).lines().count();
        assert_eq!(
            [lines(12), lines(13), lines(14), lines(20)],
            [12, 13, 13, 13]
        );
        let inner = yaml(&nested(14));
        assert!(inner.ends_with("k: {\"k\":\"x\"}"), "{inner}");
    }
}
