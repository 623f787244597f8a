//! An agent behind agentgateway, as deploy/agentgateway sets it up: a key from a file, a rate limit, a
//! time limit that cuts streams, and a card whose address is the backend's, which cannot be reached.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use switchboard_emulators::agent::{
    AgentEmulator, CardShape, Gate, Incoming, Reply, Settings, replies, reply,
};
use tokio::time::Instant;

use crate::support::{PATIENCE, Plan, Stage};

/// The gateway's key, as a Secret is mounted.
struct Key {
    dir: tempfile::TempDir,
}

impl Key {
    fn new(key: &str) -> Self {
        let made = Self {
            dir: tempfile::tempdir().expect("a directory"),
        };
        made.becomes(key);
        made
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("key")
    }

    fn becomes(&self, key: &str) {
        std::fs::write(self.path(), key).expect("it can be written");
    }
}

/// What the gateway passes on, and when it cuts.
fn gateway(stream_max: Option<Duration>) -> Settings {
    let mut settings = Settings::kagent("k8s-agent").bearer("key-of-today");
    settings = settings.card_shape(CardShape::Hybrid);
    settings.card.url = Some("http://127.0.0.1:9/api/a2a/kagent/k8s-agent/".to_owned());
    settings.streams.max = stream_max;
    settings
}

fn plan(
    settings: Settings,
    key: &Path,
    script: impl Fn(&Incoming) -> Reply + Send + Sync + 'static,
) -> Plan {
    let toml = format!(
        "flavor = \"kagent\"\n[agents.k8s.headers]\n\
         Authorization = {{ file = \"{}\", prefix = \"Bearer \" }}\n",
        key.display()
    );
    Stage::plan().agent_as("k8s", settings, &toml, script)
}

#[tokio::test]
async fn a_key_that_the_gateway_refuses_is_told_and_its_successor_is_used_without_a_restart() {
    let key = Key::new("key-of-yesterday\n");
    let stage = plan(gateway(None), &key.path(), |_| replies("2 pods"));
    let stage = stage.start().await;
    let user = stage.user(7);
    user.says("pods");
    user.sees("does not accept calls from this bot").await;
    assert!(stage.agent("k8s").prompts().is_empty());
    key.becomes("key-of-today\n");
    user.taps("No answer from k8s", "Run again").await;
    user.sees("2 pods").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    let logged = stage.logged();
    assert!(logged.contains("http status 401"), "{logged}");
    for secret in ["key-of-yesterday", "key-of-today"] {
        assert!(!logged.contains(secret), "{secret} in {logged}");
    }
    stage.ends().await;
}

#[tokio::test]
async fn at_the_gateways_limit_the_bot_waits_as_told_and_asks_once_more() {
    let key = Key::new("key-of-today");
    let limited = AtomicBool::new(true);
    let script = move |_: &Incoming| {
        if limited.swap(false, Ordering::Relaxed) {
            // In `x-ratelimit-reset` alone, as its own limiter says it.
            return reply().rate_limited(2);
        }
        replies("2 pods")
    };
    let stage = plan(gateway(None), &key.path(), script).start().await;
    let asked = Instant::now();
    stage.user(7).says("pods");
    stage.user(7).sees("2 pods").await;
    assert!(asked.elapsed() >= Duration::from_secs(2));
    assert_eq!(stage.agent("k8s").calls_of("message/stream").len(), 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_stream_that_the_gateway_cuts_at_its_time_limit_is_followed_and_asked_once() {
    let key = Key::new("key-of-today");
    let gate = Gate::new();
    let held = gate.clone();
    let settings = gateway(Some(Duration::from_millis(200)));
    let script = move |_: &Incoming| reply().working("looking").held(&held).answers("2 pods");
    let stage = plan(settings, &key.path(), script).start().await;
    stage.user(7).says("pods");
    let agent = stage.agent("k8s");
    let followed = |seen: &AgentEmulator| {
        let again = seen.calls_of("tasks/resubscribe").len();
        (again >= 2).then_some(())
    };
    agent.wait_for("two more cuts", PATIENCE, followed).await;
    gate.open();
    stage.user(7).sees("2 pods").await;
    assert_eq!(agent.prompts().len(), 1);
    stage.ends().await;
}
