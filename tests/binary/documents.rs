//! What the documents show in code is tried here, as far as a machine without a cluster can: calls
//! of the program run, on emulators; what is for a cluster has to name what is there. A block of
//! which no line is known fails, so that whoever writes one says how it is tried.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::Path;

use switchboard_emulators::agent::replies;
use tokio::process::Command;

use crate::process::{BINARY, Bot};
use crate::support::{Stage, rows};

const DOCUMENTS: [(&str, &str); 8] = [
    ("README.md", include_str!("../../README.md")),
    ("ARCHITECTURE.md", include_str!("../../ARCHITECTURE.md")),
    ("SECURITY.md", include_str!("../../SECURITY.md")),
    ("docs/operate.md", include_str!("../../docs/operate.md")),
    ("docs/metrics.md", include_str!("../../docs/metrics.md")),
    ("bench/README.md", include_str!("../../bench/README.md")),
    (
        "tests/peers/a2a/README.md",
        include_str!("../peers/a2a/README.md"),
    ),
    (
        "tests/peers/kagent/README.md",
        include_str!("../peers/kagent/README.md"),
    ),
];

/// Lines that something else runs, and a file of the repository that shows it.
const ELSEWHERE: [(&str, &str, &str); 10] = [
    (
        "cargo run -- playground",
        "tests/playground/main.rs",
        "playground",
    ),
    (
        "tests/peers/setup.sh && cargo test --workspace",
        ".ci/run",
        "tests/peers/setup.sh",
    ),
    (
        "cargo build --release --no-default-features",
        ".ci/run",
        "--no-default-features",
    ),
    (
        "target/release/switchboard run --config FILE",
        "tests/binary/process.rs",
        "\"run\", \"--config\"",
    ),
    ("tests/peers/setup.sh", ".ci/run", "tests/peers/setup.sh"),
    (
        "target/peers/a2a-1.3.0/bin/python tests/peers/a2a/peer_v1.py",
        "tests/real_peers/peers.rs",
        "peer_v1.py",
    ),
    (
        "target/peers/kagent-0.10.4/bin/python tests/peers/kagent/run.py",
        "tests/real_peers/processes.rs",
        "run.py",
    ),
    // By hand: it takes a quarter of an hour on a quiet machine.
    ("bench/run", "bench/run", "cargo"),
    ("bench/run --profile", "bench/run", "cargo"),
    ("bench/run --quick", "bench/run", "cargo"),
];

/// What only a picture or an example of an answer has.
const PICTURES: [&str; 5] = ["▸", "───", "──▶", " ─▶ ", "│"];

/// The names of this program's commands.
const COMMANDS: [&str; 10] = [
    "audit",
    "backup",
    "chat",
    "check",
    "completions",
    "doctor",
    "explain",
    "health",
    "parked",
    "run",
];

/// One line of code, and where it stands.
struct Line {
    at: String,
    text: String,
}

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The blocks of a document: their language, and their lines; those that a backslash goes on in the
/// next are one, what stands behind # is not meant.
fn blocks(name: &str, text: &str) -> Vec<(String, Vec<Line>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<Line>)> = None;
    for (n, line) in text.lines().enumerate() {
        let at = format!("{name}:{}", n + 1);
        let line = line.trim();
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some((language.to_owned(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, lines))) => {
                let code = line.split("  #").next().unwrap_or_default().trim();
                match lines.last_mut().filter(|last| last.text.ends_with('\\')) {
                    Some(last) => last.text = format!("{}{code}", last.text.trim_end_matches('\\')),
                    None if code.is_empty() => {}
                    None => lines.push(Line {
                        at,
                        text: code.to_owned(),
                    }),
                }
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{name}: a block does not end");
    blocks
}

/// The first word of a line that is no setting of a variable.
fn program(line: &str) -> &str {
    let mut words = line.split_whitespace();
    let word = words.find(|word| {
        !word
            .split('=')
            .next()
            .is_some_and(|it| it != *word && it.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    });
    word.unwrap_or_default()
}

/// The call of this program in a line, if it is one, or has one for a pod.
fn call(line: &str) -> Option<String> {
    if program(line).ends_with("switchboard") && !line.starts_with("helm") {
        return Some(line.to_owned());
    }
    let (_, inside) = line.split_once(" -- ")?;
    program(inside)
        .ends_with("switchboard")
        .then(|| inside.to_owned())
}

/// Whether all that a line for a cluster names is in the repository.
fn names_what_is_there(line: &Line) {
    let Line { at, text } = line;
    for word in text.split_whitespace() {
        if word.starts_with("deploy/") {
            assert!(repository(word).exists(), "{at}: there is no {word}");
        }
        let chart =
            std::fs::read_to_string(repository("deploy/chart/values.yaml")).expect("it is there");
        for key in ["token.value", "config="] {
            let last = key.trim_end_matches('=').rsplit('.').next().unwrap_or(key);
            if word.starts_with(key) {
                assert!(chart.contains(&format!("{last}:")), "{at}: {word}");
            }
        }
    }
    let pod = std::fs::read_to_string(repository("deploy/store-pod.yaml")).expect("it is there");
    if text.contains("switchboard-store") {
        assert!(pod.contains("name: switchboard-store"), "{at}");
    }
}

/// How a line is tried; panics if nobody has said so.
fn known(line: &Line, calls: &mut Vec<String>) {
    let Line { at, text } = line;
    // What a peer answers.
    if text.starts_with("{\"") {
        return;
    }
    if let Some((_, file, part)) = ELSEWHERE.iter().find(|(known, ..)| known == text) {
        let shows = std::fs::read_to_string(repository(file)).expect("it is there");
        assert!(shows.contains(part), "{at}: {file} does not run {text}");
    } else if let Some(call) = call(text) {
        calls.push(call);
    } else {
        match program(text) {
            "export" => {}
            "kubectl" | "helm" | "docker" => names_what_is_there(line),
            _ => panic!("{at}: nothing tries this: {text}"),
        }
    }
}

/// Every call between backticks, such as `backup --config FILE TO`.
fn spans(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2);
    let calls = spans.filter_map(|span| {
        let span = span.split_whitespace().collect::<Vec<_>>().join(" ");
        let bare = span.strip_prefix("switchboard ").unwrap_or(&span);
        let command = bare.split(' ').next().unwrap_or_default();
        let whole = [" --config ", " --file "]
            .iter()
            .any(|it| bare.contains(it))
            || command == "completions" && bare.contains(' ');
        let pipes = span.contains("| switchboard ");
        (COMMANDS.contains(&command) && whole)
            .then(|| format!("switchboard {bare}"))
            .or(pipes.then_some(span))
    });
    calls.collect()
}

fn all_calls() -> BTreeSet<String> {
    let mut calls = Vec::new();
    for (name, text) in DOCUMENTS {
        for (language, lines) in blocks(name, text) {
            let picture = |line: &Line| PICTURES.iter().any(|part| line.text.contains(part));
            if language != "toml" && !lines.iter().any(picture) {
                for line in &lines {
                    known(line, &mut calls);
                }
            }
        }
        calls.extend(spans(text));
    }
    calls.into_iter().collect()
}

/// A call as it can run here: the file of the stage, and something for what stands for something.
fn here(call: &str) -> String {
    let call = call
        .replace("/usr/local/bin/", "")
        .replace("target/release/", "");
    let call = call.replace("/etc/switchboard/switchboard.toml", "FILE");
    call.replace("TEXT", "pods")
        .replace("NAME", "7")
        .replace(" TO", " copy.db")
}

#[test]
fn a_line_that_nobody_tries_is_noticed() {
    let text = "```\nrm -rf /\n```\n";
    let tried = std::panic::catch_unwind(|| {
        for (_, lines) in blocks("new.md", text) {
            for line in &lines {
                known(line, &mut Vec::new());
            }
        }
    });
    assert!(tried.is_err());
}

#[tokio::test]
async fn every_call_that_the_documents_show_works() {
    let calls = all_calls();
    assert!(calls.len() >= 12, "{calls:#?}");
    let stage = Stage::plan()
        .agent("k8s", |_| replies("2 pods"))
        .build()
        .await;
    stage.telegram.open_chat(1);
    let bot = Bot::start(&stage);
    stage.user(7).says("hello");
    stage.user(7).sees("2 pods").await;
    rows::settled(&stage.store()).await;
    let (code, _) = bot.stop().await;
    assert_eq!(code, Some(0));
    stage.telegram.expect_refusals("chat not found");

    let directory = tempfile::tempdir().expect("a temp dir can be made");
    let at = directory.path();
    symlink(BINARY, at.join("switchboard")).expect("it can be linked");
    symlink(stage.config_file(), at.join("FILE")).expect("it can be linked");
    let written = std::fs::read_to_string(stage.config_file()).expect("it is there");
    let mine = written.replace("token_env = \"STAGE_TOKEN\"\n", "");
    std::fs::write(at.join("my.toml"), mine).expect("it can be written");
    std::fs::write(at.join("token.txt"), stage.telegram.token()).expect("it can be written");
    for call in calls.iter().map(|call| here(call)) {
        // Each of these waits for something that is not there.
        if [" run ", " health "].iter().any(|it| call.contains(it)) {
            continue;
        }
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", &call]).current_dir(at);
        shell.env_clear().envs(stage.environment());
        shell.env("PATH", format!("{}:/usr/bin:/bin", at.display()));
        let output = shell.stdin(std::process::Stdio::null()).output().await;
        let output = output.expect("the shell starts");
        assert!(output.status.success(), "{call}: {output:?}");
        let _ = std::fs::remove_file(at.join("copy.db"));
    }
    stage.abandons().await;
}
