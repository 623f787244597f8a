//! `switchboard doctor` on emulators: it finds each fault that it claims to find, and nothing else.

mod agents;
mod store;

use std::any::Any;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use switchboard::rules::doctor::Fault;
use switchboard_emulators::agent::replies;
use switchboard_emulators::bot_api::{self, On, Settings};
use tokio::process::Command;

use crate::process::{BINARY, Bot, switchboard};
use crate::support::{Plan, Stage};

const GROUP: i64 = -1_001_000_000_001;
/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9/";

/// One fault: how the stage differs from a healthy one, and what is said, alone.
struct Case {
    name: &'static str,
    /// Its word.
    fault: &'static str,
    plan: fn(Plan) -> Plan,
    act: fn(&Stage, &mut With),
    said: (&'static str, &'static str),
}

/// What else there is about one run.
#[derive(Default)]
struct With {
    env: HashMap<&'static str, String>,
    args: Vec<&'static str>,
    /// Lives as long as the run.
    kept: Vec<Box<dyn Any>>,
    agent_down: bool,
    /// The size of the volume that this directory is, if it is one of its own.
    volume: Option<(PathBuf, &'static str)>,
}

impl With {
    fn env(&mut self, name: &'static str, value: &str) {
        self.env.insert(name, value.to_owned());
    }
}

/// A stage on which nothing is wrong.
fn healthy() -> Plan {
    Stage::plan()
        .agent("k8s", |_| replies("2 pods"))
        .allow("7")
        .route("k8s", "approvers = [7]")
}

fn same(plan: Plan) -> Plan {
    plan
}

/// Runs it; its checks, and its exit code.
async fn doctor(stage: &Stage, with: &With) -> (Vec<Value>, Option<i32>) {
    let mut command = match &with.volume {
        Some((directory, size)) => on_a_volume(directory, size),
        None => switchboard(&["doctor", "--json", "--config"]),
    };
    command.arg(stage.config_file()).args(&with.args);
    command.envs(stage.environment()).envs(&with.env);
    let output = command.output().await.expect("it runs");
    let json: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let checks = json["checks"].as_array().expect("a list").clone();
    assert_eq!(json["fine"], output.status.success());
    (checks, output.status.code())
}

/// The same where this directory is a volume of this size. `unshare` and `mount` are util-linux, as
/// `setpriv` is.
fn on_a_volume(directory: &Path, size: &str) -> Command {
    let mounts = "mount -t tmpfs -o size=$0 none \"$1\" && shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", mounts, size]);
    command.arg(directory).arg(BINARY);
    command.args(["doctor", "--json", "--config"]);
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The words of all faults that were seen.
fn faults(checks: &[Value]) -> Vec<&str> {
    checks
        .iter()
        .filter_map(|it| it["fault"].as_str())
        .collect()
}

/// What is not fine.
fn bad(checks: &[Value]) -> Vec<(&str, &str)> {
    checks
        .iter()
        .filter(|check| check["verdict"] != "ok")
        .filter_map(|check| Some((check["check"].as_str()?, check["verdict"].as_str()?)))
        .collect()
}

async fn finds(cases: &[Case]) {
    for case in cases {
        let stage = (case.plan)(healthy()).build().await;
        stage.telegram.open_chat(1);
        if case.said.0 != "start" {
            stage.telegram.open_chat(7);
        }
        let mut with = With::default();
        (case.act)(&stage, &mut with);
        if with.agent_down {
            stage.agent("k8s").go_down().await;
        }
        let (checks, code) = doctor(&stage, &with).await;
        assert_eq!(bad(&checks), [case.said], "{}: {checks:#?}", case.name);
        assert_eq!(faults(&checks), [case.fault], "{}: {checks:#?}", case.name);
        let all = checks.iter().filter(|check| check["verdict"] != "ok");
        for check in all {
            assert!(check["advice"].is_string(), "{}: {check}", case.name);
        }
        let wrong = case.said.1 == "wrong";
        assert_eq!(code, Some(i32::from(wrong)), "{}", case.name);
        drop(with);
        stage.abandons().await;
    }
}

#[tokio::test]
async fn where_all_is_well_it_says_so_and_touches_nothing() {
    let stage = healthy().build().await;
    stage.telegram.open_chat(1);
    stage.user(7).says("hello");
    let with = With::default();
    let (checks, code) = doctor(&stage, &with).await;
    assert_eq!(bad(&checks), [], "{checks:#?}");
    assert_eq!(code, Some(0));
    let names: Vec<&str> = checks
        .iter()
        .filter_map(|it| it["check"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "token",
            "webhook",
            "poller",
            "privacy",
            "clock",
            "start",
            "approvers",
            "card",
            "version",
            "approvals",
            "store",
            "disk"
        ]
    );
    // A look for another poller confirms nothing either.
    let with = With {
        args: vec!["--look", "1"],
        ..With::default()
    };
    let (checks, _) = doctor(&stage, &with).await;
    assert!(
        checks[2]["found"]
            .to_string()
            .contains("while updates wait"),
        "{checks:#?}"
    );

    assert!(!stage.store().exists(), "it makes no store");
    assert!(stage.agent("k8s").prompts().is_empty());
    assert!(stage.telegram.everything_sent(7).is_empty());
    // What was said is still there for the bot; and while that runs, all is well, too.
    let bot = Bot::start(&stage);
    stage.user(7).sees("2 pods").await;
    let with = With {
        args: vec!["--look", "1"],
        ..With::default()
    };
    let (checks, code) = doctor(&stage, &with).await;
    assert_eq!((bad(&checks), code), (vec![], Some(0)), "{checks:#?}");
    let said = |check: &str| {
        let found = checks.iter().find(|it| it["check"] == check);
        found.map(|it| it["found"].to_string()).unwrap_or_default()
    };
    assert!(said("poller").contains("our own bot polls"), "{checks:#?}");
    assert!(
        said("store").contains("in use by the running bot"),
        "{checks:#?}"
    );
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0));
    assert!(
        !log.iter()
            .any(|line| line.contains("another process polls")),
        "{log:?}"
    );
    stage.ends().await;
}

fn breaks(stage: &Stage, method: &str, fault: bot_api::Fault) {
    stage.telegram.inject(fault, On::method(method).always());
}

const CASES: &[Case] = &[
    Case {
        name: "a token that is not accepted",
        fault: "token_refused",
        plan: same,
        act: |_, with| with.env("STAGE_TOKEN", "42:AAaaBBbbCCccDDddEEeeFFff00112233445"),
        said: ("token", "wrong"),
    },
    Case {
        name: "nothing at api_url",
        fault: "telegram_unreachable",
        plan: same,
        act: |_, with| with.env("SWITCHBOARD__TELEGRAM__API_URL", NOWHERE),
        said: ("telegram", "wrong"),
    },
    Case {
        name: "no proxy at its address",
        fault: "telegram_proxy",
        plan: same,
        act: |_, with| with.env("SWITCHBOARD__TELEGRAM__PROXY", NOWHERE),
        said: ("telegram", "wrong"),
    },
    Case {
        name: "privacy mode where it has to hear everything",
        fault: "privacy",
        plan: |plan| plan.sections(&format!("[chats.\"{GROUP}\"]\nlisten = \"all\"\n")),
        act: |stage, _| stage.telegram.add_supergroup(GROUP, "Ops"),
        said: ("privacy", "wrong"),
    },
    Case {
        name: "a person who never pressed Start",
        fault: "never_started",
        plan: same,
        act: |_, _| {},
        said: ("start", "warning"),
    },
    Case {
        name: "a group that it is not in",
        fault: "not_in_group",
        plan: |plan| plan.sections(&format!("[chats.\"{GROUP}\"]\nroute = \"k8s\"\n")),
        act: |_, _| {},
        said: ("groups", "warning"),
    },
    Case {
        name: "a clock that is off",
        fault: "clock",
        plan: |plan| {
            let clock_ahead = -120;
            plan.telegram(Settings {
                clock_ahead,
                ..Settings::unlimited()
            })
        },
        act: |_, _| {},
        said: ("clock", "warning"),
    },
    Case {
        name: "an error where Telegram should be",
        fault: "telegram_odd",
        plan: same,
        act: |stage, _| breaks(stage, "getMe", bot_api::Fault::Html502),
        said: ("telegram", "wrong"),
    },
    Case {
        name: "no word about the webhook",
        fault: "webhook_unknown",
        plan: same,
        act: |stage, _| breaks(stage, "getWebhookInfo", bot_api::Fault::Status(500)),
        said: ("webhook", "warning"),
    },
    Case {
        name: "a poll that fails",
        fault: "poller_unknown",
        plan: same,
        act: |stage, with| {
            with.args = vec!["--look", "1"];
            breaks(stage, "getUpdates", bot_api::Fault::Status(500));
        },
        said: ("poller", "warning"),
    },
];

/// Those that have a test of their own.
const WEBHOOK: &str = "webhook";
const OTHER_POLLER: &str = "other_poller";

#[test]
fn whatever_it_claims_to_find_is_made_here() {
    let cases = CASES.iter().chain(agents::CASES).chain(store::CASES);
    let made = cases.map(|case| case.fault);
    let made = made.chain(store::IN_THE_FILE.map(|(fault, _)| fault));
    let made: Vec<&str> = made.chain([WEBHOOK, OTHER_POLLER]).collect();
    let claimed: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.word()).collect();
    assert_eq!(made.iter().copied().collect::<BTreeSet<_>>(), claimed);
}

#[tokio::test]
async fn each_fault_at_telegram_is_found_alone() {
    finds(CASES).await;
}

#[tokio::test]
async fn an_admin_of_a_group_hears_everything_there() {
    let all = format!("[chats.\"{GROUP}\"]\nlisten = \"all\"\n");
    for privacy_mode in [true, false] {
        let settings = Settings {
            privacy_mode,
            ..Settings::unlimited()
        };
        let stage = healthy().telegram(settings).sections(&all).build().await;
        stage.telegram.open_chat(1);
        stage.telegram.open_chat(7);
        stage.telegram.add_supergroup(GROUP, "Ops");
        if privacy_mode {
            stage.telegram.promote(GROUP, 1);
        }
        let (checks, _) = doctor(&stage, &With::default()).await;
        assert_eq!(bad(&checks), [], "{privacy_mode}: {checks:#?}");
        stage.abandons().await;
    }
}

#[tokio::test]
async fn a_webhook_is_found_and_removed_on_request() {
    let stage = healthy().build().await;
    stage.telegram.open_chat(1);
    stage.telegram.open_chat(7);
    let set = format!(
        "{}/bot{}/setWebhook?url=https://example.org/hook",
        stage.telegram.url(),
        stage.telegram.token()
    );
    assert!(
        reqwest::get(&set)
            .await
            .is_ok_and(|set| set.status().is_success())
    );
    for (args, verdicts) in [
        (vec![], vec![("webhook", "wrong")]),
        (vec!["--delete-webhook"], vec![]),
        (vec![], vec![]),
    ] {
        let with = With {
            args,
            ..With::default()
        };
        let (checks, _) = doctor(&stage, &with).await;
        assert_eq!(bad(&checks), verdicts, "{checks:#?}");
        let fault = (!verdicts.is_empty()).then_some(WEBHOOK);
        assert_eq!(faults(&checks), fault.into_iter().collect::<Vec<_>>());
    }
    stage.abandons().await;
}

#[tokio::test]
async fn another_process_that_polls_is_found_by_looking() {
    let settings = Settings {
        conflict_spacing: std::time::Duration::from_millis(50),
        ..Settings::unlimited()
    };
    let stage = healthy().telegram(settings).build().await;
    stage.telegram.open_chat(1);
    stage.telegram.open_chat(7);
    let poll = format!(
        "{}/bot{}/getUpdates?timeout=50",
        stage.telegram.url(),
        stage.telegram.token()
    );
    let other = tokio::spawn(async move {
        loop {
            // A conflict, too, is followed by the next poll, as careless bots do.
            let _ = reqwest::get(&poll).await;
        }
    });
    let with = With {
        args: vec!["--look", "20"],
        ..With::default()
    };
    let (checks, code) = doctor(&stage, &with).await;
    assert_eq!(bad(&checks), [("poller", "wrong")], "{checks:#?}");
    assert_eq!(faults(&checks), [OTHER_POLLER]);
    assert_eq!(code, Some(1));
    other.abort();
    let with = With {
        args: vec!["--look", "1"],
        ..With::default()
    };
    // The emulator forgets the poll that was given up.
    let _ = other.await;
    let (checks, _) = doctor(&stage, &with).await;
    assert_eq!(bad(&checks), [], "{checks:#?}");
    stage.abandons().await;
}

#[tokio::test]
async fn its_text_fits_a_narrow_terminal_and_says_what_to_do() {
    let stage = healthy().build().await;
    let mut command = switchboard(&["doctor", "--config"]);
    command.arg(stage.config_file()).envs(stage.environment());
    let output = command.output().await.expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("warning  start     never pressed Start: admins: 1"),
        "{text}"
    );
    assert!(text.contains("-> have them open the bot"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 60),
        "{text}"
    );
    stage.abandons().await;
}
