//! URLs: only such as this program can call, and none with a secret inside. They are never
//! quoted in a message, because a wrong one may well hold a password.

use url::Url;

use super::item::Item;

/// What may follow the path of a URL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing: more path is appended to it.
    None,
    /// A query is part of the address.
    Query,
}

/// The URL of `item`, as it was written; or a problem.
pub(super) fn url(item: &Item<'_>, tail: Tail) -> Option<Url> {
    match Url::parse(item.text()?) {
        Err(error) => item.refuse(format!("is not a url: {error}")),
        Ok(url) => match what_is_wrong(&url, tail) {
            None => return Some(url),
            Some(wrong) => item.refuse(wrong),
        },
    }
    None
}

/// The URL that a secret holds, which may have a user name and a password; or a problem.
pub(super) fn secret_url(item: &Item<'_>, text: &str) -> Option<Url> {
    match Url::parse(text.trim_end()) {
        Err(error) => item.refuse(format!("what it names is not a url: {error}")),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            item.refuse("what it names must start with http:// or https://");
        }
        Ok(url) => return Some(url),
    }
    None
}

fn what_is_wrong(url: &Url, tail: Tail) -> Option<&'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        Some("must start with http:// or https://")
    } else if !url.username().is_empty() || url.password().is_some() {
        Some("must not hold a user name or password: secrets do not belong in this file")
    } else if url.fragment().is_some() {
        Some("must not hold a fragment (#...): it is never sent")
    } else if tail == Tail::None && url.query().is_some() {
        Some("must not hold a query (?...): paths are appended to it")
    } else {
        None
    }
}
