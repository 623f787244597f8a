//! An agent behind a proxy.

use switchboard_emulators::agent::{AgentEmulator, Settings, replies};
use switchboard_emulators::proxy::{Mood, ProxyEmulator};

use crate::support::Stage;

#[tokio::test]
async fn a_proxy_that_refuses_is_named_and_once_it_lets_us_through_the_agent_is_back() {
    let proxy = ProxyEmulator::start(Mood::TunnelsFor("Basic b3RoZXI6".to_owned())).unwrap();
    let agent = AgentEmulator::start(Settings::kagent("k8s"), |_| replies("2 pods")).unwrap();
    let toml = format!("flavor = \"kagent\"\nproxy = \"{}\"", proxy.url());
    let stage = Stage::plan()
        .existing_agent("k8s", &agent.url(), &toml)
        .start()
        .await;
    stage.user(7).says("list pods");
    stage
        .user(7)
        .sees("The proxy on the way to the agent does not let me through.")
        .await;
    assert!(agent.calls().is_empty(), "nothing was sent");
    let logged = stage.logged();
    assert!(logged.contains("put them into `proxy`"), "{logged}");
    assert!(!logged.contains(&proxy.address().to_string()), "{logged}");

    proxy.set_mood(Mood::Tunnels);
    stage
        .user(7)
        .taps("does not let me through", "Run again")
        .await;
    stage.user(7).sees("2 pods").await;
    assert_eq!(agent.prompts().len(), 1);
    let target = agent.base_url().replace("http://", "");
    assert!(proxy.asked().iter().all(|asked| asked.target == target));
    stage.ends().await;
}
