//! Faults of agents.

use switchboard_emulators::agent::{
    CardShape, Fault, Settings as AgentSettings, Versions, replies,
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

#[tokio::test]
async fn each_agent_that_does_not_answer_is_found_alone() {
    finds(&[
        Case {
            name: "it is down",
            plan: same,
            act: |_, with| with.agent_down = true,
            said: ("card", "wrong"),
        },
        Case {
            name: "https where it speaks http",
            plan: same,
            act: |stage, with| {
                let url = stage.agent("k8s").url().replace("http://", "https://");
                with.env(AGENT_URL, &url);
            },
            said: ("card", "wrong"),
        },
        Case {
            name: "a proxy that forbids it",
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
            plan: same,
            act: |stage, _| stage.agent("k8s").set_bearer(Some("a-secret")),
            said: ("card", "wrong"),
        },
        Case {
            name: "there is no agent",
            plan: same,
            act: |stage, with| {
                let url = format!("{}/nobody/", stage.agent("k8s").base_url());
                with.env(AGENT_URL, &url);
            },
            said: ("card", "wrong"),
        },
        Case {
            name: "a web page answers",
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
            plan: same,
            act: |stage, _| {
                let refused = Fault::http(401, "Unauthorized");
                stage.agent("k8s").breaks_next("tasks/get", refused);
            },
            said: ("calls", "wrong"),
        },
    ])
    .await;
}

#[tokio::test]
async fn each_mistake_about_an_agent_is_found_alone() {
    finds(&[
        Case {
            name: "a version that it does not speak",
            plan: |plan| other_agent(plan, AgentSettings::a2a("other"), "protocol = \"1.0\""),
            act: |_, _| {},
            said: ("version", "wrong"),
        },
        Case {
            name: "a card that says another version",
            plan: |plan| {
                let settings = AgentSettings::a2a("other").versions(Versions::V10);
                other_agent(plan, settings.card_shape(CardShape::V03), "")
            },
            act: |_, _| {},
            said: ("version", "warning"),
        },
        Case {
            name: "kagent's flavor, not its approvals",
            plan: |plan| {
                let settings = AgentSettings::a2a("other").versions(Versions::V10);
                other_agent(plan, settings, "flavor = \"kagent\"")
            },
            act: |_, _| {},
            said: ("approvals", "warning"),
        },
        Case {
            name: "kagent's approvals, not its flavor",
            plan: |plan| other_agent(plan, AgentSettings::kagent_main("other"), ""),
            act: |_, _| {},
            said: ("approvals", "warning"),
        },
        Case {
            name: "nobody may approve",
            plan: |plan| plan.route("k8s", ""),
            act: |_, _| {},
            said: ("approvers", "warning"),
        },
    ])
    .await;
}
