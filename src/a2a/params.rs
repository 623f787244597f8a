//! What a request tells an agent, as it is written: what only one version of A2A knows is left out
//! in the other.

use std::collections::BTreeMap;

use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::model::{Content, Prompt};
use super::pause::Answer;
use super::reading::HITL;
use crate::ids::{ContextId, PromptId, TaskId};

/// Tasks of a context that are asked for at once. A prompt whose fate is unknown is among the
/// newest, and whole histories are long.
const PAGE_OF_CONTEXT: u32 = 20;

/// The same of all contexts: the most that 1.0 allows, as other people's tasks are among them.
const PAGE_OF_ALL: u32 = 100;

/// A prompt, in parts of the version's own.
#[derive(Serialize)]
pub(super) struct Submission<'a, P> {
    pub message: PromptMessage<'a, P>,
    pub configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptMessage<'a, P> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    pub message_id: &'a PromptId,
    pub role: &'static str,
    pub parts: Vec<P>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<&'static str, &'a Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_id: Option<&'a ContextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<&'a TaskId>,
}

impl<'a, P: From<&'a str> + From<&'a Value> + From<&'a Content>> PromptMessage<'a, P> {
    /// The message of a prompt.
    pub fn new(prompt: &'a Prompt, role: &'static str) -> Self {
        let (parts, payload) = match &prompt.answer {
            Some(Answer::Part(data)) => (vec![data.into(), prompt.text.as_str().into()], None),
            Some(Answer::Extension(payload)) => (parts(prompt), Some(payload)),
            None => (parts(prompt), None),
        };
        Self {
            kind: None,
            message_id: &prompt.id,
            role,
            parts,
            extensions: payload.map(|_| [HITL]),
            metadata: payload.map(|payload| [(HITL, payload)].into()),
            context_id: prompt.context.as_ref(),
            task_id: prompt.task.as_ref(),
        }
    }
}

/// The parts of a prompt: its text, unless there are only files, and what stands behind it.
fn parts<'a, P: From<&'a str> + From<&'a Content>>(prompt: &'a Prompt) -> Vec<P> {
    let text = Some(prompt.text.as_str());
    let text = text.filter(|text| !text.is_empty() || prompt.files.is_empty());
    let files = prompt.files.iter().map(P::from);
    text.map(P::from).into_iter().chain(files).collect()
}

/// How a prompt is to be answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Configuration {
    pub accepted_output_modes: [&'static str; 3],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocking: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_immediately: Option<bool>,
}

impl Default for Configuration {
    /// Some servers refuse a send that does not say what it takes back; kagent's cards say `text`
    /// where the specification wants media types.
    fn default() -> Self {
        Self {
            accepted_output_modes: ["text", "text/plain", "application/json"],
            blocking: None,
            return_immediately: None,
        }
    }
}

/// A task.
#[derive(Serialize)]
pub(super) struct Named<'a> {
    pub id: &'a TaskId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<&'a str>,
}

/// The newest tasks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    context_id: Option<&'a ContextId>,
    page_size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
}

impl<'a> Listing<'a> {
    /// Those of a context, or of all.
    pub fn of(context_id: Option<&'a ContextId>, tenant: Option<&'a str>) -> Self {
        Self {
            context_id,
            page_size: context_id.map_or(PAGE_OF_ALL, |_| PAGE_OF_CONTEXT),
            tenant,
        }
    }
}

/// Bytes that are written in base64, without a copy of them.
pub(super) struct Base64<'a>(pub &'a Bytes);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0, &BASE64_STANDARD))
    }
}
