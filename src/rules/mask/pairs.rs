//! Values whose names say that they are secret, in YAML, JSON, variables and addresses.

use std::ops::Range;

/// A name is not longer.
const NAME_MAX: usize = 64;
/// A value of a [`Grade::Weak`] name is at least so long.
const WEAK_MIN: usize = 8;
/// So long that it need not look like a secret.
const LONG: usize = 20;

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    /// A secret, unless it is a word that stands for none.
    Strong,
    /// A secret if it looks like one: a token may also be a count or a kind.
    Weak,
}

/// Ends of names in small letters without separators.
const STRONG: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "apikey",
    "secretkey",
    "secretaccesskey",
    "accountkey",
    "sharedaccesskey",
    "clientsecret",
    "privatekey",
    "clientkeydata",
    "dockerconfigjson",
];
const WEAK: [&str; 6] = [
    "token",
    "accesskey",
    "sig",
    "signature",
    "webhooksecret",
    "encryptionkey",
];
/// Ends of the names of variables, which are in capital letters.
const OF_VARIABLES: [&str; 4] = ["_SECRET", "_PASS", "_TOKEN", "_CREDENTIALS"];

/// Words in the place of a value that are none.
const NO_VALUES: [&str; 12] = [
    "true", "false", "null", "none", "nil", "yes", "no", "required", "optional", "unset", "empty",
    "redacted",
];
/// Where the files of a container are.
const PATHS: [&str; 7] = [
    "/var/", "/run/", "/etc/", "/mnt/", "/opt/", "/home/", "/tmp/",
];

/// What this name says of its value.
pub(super) fn grade(name: &str) -> Option<Grade> {
    let name = name.trim_start_matches('-');
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | '.'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let ends = |ends: &[&str]| ends.iter().any(|end| plain.ends_with(end));
    if ends(&STRONG) {
        return Some(Grade::Strong);
    }
    let variable = !name.contains(|c: char| c.is_ascii_lowercase());
    if variable && OF_VARIABLES.iter().any(|end| name.ends_with(end)) {
        return Some(Grade::Strong);
    }
    let key = variable && name.ends_with("_KEY") && !name.ends_with("PUBLIC_KEY");
    (ends(&WEAK) || key).then_some(Grade::Weak)
}

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    // Kubernetes writes a variable as two pairs: its name, then its value.
    let mut named: Option<Grade> = None;
    while let Some(next) = memchr::memchr2(b':', b'=', &text.as_bytes()[at..]) {
        let separator = at + next;
        at = separator + 1;
        let Some(name) = name_before(text, separator) else {
            continue;
        };
        let name = &text[name];
        let grade = match name {
            "value" => named,
            _ => grade(name),
        };
        named = None;
        if let Some(grade) = grade {
            if let Some(range) = value_after(text, separator, grade) {
                at = range.end;
                found.push(range);
            }
        } else if name == "name" {
            let value = scalar_after(text, at);
            named = self::grade(&text[value]);
        }
    }
}

/// The name that stands before a colon or an equals sign.
fn name_before(text: &str, separator: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut end = separator;
    while end > 0 && b" \"'\\`*".contains(&bytes[end - 1]) && separator - end < 4 {
        end -= 1;
    }
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = bytes[..end]
        .iter()
        .rev()
        .take(NAME_MAX)
        .take_while(name)
        .count();
    (length > 0).then(|| end - length..end)
}

/// Where the value begins: behind spaces, on the same line.
fn skip_spaces(text: &str, from: usize) -> usize {
    let spaces = text.as_bytes()[from..]
        .iter()
        .take_while(|byte| b" \t*".contains(byte));
    from + spaces.count()
}

/// A value as far as it is one word, without its quotes.
fn scalar_after(text: &str, from: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let quotes = |at: usize| bytes.get(at).is_some_and(|byte| b"\\\"'`".contains(byte));
    let mut start = skip_spaces(text, from);
    while quotes(start) {
        start += 1;
    }
    let length = bytes[start..]
        .iter()
        .take(NAME_MAX)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    start..start + length.count()
}

/// The value behind a separator, if it is a secret.
fn value_after(text: &str, separator: usize, grade: Grade) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = skip_spaces(text, separator + 1);
    if matches!(bytes.get(start), Some(b'|' | b'>')) {
        return block_after(text, separator, start);
    }
    if let Some((start, end)) = quoted(text, start) {
        return is_secret(&text[start..end], grade, true).then_some(start..end);
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;&\"'`|".contains(byte);
    let length = bytes[start..].iter().take_while(|byte| !ends(byte)).count();
    let mut end = start + length;
    // What closes something that was opened before the name.
    while end > start && b")}]*".contains(&bytes[end - 1]) {
        end -= 1;
    }
    let rest = text[end..].trim_start_matches([' ', '\t']);
    let ends_line = rest.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric() || c == '(');
    is_secret(&text[start..end], grade, ends_line).then_some(start..end)
}

/// The inside of a quoted value, where one begins; in JSON within JSON the quotes are escaped.
pub(super) fn quoted(text: &str, start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let depth = bytes[start..]
        .iter()
        .take_while(|byte| **byte == b'\\')
        .count();
    let quote = *bytes.get(start + depth)?;
    if quote != b'"' && (!b"'`".contains(&quote) || depth > 0) {
        return None;
    }
    let from = start + depth + 1;
    let mut escapes = 0;
    for (at, byte) in bytes[from..].iter().enumerate() {
        if *byte == b'\\' {
            escapes += 1;
            continue;
        }
        if *byte == quote && escapes <= depth {
            return Some((from, from + at - escapes));
        }
        escapes = 0;
    }
    Some((from, text.len()))
}

/// The lines of a block scalar: those that stand further in than their name.
fn block_after(text: &str, separator: usize, start: usize) -> Option<Range<usize>> {
    let line = text[..separator]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let indent = indent_of(&text[line..]);
    let first = start + text[start..].find('\n')? + 1;
    if text[start..first].trim_end().len() > 2 {
        return None;
    }
    let mut end = first;
    for line in text[first..].split_inclusive('\n') {
        if !line.trim().is_empty() && indent_of(line) <= indent {
            break;
        }
        end += line.len();
    }
    let block = text[first..end].trim();
    let from = first + text[first..end].find(block)?;
    (!block.is_empty()).then_some(from..from + block.len())
}

/// How far in a line stands; the dash of a list counts as a space.
pub(super) fn indent_of(line: &str) -> usize {
    let text = line.trim_start_matches(' ');
    let spaces = line.len() - text.len();
    match text.strip_prefix("- ") {
        Some(rest) => spaces + 2 + indent_of(rest),
        None => spaces,
    }
}

/// Whether a value is a secret; `alone` if nothing of a sentence follows it.
fn is_secret(value: &str, grade: Grade, alone: bool) -> bool {
    let lower = value.to_ascii_lowercase();
    let stands_for_none = value.is_empty()
        || NO_VALUES.contains(&lower.as_str())
        || value.starts_with(['<', '$', '{', '[', '&', '*', '‹'])
        || PATHS.iter().any(|path| value.starts_with(path));
    if stands_for_none {
        return false;
    }
    let odd = |c: char| c.is_ascii_digit() || "_+/=!@#$%^&".contains(c);
    let unlike_a_word =
        value.contains(odd) || value.chars().skip(1).any(|c| c.is_ascii_uppercase());
    match grade {
        Grade::Strong => alone || unlike_a_word || value.len() >= LONG,
        Grade::Weak => {
            let digits = value.bytes().all(|byte| byte.is_ascii_digit());
            !digits && ((value.len() >= WEAK_MIN && unlike_a_word) || value.len() >= LONG)
        }
    }
}
