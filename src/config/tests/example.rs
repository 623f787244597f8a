//! The example is the reference: it loads, it knows every key, and its defaults are true.

use super::*;

const EXAMPLE: &str = include_str!("../../../config/switchboard.toml");
const README: &str = include_str!("../../../README.md");
/// Settings that have no default, so that the example shows some value.
const NO_DEFAULT: [&str; 9] = [
    "admin_chat",
    "token_file",
    "proxy",
    "ca_file",
    "card_url",
    "file_types",
    "approval_chat",
    "prefix",
    "reply_to",
];

/// A key that is no word makes a section tell which keys it knows.
const NO_WORD: &str = "xqzxqzxqz = 1\n";

/// The least that is useful.
const SMALLEST: &str = r#"
admins = [11111111]                       # numeric Telegram ids

[telegram]
token_env = "TELEGRAM_BOT_TOKEN"          # or token_file = "/run/secrets/telegram/token"
# api_url = "https://api.telegram.org"    # or a self-hosted Bot API server

[store]
url = "sqlite:///data/switchboard.db"

[agents.k8s]
url = "http://kagent-controller.kagent:8083/api/a2a/kagent/k8s-agent/"
flavor = "kagent"                         # or "a2a"

[agents.istio]
url = "http://kagent-controller.kagent:8083/api/a2a/kagent/istio-agent/"
flavor = "kagent"

[people]
sre1 = 11111111                           # a name for an id; groups and rules may use either

[groups]
oncall = ["sre1", 22222222]
leads = ["sre1"]

[[routes]]
command = "k8s"
agent = "k8s"
description = "Pods, nodes, logs, events"
default = true
allow = ["oncall", "chat:-1001234567890"] # people, groups, or chat:<id>
approvers = ["leads"]                     # missing: only Reject is offered

[[routes]]
command = "istio"
agent = "istio"
allow = ["oncall"]
approvers = ["leads"]
"#;

/// The setting in a line such as `# key = value`.
fn commented_out(line: &str) -> Option<(&str, &str)> {
    let setting = line.strip_prefix("# ")?;
    let (key, _) = setting.split_once(" = ")?;
    let plain = key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    plain.then_some((key, setting))
}

/// The example with each setting on for which `on` says so.
fn with_settings(on: impl Fn(&str) -> bool) -> String {
    let lines = EXAMPLE.lines().map(|line| match commented_out(line) {
        Some((key, setting)) if on(key) => setting,
        _ => line,
    });
    lines.fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn the_example_loads_without_a_warning() {
    let (config, warnings) = load_text(EXAMPLE, &env(&[])).unwrap();
    assert_eq!(config.routes.len(), 2);
    assert_eq!(warnings, []);
}

#[test]
fn what_the_example_expects_of_itself_holds() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(EXAMPLE.as_bytes()).unwrap();
    let loaded = load_all(file.path(), &env(&[])).unwrap();
    assert_eq!(loaded.cases.len(), 2);
    let now = crate::ids::Timestamp(1_700_000_000_000);
    assert_eq!(
        crate::rules::trial::wrong(&loaded.config, &loaded.cases, now),
        []
    );
}

#[test]
fn every_example_of_the_readme_loads() {
    let blocks = README.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks.filter_map(|it| it.split("```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let (config, warnings) = load_text(block, &env(&[])).unwrap();
        assert!(!config.routes.is_empty(), "{block}");
        // Its agent's dangerous calls can only be rejected: that is the smallest file's nature.
        let warnings: Vec<_> = warnings.iter().map(|it| &*it.key).collect();
        assert!(
            warnings.iter().all(|key| key.ends_with("approvers")),
            "{warnings:?}"
        );
    }
}

#[test]
fn the_smallest_useful_file_loads_without_a_warning() {
    let (config, warnings) = load_text(SMALLEST, &env(&[])).unwrap();
    let defaults: Vec<_> = config.routes.iter().map(|route| route.default).collect();
    assert_eq!(defaults, [true, false]);
    assert_eq!(warnings, []);
}

#[test]
fn every_default_in_the_example_is_that_of_the_code() {
    let spelled_out = with_settings(|key| !NO_DEFAULT.contains(&key));
    assert!(spelled_out.lines().count() > EXAMPLE.lines().filter(|l| !l.is_empty()).count());
    assert_ne!(spelled_out, EXAMPLE);
    assert_eq!(
        format!("{:#?}", good(&spelled_out)),
        format!("{:#?}", good(EXAMPLE))
    );
}

#[test]
fn every_key_that_the_code_reads_is_in_the_example() {
    let complete = with_settings(|_| true);
    let present = |key: &str| {
        let starts = [format!("{key} = "), format!("[{key}"), format!("[[{key}")];
        complete.lines().any(|line| {
            let within =
                line.ends_with(&format!(".{key}]")) || line.ends_with(&format!(".{key}]]"));
            within || starts.iter().any(|start| line.starts_with(start))
        })
    };
    let mut text = String::from(NO_WORD);
    for line in EXAMPLE.lines() {
        let has_free_names = line == "[people]" || line == "[groups]";
        let begins = line.starts_with('[') && !has_free_names;
        text = text + line + "\n" + if begins { NO_WORD } else { "" };
    }
    let problems = printed(load_text(&text, &env(&[])));
    assert_eq!(problems.lines().count(), text.matches(NO_WORD).count());
    let known = problems
        .lines()
        .map(|line| line.split_once("known here: ").unwrap().1)
        .flat_map(|keys| keys.split(", "));
    for key in known {
        assert!(present(key), "{key} is not in the example");
    }
}

#[test]
fn what_has_no_default_loads_too() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let ca_file = format!("ca_file = {:?}", file.path());
    let text = with_settings(|key| key == "proxy").replace(
        "# ca_file = \"/etc/ssl/certs/ca-certificates.crt\"",
        &ca_file,
    );
    let telegram = good(&text).telegram;
    assert_eq!(telegram.ca_file.as_deref(), Some(file.path()));
    assert_eq!(
        telegram.proxy.unwrap().expose_secret(),
        "http://proxy.example.com:3128/"
    );
}
