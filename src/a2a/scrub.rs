//! Foreign error texts, made fit for a log line or a chat: agents and gateways quote addresses of
//! the cluster, and sometimes credentials.

use std::borrow::Cow;

use crate::rules::mask::Mask;

/// Characters kept of a text; the rest helps nobody.
const CHARS_MAX: usize = 300;

/// Beginnings of well-known kinds of credentials (API keys, JSON web tokens, GitHub tokens).
const SECRET_STARTS: [&str; 5] = ["sk-", "eyJ", "ghp_", "github_pat_", "xox"];

/// The text in one line without addresses and credentials, cut to a readable length.
#[must_use]
pub fn scrub(text: &str) -> String {
    cut(&scrubbed(text)).into_owned()
}

/// What is kept of a text until it is shown: what else is taken out of it must find it whole.
const KEPT_MAX: usize = 64 * 1024;

/// The same, not cut: for what is masked once more before anybody sees it.
pub(super) fn scrubbed(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(KEPT_MAX)];
    let text = &Mask::new([], true, Vec::new()).whole(text).text;
    let mut clean = String::new();
    let mut after_scheme = false;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && !"[]".contains(c));
        let shown = if after_scheme || is_secret(bare) {
            "<secret>"
        } else if is_address(bare) {
            "<address>"
        } else {
            word
        };
        after_scheme = ["bearer", "basic"].contains(&bare.to_ascii_lowercase().as_str());
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(shown);
    }
    clean
}

/// So much of it as helps anybody.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

fn is_secret(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let named = ["token=", "password=", "secret=", "key=", "api_key:"];
    SECRET_STARTS.iter().any(|start| word.starts_with(start))
        || named.iter().any(|name| lower.contains(name))
}

/// A URL, an IP address, a name inside the cluster, or a host with a port.
fn is_address(word: &str) -> bool {
    let host_with_port = || {
        let (host, port) = word.rsplit_once(':')?;
        let numeric = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let hostlike = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        let named = host.contains(|c: char| c.is_ascii_alphabetic() || c == '.');
        (numeric && named && host.chars().all(hostlike)).then_some(())
    };
    let is_ip = |host: &str| host.parse::<std::net::IpAddr>().is_ok();
    word.contains("://")
        || word.contains(".svc")
        || word.contains(".local")
        || is_ip(word)
        || word.contains("->")
        || host_with_port().is_some()
        || word
            .rsplit_once(':')
            .is_some_and(|(host, _)| is_ip(host.trim_matches(['[', ']'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_credentials_are_taken_out() {
        for (text, clean) in [
            ("Agent kagent/k8s not found", "Agent kagent/k8s not found"),
            (
                "Post \"http://k8s-agent.kagent:8080/?k=1\": dial tcp 10.0.0.1:8080: connect: connection refused",
                "Post <address> dial tcp <address> connect: connection refused",
            ),
            (
                "lookup k8s.kagent.svc.cluster.local on 10.96.0.10:53: no such host",
                "lookup <address> on <address> no such host",
            ),
            (
                "read tcp 10.0.0.9:4312->10.0.0.1:80: reset",
                "read tcp <address> reset",
            ),
            (
                "dial [::1]:8080 or localhost:9",
                "dial <address> or <address>",
            ),
            (
                "Incorrect API key provided: sk-abc123.",
                "Incorrect API key provided: <secret>",
            ),
            (
                "sent Authorization: Bearer abc.def, again",
                "sent Authorization: Bearer <secret> again",
            ),
            (
                "at 12:30 code: 500 x_token=1",
                "at 12:30 code: 500 <secret>",
            ),
            ("two\r\nlines\u{7}", "two lines"),
        ] {
            assert_eq!(scrub(text), clean);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cut = scrub(&"é".repeat(400));
        assert_eq!(cut.chars().count(), CHARS_MAX + 1);
    }
}
