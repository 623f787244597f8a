//! The playground as a newcomer meets it: the built binary, a pipe in, a transcript out.

#![cfg(feature = "playground")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

fn playground(args: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("playground")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(typed.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// The transcript of a script that ends well.
fn transcript(args: &[&str], typed: &str) -> String {
    let output = playground(args, typed);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    assert_eq!(err, "", "{out}");
    out
}

/// What was said and shown after this line of the person, up to their next one.
fn after<'a>(transcript: &'a str, line: &str) -> &'a str {
    let (_, rest) = transcript
        .split_once(&format!("{line}\n"))
        .unwrap_or_else(|| panic!("no {line:?} in\n{transcript}"));
    rest.split("you ▸").next().unwrap_or(rest)
}

#[test]
fn a_question_in_a_pipe_is_answered_and_the_playground_leaves() {
    let out = transcript(&[], "/k8s list pods\n");
    let answer = after(&out, "you ▸ /k8s list pods");
    assert!(answer.starts_with("bot ▸ Six pods"), "{out}");
    assert!(
        answer.contains("  cart-6d8f7c9b5d-p2x8k       0/1     CrashLoopBackOff   7"),
        "{out}"
    );
    assert_eq!(answer.matches("bot").count(), 1, "no drafts: {out}");
    assert!(!out.contains('\x1b'), "{out}");
}

#[test]
fn said_texts_are_one_conversation() {
    let said = [
        "--say",
        "/istio",
        "--say",
        "mtls?",
        "--say",
        "do you remember?",
    ];
    let out = transcript(&said, "");
    assert!(after(&out, "you ▸ /istio").contains("istio"), "{out}");
    assert!(after(&out, "you ▸ mtls?").contains("STRICT"), "{out}");
    assert!(
        after(&out, "you ▸ do you remember?").contains("• mtls?"),
        "{out}"
    );
}

#[test]
fn a_stranger_is_refused_with_their_id() {
    let out = transcript(&[], ":as 1002 Bob\n/k8s list pods\n:as 1001\n/whoami\n");
    let refusal = after(&out, "Bob ▸ /k8s list pods");
    assert!(refusal.starts_with("bot ▸ "), "{out}");
    assert!(refusal.contains("1002"), "{out}");
    assert!(!out.contains("Six pods"), "{out}");
    assert!(
        after(&out, "you ▸ /whoami").contains("Your id: 1001"),
        "{out}"
    );
}

#[test]
fn an_agent_that_is_down_gives_a_plain_sentence_and_can_be_asked_again() {
    let out = transcript(&[], ":down k8s\nlist pods\n:up k8s\n:1\n");
    let failure = after(&out, "you ▸ list pods");
    assert!(failure.contains("k8s"), "{out}");
    assert!(
        !failure.contains("http") && !failure.contains("127.0.0.1"),
        "{out}"
    );
    assert!(failure.contains("[1] Run again"), "{out}");
    assert!(after(&out, "you ▸ :1").contains("Six pods"), "{out}");
}

#[test]
fn a_dangerous_call_waits_for_a_button() {
    let out = transcript(&[], "/k8s roll back cart\n1\n/k8s roll back cart\n:4\n");
    let card = after(&out, "you ▸ /k8s roll back cart");
    assert!(card.contains("k8s_rollout_undo"), "{out}");
    assert!(card.contains("[1] Approve  [2] Reject"), "{out}");
    assert!(
        after(&out, "you ▸ 1").contains("cart is rolled back"),
        "{out}"
    );
    assert!(
        after(&out, "you ▸ :4").contains("cart is left alone"),
        "{out}"
    );
}

#[test]
fn a_number_that_is_no_button_is_said_to_the_bot() {
    let out = transcript(&[], "/k8s roll back cart\n1\n1\n:1\n");
    let pressed = after(&out, "you ▸ 1");
    assert!(pressed.contains("cart is rolled back"), "{out}");
    let (_, said) = out.rsplit_once("you ▸ 1\n").unwrap();
    assert!(said.contains("Message 2 of this conversation"), "{out}");
    assert!(
        after(&out, "you ▸ :1").contains("There is no button [1]"),
        "{out}"
    );
}

#[test]
fn files_and_edits_can_be_tried() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("question.txt");
    fs::write(&file, "list the pods").unwrap();
    let sends = format!(":file {}", file.display());
    let out = transcript(&[], &format!("{sends}\n:edit nodes\n:photo why?\n"));
    let answer = after(&out, &format!("you ▸ {sends}"));
    assert!(answer.contains("Six pods"), "{out}");
    assert!(
        after(&out, "you ▸ :photo why?").contains("cannot take photo.jpg"),
        "{out}"
    );
    assert!(out.contains("Your change came too late"), "{out}");
}

#[test]
fn in_a_group_the_bot_answers_those_who_call_it() {
    let out = transcript(&[], ":chat group\n/istio mtls?\n");
    assert!(
        after(&out, "you (group) ▸ /istio mtls?").contains("STRICT"),
        "{out}"
    );
}

#[test]
fn ctrl_c_ends_it_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("playground")
        .env("TMPDIR", dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = child.stdin.take().unwrap();
    typed.write_all(b"/whoami\n").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let answered = lines.any(|line| line.unwrap().contains("1001"));
    assert!(answered);
    let files = || fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(files(), 1);
    let interrupt = format!("kill -INT {}", child.id());
    let sent = Command::new("sh").args(["-c", &interrupt]).status();
    assert!(sent.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(files(), 0);
}

#[test]
fn a_wrong_filter_is_refused_by_name() {
    let output = playground(&["--log", "switchboard=loud"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--log"));
}
