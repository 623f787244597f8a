//! Mistakes as people make them, one at a time: what `check` says of each. `mistakes/single.txt` has
//! all of it; each has to say where, what, and what would be right.

use std::fmt::Write;
use std::path::Path;

use crate::process::switchboard;

const TOKEN: &str = "42:AAaaBBbbCCccDDddEEeeFFff00112233445";
const SAID: &str = include_str!("mistakes/single.txt");

const GOOD: &str = r#"admins = [11111111]
[telegram]
token_env = "BOT_TOKEN"
[store]
url = "sqlite://store.db"
[agents.k8s]
url = "http://k8s:8080/"
[people]
anna = 11111111
[[routes]]
command = "k8s"
agent = "k8s"
allow = ["anna"]
"#;

/// The good file with something else in it.
const CHANGED: [(&str, &str, &str); 22] = [
    ("another kind of value", "agent = \"k8s\"", "agent = 8"),
    ("one table, not a list of them", "[[routes]]", "[routes]"),
    (
        "no url for the store",
        "[store]\nurl = \"sqlite://store.db\"\n",
        "",
    ),
    ("a path, not a url", "sqlite://store.db", "/data/store.db"),
    (
        "no section of the agent",
        "[agents.k8s]\nurl = \"http://k8s:8080/\"\n",
        "",
    ),
    ("no scheme", "http://k8s:8080/", "k8s:8080/"),
    ("a password in a url", "http://k8s", "http://me:secret@k8s"),
    (
        "a slash before the command",
        "command = \"k8s\"",
        "command = \"/k8s\"",
    ),
    (
        "a dash in the command",
        "command = \"k8s\"",
        "command = \"k8s-prod\"",
    ),
    ("a group that is not there", "[\"anna\"]", "[\"oncal\"]"),
    ("a user name", "[\"anna\"]", "[\"@anna\"]"),
    (
        "a group's id without its minus",
        "[\"anna\"]",
        "[\"chat:1001234567890\"]",
    ),
    (
        "the token in the file",
        "token_env = \"BOT_TOKEN\"",
        "token = \"42:AAaaBBbbCCccDDddEEeeFFff00112233445\"",
    ),
    (
        "the token for its variable",
        "\"BOT_TOKEN\"",
        "\"42:AAaaBBbbCCccDDddEEeeFFff00112233445\"",
    ),
    ("no quotes", "command = \"k8s\"", "command = k8s"),
    (
        "a quote that does not end",
        "command = \"k8s\"",
        "command = \"k8s",
    ),
    (
        "quotes of a word processor",
        "command = \"k8s\"",
        "command = “k8s”",
    ),
    (
        "a key twice",
        "command = \"k8s\"",
        "command = \"k8s\"\ncommand = \"kube\"",
    ),
    (
        "a section twice",
        "[people]",
        "[store]\nurl = \"sqlite://b.db\"\n[people]",
    ),
    ("YAML", GOOD, "telegram:\n  token_env: BOT_TOKEN\n"),
    (
        "JSON",
        GOOD,
        "{\"telegram\": {\"token_env\": \"BOT_TOKEN\"}}\n",
    ),
    ("nothing", GOOD, ""),
];

/// The good file with something behind it.
const ADDED: [(&str, &str); 14] = [
    (
        "a route's command again",
        "[[routes]]\ncommand = \"k8s\"\nagent = \"k8s\"\nallow = [\"anna\"]\n",
    ),
    ("an alias twice", "aliases = [\"kube\", \"kube\"]\n"),
    ("an alias of the bot's own", "aliases = [\"stop\"]\n"),
    ("a word for true", "default = \"yes\"\n"),
    (
        "a pattern of another language",
        "[[routes.approve]]\ntools = [\"k8s_[ab]*\"]\napprovers = [\"anna\"]\n",
    ),
    ("a word for a number", "[limits]\nturns_max = \"many\"\n"),
    ("a number without its unit", "[chat]\nnotify_after = 20\n"),
    ("a unit in words", "[chat]\nnotify_after = \"20 seconds\"\n"),
    ("more than there may be", "[chat]\nstale_after = \"3d\"\n"),
    ("less than nothing", "[limits]\nturns_max = -1\n"),
    (
        "a group in a group",
        "[groups]\noncall = [\"anna\"]\nall = [\"oncall\"]\n",
    ),
    ("a name of two", "[groups]\nanna = [5]\n"),
    (
        "a secret in a header",
        "[agents.k8s.headers]\nAuthorization = \"Bearer abc\"\n",
    ),
    (
        "a private chat's rules",
        "[chats.\"100\"]\nlisten = \"all\"\n",
    ),
];

/// Variables over the good file.
const VARIABLES: [(&str, &str); 6] = [
    ("SWITCHBOARD__LIMITS__CHAT_BRUST", "5"),
    ("SWITCHBOARD__LIMIT__CHAT_BURST", "5"),
    ("SWITCHBOARD__LIMITS__CHAT_BURST", "x"),
    ("SWITCHBOARD__ROUTES__0__COMMAND", "x"),
    ("SWITCHBOARD_LIMITS_CHAT_BURST", "5"),
    ("switchboard__limits__chat_burst", "5"),
];

/// Everything that it prints, and how it ends.
async fn said(directory: &Path, config: &str, variable: Option<(&str, &str)>) -> String {
    let mut command = switchboard(&["check", "--config", config]);
    command.current_dir(directory).env("BOT_TOKEN", TOKEN);
    command.envs(variable);
    let output = command.output().await.expect("the binary starts");
    let mut said = String::new();
    for stream in [output.stdout, output.stderr] {
        said += &String::from_utf8_lossy(&stream);
    }
    assert!(!said.contains("AAaaBB"), "{said}");
    assert!(!said.contains("secret@"), "{said}");
    said
}

/// The configuration `files`, in a directory, or in the one file `config`.
async fn of(files: &[(&str, Vec<u8>)], config: &str) -> String {
    let directory = tempfile::tempdir().expect("a temp dir can be made");
    for (name, bytes) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, bytes).expect("it can be written");
    }
    said(directory.path(), config, None).await
}

#[tokio::test]
async fn each_mistake_alone_is_told_with_its_place_and_what_would_be_right() {
    let mut all = String::new();
    let mut note = |name: &str, said: &str| {
        let _ = writeln!(all, "### {name}\n{said}");
    };
    for (name, from, to) in CHANGED {
        assert!(GOOD.contains(from), "{name}");
        let text = GOOD.replacen(from, to, 1);
        note(name, &of(&[("c.toml", text.into())], "c.toml").await);
    }
    for (name, more) in ADDED {
        let text = format!("{GOOD}{more}");
        note(name, &of(&[("c.toml", text.into())], "c.toml").await);
    }
    let wrong = GOOD.replace("agent = \"k8s\"", "agent = \"k9s\"");
    let bom = [&b"\xef\xbb\xbf"[..], wrong.as_bytes()].concat();
    let latin: Vec<u8> = GOOD
        .replace("anna", "ann\u{e9}")
        .chars()
        .map(|c| c as u8)
        .collect();
    let marked = format!("\u{feff}{wrong}");
    let utf16 = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(&str, Vec<u8>); 5] = [
        ("behind a byte order mark", bom),
        (
            "lines as Windows ends them",
            wrong.replace('\n', "\r\n").into(),
        ),
        ("tabs", wrong.replace(" = ", "\t=\t").into()),
        ("Latin-1", latin),
        ("UTF-16", utf16),
    ];
    for (name, bytes) in files {
        note(name, &of(&[("c.toml", bytes)], "c.toml").await);
    }
    let second = |name: &'static str, text: &str| [("d/a.toml", GOOD.into()), (name, text.into())];
    for (name, files) in [
        (
            "a key in two files",
            second("d/b.toml", "[store]\nurl = \"sqlite://b.db\"\n"),
        ),
        (
            "an agent in two files",
            second("d/b.toml", "[agents.k8s]\nurl = \"http://b/\"\n"),
        ),
        ("a second file that is none", second("d/b.toml", "[x\n")),
    ] {
        note(name, &of(&files, "d").await);
    }
    let yaml = [("d/a.yaml", GOOD.into())];
    note("a directory without any", &of(&yaml, "d").await);
    note("no file", &of(&[], "c.toml").await);
    for (name, value) in VARIABLES {
        let directory = tempfile::tempdir().expect("a temp dir can be made");
        std::fs::write(directory.path().join("c.toml"), GOOD).expect("it can be written");
        let said = said(directory.path(), "c.toml", Some((name, value))).await;
        note(&format!("{name}={value}"), &said);
    }
    assert_eq!(all, SAID, "\n{all}");
}
