//! The lists of commands that people see when they type a slash.

use switchboard_emulators::agent::replies;
use switchboard_emulators::bot_api::{Fault, On};

use crate::support::{PATIENCE, Plan, Stage, rows};

const GROUP: i64 = -1_001_000_000_999;

/// 7 may use both agents, 8 istio alone, and everybody in the group k8s.
fn two_agents() -> Plan {
    Stage::plan()
        .allow("7, 8")
        .agent("istio", |_| replies("routes"))
        .agent("k8s", |_| replies("pods"))
        .sections(&format!("{}{ROUTES}", crate::support::UNLIMITED))
}

const ROUTES: &str = "
[[routes]]
command = \"own\"
agent = \"k8s\"
allow = [7, \"chat:-1001000000999\"]
";

/// The routes in a list, and whether the bot's own commands are there.
fn listed(stage: &Stage, scope: &str) -> (Vec<String>, bool) {
    let list = stage.telegram.commands(scope, "");
    let own = list.iter().any(|(name, _)| name == "status");
    let names = list.into_iter().map(|(name, _)| name);
    let routes = ["own", "k8s", "istio"];
    (
        names.filter(|name| routes.contains(&&**name)).collect(),
        own,
    )
}

/// Waits until a scope has a list.
async fn has_list(stage: &Stage, scope: &str) -> (Vec<String>, bool) {
    let what = format!("a list for {scope}");
    stage
        .telegram
        .wait_for(&what, PATIENCE, |world| {
            (!world.menu(scope).is_empty()).then_some(())
        })
        .await;
    listed(stage, scope)
}

/// The lists that the bot has set so far.
fn sets(stage: &Stage) -> usize {
    stage.telegram.calls_to("setMyCommands").len()
}

fn group(stage: &Stage) {
    for user in [7, 8, 9, 10] {
        stage.telegram.add_user(user, "Somebody");
    }
    stage.telegram.add_supergroup(GROUP, "Ops");
}

async fn says(stage: &Stage, user: i64, text: &str, answer: &str) {
    stage.telegram.say(user, GROUP, text);
    stage.telegram.sees(GROUP, answer).await;
}

fn routes(names: &[&str]) -> (Vec<String>, bool) {
    (names.iter().map(|name| (*name).to_owned()).collect(), true)
}

#[tokio::test]
async fn everybody_sees_what_they_may_use_from_their_first_message_on() {
    let stage = two_agents().start().await;
    assert_eq!(has_list(&stage, "default").await, (Vec::new(), false));
    let user = stage.user(7);
    user.says("/help");
    assert_eq!(
        has_list(&stage, "chat:7").await,
        routes(&["own", "istio", "k8s"])
    );
    stage.user(8).says("/help");
    assert_eq!(has_list(&stage, "chat:8").await, routes(&["istio", "k8s"]));
    // A stranger gets nothing.
    stage.user(99).says("/help");
    stage.user(99).sees("You may not use this bot").await;

    group(&stage);
    says(&stage, 9, "/own pods?", "pods").await;
    let scope = format!("chat:{GROUP}");
    assert_eq!(has_list(&stage, &scope).await, routes(&["own"]));
    says(&stage, 8, "/istio routes?", "routes").await;
    let of_member = format!("chat_member:{GROUP}:8");
    let all = routes(&["own", "istio", "k8s"]);
    assert_eq!(has_list(&stage, &of_member).await, all);
    stage.settled().await;
    assert!(
        listed(&stage, &format!("chat_member:{GROUP}:9"))
            .0
            .is_empty()
    );
    assert!(stage.telegram.commands("chat:99", "").is_empty());
    // Once more changes nothing.
    let before = sets(&stage);
    user.says("/whoami");
    user.sees("Your id").await;
    stage.settled().await;
    assert_eq!(sets(&stage), before);
    stage.ends().await;
}

#[tokio::test]
async fn a_restart_sends_only_what_has_changed() {
    let mut stage = two_agents().start().await;
    for user in [7, 8] {
        stage.user(user).says("/help");
        has_list(&stage, &format!("chat:{user}")).await;
    }
    let kept = "SELECT count(*) FROM menus";
    rows::becomes(&stage.store(), kept, 3).await;
    stage.stop_bot().await.unwrap();
    let before = sets(&stage);
    stage.start_bot();
    stage.user(7).says("/whoami");
    stage.user(7).sees("Your id").await;
    stage.settled().await;
    assert_eq!(sets(&stage), before);

    stage.stop_bot().await.unwrap();
    stage.edit_config("allow = [7, 8]", "allow = [7]");
    stage.start_bot();
    // Whoever may use nothing any more sees the list of strangers again.
    rows::becomes(&stage.store(), kept, 2).await;
    assert!(stage.telegram.commands("chat:8", "").is_empty());
    assert_eq!(sets(&stage), before, "7's is the same");
    assert_eq!(stage.telegram.calls_to("deleteMyCommands").len(), 1);

    stage.stop_bot().await.unwrap();
    stage.edit_config(
        "[[routes]]\ncommand = \"own\"",
        "[[routes]]\ndescription = \"Mine\"\ncommand = \"own\"",
    );
    stage.start_bot();
    let mine = ("own".to_owned(), "Mine".to_owned());
    stage
        .telegram
        .wait_for("the new list", PATIENCE, |world| {
            world.menu("chat:7").contains(&mine).then_some(())
        })
        .await;
    assert_eq!(sets(&stage), before + 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_menu_that_fails_is_tried_again_or_left_and_harms_nothing() {
    let stage = two_agents().build().await;
    let mut stage = stage;
    let on = || On::method("setMyCommands");
    stage
        .telegram
        .inject(Fault::TooMany { retry_after: 1 }, on());
    stage.start_bot();
    assert_eq!(has_list(&stage, "default").await, (Vec::new(), false));
    stage.telegram.expect_refusals("Bad Request");
    stage.telegram.inject(Fault::Status(400), on());
    let user = stage.user(8);
    user.says("/istio routes?");
    user.sees("routes").await;
    stage.logs("a command menu was not set").await;
    stage.user(7).says("/help");
    has_list(&stage, "chat:7").await;
    user.says("/whoami");
    user.sees("Your id").await;
    stage.settled().await;
    assert!(stage.telegram.commands("chat:8", "").is_empty());
    // The next process tries it again.
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    stage.user(8).says("/whoami");
    has_list(&stage, "chat:8").await;
    stage.ends().await;
}

#[tokio::test]
async fn another_configuration_changes_the_menus_at_once() {
    let mut stage = two_agents().start().await;
    for user in [7, 8] {
        stage.user(user).says("/help");
        has_list(&stage, &format!("chat:{user}")).await;
    }
    let before = sets(&stage);
    let fewer = stage.written().replace("allow = [7, 8]", "allow = [7]");
    stage.now_runs(&fewer).await;
    stage
        .telegram
        .wait_for("no list for 8", PATIENCE, |world| {
            world.menu("chat:8").is_empty().then_some(())
        })
        .await;
    assert_eq!(sets(&stage), before, "7's is the same");
    stage.ends().await;
}
