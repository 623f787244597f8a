//! Which addresses Telegram takes behind a text. One that it does not take refuses the whole
//! message (`LinkManager::check_link` and `parse_url` of tdlib).

use url::{Host, Url};

/// The address as Telegram takes it.
pub(super) fn taken(to: &str) -> Option<String> {
    let url = Url::parse(to.trim()).ok()?;
    let taken = match url.scheme() {
        "http" | "https" => is_public(&url),
        // It opens Telegram itself.
        "tg" => is_deep(&url),
        _ => false,
    };
    taken.then(|| url.into())
}

/// A host with a dot or an address of the Internet protocol. One with a user before it is
/// written out: it looks like another.
fn is_public(url: &Url) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    match url.host() {
        Some(Host::Domain(name)) => {
            // "localhost." ends with a dot.
            let name = name.trim_end_matches('.');
            name.contains('.')
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

fn is_deep(url: &Url) -> bool {
    let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let host = url.host_str().unwrap_or_default();
    !host.is_empty() && host.chars().all(named) && url.port().is_none() && url.username().is_empty()
}

/// The address as a person reads it, where it stands beside its text; none for a place in the
/// same answer.
pub(super) fn shown(to: &str) -> Option<&str> {
    let to = to.trim();
    let bare = ["mailto:", "tel:"]
        .iter()
        .find_map(|scheme| to.strip_prefix(scheme));
    let to = bare.unwrap_or(to);
    (!to.is_empty() && !to.starts_with('#')).then_some(to)
}

/// Whether a text is the address itself, give or take what nobody writes.
pub(super) fn is_same(text: &str, to: &str) -> bool {
    let bare = |address: &str| {
        let address = shown(address).unwrap_or_default();
        let address = address
            .trim_start_matches("https://")
            .trim_start_matches("http://");
        address.trim_end_matches('/').to_owned()
    };
    !text.trim().is_empty() && bare(text) == bare(to)
}
