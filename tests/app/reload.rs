//! Other settings while the bot runs: what is new holds at once, what runs goes on as it began, and
//! what is broken changes nothing.

mod under_load;

use switchboard::app::Reloaded;
use switchboard_emulators::agent::{
    AgentEmulator, Gate, Incoming, Reply, Settings as AgentSettings, replies, reply,
};
use switchboard_emulators::bot_api::{Incoming as Message, On, Upload};

use crate::support::{PATIENCE, Plan, Stage, rows};

/// An agent beside those of the stage.
fn another(script: impl Fn(&Incoming) -> Reply + Send + Sync + 'static) -> AgentEmulator {
    AgentEmulator::start(AgentSettings::kagent("another"), script).expect("it can be started")
}

/// An agent and a route to it, of the same name.
fn section(name: &str, agent: &AgentEmulator) -> String {
    let url = agent.url();
    format!(
        "[agents.{name}]\nurl = \"{url}\"\nflavor = \"kagent\"\n\
         [[routes]]\ncommand = \"{name}\"\nagent = \"{name}\"\nallow = [7]\n"
    )
}

/// `before` with another address for the stage's agent `k8s`.
fn moved(stage: &Stage, to: &AgentEmulator) -> String {
    let (from, to) = (stage.agent("k8s").url(), to.url());
    let moved = stage.written().replace(&from, &to);
    assert_ne!(moved, stage.written());
    moved
}

#[tokio::test]
async fn a_file_that_an_editor_replaces_is_loaded_by_itself() {
    let mut stage = Stage::with(|_| replies("pods")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("pods").await;
    let istio = another(|_| replies("routes"));
    let more = format!("{}{}", stage.written(), section("istio", &istio));
    stage.writes(&more);
    stage.logs("the configuration was loaded").await;
    stage.user(7).says("/istio what is there?");
    stage.user(7).sees("routes").await;
    stage.user(8).says("/istio what is there?");
    stage.user(8).sees("/istio").await;
    assert_eq!(istio.prompts().len(), 1, "only 7 may");
    stage.ends().await;
}

#[tokio::test]
async fn a_config_map_that_the_kubelet_swaps_is_loaded_by_itself() {
    let mut stage = Stage::plan()
        .agent("k8s", |_| replies("pods"))
        .build()
        .await;
    stage.mounts_config();
    stage.start_bot();
    stage.user(7).says("hello");
    stage.user(7).sees("pods").await;
    let istio = another(|_| replies("routes"));
    let more = format!("{}{}", stage.written(), section("istio", &istio));
    stage.mounts("..2026_11_22_08_16_00.2", &more);
    stage.logs("the configuration was loaded").await;
    stage.user(7).says("/istio what is there?");
    stage.user(7).sees("routes").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_directory_is_followed_whichever_of_its_files_comes_changes_or_goes() {
    let mut stage = Stage::plan()
        .agent("k8s", |_| replies("pods"))
        .build()
        .await;
    stage.spreads_config();
    stage.start_bot();
    stage.user(1).says("/help");
    stage.user(7).says("hello");
    stage.user(7).sees("pods").await;

    let istio = another(|_| replies("routes"));
    let good = section("istio", &istio);
    stage.writes_beside("20-istio.toml", &good);
    stage.logs("the configuration was loaded").await;
    stage.user(7).says("/istio what is there?");
    stage.user(7).sees("routes").await;

    // A mistake in one file: all of it stays as it was.
    stage.writes_beside("20-istio.toml", &good.replace("command", "comand"));
    stage.user(1).sees("It is not loaded").await;
    let told = stage
        .user(1)
        .sees("20-istio.toml:5: routes[1].comand")
        .await;
    assert!(told.text.contains("unknown key"), "{}", told.text);
    stage.user(7).says("/istio still?");
    stage.user(7).sees_times("routes", 2).await;

    // Its own file changes beside it, and then the other one goes.
    stage.writes_beside("20-istio.toml", &good);
    stage.user(1).sees("no mistakes any more").await;
    let better = stage
        .written()
        .replace("command = \"k8s\"", "command = \"kube\"");
    stage.writes(&better);
    let done = stage.reloads().await;
    assert!(!matches!(done, Reloaded::Refused(_)), "{done:?}");
    stage.user(7).says("/kube pods?");
    stage.user(7).sees_times("pods", 2).await;
    stage.removes("20-istio.toml");
    let done = stage.reloads().await;
    assert!(!matches!(done, Reloaded::Refused(_)), "{done:?}");
    stage.user(7).says("/istio and now?");
    stage.user(7).sees("/kube").await;
    assert_eq!(istio.prompts().len(), 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_broken_edit_changes_nothing_and_admins_hear_of_it_once() {
    let mut stage = Stage::with(|_| replies("pods")).await;
    let good = stage.written().to_owned();
    let broken = format!("grase = \"1s\"\n{}", good.replace("allow", "alow"));
    stage.user(1).says("/help");
    stage.user(7).says("hello");
    stage.user(7).sees("pods").await;
    stage.writes(&broken);
    let done = stage.reloads().await;
    let Reloaded::Refused(why) = done else {
        panic!("{done:?}")
    };
    assert!(
        why.contains("switchboard.toml:1: grase: unknown key"),
        "{why}"
    );
    let told = stage.user(1).sees("It is not loaded").await.text;
    assert!(
        told.contains("switchboard.toml:1: grase: unknown key"),
        "{told}"
    );
    for _ in 0..3 {
        assert_eq!(stage.reloads().await, Reloaded::Refused(why.clone()));
    }
    // As it was before.
    stage.user(7).says("again");
    stage.user(7).sees_times("pods", 2).await;
    stage.user(1).says("/status");
    let status = stage.user(1).sees("Not loaded, changed ").await.text;
    assert!(
        status.contains("switchboard.toml:1: grase: unknown key"),
        "{status}"
    );

    stage.writes(&good);
    assert_eq!(stage.reloads().await, Reloaded::Unchanged);
    stage.user(1).sees("no mistakes any more").await;
    stage.settled().await;
    assert_eq!(stage.user(1).shown("It is not loaded"), 1);
    assert_eq!(stage.user(1).shown("no mistakes any more"), 1);
    assert_eq!(stage.user(7).shown("It is not loaded"), 0);
    stage.ends().await;
}

#[tokio::test]
async fn what_needs_a_restart_is_said_and_the_rest_is_loaded() {
    let mut stage = Stage::with(|_| replies("pods")).await;
    stage.user(1).says("/help");
    stage.user(1).sees("/k8s").await;
    stage.user(7).says("/help");
    stage.user(7).sees("/k8s").await;
    let before = stage.written().to_owned();
    let changed = before.replace("[limits]", "[log]\nformat = \"json\"\n[limits]");
    let changed = changed.replace("admins = [1]", "admins = [1, 7]");
    stage.now_runs(&changed).await;
    let told = stage.user(1).sees("wait for a restart").await.text;
    assert!(told.ends_with(": log.format"), "{told}");
    stage.user(7).says("/status");
    let status = stage.user(7).sees("Config ").await.text;
    assert!(
        status.contains("Waits for a restart: log.format"),
        "{status}"
    );
    stage.now_runs(&before).await;
    stage.user(1).sees("waits for a restart any more").await;
    stage.ends().await;
}

#[tokio::test]
async fn admins_are_told_in_their_chat_and_one_who_cannot_be_told_costs_one_call() {
    const OPERATORS: i64 = -1_000_000_001;
    let mut stage = Stage::with(|_| replies("pods")).await;
    stage.telegram.add_user(1, "Admin");
    stage.telegram.add_supergroup(OPERATORS, "Operators");
    stage.telegram.join(OPERATORS, 1);
    let good = stage.written().to_owned();
    // 1 has never pressed Start.
    stage.writes(&format!("x = 1\n{good}"));
    stage.reloads().await;
    stage.logs("telegram refused it").await;
    stage.reloads().await;
    stage.settled().await;
    let refused = |stage: &Stage| {
        let refusals = stage.telegram.refusals();
        refusals
            .iter()
            .filter(|refusal| refusal.code == 403)
            .count()
    };
    assert_eq!(refused(&stage), 1);

    let with_chat = format!("admin_chat = {OPERATORS}\n{good}");
    stage.now_runs(&with_chat).await;
    stage.writes(&format!("y = 1\n{with_chat}"));
    stage.reloads().await;
    let telegram = &stage.telegram;
    let told = telegram.wait_in(OPERATORS, "the chat to be told", PATIENCE, |world| {
        let mut messages = world.messages(OPERATORS);
        messages
            .find(|it| it.text.contains("y: unknown key"))
            .map(|_| ())
    });
    told.await;
    assert_eq!(refused(&stage), 1, "nobody was tried in private");
    stage.ends().await;
}

#[tokio::test]
async fn a_turn_that_runs_ends_at_its_agent_and_the_next_one_goes_to_the_new_address() {
    let gate = Gate::new();
    let held = gate.clone();
    let mut stage = Stage::with(move |_| reply().working("").held(&held).answers("old")).await;
    let new = another(|asked| replies(&format!("new: {}", asked.text)));
    stage.user(7).says("first");
    gate.reached().await;
    stage.user(7).says("second");
    rows::turns_become(&stage.store(), &["working", "queued"]).await;
    let toml = moved(&stage, &new);
    stage.now_runs(&toml).await;
    stage.user(8).says("third");
    stage.user(8).sees("new: third").await;
    gate.open();
    stage.user(7).sees("old").await;
    stage.user(7).sees("new: second").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_turn_that_waits_for_a_place_finds_one_at_the_new_address() {
    let gate = Gate::new();
    let held = gate.clone();
    let mut stage = Stage::plan()
        .agent_as(
            "k8s",
            AgentSettings::kagent("k8s"),
            "flavor = \"kagent\"\ncalls_max = 1",
            move |_| reply().working("").held(&held).answers("old"),
        )
        .start()
        .await;
    let new = another(|asked| replies(&format!("new: {}", asked.text)));
    stage.user(7).says("first");
    gate.reached().await;
    stage.user(8).says("second");
    rows::turns_become(&stage.store(), &["working", "queued"]).await;
    stage.user(8).says("/status");
    stage.user(8).sees("waits for a free call").await;
    let toml = moved(&stage, &new);
    stage.now_runs(&toml).await;
    // The old one is as busy as it was.
    stage.user(8).sees("new: second").await;
    gate.open();
    stage.user(7).sees("old").await;
    stage.ends().await;
}

#[tokio::test]
async fn the_agent_that_is_gone_ends_what_it_has_and_nothing_else_is_sent_to_it() {
    let gate = Gate::new();
    let held = gate.clone();
    let mut stage = Stage::with(move |_| reply().working("").held(&held).answers("old")).await;
    let new = another(|_| replies("new"));
    stage.user(7).says("first");
    gate.reached().await;
    stage.user(7).says("second");
    rows::turns_become(&stage.store(), &["working", "queued"]).await;
    let upper = stage.written().split("[agents.").next().map(str::to_owned);
    let toml = format!("{}{}", upper.unwrap_or_default(), section("istio", &new));
    stage.now_runs(&toml).await;
    stage.user(7).says("/status");
    stage.user(7).sees("at work for").await;
    gate.open();
    stage.user(7).sees("old").await;
    stage.user(7).sees("k8s is not configured any more").await;
    stage.user(7).says("/k8s third");
    stage.user(7).sees("/istio").await;
    stage.settled().await;
    let states = rows::turn_states(&stage.store()).await;
    assert_eq!(states, ["answered", "told_failed"]);
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn who_was_turned_away_hears_when_the_agent_is_back_at_another_address() {
    let mut stage = Stage::with(|_| replies("old")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("old").await;
    stage.agent("k8s").go_down().await;
    for _ in 0..3 {
        stage.user(7).says("again");
    }
    stage.user(7).sees("You will hear when it is back").await;
    let new = another(|_| replies("new"));
    let toml = moved(&stage, &new);
    stage.now_runs(&toml).await;
    stage.user(7).sees("k8s is back").await;
    stage.ends().await;
}

fn asks(asked: &Incoming) -> Reply {
    match &asked.decision {
        Some(decision) => replies(&decision.summary()),
        None => reply().asks_approval(&[("delete_pod", serde_json::json!({"name": "web-1"}))]),
    }
}

fn approved_by(who: &str) -> Plan {
    let route = format!("approvers = [{who}]");
    Stage::plan().agent("k8s", asks).route("k8s", &route)
}

#[tokio::test]
async fn whoever_lost_the_right_between_card_and_tap_approves_nothing() {
    let mut stage = approved_by("7, 8, \"requester\"").start().await;
    stage.user(7).says("delete it");
    stage.user(7).sees("asks whether it may go on").await;
    let stripped = stage.written().replace("[7, 8, \"requester\"]", "[8]");
    stage.now_runs(&stripped).await;
    stage
        .user(7)
        .taps("asks whether it may go on", "Approve")
        .await;
    assert_eq!(stage.agent("k8s").executed(), []);
    stage
        .user(7)
        .taps("asks whether it may go on", "Reject")
        .await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").executed(), []);
    stage.ends().await;
}

#[tokio::test]
async fn an_approval_is_waited_for_as_long_as_was_said_when_its_question_left() {
    let plan = Stage::plan().agent("k8s", asks);
    let route = "approvers = [8, \"requester\"]\nexpires_after = \"2h\"";
    let mut stage = plan.route("k8s", route).start().await;
    let gate = Gate::new();
    stage.agent("k8s").holds_next("message/stream", &gate);
    stage.user(7).says("delete it");
    gate.reached().await;
    let longer = stage.written().replace("\"2h\"", "\"3h\"");
    stage.now_runs(&longer).await;
    gate.open();
    stage.user(7).sees("asks whether it may go on").await;
    let hours =
        "SELECT count(*) FROM pauses WHERE body ->> 'expires_at' - body ->> 'opened_at' = 7200000";
    assert_eq!(rows::count(&stage.store(), hours).await, 1);
    stage
        .user(7)
        .taps("asks whether it may go on", "Reject")
        .await;
    stage.settled().await;
    stage.ends().await;
}

#[tokio::test]
async fn whoever_lost_the_right_while_their_file_was_fetched_asks_nothing() {
    let mut stage = Stage::with(|_| replies("pods")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("pods").await;
    let held = stage.telegram.hold(On::method("getFile"));
    let log = Upload::document("pod.log", "text/plain", b"out of memory");
    stage.telegram.post(Message::new(7, 7, "why?").file(log));
    held.reached().await;
    let stripped = stage
        .written()
        .replace("allow = [1,2,3,4,5,6,7,", "allow = [1,2,3,4,5,6,");
    assert_ne!(stripped, stage.written());
    stage.now_runs(&stripped).await;
    held.release();
    stage
        .user(7)
        .sees("You may not ask k8s here any more")
        .await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_decision_goes_to_the_agent_that_asked_for_it() {
    let mut stage = approved_by("8, \"requester\"").start().await;
    let new = another(asks);
    stage.user(7).says("delete it");
    stage.user(7).sees("asks whether it may go on").await;
    let toml = moved(&stage, &new);
    stage.now_runs(&toml).await;
    stage
        .user(7)
        .taps("asks whether it may go on", "Approve")
        .await;
    stage.user(7).sees("Tool said: delete_pod done").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").executed().len(), 1);
    assert_eq!(new.calls_of("message/stream").len(), 0);
    stage.ends().await;
}

#[tokio::test]
async fn other_limits_hold_at_once() {
    let mut stage = Stage::with(|_| replies("pods")).await;
    stage.user(7).says("hello");
    stage.user(7).sees("pods").await;
    let full = format!("{}turns_max = 1\n", crate::support::UNLIMITED);
    let narrow = stage.written().replace(crate::support::UNLIMITED, &full);
    assert_ne!(narrow, stage.written());
    let gate = Gate::new();
    let held = gate.clone();
    let script = move |_: &Incoming| reply().working("").held(&held).answers("pods");
    stage.agent("k8s").set_script(script);
    stage.now_runs(&narrow).await;
    stage.user(8).says("first");
    gate.reached().await;
    stage.user(9).says("second");
    stage
        .user(9)
        .sees("Too many questions of too many people")
        .await;
    gate.open();
    stage.user(8).sees("pods").await;
    stage.ends().await;
}
