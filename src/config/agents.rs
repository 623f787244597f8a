//! `[agents.<name>]`: the A2A agents.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::Environment;
use super::duration::show;
use super::headers;
use super::item::Item;
use super::proxy;
use super::section::Section;
use super::web::{self, Tail};
use crate::a2a::{Authorities, Header, Proxy};
use crate::ids::AgentName;
use crate::model::Protocol;

/// The longest that any wait for an agent may be set to.
const DAY: Duration = Duration::from_hours(24);
/// Waits below this would fail by chance.
const SHORTEST: Duration = Duration::from_millis(10);
/// What such a wait may be.
pub(super) const WAITS: RangeInclusive<Duration> = SHORTEST..=DAY;
/// How long a turn may take, if nothing else is said.
pub(super) const TOTAL_TIMEOUT: Duration = Duration::from_mins(30);
/// The silence after which a task is looked at, if nothing else is said.
pub(super) const LOOK_AFTER: Duration = Duration::from_mins(1);
const MIB: i64 = 1024 * 1024;

/// What an agent understands beyond plain A2A.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// kagent: context ids of our own from the first call, `X-User-Id`, tasks/list on 0.3.
    Kagent,
    /// The plain protocol: the agent makes the context id.
    A2a,
}

/// One agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Where it takes calls, as written: http or https, a slash at the end is kept.
    pub url: Url,
    /// What it understands beyond plain A2A.
    pub flavor: Flavor,
    /// The protocol version to speak; none to find out.
    pub protocol: Option<Protocol>,
    /// Where its card is, if not under `url`.
    pub card_url: Option<Url>,
    /// Calls go to the path that the card names, at the host of `url`.
    pub path_of_card: bool,
    /// What every call carries, such as a credential.
    pub headers: Vec<Header>,
    /// Whom to trust, if not the public authorities alone.
    pub authorities: Option<Authorities>,
    /// The HTTP proxy on the way.
    pub proxy: Option<Proxy>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long a call may go without the first byte of its answer.
    pub first_byte_timeout: Duration,
    /// The silence after which the task is looked at, where the route does not say.
    pub look_after: Duration,
    /// How long a turn may take in all, where the route does not say.
    pub total_timeout: Duration,
    /// Calls in flight at once.
    pub calls_max: NonZeroUsize,
    /// Turns that may wait for a call; one more is told that the agent is busy.
    pub waiting_max: usize,
    /// The most files of one question; 0: it takes none.
    pub files_max: usize,
    /// The most bytes of all files of one question together.
    pub file_bytes_max: u64,
    /// The media types of files that it takes beside text; none: what its card says.
    pub file_types: Option<Vec<String>>,
    /// The largest answer that is taken in, in bytes.
    pub response_bytes_max: usize,
}

/// All agents by name; `None` where one is broken, and reported as such.
pub(super) fn read(section: Section<'_>, env: &Environment) -> BTreeMap<AgentName, Option<Agent>> {
    let entries = section.entries().into_iter();
    entries
        .map(|(name, item)| {
            check_name(&name, &item);
            (AgentName::from(name), Agent::read(item.section(), env))
        })
        .collect()
}

/// Small letters only: a variable that overrides a setting cannot tell `K8s` from `k8s`.
fn check_name(name: &str, item: &Item<'_>) {
    let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
        item.refuse("an agent's name is 1 to 63 of a-z, 0-9, _ and -");
    }
}

impl Agent {
    fn read(mut section: Section<'_>, env: &Environment) -> Option<Self> {
        let url = section.take("url");
        if url.is_none() {
            section.refuse_missing("url", "is missing: say where the agent takes A2A calls");
        }
        let url = url.and_then(|item| web::url(&item, Tail::Query));
        let flavors = [("kagent", Flavor::Kagent), ("a2a", Flavor::A2a)];
        let flavor = section.choice("flavor", &flavors, Flavor::A2a);
        let versions = [
            ("auto", None),
            (Protocol::V03.as_str(), Some(Protocol::V03)),
            (Protocol::V10.as_str(), Some(Protocol::V10)),
        ];
        let protocol = section.choice("protocol", &versions, None);
        let card_url = section.take("card_url");
        let card_url = card_url.and_then(|item| web::url(&item, Tail::Query));
        let path_of_card = section.choice("endpoint", &[("url", false), ("card", true)], false);
        let headers = headers::read(section.section("headers"), env);
        let authorities = section.take("ca_file").and_then(|item| authorities(&item));
        let proxy = section.take("proxy");
        let proxy = proxy.and_then(|item| proxy::read(item, env));
        let mut wait = |key, default| section.duration(key, WAITS, default);
        let connect_timeout = wait("connect_timeout", Duration::from_secs(10));
        let first_byte_timeout = wait("first_byte_timeout", Duration::from_mins(1));
        let look_after = wait("look_after", LOOK_AFTER);
        let total_timeout = wait("total_timeout", TOTAL_TIMEOUT);
        for (key, part) in [
            ("connect_timeout", connect_timeout),
            ("first_byte_timeout", first_byte_timeout),
            ("look_after", look_after),
        ] {
            if part > total_timeout {
                let total = show(total_timeout);
                section.refuse(
                    key,
                    format!("must not be longer than total_timeout ({total})"),
                );
            }
        }
        let calls_max = section.number("calls_max", 1..=10_000, 32);
        let waiting_max = section.number("waiting_max", 0..=100_000, 200);
        let bytes = 64 * 1024..=256 * MIB;
        let response_bytes_max = section.number("response_bytes_max", bytes, 8 * 1024 * 1024);
        let files_max = section.number("files_max", 0..=10, 5);
        let file_bytes_max = section.number("file_bytes_max", 1024..=64 * MIB, 7 * 1024 * 1024);
        let file_types = section.take("file_types").map(file_types);
        section.finish();
        Some(Self {
            url: url?,
            flavor,
            protocol,
            card_url,
            path_of_card,
            headers,
            authorities,
            proxy,
            connect_timeout,
            first_byte_timeout,
            look_after,
            total_timeout,
            calls_max: NonZeroUsize::new(calls_max)?,
            waiting_max,
            files_max,
            file_bytes_max,
            file_types,
            response_bytes_max,
        })
    }
}

/// Media types, as a card names them.
fn file_types(item: Item<'_>) -> Vec<String> {
    let types = item.list().into_iter();
    types.filter_map(|item| item.short_text(100)).collect()
}

/// The authorities in a file.
fn authorities(item: &Item<'_>) -> Option<Authorities> {
    let read = Authorities::read(Path::new(item.text()?));
    if let Err(why) = &read {
        item.refuse(format!("cannot use the file that it names: {why}"));
    }
    read.ok()
}
