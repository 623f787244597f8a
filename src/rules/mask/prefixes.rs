//! Credentials that are known by how they begin, private keys in PEM, bot tokens, and passwords in
//! addresses.

use std::ops::Range;

use super::{Extent, places};

/// A kind of credential: how it begins, and how many characters follow at least.
struct Kind(&'static str, usize, Check);

/// What else is true of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    Nothing,
    /// It has a capital letter: names in Kubernetes have none.
    Capital,
    /// Exactly so many capital letters and digits.
    Exactly,
    /// Its text in base64 is no certificate, which is public.
    NoCertificate,
}

use Check::{Capital, Exactly, NoCertificate, Nothing};

/// In each maker's own words: the documentation of its tokens.
const KINDS: [Kind; 36] = [
    Kind("ghp_", 30, Nothing),
    Kind("gho_", 30, Nothing),
    Kind("ghu_", 30, Nothing),
    Kind("ghs_", 30, Nothing),
    Kind("ghr_", 30, Nothing),
    Kind("github_pat_", 20, Nothing),
    Kind("glpat-", 16, Nothing),
    Kind("glrt-", 16, Nothing),
    Kind("gldt-", 16, Nothing),
    Kind("xoxb-", 10, Nothing),
    Kind("xoxp-", 10, Nothing),
    Kind("xoxa-", 10, Nothing),
    Kind("xoxs-", 10, Nothing),
    Kind("xapp-", 10, Nothing),
    Kind("sk-", 20, Capital),
    Kind("sk_live_", 16, Nothing),
    Kind("rk_live_", 16, Nothing),
    Kind("AKIA", 16, Exactly),
    Kind("ASIA", 16, Exactly),
    Kind("AIza", 30, Nothing),
    Kind("ya29.", 20, Nothing),
    Kind("GOCSPX-", 20, Nothing),
    Kind("hvs.", 20, Nothing),
    Kind("hvb.", 20, Nothing),
    Kind("npm_", 30, Nothing),
    Kind("pypi-", 40, Capital),
    Kind("dckr_pat_", 16, Nothing),
    Kind("dop_v1_", 40, Nothing),
    Kind("hf_", 30, Capital),
    Kind("glsa_", 20, Nothing),
    Kind("glc_", 30, Nothing),
    Kind("SG.", 40, Nothing),
    Kind("AGE-SECRET-KEY-1", 30, Nothing),
    // `{"` in base64: JSON web tokens, the logins of registries.
    Kind("eyJ", 29, Nothing),
    // `-----BEGIN` in base64.
    Kind("LS0tLS1CRUdJTi", 40, NoCertificate),
    // Bootstrap and login tokens of cluster managers.
    Kind("kubeconfig-u-", 20, Nothing),
];

/// The bytes with which one of them begins.
const FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let mut at = 0;
    while at < KINDS.len() {
        first[KINDS[at].0.as_bytes()[0] as usize] = true;
        at += 1;
    }
    first
};

/// ` CERT` where `-----BEGIN CERTIFICATE` goes on in base64.
const CERTIFICATE: &str = "BDRVJU";

/// So much of a credential is looked at to tell it from a name.
const LOOKED_AT: usize = 64;
/// No address has a longer authority (RFC 1035: 255), login included.
const AUTHORITY_MAX: usize = 512;
/// Characters behind the colon of a bot's token (Bot API: 35).
const BOT_TOKEN: usize = 35;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
/// A label such as `OPENSSH PRIVATE KEY` is not longer.
const LABEL_MAX: usize = 40;

pub(super) fn find(text: &str, extent: Extent, found: &mut Vec<Range<usize>>) {
    known_kinds(text, extent, found);
    private_keys(text, found);
    logins(text, found);
}

fn is_credential(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.+/=~".contains(&byte)
}

/// Where the credential that begins here ends.
fn end_of(bytes: &[u8], from: usize) -> usize {
    let length = bytes[from..].iter().position(|byte| !is_credential(*byte));
    let mut end = length.map_or(bytes.len(), |length| from + length);
    // The end of a sentence.
    while end > from && bytes[end - 1] == b'.' {
        end -= 1;
    }
    end
}

fn known_kinds(text: &str, extent: Extent, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let end = begins.then(|| credential(text, at, extent)).flatten();
        if let Some(end) = end {
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
}

/// Where the credential ends that begins exactly here.
fn credential(text: &str, at: usize, extent: Extent) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = &bytes[at..];
    if rest[0].is_ascii_digit() {
        return bot_token(bytes, at);
    }
    // The first letter says of most words that they are none.
    if !FIRST[usize::from(rest[0])] {
        return None;
    }
    let mut kinds = KINDS.iter();
    let begins = |Kind(prefix, ..): &&Kind| rest.starts_with(prefix.as_bytes());
    let Kind(prefix, least, check) = kinds.find(begins)?;
    let from = at + prefix.len();
    // A long run is measured only once it is known to be a credential.
    let head = bytes[from..]
        .iter()
        .take(LOOKED_AT)
        .take_while(|byte| is_credential(**byte));
    let head = &bytes[from..from + head.count()];
    if extent == Extent::Growing && from + head.len() == bytes.len() {
        return Some(bytes.len());
    }
    let code = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let fits = match check {
        Nothing => true,
        Capital => head.iter().any(u8::is_ascii_uppercase),
        Exactly => head.len() == *least && head.iter().filter(code).count() == *least,
        NoCertificate => !head.starts_with(CERTIFICATE.as_bytes()),
    };
    (fits && head.len() >= *least).then(|| end_of(bytes, from))
}

/// `<number>:<35 characters>`, as `BotFather` gives it.
fn bot_token(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes[at..]
        .iter()
        .take(13)
        .take_while(|byte| byte.is_ascii_digit());
    let digits = digits.count();
    let from = at + digits + 1;
    if !(8..=12).contains(&digits) || bytes.get(at + digits) != Some(&b':') {
        return None;
    }
    let plain = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let length = bytes[from..]
        .iter()
        .take(BOT_TOKEN + 1)
        .take_while(plain)
        .count();
    (length == BOT_TOKEN).then_some(from + length)
}

/// Where this stands next.
fn next(text: &str, from: usize, what: &str) -> Option<usize> {
    places(&text[from..], what).next().map(|at| from + at)
}

/// A private key to its end, or to the end of the text.
fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(begin) = next(text, at, BEGIN) {
        let label = begin + BEGIN.len();
        at = label;
        let line = text[label..].char_indices().nth(LABEL_MAX);
        let head = &text[label..line.map_or(text.len(), |(end, _)| label + end)];
        if !head
            .split("-----")
            .next()
            .unwrap_or_default()
            .contains("PRIVATE KEY")
        {
            continue;
        }
        let end = next(text, label, END).map(|end| end + END.len());
        let end = end.and_then(|end| Some(next(text, end, "-----")? + 5));
        at = end.unwrap_or(text.len());
        found.push(begin..at);
    }
}

/// The password of an address: `scheme://user:password@host`.
fn logins(text: &str, found: &mut Vec<Range<usize>>) {
    let mark = "://";
    for at in places(text, mark) {
        let from = at + mark.len();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>`)]}".contains(byte);
        let authority = text.as_bytes()[from..].iter().take(AUTHORITY_MAX);
        let authority = &text.as_bytes()[from..from + authority.take_while(|b| !ends(b)).count()];
        let Some(host) = authority.iter().rposition(|byte| *byte == b'@') else {
            continue;
        };
        let colon = authority[..host].iter().position(|byte| *byte == b':');
        if let Some(colon) = colon.filter(|colon| colon + 1 < host) {
            found.push(from + colon + 1..from + host);
        }
    }
}
