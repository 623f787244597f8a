//! How an agent wants to be spoken to: the version, the tenant, the extensions and the path, from
//! the configuration, its card, and what it was seen to understand. Pure.

use std::rc::Rc;

use url::Url;

use super::card::AgentCard;
use super::error::A2aError;
use super::reading::HITL;
use crate::model::Protocol;

/// What is known of one agent.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// The version that the configuration asks for.
    fixed: Option<Protocol>,
    /// kagent's agents understand its extension whatever their card says.
    kagent: bool,
    /// Calls go to the path that the card names.
    path_of_card: bool,
    /// The version that it was seen to understand.
    proven: Option<Protocol>,
    card: Option<Rc<AgentCard>>,
}

impl Terms {
    /// Nothing is known yet but what the configuration says.
    pub(super) fn new(fixed: Option<Protocol>, kagent: bool, path_of_card: bool) -> Self {
        Self {
            fixed,
            kagent,
            path_of_card,
            ..Self::default()
        }
    }

    /// The version to begin with: the configured one, the proven one, the one that the card puts
    /// first; before anything is known 0.3, which the kagent that is shipped speaks.
    pub(super) fn speaks(&self) -> Protocol {
        let says = || self.card.as_ref().and_then(|card| card.prefers());
        let known = self.fixed.or(self.proven).or_else(says);
        known.unwrap_or(Protocol::V03)
    }

    /// The version to try after this error: none if the configuration leaves no choice, or the
    /// error does not say that the version was wrong. Such an error also means that the agent
    /// ran nothing. It takes back what was proven: agents are upgraded while we run.
    pub(super) fn other(&mut self, protocol: Protocol, error: &A2aError) -> Option<Protocol> {
        if self.fixed.is_some() || !error.refuses_version() {
            return None;
        }
        if self.proven == Some(protocol) {
            self.proven = None;
        }
        Some(protocol.other())
    }

    /// The agent was seen to understand this version.
    pub(super) fn proven(&mut self, protocol: Protocol) {
        self.proven = Some(protocol);
    }

    /// The agent's card as it is now. New interfaces void what was proven.
    pub(super) fn learn(&mut self, card: Rc<AgentCard>) {
        let before = self.card.as_ref();
        if before.is_some_and(|before| before.interfaces != card.interfaces) {
            self.proven = None;
        }
        self.card = Some(card);
    }

    /// The card, once it was read.
    pub(super) fn card(&self) -> Option<&Rc<AgentCard>> {
        self.card.as_ref()
    }

    /// The tenant, exactly as the interface names it.
    pub(super) fn tenant(&self, protocol: Protocol) -> Option<String> {
        self.card.as_ref()?.interface(protocol)?.tenant.clone()
    }

    /// The header that opts in to extensions, in the version's own spelling. We understand one:
    /// kagent's approvals. In 0.3 it is named only where the agent insists.
    pub(super) fn extensions(&self, protocol: Protocol) -> Option<(&'static str, &'static str)> {
        let mut declared = self.card.iter().flat_map(|card| &card.extensions);
        let declared = declared.find(|extension| extension.uri == HITL);
        match protocol {
            Protocol::V10 if self.kagent || declared.is_some() => Some(("A2A-Extensions", HITL)),
            Protocol::V03 if declared?.required => Some(("X-A2A-Extensions", HITL)),
            _ => None,
        }
    }

    /// Where calls go: see the rule in [`super::card`].
    pub(super) fn endpoint(&self, protocol: Protocol, configured: &Url) -> Url {
        let card = self.card.as_ref().filter(|_| self.path_of_card);
        let named = card.and_then(|card| Url::parse(&card.interface(protocol)?.url).ok());
        let mut endpoint = configured.clone();
        if let Some(named) = named.filter(|named| named.origin() == configured.origin()) {
            endpoint.set_path(named.path());
            endpoint.set_query(named.query());
        }
        endpoint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(card: &str) -> Terms {
        let mut terms = Terms::default();
        terms.learn(Rc::new(AgentCard::read(card.as_bytes()).unwrap()));
        terms
    }

    const DUAL: &str = r#"{"name":"n","supportedInterfaces":[
        {"url":"http://a:1/rest","protocolBinding":"HTTP+JSON","protocolVersion":"1.0"},
        {"url":"http://a:1/rpc?k=1","protocolBinding":"JSONRPC","protocolVersion":"1.0.1","tenant":"ops"},
        {"url":"http://b:1/rpc","protocolBinding":"JSONRPC","protocolVersion":"0.3"}]}"#;
    const OLD: &str = r#"{"name":"n","url":"http://a:1/","protocolVersion":"0.3.0"}"#;

    #[test]
    fn the_first_jsonrpc_interface_whose_version_we_speak_decides() {
        let interfaces = |list: &str| format!(r#"{{"name":"n","supportedInterfaces":[{list}]}}"#);
        for (card, speaks) in [
            (DUAL.to_owned(), Protocol::V10),
            (OLD.to_owned(), Protocol::V03),
            (
                r#"{"name":"n","url":"u","protocolVersion":"0.2.6"}"#.to_owned(),
                Protocol::V03,
            ),
            (
                interfaces(
                    r#"{"url":"u","protocolVersion":"2.0"},{"url":"u","protocolVersion":"1.0"}"#,
                ),
                Protocol::V10,
            ),
            (
                interfaces(
                    r#"{"url":"u","protocolVersion":"0.3"},{"url":"u","protocolVersion":"1.0"}"#,
                ),
                Protocol::V03,
            ),
            (interfaces(r#"{"url":"u"}"#), Protocol::V10),
            (
                interfaces(r#"{"url":"u"},{"url":"u","protocolVersion":"0.3"}"#),
                Protocol::V03,
            ),
            (
                interfaces(r#"{"url":"u","protocolBinding":"GRPC","protocolVersion":"1.0"}"#),
                Protocol::V03,
            ),
        ] {
            assert_eq!(terms(&card).speaks(), speaks, "{card}");
        }
        assert_eq!(Terms::default().speaks(), Protocol::V03, "no card yet");
    }

    #[test]
    fn a_refused_version_is_followed_by_the_other_unless_the_config_decides() {
        let refused = A2aError::rpc(-32009, "");
        let mut terms = terms(OLD);
        assert_eq!(terms.other(Protocol::V03, &refused), Some(Protocol::V10));
        assert_eq!(terms.other(Protocol::V10, &A2aError::rpc(-32602, "")), None);
        terms.proven(Protocol::V10);
        assert_eq!(terms.speaks(), Protocol::V10);
        assert_eq!(terms.other(Protocol::V10, &refused), Some(Protocol::V03));
        assert_eq!(
            terms.speaks(),
            Protocol::V03,
            "the agent was replaced by an older one"
        );
        terms.proven(Protocol::V03);
        terms.learn(Rc::new(AgentCard::read(DUAL.as_bytes()).unwrap()));
        assert_eq!(terms.speaks(), Protocol::V10, "and by a newer one");
        terms.fixed = Some(Protocol::V03);
        assert_eq!(terms.speaks(), Protocol::V03);
        assert_eq!(terms.other(Protocol::V03, &refused), None);
    }

    #[test]
    fn calls_never_leave_the_configured_origin() {
        let mut terms = terms(DUAL);
        let configured = Url::parse("http://a:1/k8s/").unwrap();
        let endpoint = |terms: &Terms, protocol| terms.endpoint(protocol, &configured).to_string();
        assert_eq!(endpoint(&terms, Protocol::V10), "http://a:1/k8s/");
        terms.path_of_card = true;
        assert_eq!(endpoint(&terms, Protocol::V10), "http://a:1/rpc?k=1");
        assert_eq!(
            endpoint(&terms, Protocol::V03),
            "http://a:1/k8s/",
            "another origin"
        );
        assert_eq!(terms.tenant(Protocol::V10).as_deref(), Some("ops"));
        assert_eq!(terms.tenant(Protocol::V03), None);
    }

    #[test]
    fn the_extension_is_named_where_it_is_understood() {
        let card = |required: bool| {
            terms(&format!(
                r#"{{"name":"n","capabilities":{{"extensions":[{{"uri":"{HITL}","required":{required}}}]}}}}"#
            ))
        };
        let kagent = Terms::new(None, true, false);
        let named = ("A2A-Extensions", HITL);
        for (terms, new, old) in [
            (Terms::default(), None, None),
            (kagent, Some(named), None),
            (card(false), Some(named), None),
            (card(true), Some(named), Some(("X-A2A-Extensions", HITL))),
        ] {
            assert_eq!(terms.extensions(Protocol::V10), new);
            assert_eq!(terms.extensions(Protocol::V03), old);
        }
    }
}
