//! The port over real sockets, and what it shows, with a machine whose poll can be made to hang.

mod documents;
mod full;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use actix::Actor;
use tokio::time::Instant;

use self::full::full;
use super::http::Port;
use super::metrics::{self, families};
use super::overview::{Overview, Pulse};
use super::page;
use super::tally::{Counts, Tally};
use super::watched::Watched;
use crate::actors::fetcher::Fetcher;
use crate::actors::overseer::{InspectAll, Overseer};
use crate::actors::router::Router;
use crate::actors::sender::Sender;
use crate::actors::{Commons, InForce, RealWorld, Shared};
use crate::ids::Timestamp;
use crate::rules::poll_watch::PollWatch;
use crate::rules::testing::{config, me};
use crate::store::{MemDisk, MemStore};
use crate::telegram::{BotApi, Settings};

/// A machine without poller and agents; nothing in it calls Telegram.
fn machine(polls: PollWatch) -> actix::Addr<Overseer> {
    let (fatal, _) = tokio::sync::mpsc::unbounded_channel();
    let commons: Commons = Rc::new(Shared {
        stopping: std::cell::Cell::default(),
        in_force: InForce::new(config()),
        me: me(),
        tally: Rc::default(),
        store: Watched::new(
            Rc::new(MemStore::open(&MemDisk::default(), me().id, || {
                Timestamp(0)
            })),
            Rc::default(),
        ),
        world: Rc::new(RealWorld),
        screen: std::cell::RefCell::default(),
        moves: std::cell::RefCell::default(),
        polls,
        menus: crate::actors::menus::Menus::default(),
        trial: crate::actors::trial::Trial::default(),
        fatal,
    });
    let telegram = Rc::new(
        BotApi::new(&Settings {
            token: "7:nobody".into(),
            api_url: url::Url::parse("http://127.0.0.1:9").unwrap(),
            proxy: None,
            ca_file: None,
        })
        .unwrap(),
    );
    let sender = Sender::new(commons.clone(), telegram.clone()).start();
    let fetcher = Fetcher::new(commons.clone(), telegram).start();
    let router = Router::new(commons.clone(), sender.clone(), fetcher).start();
    Overseer::new(commons, Rc::default(), router, sender).start()
}

/// A poll that is two minutes late.
fn hanging() -> PollWatch {
    PollWatch::new(Instant::now().checked_sub(Duration::from_mins(2)).unwrap())
}

#[actix_rt::test]
async fn a_machine_whose_poll_hangs_neither_lives_nor_is_ready() {
    let seen = machine(hanging()).send(InspectAll).await.unwrap().unwrap();
    assert_eq!(seen.pulse.lives(), Err("the poll hangs"));
    assert_eq!(seen.is_ready(), Err("the poll hangs"));
    assert!(metrics::export(Some(&seen)).contains("\nswitchboard_ready 0\n"));
    assert!(page::of(&seen).contains("the poll hangs"));
    let seen = machine(PollWatch::new(Instant::now())).send(InspectAll);
    let seen = seen.await.unwrap().unwrap();
    assert_eq!(seen.is_ready(), Ok(()));
    assert!(metrics::export(Some(&seen)).contains("\nswitchboard_ready 1\n"));
}

/// What the port says, over a real socket.
async fn get(port: &Port, path: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}{path}", port.address().unwrap());
    let answer = client.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[actix_rt::test]
async fn a_probe_fails_with_the_reason_while_the_poll_hangs() {
    let port = Port::open("127.0.0.1:0".parse().ok()).unwrap();
    for (polls, expected) in [
        (PollWatch::new(Instant::now()), (200, "ok\n")),
        (hanging(), (503, "the poll hangs\n")),
    ] {
        port.shows(machine(polls));
        let (status, said) = expected;
        for path in ["/livez", "/readyz"] {
            assert_eq!(get(&port, path).await, (status, said.to_owned()), "{path}");
        }
    }
    port.close().await;
}

#[test]
fn what_is_no_reason_to_restart_is_no_reason_to_restart() {
    let good = Pulse {
        answers: true,
        poll_hangs: false,
        store_works: true,
    };
    let table = [
        (good, Ok(()), Ok(())),
        (
            Pulse {
                store_works: false,
                ..good
            },
            Ok(()),
            Err("the store does not work"),
        ),
        (
            Pulse {
                poll_hangs: true,
                ..good
            },
            Err("the poll hangs"),
            Err("the poll hangs"),
        ),
        (
            Pulse::DEAD,
            Err("an actor does not answer"),
            Err("an actor does not answer"),
        ),
    ];
    for (pulse, lives, ready) in table {
        assert_eq!(
            (pulse.lives(), pulse.is_ready()),
            (lives, ready),
            "{pulse:?}"
        );
    }
}

#[actix_rt::test]
async fn a_port_that_is_taken_is_said_with_its_key() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let opened = Port::open(taken.local_addr().ok());
    let why = format!("{:#}", opened.err().unwrap());
    assert!(
        why.starts_with("ops.listen: cannot listen on 127.0.0.1:"),
        "{why}"
    );
}

#[test]
fn the_page_shows_all_of_it_and_nothing_on_it_is_taken_for_html() {
    let html = page::of(&full());
    for part in [
        "&lt;i&gt;k8s&quot;&amp;",
        "down, tried again in 5 s · 3 of 32 calls · 1 waiting",
        "k8s · the default · Pods &lt;script&gt;alert(&#39;x&#39;)",
        "<dt>Turns at work</dt><dd class=\"\">1 working<",
        "<dt>Turns that wait</dt><dd class=\"\">none<",
        "<dt>Turns that are over</dt><dd class=\"\">2 told failed<",
        "<dt>Running for</dt><dd class=\"\">3 h<",
        "1 new · 4 control",
        "3 to go, the oldest for 5 s",
        "1 chats slowed down, at most 7 s",
        "3f9a2c11, loaded 50 s ago",
        "3 s ago",
        "<dt>1 min ago</dt><dd class=\"bad\">refused: line 3: grace: &lt;wrong&gt;<",
        "<dt>9 min ago</dt><dd class=\"\">taken: 3f9a2c11<",
        "people reach it or this one; a poll was refused 40 s ago",
        "Not loaded, changed 1 min ago: line 3: grace: &lt;wrong&gt;",
        "Waits for a restart: ops.listen",
    ] {
        assert!(html.contains(part), "{part:?} in {html}");
    }
    assert!(!html.contains("<script") && !html.contains("<i>"), "{html}");
    assert!(!html.contains("123456"), "no chat is named");
    let rows = page::of(&Overview {
        totals: None,
        agents: vec![full().agents[0].clone(); 120],
        ..full()
    });
    assert!(rows.contains("and 20 more") && rows.contains("the store cannot be read"));
}

#[test]
fn the_export_is_what_prometheus_reads() {
    let text = metrics::export(Some(&full()));
    for line in [
        "# TYPE switchboard_polls_total counter",
        "switchboard_polls_total{result=\"ok\"} 1",
        "switchboard_polls_total{result=\"conflict\"} 0",
        "switchboard_polls_total{result=\"unauthorized\"} 1",
        "switchboard_updates{end=\"control\"} 4",
        "switchboard_turns{state=\"told_failed\"} 2",
        "# TYPE switchboard_turns_ended_total counter",
        "switchboard_updates_ended_total{end=\"control\"} 4",
        "switchboard_turns_ended_total{state=\"told_failed\"} 3",
        "switchboard_pauses 1",
        "switchboard_outbox_oldest_seconds 5",
        "switchboard_agent_state{agent=\"<i>k8s\\\"&\",state=\"down\"} 1",
        "switchboard_agent_state{agent=\"<i>k8s\\\"&\",state=\"up\"} 0",
        "switchboard_agent_calls_total{agent=\"k8s\",call=\"stream\",outcome=\"ok\"} 1",
        "switchboard_agent_calls_total{agent=\"k8s\",call=\"stream\",outcome=\"unknown\"} 1",
        "switchboard_telegram_calls_total{method=\"sendMessage\",result=\"ok\"} 2",
        "switchboard_telegram_calls_total{method=\"sendMessage\",result=\"limited\"} 1",
        "switchboard_telegram_penalty_seconds_total 7",
        "switchboard_penalized_chats 1",
        "switchboard_poll_age_seconds 3",
        "switchboard_poll_rival{who=\"process\"} 1",
        "switchboard_poll_rival{who=\"webhook\"} 0",
        "switchboard_config_reloads_total{result=\"loaded\"} 4",
        "switchboard_config_reloads_total{result=\"refused\"} 2",
        "switchboard_config_broken 1",
        "switchboard_config_restart_keys 1",
        "switchboard_agent_prompts_again_total{agent=\"k8s\"} 1",
        "# TYPE switchboard_agent_call_seconds histogram",
        "switchboard_agent_call_seconds_bucket{agent=\"k8s\",call=\"stream\",le=\"0.25\"} 0",
        "switchboard_agent_call_seconds_bucket{agent=\"k8s\",call=\"stream\",le=\"0.5\"} 2",
        "switchboard_agent_call_seconds_bucket{agent=\"k8s\",call=\"stream\",le=\"+Inf\"} 2",
        "switchboard_agent_call_seconds_sum{agent=\"k8s\",call=\"stream\"} 0.8",
        "switchboard_agent_call_seconds_count{agent=\"k8s\",call=\"stream\"} 2",
        "switchboard_store_seconds_bucket{what=\"commit\",le=\"0.005\"} 1",
        "switchboard_route_turns_total{route=\"k8s\"} 1",
        "switchboard_route_turns_ended_total{route=\"k8s\",outcome=\"answered\"} 1",
        "switchboard_first_preview_seconds_count{route=\"k8s\"} 1",
        "switchboard_answer_seconds_count{route=\"k8s\"} 1",
        "switchboard_posts_again_total 1",
        "switchboard_masked_total{route=\"k8s\",kind=\"own\"} 1",
        "switchboard_masked_total{route=\"k8s\",kind=\"named\"} 2",
        "switchboard_masked_total{route=\"k8s\",kind=\"spoken\"} 0",
        "switchboard_approvals_total{route=\"k8s\",event=\"approval_expired\"} 0",
        "switchboard_started_seconds 1700000000.123",
        "switchboard_route_turns_ended_total{route=\"k8s\",outcome=\"unknown_told\"} 0",
    ] {
        assert!(text.lines().any(|is| is == line), "{line:?} in {text}");
    }
    let of_nothing = metrics::export(None);
    assert!(of_nothing.contains("\nswitchboard_ready 0\n"));
    assert!(!of_nothing.contains("switchboard_turns"));
}

#[test]
fn every_metric_is_exported_under_its_name_and_written_down() {
    let text = metrics::export(Some(&full()));
    let exported: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split(' ').next())
        .collect();
    let known: BTreeSet<&str> = families().map(|family| family.name).collect();
    assert_eq!(exported, known);
    let document = include_str!("../../docs/metrics.md");
    let is_row = |row: &&str| row.starts_with("| `switchboard_") && row.matches('|').count() == 5;
    let written: Vec<&str> = document.lines().filter(is_row).collect();
    let rows: Vec<String> = families()
        .map(|family| {
            let labels = family.labels.iter().map(|label| format!("`{label}`"));
            let labels: Vec<_> = labels.collect();
            let (name, kind, help) = (family.name, family.kind, family.help);
            format!("| `{name}` | {kind} | {} | {help} |", labels.join(", "))
        })
        .collect();
    assert_eq!(written, rows);
    let words = document.split(|c: char| !c.is_ascii_lowercase() && c != '_');
    for named in words.filter(|word| word.starts_with("switchboard_")) {
        assert!(known.contains(named), "{named} is not exported");
    }
}

#[test]
fn counts_begin_at_nothing() {
    assert_eq!(Tally::default().counts(), Counts::default());
}
