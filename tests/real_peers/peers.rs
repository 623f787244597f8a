//! The peers. One is one row; all of them take the same suite.

use std::time::Duration;

use switchboard_emulators::agent::{Settings, Versions};

use crate::cases::Kind;
use crate::emulated::Emulated;
use crate::processes::{KAGENT, Listening, Process, start};

/// A peer.
pub struct Peer {
    /// For the output.
    pub name: &'static str,
    /// Whose code it is.
    pub kind: Kind,
    /// Goes into the agent's section of the configuration.
    pub toml: &'static str,
    /// Starts it; the argument is whether its card says that it streams.
    pub start: fn(streams: bool) -> Up,
}

/// A peer that is up, until this is dropped.
pub enum Up {
    /// In this process.
    Emulated(Emulated),
    /// In one of its own.
    Process(Process<Listening>),
}

/// One prompt that came to a peer.
#[derive(serde::Deserialize)]
pub struct Send {
    /// Its words.
    pub text: String,
    /// Whether the agent got it: false where a fault answered in its place.
    pub reached: bool,
}

pub const EMULATOR: Peer = Peer {
    name: "emulator, A2A 0.3",
    kind: Kind::Emulator,
    toml: "flavor = \"a2a\"",
    start: |streams| Up::Emulated(Emulated::start(Settings::a2a("emulated"), streams)),
};

pub const EMULATOR_1_0: Peer = Peer {
    name: "emulator, A2A 1.0",
    kind: Kind::Emulator10,
    // Nobody says which version: the agent's card does.
    toml: "flavor = \"a2a\"",
    start: |streams| {
        let settings = Settings::a2a("emulated").versions(Versions::V10);
        Up::Emulated(Emulated::start(settings, streams))
    },
};

pub const EMULATED_KAGENT: Peer = Peer {
    name: "emulator as kagent's controller",
    kind: Kind::EmulatedKagent,
    toml: "flavor = \"kagent\"",
    start: |streams| Up::Emulated(Emulated::start(Settings::kagent("k8s-agent"), streams)),
};

pub const SDK_1_3: Peer = Peer {
    name: "Python SDK 1.3.0 in A2A 1.0",
    kind: Kind::Sdk10,
    toml: "flavor = \"a2a\"\nprotocol = \"1.0\"",
    start: |streams| sdk("a2a-1.3.0", "a2a/peer_v1.py", streams),
};

pub const SDK_1_3_IN_0_3: Peer = Peer {
    name: "Python SDK 1.3.0 through its 0.3 layer",
    kind: Kind::Sdk13,
    toml: "flavor = \"a2a\"\nprotocol = \"0.3\"",
    start: |streams| sdk("a2a-1.3.0", "a2a/peer_v1.py", streams),
};

pub const SDK_0_3: Peer = Peer {
    name: "Python SDK 0.3.26",
    kind: Kind::Sdk03,
    toml: "flavor = \"a2a\"",
    start: |streams| sdk("a2a-0.3.26", "a2a/peer_v03.py", streams),
};

pub const KAGENT_WHOLE: Peer = Peer {
    name: "kagent-adk 0.10.4",
    kind: Kind::Kagent,
    toml: "flavor = \"kagent\"",
    start: |streams| proxy(&KAGENT.line.k8s, streams),
};

pub const KAGENT_STREAM: Peer = Peer {
    name: "kagent-adk 0.10.4 with stream: true",
    kind: Kind::KagentStream,
    toml: "flavor = \"kagent\"",
    start: |streams| proxy(&KAGENT.line.stream, streams),
};

fn sdk(environment: &str, script: &str, streams: bool) -> Up {
    let args: &[&str] = if streams { &[] } else { &["--no-stream"] };
    Up::Process(start(environment, script, args))
}

/// kagent with the faults of the other peers, and its prompts counted.
fn proxy(url: &str, streams: bool) -> Up {
    let args: &[&str] = if streams {
        &[url]
    } else {
        &[url, "--no-stream"]
    };
    Up::Process(start("kagent-0.10.4", "a2a/proxy.py", args))
}

impl Up {
    /// The address that goes into the configuration.
    pub fn url(&self) -> String {
        match self {
            Self::Emulated(emulated) => emulated.agent.url(),
            Self::Process(process) => process.line.url.clone(),
        }
    }

    /// The prompts that came, in order.
    pub async fn sends(&self) -> Vec<Send> {
        match self {
            Self::Emulated(emulated) => emulated.sends(),
            Self::Process(process) => {
                let client = reqwest::Client::builder()
                    .no_proxy()
                    .timeout(Duration::from_secs(10))
                    .build()
                    .expect("a client");
                let answer = client.get(format!("{}sends", process.line.url)).send();
                let text = answer.await.expect("the peer is up").text().await;
                serde_json::from_str(&text.expect("a body")).expect("a list of prompts")
            }
        }
    }
}
