//! Whole files through [`load`].

use std::io::Write;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::*;
use crate::ids::{BotId, ChatId};

mod access;
mod approvals;
mod cases;
mod chats;
mod directory;
mod example;
mod headers;
mod mistakes;
mod proxy;
mod routes;

const TOKEN: &str = "7000000001:AAexampleexampleexampleexample-_";

/// A file without a mistake: one agent, two people, one command.
const GOOD: &str = r#"admins = [11]

[telegram]
token_env = "BOT_TOKEN"

[store]
url = "sqlite:///data/switchboard.db"

[agents.k8s]
url = "http://kagent:8083/api/a2a/kagent/k8s-agent/"
flavor = "kagent"

[people]
anna = 11
ben = 22

[groups]
oncall = ["anna", 33]

[[routes]]
command = "k8s"
agent = "k8s"
allow = ["oncall", 44, "chat:-100"]
approvers = ["ben", "requester"]
"#;

type Loaded = Result<(Config, Vec<Problem>), ConfigError>;

fn env(variables: &[(&str, &str)]) -> Environment {
    let token = [("BOT_TOKEN", TOKEN), ("TELEGRAM_BOT_TOKEN", TOKEN)];
    let all = token.iter().chain(variables);
    all.map(|(name, value)| ((*name).into(), (*value).into()))
        .collect()
}

fn load_text(text: &str, env: &Environment) -> Loaded {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    load(file.path(), env)
}

fn good(text: &str) -> Config {
    load_text(text, &env(&[])).unwrap().0
}

/// What is printed for a file with mistakes, without the file's random name; nothing for one
/// without.
fn printed(loaded: Loaded) -> String {
    let error = match loaded {
        Ok(_) => return String::new(),
        Err(ConfigError::Invalid(problems)) => ConfigError::Invalid(nameless(problems)),
        Err(other) => other,
    };
    error.to_string()
}

fn nameless(mut problems: Vec<Problem>) -> Vec<Problem> {
    for problem in &mut problems {
        problem.file = None;
    }
    problems
}

fn edited(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

/// Each case: what of the good file is replaced, by what, and what is printed.
fn check(cases: &[(&str, &str, &str)]) {
    let env = env(&[("EMPTY", "\n"), ("WRONG", "1:a")]);
    for (old, new, expected) in cases {
        assert_eq!(
            printed(load_text(&edited(old, new), &env)),
            *expected,
            "{new}"
        );
    }
}

#[test]
fn names_become_ids_and_what_is_not_said_its_default() {
    let config = good(GOOD);
    let route = &config.routes[0];
    assert_eq!(config.admins, [UserId(11)]);
    assert_eq!(config.telegram.bot_id(), BotId(7_000_000_001));
    assert_eq!(config.store.path, Path::new("/data/switchboard.db"));
    assert_eq!(config.agents[&route.agent].flavor, Flavor::Kagent);
    assert_eq!(route.description, "Talk to k8s");
    assert_eq!(
        route.allow,
        [
            Allow::Person(UserId(11)),
            Allow::Person(UserId(33)),
            Allow::Person(UserId(44)),
            Allow::Chat(ChatId(-100)),
        ]
    );
    assert_eq!(
        route.approvers,
        Approvers {
            people: vec![UserId(22)],
            requester: true,
        }
    );
}

#[test]
fn an_id_that_is_named_twice_counts_once() {
    let config = good(&edited(r#"["oncall", 44"#, r#"["oncall", "anna", 33"#));
    assert_eq!(config.routes[0].allow.len(), 3);
}

#[test]
fn urls_stay_as_they_were_written() {
    for url in [
        "http://kagent:8083/api/a2a/kagent/k8s-agent/",
        "https://agents.example.com/k8s",
        "http://10.0.0.1:8080/?tenant=a",
    ] {
        let config = good(&edited("http://kagent:8083/api/a2a/kagent/k8s-agent/", url));
        assert_eq!(config.agents[&"k8s".into()].url.as_str(), url);
    }
}

#[test]
fn the_token_comes_from_a_variable_or_a_file_without_its_newline() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{TOKEN}\r\n").unwrap();
    let from_file = format!("token_file = {:?}", file.path());
    for text in [
        GOOD.to_owned(),
        edited("token_env = \"BOT_TOKEN\"", &from_file),
    ] {
        let config = good(&text);
        assert_eq!(config.telegram.token.expose_secret(), TOKEN);
    }
}

#[test]
fn settings_are_printed_without_the_token() {
    let printed = format!("{:?}", good(GOOD));
    assert!(printed.contains("api.telegram.org"));
    assert!(!printed.contains("example-_"));
}

#[test]
fn the_environment_overrides_the_file() {
    let env = env(&[
        ("SWITCHBOARD__ADMINS", "22, ben,anna"),
        ("SWITCHBOARD__LIMITS__CHAT_BURST", "7"),
        ("SWITCHBOARD__LIMITS__CHAT_PER_SECOND", "2.5"),
        ("SWITCHBOARD__CHAT__NOTIFY_AFTER", "1m"),
        ("SWITCHBOARD__AGENTS__K8S__FLAVOR", "a2a"),
        ("SWITCHBOARD__LOG__FILTER", ""),
        ("SWITCHBOARD__OPS__LISTEN", "[::1]:9090"),
        ("SWITCHBOARD__OPS__HEALTH_FILE", "/tmp/health"),
        ("SWITCHBOARD_PORT", "tcp://10.0.0.1:8080"),
    ]);
    let (config, _) = load_text(GOOD, &env).unwrap();
    assert_eq!(config.admins, [UserId(22), UserId(11)]);
    assert_eq!(config.limits.chat_burst, 7);
    assert!((config.limits.chat_per_second - 2.5).abs() < f64::EPSILON);
    assert_eq!(config.chat.notify_after, Duration::from_mins(1));
    assert_eq!(config.agents[&"k8s".into()].flavor, Flavor::A2a);
    assert_eq!(config.log.filter, "info");
    assert_eq!(config.ops.listen, "[::1]:9090".parse().ok());
    assert_eq!(config.ops.health_file, Some("/tmp/health".into()));
}

#[test]
fn a_problem_of_the_environment_names_the_variable() {
    let env = env(&[
        ("SWITCHBOARD__LIMITS__CHAT_BURST", "many"),
        ("SWITCHBOARD__ADMINS", "anna,carl"),
        ("SWITCHBOARD__LIMTS__CHAT_BURST", "1"),
    ]);
    let mut lines: Vec<_> = printed(load_text(GOOD, &env))
        .lines()
        .map(String::from)
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "admins[1]: no person and no group is called \"carl\": add it to [people] or \
             [groups] (set by SWITCHBOARD__ADMINS)",
            "limits.chat_burst: must be a whole number, not a string (set by \
             SWITCHBOARD__LIMITS__CHAT_BURST)",
            "limts: unknown key, did you mean \"limits\"? (set by SWITCHBOARD__LIMTS__*)",
        ]
    );
}

#[test]
fn what_nobody_can_use_is_a_warning_at_its_line() {
    let text = edited("allow = [\"oncall\", 44, \"chat:-100\"]\n", "")
        + "\n[agents.istio]\nurl = \"http://istio/\"\n";
    let (_, warnings) = load_text(&text, &env(&[])).unwrap();
    let warnings = nameless(warnings);
    let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "line 20: routes[0].allow: nobody may use /k8s: add people, groups or \
             \"chat:<id>\" to allow",
            "line 25: agents.istio: no route leads to this agent",
        ]
    );
    let (_, warnings) = load_text(&GOOD[..GOOD.find("[[").unwrap()], &env(&[])).unwrap();
    assert_eq!(warnings.len(), 1);
}

#[test]
fn a_file_that_is_no_toml_says_where_without_quoting_it() {
    for (text, line) in [
        (edited("\"BOT_TOKEN\"", TOKEN), 4),
        (edited("\"BOT_TOKEN\"", "\"BOT"), 4),
        (edited("ben = 22", "anna = 22"), 15),
        (edited("ben = 22", "ben = 99999999999999999999"), 15),
        (edited("ben = 22", "ben = 1e999"), 15),
    ] {
        let error = load_text(&text, &env(&[])).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains(&format!(":{line}: is not TOML: ")),
            "{message}"
        );
        assert!(
            !message.contains("BOT") && !message.contains("AAexample"),
            "{message}"
        );
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn a_file_that_is_not_there_or_far_too_large_is_unreadable() {
    let missing = load(Path::new("/nowhere/switchboard.toml"), &env(&[]));
    let huge = load_text(&"#".repeat(1024 * 1024 + 1), &env(&[]));
    for loaded in [missing, huge] {
        let error = loaded.unwrap_err();
        assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
    }
}
