//! No secret of an agent's, and none of our own, reaches anything that goes out: whatever shape the
//! answer has.

use std::io::Write as _;

use serde_json::json;
use switchboard_emulators::agent::{
    Incoming, Question, Reply, Settings as AgentSettings, replies, reply,
};

use crate::ops::{base, get};
use crate::support::{Stage, UNLIMITED, rows};

const SECRETS: [&str; 4] = [
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "hunter2hunter2",
    "aHVudGVyMmh1bnRlcjI=",
    "s3cr3t-0f-our-own",
];

/// All of them in one text, each as it may stand in one.
fn leak(token: &str) -> String {
    let [github, password, data, own] = SECRETS;
    format!(
        "use {github}, or password: {password}\nsent {own} and {token}\n\nkind: Secret\ndata:\n  a: {data}\n"
    )
}

/// Says it in every shape that an answer has.
fn script(incoming: &Incoming, text: &str) -> Reply {
    let secret = SECRETS[0];
    let base64 = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    match (&incoming.decision, incoming.text.as_str()) {
        (Some(decision), _) => replies(&format!("{} {text}", decision.summary())),
        (_, "answer") => replies(text),
        (_, "grow") => reply().tokens(&[text]).answers(text),
        (_, "fail") => reply().fails(text),
        (_, "refuse") => reply().rejects(text),
        (_, "error") => reply().jsonrpc_error(-32602, &format!("no: {text}")),
        (_, "http") => reply().http_status(403, &format!("no: {text}")),
        (_, "file") => reply()
            .file_bytes(&format!("{secret}.txt"), "text/plain", &base64)
            .completes(),
        (_, "link") => reply()
            .file_uri(
                &format!("{secret}.txt"),
                "text/plain",
                &format!("https://x.example/?token={secret}"),
            )
            .completes(),
        (_, "ask") => reply().asks(text),
        (_, "approve") => reply().asks_approval(&[(secret, json!({"manifest": text}))]),
        _ => reply().asks_user(&[Question::one_of(text, &[secret, "other"])]),
    }
}

#[tokio::test]
async fn no_secret_reaches_anything_that_goes_out() {
    let mut credential = tempfile::NamedTempFile::new().expect("a file can be made");
    credential
        .write_all(SECRETS[3].as_bytes())
        .expect("it can be written");
    let agent = format!(
        "flavor = \"kagent\"\n[agents.k8s.headers]\nAuthorization = {{ file = \"{}\", prefix = \"Bearer \" }}\n",
        credential.path().display()
    );
    let sections = format!(
        "{UNLIMITED}\n[chat]\ntyping_after = \"10ms\"\nplaceholder_after = \"20ms\"\n\
         preview_every_private = \"100ms\"\n[ops]\nlisten = \"127.0.0.1:0\"\n"
    );
    let token = switchboard_emulators::bot_api::Settings::unlimited().token;
    let text = leak(&token);
    let stage = Stage::plan()
        .sections(&sections)
        .route("k8s", "approvers = [\"requester\"]")
        .agent_as(
            "k8s",
            AgentSettings::kagent("k8s"),
            &agent,
            move |incoming| script(incoming, &text),
        )
        .start()
        .await;
    let user = stage.user(7);
    let words = [
        "answer", "grow", "fail", "refuse", "error", "http", "file", "link",
    ];
    stage.telegram.polled().await;
    for (ended, word) in (1..).zip(words) {
        user.says(word);
        let over = "SELECT count(*) FROM turns WHERE ended_at IS NOT NULL";
        rows::becomes(&stage.store(), over, ended).await;
    }
    user.says("/k8s approve");
    user.sees("asks whether it may go on").await;
    user.taps("asks whether it may go on", "Approve").await;
    user.sees("✅ Approved by 7").await;
    stage.settled().await;
    user.says("choose");
    user.sees("asks you").await;
    user.taps("asks you", "other").await;
    user.sees("✅ Answered by 7").await;
    stage.settled().await;
    user.says("ask");
    user.sees_times("What looks like a secret is hidden", 5)
        .await;
    stage.settled().await;
    user.says("/status");
    stage.settled().await;

    let (_, metrics) = get(&format!("{}/metrics", base(&stage).await)).await;
    assert!(
        metrics.contains("switchboard_masked_total{route=\"k8s\",kind=\"own\"}"),
        "{metrics}"
    );
    let own = "switchboard_masked_total{route=\"k8s\",kind=\"own\"} 0";
    assert!(!metrics.contains(own), "they were counted");
    let told = "SELECT count(*) FROM audit WHERE tools LIKE '%ghp_%' OR rule LIKE '%ghp_%'";
    assert_eq!(rows::count(&stage.store(), told).await, 0);
    let (_, file) = user.sees_file("‹masked›").await;
    let file = String::from_utf8_lossy(&file.bytes).into_owned();
    assert!(file.contains("password: ‹masked›"), "{file}");
    let out = format!(
        "{:?}\n{:?}\n{}\n{metrics}\n{file}",
        stage.telegram.everything_sent(7),
        stage.telegram.calls(),
        stage.logged(),
    );
    for secret in SECRETS.into_iter().chain([&*token]) {
        if let Some(at) = out.find(secret) {
            let around = out[..at].chars().rev().take(300).collect::<Vec<_>>();
            let before: String = around.into_iter().rev().collect();
            panic!("{secret} got out behind {before}");
        }
    }
    stage.ends().await;
}
