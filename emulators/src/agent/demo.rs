//! Three agents to try the bot with. What they tell is invented, and they say so.

mod acting;

use std::io;
use std::time::Duration;

use serde_json::json;

use super::emulator::AgentEmulator;
use super::records::Incoming;
use super::reply::{Reply, reply};
use super::settings::Settings;

/// Pieces that a streamed answer comes in.
const PIECES: usize = 5;

/// A demo agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demo {
    /// Pods, nodes, logs, events. Streams its answer within a second or so.
    K8s,
    /// Virtual services and mTLS. Quick.
    Istio,
    /// Image scans and RBAC. Slow, with progress and tool calls.
    Security,
}

impl Demo {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::K8s, Self::Istio, Self::Security];

    /// The word that fits as the bot's command.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Self::K8s => "k8s",
            Self::Istio => "istio",
            Self::Security => "security",
        }
    }

    /// What it is good for, in one line.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::K8s => "Pods, nodes, logs, events (demo)",
            Self::Istio => "Virtual services, mTLS, traffic (demo)",
            Self::Security => "Image scans and access rights (demo)",
        }
    }

    /// Questions that show what it does.
    #[must_use]
    pub fn examples(self) -> &'static [&'static str] {
        match self {
            Self::K8s => &[
                "list pods",
                "why does cart restart?",
                "logs of cart",
                "roll back cart",
            ],
            Self::Istio => &[
                "show virtualservices",
                "is mtls strict?",
                "shift the canary",
            ],
            Self::Security => &["any critical cve?", "who can delete pods? (rbac)"],
        }
    }

    /// The settings of a kagent agent with this demo's card.
    #[must_use]
    pub fn settings(self) -> Settings {
        let command = self.command();
        Settings::kagent(&format!("{command}-agent"))
            .description(self.description())
            .skill(command, command, self.description(), self.examples())
    }

    /// The answer to a prompt: the script of this agent.
    #[must_use]
    pub fn answer(self, incoming: &Incoming) -> Reply {
        let text = incoming.text.to_lowercase();
        if let Some(decision) = &incoming.decision {
            return acting::after(decision);
        }
        if has(&text, &["earlier", "remember", "did i ask", "history"]) {
            return reply().answers(&memory(incoming));
        }
        let framed = |answer: &str| frame(incoming, answer);
        match self {
            Self::K8s => acting::k8s(&text).unwrap_or_else(|| k8s(&text, framed)),
            Self::Istio => acting::istio(&text).unwrap_or_else(|| {
                reply()
                    .after(Duration::from_millis(150))
                    .answers(&framed(istio(&text)))
            }),
            Self::Security => security(&text, framed),
        }
    }

    /// Starts it on a free port.
    ///
    /// # Errors
    /// As [`AgentEmulator::start`].
    pub fn start(self) -> io::Result<AgentEmulator> {
        AgentEmulator::start(self.settings(), move |incoming| self.answer(incoming))
    }
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Says once that nothing of it is real, and later what was asked before.
fn frame(incoming: &Incoming, answer: &str) -> String {
    match incoming.earlier.last() {
        None => format!("{answer}\n\n_Demo data: there is no cluster behind this agent._"),
        Some(before) => format!(
            "{answer}\n\n_Message {} of this conversation; before it you asked: {}_",
            incoming.turn,
            short(before)
        ),
    }
}

fn memory(incoming: &Incoming) -> String {
    if incoming.earlier.is_empty() {
        return "This is your first message in this conversation.".to_owned();
    }
    let mut lines = vec![format!(
        "This is message {} of our conversation. Earlier you asked:",
        incoming.turn
    )];
    let earlier = incoming.earlier.iter();
    lines.extend(earlier.map(|text| format!("- {}", short(text))));
    lines.join("\n")
}

fn short(text: &str) -> String {
    let line: String = text.lines().next().unwrap_or_default().to_owned();
    if line.chars().count() <= 60 {
        return line;
    }
    let begin: String = line.chars().take(59).collect();
    format!("{begin}…")
}

/// A text in about [`PIECES`] pieces that end after a space or a line.
fn pieces(text: &str) -> Vec<&str> {
    let size = text.len().div_ceil(PIECES).max(1);
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        if letter.is_whitespace() && end - begin >= size {
            pieces.push(&text[begin..end]);
            begin = end;
        }
    }
    if begin < text.len() {
        pieces.push(&text[begin..]);
    }
    pieces
}

fn k8s(text: &str, framed: impl Fn(&str) -> String) -> Reply {
    let (tool, result, answer) = if has(text, &["log"]) {
        ("get_pod_logs", "4 lines", LOGS)
    } else if has(text, &["event"]) {
        ("get_events", "4 events", EVENTS)
    } else if has(text, &["restart", "crash", "cart", "why"]) {
        ("describe_pod", "cart-6d8f7c9b5d-p2x8k: OOMKilled", CART)
    } else if has(text, &["node"]) {
        ("get_nodes", "3 nodes", NODES)
    } else if has(text, &["pod", "running", "workload"]) {
        ("get_pods", "6 pods", PODS)
    } else {
        return reply()
            .after(Duration::from_millis(300))
            .answers(&framed(K8S_HELP));
    };
    let answer = framed(answer);
    reply()
        .after(Duration::from_millis(150))
        .tool_call(tool, json!({"namespace": "shop"}))
        .after(Duration::from_millis(250))
        .tool_result(tool, result)
        .streams(Duration::from_millis(120), &pieces(&answer))
}

fn istio(text: &str) -> &'static str {
    if has(text, &["mtls", "tls", "peerauth"]) {
        MTLS
    } else if has(text, &["virtualservice", "virtual service", "route", "vs"]) {
        VIRTUAL_SERVICES
    } else if has(text, &["gateway"]) {
        "One gateway: **istio-system/public**, HTTPS on 443 for `shop.example.com`, \
         HTTP on 80 redirects to it."
    } else {
        "I know the mesh of the demo shop. Ask for *virtualservices*, *mtls* or the *gateway*."
    }
}

fn security(text: &str, framed: impl Fn(&str) -> String) -> Reply {
    let second = Duration::from_secs(1);
    if has(text, &["rbac", "role", "who can", "access", "permission"]) {
        return reply()
            .working("Reading roles and bindings")
            .after(2 * second)
            .tool_call("list_bindings", json!({"scope": "cluster"}))
            .after(3 * second)
            .tool_result("list_bindings", "14 bindings, 2 with wildcards")
            .working("Comparing them with what was used in the last 30 days")
            .after(3 * second)
            .answers(&framed(RBAC));
    }
    if has(
        text,
        &["cve", "scan", "image", "vulnerab", "critical", "audit"],
    ) {
        return reply()
            .working("Listing the images that run")
            .after(second)
            .tool_call("list_images", json!({"namespace": "shop"}))
            .after(second)
            .tool_result("list_images", "5 images")
            .working("Scanning 5 images, this takes some seconds")
            .tool_call("scan_images", json!({"severity": ["HIGH", "CRITICAL"]}))
            .after(4 * second)
            .tool_result("scan_images", "1 critical, 3 high")
            .working("Looking which of them can be reached from outside")
            .after(2 * second)
            .answers(&framed(CVES));
    }
    reply().after(second).answers(&framed(
        "I look at images and at access rights. Ask for *critical CVEs* or *RBAC*; \
         either takes about eight seconds.",
    ))
}

const PODS: &str = "\
Six pods in namespace **shop**, one of them restarts:
```
NAME                        READY   STATUS             RESTARTS      AGE
cart-6d8f7c9b5d-p2x8k       0/1     CrashLoopBackOff   7 (2m ago)    3d
checkout-7f9c6d5b8-lq4zn    1/1     Running            0             3d
frontend-5c8d9f7b6-8kwtj    1/1     Running            0             9d
frontend-5c8d9f7b6-vn2rs    1/1     Running            0             9d
payments-84b7d6c9f5-x7hmd   1/1     Running            1 (26h ago)   12d
redis-0                     1/1     Running            0             41d
```
`cart` is the one to look at. Ask me *why does cart restart?*";

const NODES: &str = "\
Three nodes, all ready:
```
NAME       STATUS   ROLES           CPU   MEMORY   VERSION
node-a     Ready    control-plane   18%   41%      v1.33.2
node-b     Ready    <none>          37%   88%      v1.33.2
node-c     Ready    <none>          22%   53%      v1.33.2
```
**node-b** is short of memory; `cart` and `redis-0` run there.";

const LOGS: &str = "\
The last lines of **cart** before it was killed:
```
12:41:07 INFO  loaded 48211 sessions from redis
12:41:09 WARN  heap at 91% of 256Mi
12:41:10 WARN  heap at 97% of 256Mi
12:41:10 ERROR allocation failed, giving up
```
It loads all sessions at its start, and they no longer fit.";

const EVENTS: &str = "\
Events of the last 30 minutes in **shop**:
```
AGE   TYPE      REASON      OBJECT                      MESSAGE
2m    Warning   BackOff     pod/cart-6d8f7c9b5d-p2x8k   Back-off restarting failed container
3m    Warning   OOMKilled   pod/cart-6d8f7c9b5d-p2x8k   Container cart exceeded 256Mi
11m   Normal    Pulled      pod/cart-6d8f7c9b5d-p2x8k   Image shop/cart:1.18.0 present
24m   Normal    Synced      certificate/shop-tls        Certificate is up to date
```";

const CART: &str = "\
**cart** is killed for its memory, seven times by now.

- limit: `256Mi`, use before each kill: 251 to 256 MiB
- since: the rollout of `shop/cart:1.18.0`, three days ago
- before it: 140 MiB at most

Two ways out:
1. Roll back: `kubectl -n shop rollout undo deploy/cart`
2. Raise the limit to `512Mi`; **node-b** has 1.1 GiB left, so it fits, barely.

I would roll back first: say *roll back cart*. Then look at what 1.18.0 loads at its start.";

const K8S_HELP: &str = "\
I look after the demo shop's cluster. Ask me for *pods*, *nodes*, *logs* or *events*, \
or why something restarts.";

const VIRTUAL_SERVICES: &str = "\
Two virtual services:
```
NAMESPACE   NAME       HOSTS                WEIGHTS
shop        frontend   shop.example.com     v1 90%, v2 10%
shop        payments   payments.shop.svc    v1 100%, 2 retries
```
**frontend** is in a canary: 10% go to v2 since yesterday, with the same error rate so far.";

const MTLS: &str = "\
mTLS is **STRICT** for the mesh, with one exception:
- `shop/redis` is `PERMISSIVE`, because the backup job runs without a sidecar.

No plain-text traffic was seen in the last hour but that of the backup job.";

const CVES: &str = "\
Five images scanned: **1 critical**, 3 high.
```
SEVERITY   IMAGE                CVE              FIX
CRITICAL   shop/payments:2.4    CVE-0000-0001*   2.4.3
HIGH       shop/cart:1.18.0     CVE-0000-0002*   1.18.1
HIGH       shop/frontend:5.2    CVE-0000-0003*   5.2.2
HIGH       shop/frontend:5.2    CVE-0000-0004*   5.2.2
```
Only **payments** can be reached from outside. Update that one first.

* numbers made up for the demo";

const RBAC: &str = "\
Four subjects may delete pods:
```
SUBJECT                    BY                        LAST USED
group/platform             cluster-admin             today
sa/kube-system/descheduler ClusterRole/descheduler   today
sa/ci/deployer             ClusterRole/edit          2 days ago
sa/shop/legacy-cron        ClusterRole/cluster-admin never
```
**shop/legacy-cron** has cluster-admin and never used it: remove that binding.";

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn the_pieces_of_a_text_are_the_text() {
        for text in ["", "word", "a few words, and a line\nmore …", super::CART] {
            assert_eq!(pieces(text).concat(), text);
        }
        assert!(pieces(super::CART).len() > 2);
    }
}
