//! `switchboard chat` with kagent-adk 0.10.4.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::approvals::{COUNTING, ran};
use crate::processes::KAGENT;

#[tokio::test]
async fn somebody_at_a_terminal_asks_a_real_agent_and_decides_what_it_does() {
    let _alone = COUNTING.lock().await;
    let before = ran("delete_pod");
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args([
            "chat",
            "k8s",
            "--flavor",
            "kagent",
            "--url",
            &KAGENT.line.k8s,
        ])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let typed = "delete one\n2\ndelete one\n3\n";
    stdin.write_all(typed.as_bytes()).expect("it reads");
    drop(stdin);
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await;
    let output = output.expect("it can be waited for").expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!((output.status.code(), &*err), (Some(0), ""), "{out}");
    assert_eq!(out.matches("delete_pod\n  name: web-1").count(), 2, "{out}");
    for part in [
        "🚫 Rejected by you",
        "rejected by user",
        "✅ Approved by you",
    ] {
        assert!(out.contains(part), "no {part:?} in {out}");
    }
    assert!(out.contains("pod web-1 deleted from"), "{out}");
    assert_eq!(ran("delete_pod"), before + 1, "{out}");
}
