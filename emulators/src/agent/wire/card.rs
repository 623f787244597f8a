//! The agent card.

use serde_json::{Value, json};

use super::super::settings::{Card, CardShape, Flavor, Settings, Versions};
use super::HITL;

/// The card, as asked at `own_url`.
pub(in super::super) fn card(settings: &Settings, own_url: &str) -> Value {
    let card = &settings.card;
    let url = card.url.as_deref().unwrap_or(own_url);
    let mut shown = json!({
        "name": card.name,
        "description": card.description,
        "version": "1.0.0",
        "capabilities": {"streaming": card.streaming, "pushNotifications": false},
        "defaultInputModes": ["text"],
        "defaultOutputModes": ["text"],
        "skills": skills(card),
    });
    if card.shape != CardShape::V10 {
        // A card of 0.3 names a version with its patch number, a hybrid of the SDKs one without.
        shown["protocolVersion"] = json!("0.3.0");
        shown["preferredTransport"] = json!("JSONRPC");
        shown["url"] = json!(url);
    }
    if card.shape != CardShape::V03 {
        let interface = |version: &&str| json!({"url": url, "protocolBinding": "JSONRPC", "protocolVersion": version});
        shown["supportedInterfaces"] = versions(settings).iter().map(interface).collect();
    }
    if settings.flavor == Flavor::KagentMain {
        shown["capabilities"]["extensions"] = json!([{
            "uri": HITL,
            "description": "Human in the loop for tool approval, ask user, and nested subagents",
        }]);
    }
    shown
}

fn versions(settings: &Settings) -> &'static [&'static str] {
    match settings.versions {
        Versions::V03 => &["0.3"],
        Versions::V10 => &["1.0"],
        Versions::Both => &["1.0", "0.3"],
    }
}

fn skills(card: &Card) -> Vec<Value> {
    card.skills
        .iter()
        .map(|skill| {
            json!({"id": skill.id, "name": skill.name, "description": skill.description,
                   "examples": skill.examples, "tags": []})
        })
        .collect()
}
