//! Agent cards: what an agent says of itself. A hint, never a proof: most cards are wrong about
//! something.
//!
//! **Where calls go.** To the configured `url`, exactly as written. Cards name addresses that only
//! the agent's own host can reach, gateways rewrite some of them and double the paths of others,
//! and behind one address there may be many agents: what one of them writes into its card must
//! not lead the prompts of a route to another. With `endpoint = "card"` the path comes from the
//! card's interface, provided that its address has the scheme, host and port of `url`; else the
//! configured one stays. No card can send a prompt or a credential to another host.
//!
//! **What the card decides**: the version to begin with, the tenant, the extensions, and whether
//! to stream. `supportedInterfaces` comes first (a card with the fields of both versions counts as
//! the newer), of its entries the first with the binding JSONRPC and a version that we speak,
//! by `Major.Minor`.
//!
//! **Where the card is**: at `card_url`, else under `url`, in either of two places.

use serde_json::Value;
use url::Url;

use super::error::A2aError;
use super::json::{Object, flag, inner, list, object, text};
use crate::model::Protocol;

/// The binding that we speak.
const JSONRPC: &str = "JSONRPC";

/// Where both versions of the protocol keep their card, then where old servers do.
const PATHS: [&str; 2] = [".well-known/agent-card.json", ".well-known/agent.json"];

/// An agent's self-description, of any version of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCard {
    /// The agent's own name; for kagent the Kubernetes name with `_` for `-`.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it claims to stream.
    pub streaming: bool,
    /// What it takes (`defaultInputModes`): media types, or words such as `text`.
    pub input_modes: Vec<String>,
    /// What it understands beyond the protocol.
    pub extensions: Vec<Extension>,
    /// Where and how it can be reached, most preferred first.
    pub interfaces: Vec<Interface>,
    /// What it can do, with examples to tap.
    pub skills: Vec<Skill>,
}

/// A way to reach an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The address that the card claims; often one that only the agent's own host can reach.
    pub url: String,
    /// The binding: `JSONRPC`, `GRPC`, `HTTP+JSON` or a URI.
    pub binding: String,
    /// `Major.Minor`; a patch number means nothing on the wire.
    pub version: Option<String>,
    /// What every request has to name (1.0).
    pub tenant: Option<String>,
}

/// An extension of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its name.
    pub uri: String,
    /// Whether the agent refuses clients that do not opt in.
    pub required: bool,
}

/// One thing that an agent can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    /// Its name, or its id.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Questions that show it.
    pub examples: Vec<String>,
}

impl AgentCard {
    /// Reads a card. One that has the form of both versions counts as the newer: gateways rewrite
    /// only `supportedInterfaces` in it.
    ///
    /// # Errors
    /// As [`super::rpc::result`] for a body that is no JSON or holds a JSON-RPC error (kagent
    /// answers so on a wrong path), [`A2aError::Protocol`] for JSON that is no card.
    pub fn read(body: &[u8]) -> Result<Self, A2aError> {
        let body = body.trim_ascii_start();
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return Err(super::rpc::result(body).err().unwrap_or(A2aError::NotJson));
        };
        let mut card = object(value);
        if card.get("error").is_some_and(|error| !error.is_null()) {
            return Err(super::rpc::result(body).err().unwrap_or(A2aError::NotJson));
        }
        let known = ["name", "url", "supportedInterfaces", "skills"];
        if !known.iter().any(|key| card.contains_key(*key)) {
            return Err(A2aError::protocol("the agent card is something else"));
        }
        let mut capabilities = inner(&mut card, "capabilities").unwrap_or_default();
        Ok(Self {
            name: text(&mut card, "name"),
            description: text(&mut card, "description"),
            streaming: flag(&capabilities, "streaming"),
            input_modes: list(&mut card, "defaultInputModes")
                .iter()
                .filter_map(|mode| mode.as_str().map(str::to_owned))
                .collect(),
            extensions: list(&mut capabilities, "extensions")
                .into_iter()
                .filter_map(extension)
                .collect(),
            interfaces: interfaces(&mut card),
            skills: list(&mut card, "skills")
                .into_iter()
                .filter_map(skill)
                .collect(),
        })
    }

    /// The version that the card puts first, of those that we speak. An interface that says
    /// none is asked for last: such a card proved wrong either way.
    #[must_use]
    pub fn prefers(&self) -> Option<Protocol> {
        let spoken = || self.interfaces.iter().filter(|one| one.binding == JSONRPC);
        let said = spoken().find_map(Interface::protocol);
        let unsaid = || spoken().find(|one| one.version.is_none());
        said.or_else(|| unsaid().map(|_| Protocol::V10))
    }

    /// The interface for calls in this version; for 1.0 also one that says no version.
    #[must_use]
    pub fn interface(&self, protocol: Protocol) -> Option<&Interface> {
        let spoken = || self.interfaces.iter().filter(|one| one.binding == JSONRPC);
        let said = spoken().find(|one| one.protocol() == Some(protocol));
        let unsaid = || spoken().find(|one| one.version.is_none());
        said.or_else(|| unsaid().filter(|_| protocol == Protocol::V10))
    }
}

impl Interface {
    /// Its version, if we speak it. Before 1.0 the wire changed little.
    fn protocol(&self) -> Option<Protocol> {
        match self.version.as_deref()?.split('.').next()? {
            "0" => Some(Protocol::V03),
            "1" => Some(Protocol::V10),
            _ => None,
        }
    }
}

/// The places under an agent's address where its card may be, in the order to look.
pub(super) fn places(url: &Url) -> [Url; 2] {
    PATHS.map(|path| {
        let mut place = url.clone();
        place.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        place
    })
}

fn interfaces(card: &mut Object) -> Vec<Interface> {
    let newer: Vec<Interface> = list(card, "supportedInterfaces")
        .into_iter()
        .filter_map(|value| interface(object(value), "protocolBinding", None))
        .collect();
    if !newer.is_empty() {
        return newer;
    }
    let version = text(card, "protocolVersion").map_or_else(|| "0.3".to_owned(), |v| short(&v));
    let others = list(card, "additionalInterfaces");
    let mut first = Object::new();
    for key in ["url", "preferredTransport"] {
        if let Some(value) = card.remove(key) {
            first.insert(key.replace("preferredT", "t"), value);
        }
    }
    let mut found: Vec<Interface> = Vec::new();
    for wire in std::iter::once(first).chain(others.into_iter().map(object)) {
        if let Some(interface) = interface(wire, "transport", Some(&version))
            && !found.contains(&interface)
        {
            found.push(interface);
        }
    }
    found
}

fn interface(mut wire: Object, binding: &str, version: Option<&str>) -> Option<Interface> {
    Some(Interface {
        url: text(&mut wire, "url")?,
        binding: text(&mut wire, binding).unwrap_or_else(|| JSONRPC.to_owned()),
        version: text(&mut wire, "protocolVersion")
            .map(|own| short(&own))
            .or_else(|| version.map(str::to_owned)),
        tenant: text(&mut wire, "tenant"),
    })
}

/// `0.3.0` is 0.3 on the wire; kagent's controller refuses the patch number.
fn short(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn extension(value: Value) -> Option<Extension> {
    let mut extension = object(value);
    Some(Extension {
        uri: text(&mut extension, "uri")?,
        required: flag(&extension, "required"),
    })
}

fn skill(value: Value) -> Option<Skill> {
    let mut skill = object(value);
    let id = text(&mut skill, "id");
    Some(Skill {
        name: text(&mut skill, "name").or(id)?,
        description: text(&mut skill, "description"),
        examples: list(&mut skill, "examples")
            .into_iter()
            .filter_map(|example| example.as_str().map(str::to_owned))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(card: &str) -> Vec<String> {
        let card = AgentCard::read(card.as_bytes()).unwrap();
        card.interfaces
            .into_iter()
            .map(|i| format!("{} {} {}", i.url, i.binding, i.version.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn a_card_of_0_3_names_its_own_url_first() {
        let card = r#"{"name":"k8s_agent","url":"http://a/","protocolVersion":"0.3.0",
            "preferredTransport":"JSONRPC","capabilities":{"streaming":true},
            "additionalInterfaces":[{"transport":"JSONRPC","url":"http://a/"},{"transport":"GRPC","url":"b"}],
            "skills":[{"id":"pods","name":"","examples":["what fails?",7],"tags":[]},{"x":1},null]}"#;
        assert_eq!(reached(card), ["http://a/ JSONRPC 0.3", "b GRPC 0.3"]);
        let card = AgentCard::read(card.as_bytes()).unwrap();
        assert!(card.streaming);
        assert_eq!(card.skills.len(), 1);
        assert_eq!(card.skills[0].name, "pods");
        assert_eq!(card.skills[0].examples, ["what fails?"]);
    }

    #[test]
    fn a_card_of_both_forms_counts_as_the_newer() {
        let card = r#"{"name":"n","url":"http://behind-the-gateway/","protocolVersion":"0.3",
            "supportedInterfaces":[{"url":"http://a/rpc","protocolBinding":"JSONRPC","protocolVersion":"1.0.1"},
                                   {"url":"http://a/rest","protocolBinding":"HTTP+JSON"}]}"#;
        assert_eq!(
            reached(card),
            ["http://a/rpc JSONRPC 1.0", "http://a/rest HTTP+JSON "]
        );
    }

    #[test]
    fn what_is_no_card_is_refused_by_what_it_is() {
        let check = |body: &str| AgentCard::read(body.as_bytes()).unwrap_err();
        assert_eq!(check("<html>"), A2aError::Html);
        assert_eq!(check(""), A2aError::Empty);
        assert_eq!(check(r#"{"name":"#), A2aError::Cut);
        assert!(matches!(check(r#"{"status":"ok"}"#), A2aError::Protocol(_)));
        let kagent = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}"#;
        assert_eq!(check(kagent), A2aError::rpc(-32600, "no"));
        assert!(AgentCard::read(br#"{"name":null,"skills":null}"#).is_ok());
    }
}
