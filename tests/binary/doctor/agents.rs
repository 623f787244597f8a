//! Faults of agents.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use switchboard_emulators::agent::{
    CardShape, Fault, Gate, Settings as AgentSettings, Versions, replies,
};
use switchboard_emulators::proxy::{Mood, ProxyEmulator};

use super::{Case, finds, same};
use crate::support::Plan;

const AGENT_URL: &str = "SWITCHBOARD__AGENTS__K8S__URL";
const AGENT_PROXY: &str = "SWITCHBOARD__AGENTS__K8S__PROXY";

fn other_agent(plan: Plan, settings: AgentSettings, toml: &str) -> Plan {
    // The healthy one stays: a finding names its agent.
    plan.agent_as("other", settings, toml, |_| replies("here"))
        .route("other", "approvers = [7]")
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "it is down",
        fault: "agent_unreachable",
        plan: same,
        act: |_, with| with.agent_down = true,
        said: ("card", "wrong"),
    },
    Case {
        name: "https where it speaks http",
        fault: "agent_tls",
        plan: same,
        act: |stage, with| {
            let url = stage.agent("k8s").url().replace("http://", "https://");
            with.env(AGENT_URL, &url);
        },
        said: ("card", "wrong"),
    },
    Case {
        name: "a proxy that forbids it",
        fault: "agent_proxy",
        plan: same,
        act: |_, with| {
            let says = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
            let proxy = ProxyEmulator::start(Mood::Says(says.to_owned())).expect("a proxy");
            with.env(AGENT_PROXY, &proxy.url());
            with.kept.push(Box::new(proxy));
        },
        said: ("card", "wrong"),
    },
    Case {
        name: "it does not accept us",
        fault: "agent_refuses",
        plan: same,
        act: |stage, _| stage.agent("k8s").set_bearer(Some("a-secret")),
        said: ("card", "wrong"),
    },
    Case {
        name: "there is no agent",
        fault: "no_agent",
        plan: same,
        act: |stage, with| {
            let url = format!("{}/nobody/", stage.agent("k8s").base_url());
            with.env(AGENT_URL, &url);
        },
        said: ("card", "wrong"),
    },
    Case {
        name: "a web page answers",
        fault: "agent_else",
        plan: same,
        act: |stage, _| {
            let page = Fault::Http {
                status: 200,
                content_type: "text/html",
                headers: Vec::new(),
                body: "<html>log in</html>".to_owned(),
            };
            stage.agent("k8s").breaks_next("agent-card", page);
        },
        said: ("card", "wrong"),
    },
    Case {
        name: "no card, but an agent",
        fault: "no_card",
        plan: same,
        act: |stage, _| {
            for _ in 0..2 {
                let gone = Fault::http(404, "no such file");
                stage.agent("k8s").breaks_next("agent-card", gone);
            }
        },
        said: ("card", "warning"),
    },
    Case {
        name: "calls need what the card does not",
        fault: "agent_refuses",
        plan: same,
        act: |stage, _| {
            let refused = Fault::http(401, "Unauthorized");
            stage.agent("k8s").breaks_next("tasks/get", refused);
        },
        said: ("calls", "wrong"),
    },
    Case {
        name: "it takes longer than it may",
        fault: "agent_slow",
        plan: same,
        act: |stage, with| {
            with.env("SWITCHBOARD__AGENTS__K8S__FIRST_BYTE_TIMEOUT", "300ms");
            let never = Gate::new();
            stage.agent("k8s").holds_next("agent-card", &never);
            with.kept.push(Box::new(never));
        },
        said: ("card", "wrong"),
    },
    Case {
        name: "it takes long",
        fault: "card_slow",
        plan: same,
        act: |stage, _| {
            let long = Duration::from_millis(3_200);
            stage.agent("k8s").delays_next("agent-card", long);
        },
        said: ("card", "warning"),
    },
    Case {
        name: "it fails",
        fault: "agent_odd",
        plan: same,
        act: |stage, _| {
            let fault = Fault::http(500, "something broke");
            stage.agent("k8s").breaks_next("agent-card", fault);
        },
        said: ("card", "wrong"),
    },
    Case {
        name: "a credential that is good when it starts, and then is none",
        fault: "agent_credential",
        plan: same,
        act: |_, with| {
            let secret = Secret::that_goes_bad();
            let path = secret.path.to_string_lossy().into_owned();
            with.env("SWITCHBOARD__AGENTS__K8S__HEADERS__TEAM__FILE", &path);
            with.kept.push(Box::new(secret));
        },
        said: ("card", "wrong"),
    },
    Case {
        name: "a version that it does not speak",
        fault: "agent_version",
        plan: |plan| other_agent(plan, AgentSettings::a2a("other"), "protocol = \"1.0\""),
        act: |_, _| {},
        said: ("version", "wrong"),
    },
    Case {
        name: "a card that says another version",
        fault: "card_version",
        plan: |plan| {
            let settings = AgentSettings::a2a("other").versions(Versions::V10);
            other_agent(plan, settings.card_shape(CardShape::V03), "")
        },
        act: |_, _| {},
        said: ("version", "warning"),
    },
    Case {
        name: "kagent's flavor, not its approvals",
        fault: "not_kagent",
        plan: |plan| {
            let settings = AgentSettings::a2a("other").versions(Versions::V10);
            other_agent(plan, settings, "flavor = \"kagent\"")
        },
        act: |_, _| {},
        said: ("approvals", "warning"),
    },
    Case {
        name: "kagent's approvals, not its flavor",
        fault: "kagent",
        plan: |plan| other_agent(plan, AgentSettings::kagent_main("other"), ""),
        act: |_, _| {},
        said: ("approvals", "warning"),
    },
    Case {
        name: "nobody may approve",
        fault: "no_approvers",
        plan: |plan| plan.route("k8s", ""),
        act: |_, _| {},
        said: ("approvers", "warning"),
    },
];

/// A mounted secret: a pipe, until somebody has read it.
struct Secret {
    path: PathBuf,
    _dir: tempfile::TempDir,
}

impl Secret {
    /// Whoever reads it first gets a good value, whoever reads it later one of two lines.
    fn that_goes_bad() -> Self {
        let dir = tempfile::tempdir().expect("a temp dir can be made");
        let path = dir.path().join("secret");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo starts").success());
        let (pipe, bad) = (path.clone(), dir.path().join("bad"));
        std::thread::spawn(move || {
            // Opening waits for a reader, who has all of it only when this is closed again.
            let mut open = OpenOptions::new().write(true).open(&pipe)?;
            open.write_all(b"platform")?;
            std::fs::write(&bad, "two\nlines")?;
            std::fs::rename(&bad, &pipe)
        });
        Self { path, _dir: dir }
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        // Lets the writer go, if nobody has.
        let _ = File::open(&self.path);
    }
}

#[tokio::test]
async fn each_fault_of_an_agent_is_found_alone() {
    finds(CASES).await;
}
