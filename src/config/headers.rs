//! `[agents.<name>.headers]`: what every call to an agent carries.

use super::Environment;
use super::elsewhere;
use super::item::Item;
use super::section::Section;
use crate::a2a::{Header, Source};

/// Headers that are written by the calls themselves, or by HTTP.
const OURS: [&str; 17] = [
    "a2a-extensions",
    "a2a-version",
    "accept",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-none-match",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-a2a-extensions",
    "x-user-id",
];

/// Parts of the names of headers that hold secrets.
const SECRET: [&str; 7] = [
    "auth",
    "cookie",
    "credential",
    "key",
    "password",
    "secret",
    "token",
];

const WANTED: &str =
    "must be { env = \"NAME\" } or { file = \"/path\" }, each with an optional prefix";

/// The headers of one agent; those that are wrong are reported and left out.
pub(super) fn read(section: Section<'_>, env: &Environment) -> Vec<Header> {
    let entries = section.entries().into_iter();
    entries
        .filter_map(|(name, item)| header(name, item, env))
        .collect()
}

fn header(name: String, item: Item<'_>, env: &Environment) -> Option<Header> {
    let lower = name.to_ascii_lowercase();
    if OURS.contains(&lower.as_str()) {
        item.refuse("is written by every call itself, and cannot be set");
        return None;
    }
    if let Some(text) = item.as_text() {
        if SECRET.iter().any(|part| lower.contains(part)) {
            item.refuse(format!(
                "a secret does not belong in this file: it {WANTED}"
            ));
            return None;
        }
        let source = Source::Fixed(text.to_owned().into());
        return usable(
            Header {
                name,
                prefix: String::new(),
                source,
            },
            &item,
        );
    }
    sourced(name, item, env)
}

/// A header whose value is elsewhere.
fn sourced(name: String, item: Item<'_>, env: &Environment) -> Option<Header> {
    let mut section = item.section();
    let prefix = section.take("prefix");
    let prefix = prefix.map_or(Some(String::new()), |item| Some(item.text()?.to_owned()));
    let found = elsewhere::source(
        &mut section,
        env,
        &format!("is missing: the header {WANTED}"),
    );
    section.finish();
    let (item, source) = found?;
    let header = Header {
        name,
        prefix: prefix?,
        source,
    };
    usable(header, &item)
}

/// A header that can be made now, because finding out at the first call is late.
fn usable(header: Header, item: &Item<'_>) -> Option<Header> {
    match header.check() {
        Ok(()) => Some(header),
        Err(error) => {
            item.refuse(error.to_string());
            None
        }
    }
}
