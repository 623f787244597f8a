//! Which version of A2A a call speaks, and what it asks for: from the method and the header.

use super::refusal::Refusal;
use super::settings::{Flavor, Settings, Versions};

/// A version of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V03,
    V10,
}

/// What a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Send,
    Stream,
    Get,
    List,
    Cancel,
    Subscribe,
    Push,
}

impl Method {
    /// Whether the answer is a stream where all goes well.
    pub fn streams(self) -> bool {
        matches!(self, Self::Stream | Self::Subscribe)
    }
}

/// The text of kagent's controller where it does not know the version header: HTTP 400.
pub(super) fn controller_refuses(settings: &Settings, header: &str) -> Option<String> {
    let is_known = match (settings.flavor, settings.versions) {
        _ if !settings.behind_controller => true,
        (Flavor::A2a, _) => true,
        (Flavor::Kagent, Versions::V03) => matches!(header, "" | "0.3"),
        (Flavor::Kagent, _) => matches!(header, "" | "0.3" | "1.0"),
        (Flavor::KagentMain, _) => header == "1.0",
    };
    (!is_known).then(|| format!("unsupported A2A-Version {header:?}"))
}

/// The version and the method of a call, or why it is refused. An absent header means 0.3.
pub(super) fn resolve(
    settings: &Settings,
    header: &str,
    name: &str,
) -> Result<(Version, Method), Refusal> {
    let versions = settings.versions;
    if versions != Versions::V10
        && let Some(method) = v03(name)
    {
        // A server of 0.3 alone was made before the header was.
        let is_v03 = versions == Versions::V03 || matches!(header, "" | "0.3");
        let lists = method != Method::List || settings.flavor == Flavor::Kagent;
        return match (is_v03 && lists, header) {
            (true, _) => Ok((Version::V03, method)),
            (false, "" | "0.3" | "1.0") => Err(Refusal::method_not_found()),
            (false, strange) => Err(Refusal::version(strange)),
        };
    }
    match v10(name) {
        Some(method) if versions != Versions::V03 => match header {
            "1.0" => Ok((Version::V10, method)),
            "" => Err(Refusal::version("0.3")),
            other => Err(Refusal::version(other)),
        },
        _ => Err(Refusal::method_not_found()),
    }
}

fn v03(name: &str) -> Option<Method> {
    Some(match name {
        "message/send" => Method::Send,
        "message/stream" => Method::Stream,
        "tasks/get" => Method::Get,
        "tasks/list" => Method::List,
        "tasks/cancel" => Method::Cancel,
        "tasks/resubscribe" => Method::Subscribe,
        name if name.starts_with("tasks/pushNotificationConfig/") => Method::Push,
        _ => return None,
    })
}

fn v10(name: &str) -> Option<Method> {
    Some(match name {
        "SendMessage" => Method::Send,
        "SendStreamingMessage" => Method::Stream,
        "GetTask" => Method::Get,
        "ListTasks" => Method::List,
        "CancelTask" => Method::Cancel,
        "SubscribeToTask" => Method::Subscribe,
        name if name.contains("TaskPushNotificationConfig") => Method::Push,
        _ => return None,
    })
}
