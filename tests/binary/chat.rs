//! `switchboard chat` with an emulated agent: by a pipe, and by somebody who types.

mod pty;
mod typed;

use std::process::Stdio;

use serde_json::json;
use switchboard_emulators::agent::{
    Incoming, Question, Reply, Settings as AgentSettings, replies, reply,
};
use tokio::io::AsyncWriteExt;

use crate::process::switchboard;
use crate::support::Stage;

fn script(incoming: &Incoming) -> Reply {
    if let Some(decision) = &incoming.decision {
        return replies(&format!("{} {:?}", decision.summary(), decision.answers));
    }
    match &*incoming.text {
        "delete it" => reply().asks_approval(&[("delete_pod", json!({"name": "web-1"}))]),
        "which" => reply().asks_user(&[Question::one_of("Which one?", &["red", "blue"])]),
        "ask" => reply().asks("How many?"),
        "steer" => replies("a \u{1b}[2J\u{1b}]0;owned\u{7} b \u{9b}31m c"),
        other => replies(&format!("You said {other}, {}", incoming.turn)),
    }
}

async fn stage() -> Stage {
    Stage::plan()
        .agent("k8s", script)
        .agent("istio", |_| replies("not asked"))
        .allow("7")
        .route("k8s", "approvers = [8]")
        .build()
        .await
}

/// What came of a chat.
struct Said {
    out: String,
    err: String,
    code: Option<i32>,
}

impl Said {
    /// What was shown after this line, up to the next one.
    fn after(&self, line: &str) -> &str {
        let begin = format!("you ▸ {line}\n");
        let (_, rest) = self
            .out
            .split_once(&begin)
            .unwrap_or_else(|| panic!("no {line:?} in\n{}{}", self.out, self.err));
        rest.split("you ▸").next().unwrap_or(rest)
    }

    fn ends(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        assert!(!self.out.contains('\x1b'), "{}", self.out);
        let wide = |line: &&str| line.chars().count() > 60;
        assert_eq!(self.out.lines().find(wide), None);
    }
}

/// A chat by a pipe, in an environment without any token.
async fn chat(args: &[&str], typed: &str) -> Said {
    let mut command = switchboard(&["chat"]);
    command.args(args).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let written = stdin.write_all(typed.as_bytes()).await;
    drop(stdin);
    let output = tokio::time::timeout(crate::support::PATIENCE, child.wait_with_output()).await;
    let output = output.expect("it ends in time").expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let said = Said {
        out: text(output.stdout),
        err: text(output.stderr),
        code: output.status.code(),
    };
    // One that ends at once reads nothing.
    assert!(written.is_ok() || said.code == Some(1), "{}", said.err);
    said
}

/// The same, with the stage's agent `k8s` and its configuration.
async fn with_k8s(stage: &Stage, typed: &str) -> Said {
    let config = stage.config_file();
    let config = config.to_str().expect("a path in UTF-8");
    chat(&["k8s", "--config", config], typed).await
}

#[tokio::test]
async fn lines_of_a_pipe_are_one_conversation_that_needs_no_token_and_touches_nothing() {
    let stage = stage().await;
    let said = with_k8s(&stage, "hello\n\nagain\n/new\nonce more\n").await;
    said.ends(0);
    assert_eq!(said.err, "");
    assert_eq!(said.after("hello"), "k8s ▸ You said hello, 1\n");
    assert_eq!(said.after("again"), "k8s ▸ You said again, 2\n");
    assert_eq!(said.after("once more"), "k8s ▸ You said once more, 1\n");
    assert!(!stage.store().exists());
    assert!(
        stage.telegram.calls().is_empty(),
        "nothing goes to Telegram"
    );
    assert!(stage.agent("istio").calls().is_empty());
    stage.abandons().await;
}

#[tokio::test]
async fn whoever_is_at_the_terminal_approves_and_rejects() {
    let stage = stage().await;
    let typed = "delete it\n1\ndelete it\nnot in prod\n4\n:4\n";
    let said = with_k8s(&stage, typed).await;
    said.ends(0);
    let card = said.after("delete it");
    for part in [
        "It wants to do this,\n  for you:",
        "delete_pod\n  name: web-1",
        "May be approved by you, who asked.",
        "  [1] Approve  [2] Reject\n",
    ] {
        assert!(card.contains(part), "{card}");
    }
    let approved = said.after("1");
    assert!(
        approved.contains("k8s (edited) ▸ … ✅ Approved by you at"),
        "{approved}"
    );
    assert!(
        said.after("not in prod")
            .contains("Reason, if it is rejected: not in prod")
    );
    let rejected = said.after("4");
    assert!(rejected.contains("🚫 Rejected by you at"), "{rejected}");
    assert!(said.after(":4").contains("There is no button [4]"));
    let ran = stage.agent("k8s").executed();
    assert_eq!(ran, [("delete_pod".to_owned(), json!({"name": "web-1"}))]);
    let prompts = stage.agent("k8s").prompts();
    let mut decisions = prompts.iter().filter_map(|it| it.decision.as_ref());
    let last = decisions.next_back().expect("a decision").summary();
    assert!(last.contains("not in prod"), "{last}");
    stage.abandons().await;
}

#[tokio::test]
async fn what_the_agent_asks_is_answered_by_a_number_or_by_words() {
    let stage = stage().await;
    let said = with_k8s(&stage, "which\n2\nwhich\na green one\nask\n3\n").await;
    said.ends(0);
    let card = said.after("which");
    assert!(card.contains("Which one?"), "{card}");
    assert!(card.contains("[1] red  [2] blue"), "{card}");
    let told = |line, answer: &str| said.after(line).contains(&format!("[[\"{answer}\"]]"));
    assert!(told("2", "blue"), "{}", said.out);
    assert!(told("a green one", "a green one"), "{}", said.out);
    // A number that is no button any more is an answer like any other.
    assert!(said.after("ask").contains("How many?"), "{}", said.out);
    assert!(said.after("3").contains("You said 3"), "{}", said.out);
    stage.abandons().await;
}

#[tokio::test]
async fn an_input_that_ends_before_the_decision_is_no_success_and_leaves_nothing_waiting() {
    let stage = stage().await;
    let said = with_k8s(&stage, "delete it\n").await;
    said.ends(1);
    assert!(
        said.out
            .contains("k8s still waits for a decision. It is stopped.")
    );
    assert!(
        said.err.contains("write the number of a button"),
        "{}",
        said.err
    );
    assert!(stage.agent("k8s").executed().is_empty());
    let rejected = stage.agent("k8s").prompts();
    assert!(
        rejected.iter().any(|it| it.decision.is_some()),
        "{rejected:?}"
    );
    stage.abandons().await;
}

#[tokio::test]
async fn what_an_agent_says_never_steers_the_terminal() {
    let stage = stage().await;
    let said = with_k8s(&stage, "steer\n").await;
    said.ends(0);
    let odd = said.out.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(odd, None, "{:?}", said.out);
    assert!(said.after("steer").contains("31m c"), "{}", said.out);
    stage.abandons().await;
}

#[tokio::test]
async fn an_agent_that_is_down_is_told_with_what_to_do() {
    let stage = stage().await;
    stage.agent("k8s").go_down().await;
    let said = with_k8s(&stage, "hello\n").await;
    said.ends(1);
    let answer = said.after("hello");
    assert!(answer.contains("The agent cannot be reached."), "{answer}");
    assert!(answer.contains("[1] Run again"), "{answer}");
    assert!(
        said.err.contains("switchboard doctor --config "),
        "{}",
        said.err
    );
    assert!(!said.out.contains("127.0.0.1"), "{}", said.out);
    stage.abandons().await;
}

#[tokio::test]
async fn an_agent_that_no_configuration_has_is_reached_by_its_address() {
    let stage = stage().await;
    let url = stage.agent("k8s").url();
    let said = chat(&["new-one", "--url", &url, "--flavor", "kagent"], "hello\n").await;
    said.ends(0);
    assert_eq!(said.after("hello"), "new-one ▸ You said hello, 1\n");
    let config = stage.config_file();
    let config = config.to_str().expect("a path in UTF-8");
    let both = ["new-one", "--url", &url, "--config", config];
    let said = chat(&both, "hello\n").await;
    said.ends(0);
    assert_eq!(said.after("hello"), "new-one ▸ You said hello, 1\n");
    for (args, why) in [
        (
            vec!["new-one", "--config", config],
            "no agent is called \"new-one\"; there are: istio, k8s",
        ),
        (
            vec!["New one", "--url", &url],
            "an agent's name is 1 to 63 of a-z",
        ),
        (
            vec!["x", "--url", "ftp://example.org"],
            "must start with http:// or https://",
        ),
        (vec!["x", "--config", "/nowhere.toml"], "/nowhere.toml"),
    ] {
        let said = chat(&args, "hello\n").await;
        said.ends(1);
        assert!(said.err.contains(why), "{}", said.err);
    }
    stage.abandons().await;
}

#[tokio::test]
async fn an_agent_of_plain_a2a_is_talked_to_as_well() {
    let settings = AgentSettings::a2a("k8s");
    let plan = Stage::plan().agent_as("k8s", settings, "flavor = \"a2a\"", script);
    let stage = plan.allow("7").build().await;
    let said = with_k8s(&stage, "ask\nthree\n").await;
    said.ends(0);
    assert!(said.after("ask").contains("How many?"), "{}", said.out);
    assert!(
        said.after("three").contains("You said three"),
        "{}",
        said.out
    );
    stage.abandons().await;
}
