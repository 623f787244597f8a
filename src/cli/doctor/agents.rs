//! What is seen of the agents. They are asked for their card, and about a task that does not
//! exist, which shows version and credential without a prompt.

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::Instant;

use crate::a2a::{A2aClient, A2aError, AgentCalls, HITL};
use crate::app::agent_settings;
use crate::config::Config;
use crate::ids::{AgentName, Principal, TaskId};
use crate::model::Protocol;
use crate::rules::doctor::{AgentFacts, CardFacts, Trouble};

/// Agents that are asked at once.
const AT_ONCE: usize = 8;
/// A task that no agent has.
const NO_TASK: &str = "00000000-0000-4000-8000-000000000000";
/// Whom we ask for; nobody has such a session.
const NOBODY: &str = "switchboard:doctor";

/// All agents, in the order of their names.
pub(super) async fn look(config: &Config) -> Vec<AgentFacts> {
    let each = config.agents.keys().map(|name| one(config, name));
    let seen = stream::iter(each).buffered(AT_ONCE);
    seen.filter_map(|facts| async { facts }).collect().await
}

async fn one(config: &Config, name: &AgentName) -> Option<AgentFacts> {
    let agent = config.agents.get(name)?;
    let client = A2aClient::new(agent_settings(config, name)?);
    let begun = Instant::now();
    let card = AgentCalls::card(&client).await;
    let took = begun.elapsed();
    let card = card.map_err(|error| told(&error)).map(|card| {
        let hitl = card.extensions.iter().any(|known| known.uri == HITL);
        let prefers = card.prefers();
        (CardFacts { prefers, hitl }, took)
    });
    // Where no card answers for other reasons, neither will anything else.
    let asks = !matches!(&card, Err((trouble, _)) if *trouble != Trouble::NoAgent);
    let speaks = if asks {
        Some(speaks(&client).await)
    } else {
        None
    };
    Some(AgentFacts {
        name: name.clone(),
        flavor: agent.flavor,
        proxy: agent.proxy.is_some(),
        fixed: agent.protocol,
        card,
        speaks,
    })
}

/// The version in which it answers.
async fn speaks(agent: &dyn AgentCalls) -> Result<Protocol, (Trouble, String)> {
    let first = agent.speaks();
    match answers_in(agent, first).await {
        Ok(()) => Ok(first),
        Err(error) => match agent.other(first, &error) {
            Some(other) if answers_in(agent, other).await.is_ok() => Ok(other),
            _ => Err(told(&error)),
        },
    }
}

async fn answers_in(agent: &dyn AgentCalls, version: Protocol) -> Result<(), A2aError> {
    let (task, nobody) = (TaskId::from(NO_TASK), Principal::from(NOBODY));
    match agent.get(version, &task, &nobody).await {
        Ok(_) => Ok(()),
        // Any word about the task is a word in this version.
        Err(error) if is_about_the_task(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Unknown task (A2A), and what servers say that want ids of their own form.
fn is_about_the_task(error: &A2aError) -> bool {
    matches!(
        error,
        A2aError::Rpc {
            code: -32001 | -32602,
            ..
        }
    )
}

/// What kind of trouble an error is, and its own words.
fn told(error: &A2aError) -> (Trouble, String) {
    let trouble = match error {
        _ if error.refuses_version() => Trouble::Version,
        A2aError::Credential(_) => Trouble::Credential,
        A2aError::Proxy(_) => Trouble::Proxy,
        A2aError::Connect(said) if is_tls(said) => Trouble::Tls,
        _ if error.is_unreachable() => Trouble::Unreachable,
        A2aError::Http {
            status: 401 | 403, ..
        }
        | A2aError::Rpc {
            code: -31401 | -31403,
            ..
        } => Trouble::NotAccepted,
        A2aError::Http { status: 407, .. } => Trouble::Proxy,
        A2aError::Http {
            status: 300..=399 | 404 | 405 | 410,
            ..
        }
        | A2aError::Rpc { code: -32600, .. } => Trouble::NoAgent,
        A2aError::Html | A2aError::NotJson | A2aError::Empty | A2aError::Protocol(_) => {
            Trouble::SomethingElse
        }
        A2aError::Timeout { .. } => Trouble::Slow,
        _ => Trouble::Other,
    };
    (trouble, error.to_string())
}

/// awc tells a failed handshake only by its words.
fn is_tls(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ["certificate", "handshake", "tls", "ssl", "corrupt message"]
        .iter()
        .any(|word| said.contains(word))
}
