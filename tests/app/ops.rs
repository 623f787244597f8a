//! The operations port: probes, metrics and the status page, over real sockets.

use std::time::Duration;

use switchboard_emulators::agent::{Gate, replies, reply};
use switchboard_emulators::bot_api::On;

use crate::support::{PATIENCE, Plan, Stage, UNLIMITED, rows};

/// With a port that the system chooses.
fn plan() -> Plan {
    let sections = format!("{UNLIMITED}\n[ops]\nlisten = \"127.0.0.1:0\"\n");
    Stage::plan().sections(&sections)
}

/// Where the port of the running bot is: its log says so.
pub(super) async fn base(stage: &Stage) -> String {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let logged = stage.logged();
        let line = logged
            .lines()
            .find(|line| line.contains("the operations port is open"));
        if let Some((_, address)) = line.and_then(|line| line.rsplit_once("address=")) {
            return format!("http://{}", address.trim());
        }
        assert!(tokio::time::Instant::now() < until, "no port: {logged}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Straight there, whatever proxy the environment names.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().build();
    client.expect("a client can be made")
}

pub(super) async fn get(url: &str) -> (u16, String) {
    let answer = client().get(url).send().await;
    let answer = answer.expect("the port answers");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("its answer is whole"))
}

/// Asks again until the answer is this; the state behind it has no other sign.
async fn becomes(url: &str, expected: (u16, &str)) {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (status, text) = get(url).await;
        if (status, text.trim()) == expected {
            return;
        }
        assert!(
            tokio::time::Instant::now() < until,
            "{url}: {status} {text}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_bot_that_runs_is_alive_and_ready_and_shows_its_sums_and_no_text() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = plan()
        .agent("k8s", move |asked| {
            if asked.text.contains("patience") {
                reply().working("").held(&held).answers("later")
            } else {
                replies("an answer that is private")
            }
        })
        .agent("istio", |_| replies("routes"))
        .route("istio", "description = \"Routes & <gateways>\"")
        .start()
        .await;
    let base = base(&stage).await;
    becomes(&format!("{base}/readyz"), (200, "ok")).await;
    stage.user(7).says("a question that is private");
    stage.user(7).sees("an answer that is private").await;
    stage.settled().await;
    stage.user(8).says("patience");
    gate.reached().await;
    rows::turns_become(&stage.store(), &["answered", "working"]).await;

    assert_eq!(
        get(&format!("{base}/livez")).await,
        (200, "ok\n".to_owned())
    );
    let (status, html) = get(&format!("{base}/")).await;
    assert_eq!(status, 200);
    for part in [
        "<span class=\"good\">ready</span>",
        "<dt>Turns at work</dt><dd class=\"\">1 working<",
        "<dt>Turns that are over</dt><dd class=\"\">1 answered<",
        "1 of 32 calls",
        "/istio</dt>",
        "istio · Routes &amp; &lt;gateways&gt;",
        env!("CARGO_PKG_VERSION"),
    ] {
        assert!(html.contains(part), "{part:?} in {html}");
    }
    let (_, text) = get(&format!("{base}/metrics")).await;
    for line in [
        "switchboard_ready 1",
        "switchboard_turns{state=\"answered\"} 1",
        "switchboard_turns{state=\"working\"} 1",
        "switchboard_updates{end=\"turn\"} 2",
        "switchboard_agent_state{agent=\"k8s\",state=\"up\"} 1",
        "switchboard_agent_calls_in_flight{agent=\"k8s\"} 1",
        "switchboard_agent_calls_total{agent=\"k8s\",call=\"stream\",outcome=\"ok\"} 2",
        "switchboard_telegram_calls_total{method=\"getMe\",result=\"ok\"} 1",
        "switchboard_route_turns_total{route=\"k8s\"} 2",
        "switchboard_route_turns_ended_total{route=\"k8s\",outcome=\"answered\"} 1",
        "switchboard_answer_seconds_count{route=\"k8s\"} 1",
        "switchboard_agent_call_seconds_count{agent=\"k8s\",call=\"stream\"} 2",
        "switchboard_store_works 1",
        "switchboard_store_readable 1",
    ] {
        assert!(text.lines().any(|is| is == line), "{line:?} in {text}");
    }
    for shown in [html, text] {
        assert!(
            !shown.contains("private") && !shown.contains("patience"),
            "{shown}"
        );
    }
    let missing = get(&format!("{base}/turns")).await;
    assert_eq!(missing.0, 404);
    let posted = client().post(format!("{base}/")).send().await;
    assert_eq!(posted.expect("the port answers").status().as_u16(), 405);
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn a_bot_that_waits_for_telegram_at_its_start_lives_and_is_not_ready() {
    let mut stage = plan().agent("k8s", |_| replies("pods")).build().await;
    let held = stage.telegram.hold(On::method("getMe"));
    stage.start_bot();
    let base = base(&stage).await;
    held.reached().await;
    let (status, why) = get(&format!("{base}/readyz")).await;
    assert!(
        status == 503 && why.starts_with("starting"),
        "{status} {why}"
    );
    assert_eq!(get(&format!("{base}/livez")).await.0, 200);
    let (_, html) = get(&format!("{base}/")).await;
    assert!(html.contains("<span class=\"bad\">starting"), "{html}");
    let (_, text) = get(&format!("{base}/metrics")).await;
    assert!(text.contains("\nswitchboard_ready 0\n"), "{text}");
    held.release();
    becomes(&format!("{base}/readyz"), (200, "ok")).await;
    stage.ends().await;
}

#[tokio::test]
async fn a_bot_that_drains_lives_and_is_not_ready() {
    let mut stage = plan().agent("k8s", |_| replies("pods")).start().await;
    let base = base(&stage).await;
    let held = stage.telegram.hold(On::method("sendMessage"));
    stage.user(7).says("/help");
    held.reached().await;
    let stopping = async {
        becomes(&format!("{base}/readyz"), (503, "stopping")).await;
        assert_eq!(get(&format!("{base}/livez")).await.0, 200);
        let (_, html) = get(&format!("{base}/")).await;
        assert!(
            html.contains("<span class=\"bad\">stopping</span>"),
            "{html}"
        );
        held.release();
    };
    let (ended, ()) = tokio::join!(stage.stop_bot(), stopping);
    ended.expect("the bot stops cleanly");
    let after = client().get(format!("{base}/livez")).send().await;
    assert!(after.is_err(), "the port is closed");
    stage.ends().await;
}

/// How often the store was written, of all that was told of it so far.
async fn writes(base: &str) -> u64 {
    let (_, text) = get(&format!("{base}/metrics")).await;
    let counts = text.lines().filter_map(|line| {
        let what = line.strip_prefix("switchboard_store_seconds_count{what=\"")?;
        let (what, count) = what.split_once("\"} ")?;
        let writes = matches!(what, "accept" | "commit");
        writes.then(|| count.parse::<u64>().expect("a count"))
    });
    counts.sum()
}

#[tokio::test]
async fn an_answer_that_nothing_holds_up_is_five_commits() {
    let stage = plan().agent("k8s", |_| replies("pods")).start().await;
    let base = base(&stage).await;
    // The first question finds out how many were asked today.
    stage.user(7).says("/k8s one");
    stage.user(7).sees("pods").await;
    stage.settled().await;
    let before = writes(&base).await;
    for n in 1..=4 {
        stage.user(7).says("/k8s another one");
        stage.user(7).sees_times("pods", 1 + n).await;
        stage.settled().await;
    }
    // Accepted; opened and submitted; working; ended and on its way; sent.
    let until = tokio::time::Instant::now() + PATIENCE;
    let expected = before + 4 * 5;
    while writes(&base).await < expected {
        assert!(tokio::time::Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(writes(&base).await, expected);
    stage.ends().await;
}
