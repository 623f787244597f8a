//! `agents.<name>.proxy`: the HTTP proxy on the way to an agent.
//!
//! `HTTP_PROXY`, `NO_PROXY` and their like are not read: a variable that was set for another
//! program must not send the questions to an agent elsewhere, nor past a proxy.

use super::Environment;
use super::elsewhere;
use super::item::Item;
use super::web::{self, Tail};
use crate::a2a::{Proxy, Source};

/// What a proxy has to say.
pub(super) const MISSING: &str = "is missing: a proxy is \"http://host:port\"; \
     if its url holds a password, { env = \"NAME\" } or { file = \"/path\" }";

/// The proxy of `item`; or a problem.
pub(super) fn read(item: Item<'_>, env: &Environment) -> Option<Proxy> {
    if item.as_text().is_some() {
        let url = web::url(&item, Tail::None)?;
        let source = Source::Fixed(url.as_str().to_owned().into());
        return usable(Proxy::new(source), &item);
    }
    let mut section = item.section();
    let found = elsewhere::source(&mut section, env, MISSING);
    section.finish();
    let (item, source) = found?;
    usable(Proxy::new(source), &item)
}

/// A proxy that can be used now, because finding out at the first call is late.
fn usable(proxy: Proxy, item: &Item<'_>) -> Option<Proxy> {
    match proxy.check() {
        Ok(()) => Some(proxy),
        Err(error) => {
            item.refuse(error.to_string());
            None
        }
    }
}
