//! The keys of a route: other names, a text before each question, waits of its own.

use switchboard_emulators::agent::{Cancel, Gate, Settings as AgentSettings, replies, reply};

use crate::support::{Stage, rows};

#[tokio::test]
async fn an_alias_asks_the_agent_of_its_route_and_picks_it_and_no_help_shows_it() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("from k8s"))
        .agent("istio", |asked| {
            replies(&format!("istio on {}", asked.text))
        })
        .route("istio", "aliases = [\"mesh\", \"m\"]")
        .start()
        .await;
    let user = stage.user(7);
    user.says("/mesh gateways");
    user.sees("istio on gateways").await;
    user.says("/m");
    user.sees("Now talking to istio").await;
    user.says("routes");
    user.sees("istio on routes").await;
    user.says("/help");
    let help = user.sees("/istio").await;
    assert!(!help.text.contains("mesh"), "{}", help.text);
    stage.ends().await;
}

#[tokio::test]
async fn a_prefix_goes_to_the_agent_before_each_question_and_nobody_sees_it() {
    let stage = Stage::plan()
        .agent("k8s", |asked| {
            if asked.text.ends_with("which?") {
                reply().asks("Which colour?")
            } else {
                replies("done")
            }
        })
        .route(
            "k8s",
            "prefix = \"Be brief.\"\n[[routes]]\ncommand = \"deep\"\nagent = \"k8s\"\n\
             allow = [7]\nprefix = \"Think.\"",
        )
        .start()
        .await;
    let user = stage.user(7);
    user.says("/k8s pods");
    user.sees("done").await;
    user.says("which?");
    user.sees("Which colour?").await;
    // This answers a question of the agent's: it is not one of its own.
    user.says("blue");
    user.sees_times("done", 2).await;
    // The same agent by another route.
    user.says("/deep why");
    user.sees_times("done", 3).await;
    let prompts = stage.agent("k8s").prompts();
    let texts: Vec<_> = prompts.iter().map(|prompt| &*prompt.text).collect();
    let expected = [
        "Be brief.\n\npods",
        "Be brief.\n\nwhich?",
        "blue",
        "Think.\n\nwhy",
    ];
    assert_eq!(texts, expected);
    assert_eq!(user.shown("Be brief"), 0);
    stage.ends().await;
}

#[tokio::test]
async fn a_route_gives_its_turns_less_time_than_its_agent() {
    let gate = Gate::new();
    let held = gate.clone();
    let settings = AgentSettings::kagent("k8s").cancel(Cancel::Works);
    let stage = Stage::plan()
        .agent_as("k8s", settings, "flavor = \"kagent\"", move |_| {
            reply().working("on it").held(&held).answers("too late")
        })
        .route("k8s", "total_timeout = \"500ms\"")
        .start()
        .await;
    let user = stage.user(7);
    user.says("hello");
    user.sees("It took longer than 1 min, so I had it stopped")
        .await;
    stage.settled().await;
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn what_a_route_says_holds_for_the_turn_of_somebody_who_may_not_ask_any_more() {
    let gate = Gate::new();
    let held = gate.clone();
    let settings = AgentSettings::kagent("k8s").cancel(Cancel::Works);
    let mut stage = Stage::plan()
        .allow("7, 8")
        .agent_as("k8s", settings, "flavor = \"kagent\"", move |_| {
            reply().working("on it").held(&held).answers("too late")
        })
        .route("k8s", "total_timeout = \"5s\"")
        .start()
        .await;
    stage.user(7).says("hello");
    gate.reached().await;
    rows::turns_become(&stage.store(), &["working"]).await;
    stage.stop_bot().await.expect("it stops");
    assert_eq!(rows::turn_states(&stage.store()).await, ["working"]);
    stage.edit_config("allow = [7, 8]", "allow = [8]");
    stage.start_bot();
    // By its agent it would have half an hour.
    let over = "It took longer than 1 min, so I had it stopped";
    stage.user(7).sees(over).await;
    stage.settled().await;
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn a_route_lets_fewer_questions_wait_than_the_limits() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |_| reply().held(&held).answers("done"))
        .route("k8s", "conversation_waiting_max = 1")
        .start()
        .await;
    let user = stage.user(7);
    user.says("first");
    gate.reached().await;
    user.says("second");
    user.says("third");
    user.sees("I did not take this one").await;
    gate.open();
    user.sees_times("done", 2).await;
    stage.ends().await;
}
