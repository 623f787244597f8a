//! An agent: its card, the version that it takes, how it asks for approvals. And the routes.

use std::time::Duration;

use super::{Fault, Finding};
use crate::config::{Flavor, Route};
use crate::ids::AgentName;
use crate::model::Protocol;

/// A card that takes longer makes people wonder.
const SLOW: Duration = Duration::from_secs(3);

/// Why an agent did not answer as it should, as far as what to do differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection came about.
    Unreachable,
    /// A connection, but no TLS that can be trusted.
    Tls,
    /// The proxy on the way.
    Proxy,
    /// A credential of ours cannot be read.
    Credential,
    /// It does not accept us.
    NotAccepted,
    /// There is no agent there.
    NoAgent,
    /// Something else answers there.
    SomethingElse,
    /// No answer in time.
    Slow,
    /// It refuses the version.
    Version,
    /// Anything else.
    Other,
}

impl Trouble {
    fn fault(self) -> Fault {
        match self {
            Self::Unreachable => Fault::AgentUnreachable,
            Self::Tls => Fault::AgentTls,
            Self::Proxy => Fault::AgentProxy,
            Self::Credential => Fault::AgentCredential,
            Self::NotAccepted => Fault::AgentRefuses,
            Self::NoAgent => Fault::NoAgent,
            Self::SomethingElse => Fault::AgentElse,
            Self::Slow => Fault::AgentSlow,
            Self::Version => Fault::AgentVersion,
            Self::Other => Fault::AgentOdd,
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "mind its url, its service, and the network policies between it and this pod"
            }
            Self::Tls => "mind http or https in its url, and ca_file for an authority of your own",
            Self::Proxy => "mind proxy of the agent, and whether it allows CONNECT to it",
            Self::Credential => "mind the variables and files that its headers and proxy name",
            Self::NotAccepted => "mind the credential in its headers",
            Self::NoAgent => "mind its url, with its slash at the end, and card_url",
            Self::SomethingElse => "mind its url: a login or a web page answers there",
            Self::Slow => "look at the agent; it is up, but does not answer",
            Self::Version => "set its protocol to \"auto\", or to the version that it speaks",
            Self::Other => "look at the agent's own log",
        }
    }
}

/// What an agent's card says, as far as it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFacts {
    /// The version that it puts first, of those that we speak.
    pub prefers: Option<Protocol>,
    /// Whether it declares kagent's extension for approvals.
    pub hitl: bool,
}

/// What was seen of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFacts {
    /// Its name in the configuration.
    pub name: AgentName,
    /// What the configuration says it understands.
    pub flavor: Flavor,
    /// Whether a proxy is on the way.
    pub proxy: bool,
    /// Whether the configuration says the version.
    pub fixed: Option<Protocol>,
    /// Its card and how long that took, or why there is none.
    pub card: Result<(CardFacts, Duration), (Trouble, String)>,
    /// The version in which it answered a question about a task that does not exist; none: it
    /// was not asked.
    pub speaks: Option<Result<Protocol, (Trouble, String)>>,
}

/// All about one agent; only the first thing that is wrong, if it hides the rest.
#[must_use]
pub fn agent(facts: &AgentFacts) -> Vec<Finding> {
    let name = facts.name.as_str();
    let mut findings = Vec::new();
    match (&facts.card, &facts.speaks) {
        (Ok((_, took)), _) => findings.push(card(facts, *took)),
        // It works without; the version has to be guessed.
        (Err((Trouble::NoAgent, said)), Some(Ok(_))) => findings.push(Finding::warning(
            "card",
            Fault::NoCard,
            format!("none: {said}"),
            "mind card_url; without it files and the version are guessed",
        )),
        (Err((trouble, said)), _) => {
            findings.push(troubled("card", *trouble, said));
        }
    }
    if let Some(speaks) = &facts.speaks {
        match speaks {
            Ok(version) => {
                findings.push(said_version(facts, *version));
                findings.push(approvals(facts, *version));
            }
            // The card says already that there is nobody.
            Err(_) if facts.card.is_err() => {}
            Err((Trouble::Version, said)) => {
                findings.push(troubled("version", Trouble::Version, said));
            }
            Err((trouble, said)) => findings.push(troubled("calls", *trouble, said)),
        }
    }
    let findings = findings.into_iter();
    findings.map(|finding| finding.about(name)).collect()
}

fn troubled(check: &'static str, trouble: Trouble, said: &str) -> Finding {
    Finding::wrong(check, trouble.fault(), said, trouble.advice())
}

fn card(facts: &AgentFacts, took: Duration) -> Finding {
    let way = if facts.proxy {
        ", through the proxy"
    } else {
        ""
    };
    let found = format!("in {} ms{way}", took.as_millis());
    if took > SLOW {
        let advice = "look at the agent: it takes long to answer";
        return Finding::warning("card", Fault::CardSlow, found, advice);
    }
    Finding::fine("card", found)
}

fn said_version(facts: &AgentFacts, speaks: Protocol) -> Finding {
    let card = facts.card.as_ref().ok().and_then(|(card, _)| card.prefers);
    let speaks = speaks.as_str();
    match card {
        Some(card) if facts.fixed.is_none() && card.as_str() != speaks => Finding::warning(
            "version",
            Fault::CardVersion,
            format!("A2A {speaks}, although its card says {}", card.as_str()),
            format!("set its protocol to \"{speaks}\": the first question pays for finding out"),
        ),
        _ => Finding::fine("version", format!("A2A {speaks}")),
    }
}

fn approvals(facts: &AgentFacts, speaks: Protocol) -> Finding {
    const CHECK: &str = "approvals";
    let declared = facts.card.as_ref().is_ok_and(|(card, _)| card.hitl);
    match (facts.flavor, speaks) {
        (Flavor::Kagent, Protocol::V03) => {
            Finding::fine(CHECK, "kagent's data parts (0.8 to 0.10)")
        }
        (Flavor::Kagent, Protocol::V10) if declared => {
            Finding::fine(CHECK, "kagent's extension hitl/v1")
        }
        (Flavor::Kagent, Protocol::V10) => Finding::warning(
            CHECK,
            Fault::NotKagent,
            "its card does not declare kagent's extension hitl/v1",
            "if it is not kagent's, set its flavor to \"a2a\"; else mind its version",
        ),
        (Flavor::A2a, _) if declared => Finding::warning(
            CHECK,
            Fault::Kagent,
            "it is kagent's (its card declares hitl/v1), but its flavor is \"a2a\"",
            "set its flavor to \"kagent\": it is told who asks, and lost questions are looked for",
        ),
        (Flavor::A2a, _) => Finding::fine(CHECK, "none of its own: it asks in words"),
    }
}

/// Routes whose dangerous calls nobody may approve.
#[must_use]
pub fn routes(routes: &[Route]) -> Vec<Finding> {
    const CHECK: &str = "approvers";
    let nobody = |route: &&Route| {
        let rules = route.approvals.rules.iter().map(|rule| &rule.approvers);
        let mut all = rules.chain([&route.approvers]);
        all.all(|approvers| approvers.people.is_empty() && !approvers.requester)
    };
    let without: Vec<Finding> = routes
        .iter()
        .filter(nobody)
        .map(|route| {
            let found = "nobody: a dangerous call can only be rejected";
            Finding::warning(
                CHECK,
                Fault::NoApprovers,
                found,
                "name approvers, if its agent asks for approvals",
            )
            .about(&format!("/{}", route.command))
        })
        .collect();
    if without.is_empty() {
        vec![Finding::fine(CHECK, "every route has some")]
    } else {
        without
    }
}
