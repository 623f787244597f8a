//! What `check`, `explain` and `completions` print.

use std::path::Path;
use std::process::Output;

use crate::process::switchboard;

const TOKEN: &str = "42:AAaaBBbbCCccDDddEEeeFFff00112233445";
const TEN: &str = include_str!("mistakes/ten.toml");
const TEN_SAID: &str = include_str!("mistakes/ten.txt");

const GOOD: &str = r#"
[telegram]
token_env = "BOT_TOKEN"
[store]
url = "sqlite://store.db"
[people]
anna = 7
[agents.k8s]
url = "http://127.0.0.1:9/"
[[routes]]
command = "k8s"
agent = "k8s"
aliases = ["kube"]
default = true
allow = ["anna"]
approvers = ["requester"]
"#;

async fn run(dir: &Path, args: &[&str]) -> Output {
    let mut command = switchboard(args);
    command.current_dir(dir).env("BOT_TOKEN", TOKEN);
    command.output().await.expect("the binary starts")
}

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temp dir can be made");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("the temp dir can be written");
    }
    dir
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn a_file_with_ten_mistakes_is_told_all_ten_with_what_would_be_right() {
    let dir = directory(&[("ten.toml", TEN)]);
    let output = run(dir.path(), &["check", "--config", "ten.toml"]).await;
    assert_eq!(text(&output.stderr), TEN_SAID);
    assert_eq!(text(&output.stderr).lines().count(), 10);
    assert_eq!(text(&output.stdout), "");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn a_directory_is_checked_as_one_and_its_problems_name_their_files() {
    let broken = "[people]\nben = 8\n[[routes]]\ncommand = \"istio\"\nagent = \"istio\"\n";
    let dir = directory(&[("a.toml", GOOD), ("b.toml", broken)]);
    let output = run(dir.path(), &["check", "--config", "."]).await;
    assert_eq!(
        text(&output.stderr),
        "./b.toml:5: routes[1].agent: no agent is called \"istio\": add [agents.istio]\n"
    );
    assert_eq!(output.status.code(), Some(1));
    std::fs::write(dir.path().join("b.toml"), "[people]\nben = 8\n").expect("it can be written");
    let output = run(dir.path(), &["check", "--config", "."]).await;
    assert_eq!(text(&output.stdout), ".: good: 1 agent, 1 route, 0 tests\n");
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn what_is_otherwise_than_the_tests_of_the_configuration_say_is_a_problem() {
    let tests = "[[tests]]\ntext = \"/kube pods\"\nperson = \"anna\"\nagent = \"k8s\"\n\
                 why = \"default\"\napprovers = [7]\n\
                 [[tests]]\ntext = \"pods\"\nperson = 9\nallowed = false\n";
    let dir = directory(&[("a.toml", GOOD), ("tests.toml", tests)]);
    let output = run(dir.path(), &["check", "--config", "."]).await;
    assert_eq!(
        text(&output.stderr),
        "./tests.toml:5: tests[0].why: expected \"default\", found \"command\": it goes to k8s by \
         /k8s, because its command says so\n\
         ./tests.toml:6: tests[0].approvers: expected anna, found whoever asked: it goes to k8s by \
         /k8s, because its command says so\n"
    );
    assert_eq!(output.status.code(), Some(1));
    let right = tests
        .replace("\"default\"", "\"command\"")
        .replace("[7]", "[\"requester\"]");
    std::fs::write(dir.path().join("tests.toml"), right).expect("it can be written");
    let output = run(dir.path(), &["check", "--config", "."]).await;
    assert_eq!(text(&output.stdout), ".: good: 1 agent, 1 route, 2 tests\n");
}

#[tokio::test]
async fn one_text_is_explained_step_by_step() {
    let dir = directory(&[("c.toml", GOOD)]);
    let explain = ["explain", "--config", "c.toml", "--text"];
    let args = |rest: &[&'static str]| [&explain[..], rest].concat();
    let output = run(
        dir.path(),
        &args(&["why?", "--person", "anna", "--current", "k8s"]),
    )
    .await;
    assert_eq!(
        text(&output.stdout),
        r#""why?", from anna, in private
 1. heard     in a private chat all is said to the bot
 2. person    anna may use 1 route here
 3. command   none, it is plain text
 4. reply     it answers no agent
 5. topic     the topic has no route
 6. current   k8s by /k8s
==> it goes to k8s by /k8s, because the person has picked that agent here
allowed     by the rule for a person
approvers   whoever asked
quotas      a person: 30 a minute, 1000 a day, 50 at once
            the route: 600 a minute, 50000 a day; 20 may wait in the conversation
"#
    );
    let group = [
        "/k8s pods",
        "--person",
        "9",
        "--chat",
        "-100",
        "--mention",
        "--json",
    ];
    let output = run(dir.path(), &args(&group)).await;
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(json["outcome"], "stranger");
    assert_eq!(json["allowed"], false);
    assert_eq!(json["steps"][0]["at"], "heard");
    assert_eq!(json["steps"].as_array().map(Vec::len), Some(2));
    let output = run(dir.path(), &args(&["pods", "--person", "bob"])).await;
    assert!(text(&output.stderr).contains("no person is called \"bob\""));
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn shells_complete_every_command() {
    let dir = directory(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let output = run(dir.path(), &["completions", shell]).await;
        assert!(output.status.success(), "{output:?}");
        let script = text(&output.stdout);
        for word in ["check", "explain", "doctor", "reply-to"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let output = run(dir.path(), &["completions", "bash"]).await;
    std::fs::write(dir.path().join("c.sh"), output.stdout).expect("it can be written");
    // The shell itself has to take it.
    let mut bash = std::process::Command::new("bash");
    let read = bash.arg("-n").arg("c.sh").current_dir(dir.path()).status();
    assert!(read.expect("bash starts").success());
}
