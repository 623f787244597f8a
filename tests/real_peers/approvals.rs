//! Approvals with a real kagent-adk 0.10.4: what was decided is looked for at the tool server,
//! never in the chat alone.

use switchboard_emulators::bot_api::Incoming as Message;
use tokio::sync::Mutex;

use crate::processes::KAGENT;
use crate::support::{Stage, rows};

async fn stage(route: &str) -> Stage {
    let kagent = "flavor = \"kagent\"";
    Stage::plan()
        .existing_agent("k8s", &KAGENT.line.k8s, kagent)
        .existing_agent("stream", &KAGENT.line.stream, kagent)
        .route("k8s", route)
        .route("stream", route)
        .start()
        .await
}

/// Whoever counts what has run holds this: all share the log of the tool server.
pub static COUNTING: Mutex<()> = Mutex::const_new(());

/// How often a tool that needs an approval has run so far.
pub fn ran(tool: &str) -> usize {
    let log = std::fs::read_to_string(&KAGENT.line.mcp_log).unwrap_or_default();
    log.lines().filter(|line| line.contains(tool)).count()
}

const CARD: &str = "asks whether it may go on";

#[tokio::test]
async fn nothing_runs_at_the_real_tool_server_but_what_was_approved() {
    let _alone = COUNTING.lock().await;
    let mut stage = stage("approvers = [8, \"requester\"]").await;
    let (mut pods, mut restarts) = (ran("delete_pod"), ran("restart_deployment"));
    for command in ["k8s", "stream"] {
        // Approved, with a tap by a stranger before and a double tap after.
        stage.user(7).says(&format!("/{command} delete one"));
        let card = stage.telegram.sees_button(7, "Approve").await;
        assert!(
            card.text.contains("delete_pod\nname: web-1"),
            "{}",
            card.text
        );
        stage.telegram.add_user(9, "Stranger");
        let tap = stage.telegram.press(9, 7, card.id, "Approve").unwrap();
        let answer = stage.telegram.tap_answered(&tap).await;
        assert!(
            answer.text.starts_with("You may not approve this"),
            "{}",
            answer.text
        );
        assert_eq!(ran("delete_pod"), pods, "a stranger's tap runs nothing");
        let data = card.button("Approve").unwrap().data.clone().unwrap();
        for _ in 0..3 {
            let tap = stage.telegram.press_raw(7, 7, card.id, &data);
            stage.telegram.tap_answered(&tap).await;
        }
        stage.user(7).sees("pod web-1 deleted from default").await;
        stage.settled().await;
        pods += 1;
        assert_eq!(ran("delete_pod"), pods, "once, however often it was tapped");

        // Rejected, with a reason.
        stage.user(7).says(&format!("/{command} delete one"));
        let card = stage.telegram.sees_button(7, "Reject").await;
        let reason = Message::new(7, 7, "not in prod").reply_to(card.id);
        stage.telegram.post(reason);
        stage
            .user(7)
            .sees("Reason, if it is rejected: not in prod")
            .await;
        let card = stage.telegram.sees_button(7, "Reject").await;
        let tap = stage.telegram.press(7, 7, card.id, "Reject").unwrap();
        stage.telegram.tap_answered(&tap).await;
        stage
            .user(7)
            .sees("rejected by user. Reason: not in prod")
            .await;
        stage.settled().await;

        // Two tools, decided differently.
        stage.user(7).says(&format!("/{command} delete two"));
        let card = stage
            .telegram
            .sees_button(7, "🚫 2. restart_deployment")
            .await;
        let tap = stage
            .telegram
            .press(7, 7, card.id, "🚫 2. restart_deployment")
            .unwrap();
        stage.telegram.tap_answered(&tap).await;
        let card = stage
            .telegram
            .sees_button(7, "✅ 2. restart_deployment")
            .await;
        let tap = stage.telegram.press(7, 7, card.id, "Send").unwrap();
        stage.telegram.tap_answered(&tap).await;
        stage.user(7).sees("deployment api restarted in prod").await;
        stage.settled().await;
        restarts += 1;
        assert_eq!(
            (ran("delete_pod"), ran("restart_deployment")),
            (pods, restarts)
        );

        // A question meanwhile, and the decision after a restart of the bot.
        stage.user(7).says(&format!("/{command} delete one"));
        stage.telegram.sees_button(7, "Approve").await;
        stage.user(7).says(&format!("/{command} hello meanwhile"));
        stage.user(7).sees("so your message waits, too").await;
        stage.stop_bot().await.unwrap();
        assert_eq!(ran("delete_pod"), pods, "text is no decision");
        stage.start_bot();
        let card = stage.telegram.sees_button(7, "Approve").await;
        let tap = stage.telegram.press(7, 7, card.id, "Approve").unwrap();
        stage.telegram.tap_answered(&tap).await;
        stage.user(7).sees("You said: hello meanwhile").await;
        stage.settled().await;
        pods += 1;
        assert_eq!(ran("delete_pod"), pods);
        stage.user(7).says(&format!("/new {command}"));
        stage
            .user(7)
            .sees(&format!("A new conversation with {command}"))
            .await;
    }
    stage.ends().await;
    questions_and_time(pods).await;
}

/// `ask_user` with three questions, then what nobody decides in time.
async fn questions_and_time(pods: usize) {
    let stage = stage("approvers = [\"requester\"]\nexpires_after = \"8s\"").await;
    let user = stage.user(7);
    user.says("/k8s ask me");
    user.taps("Which database?", "PostgreSQL").await;
    user.taps("Which features?", "Auth").await;
    stage.telegram.sees_button(7, "✅ Auth").await;
    user.taps("Which features?", "Done").await;
    user.sees("Anything else?").await;
    user.says("no");
    user.sees("\"Anything else?\", \"answer\": [\"no\"]").await;
    stage.settled().await;
    // What the tool has given to the model, as the model got it.
    let model = std::fs::read_to_string(&KAGENT.line.model_log).unwrap_or_default();
    let answers = ["PostgreSQL", "Auth", "no"];
    let answers = answers.map(|answer| format!(r#"[\"{answer}\"]"#));
    let whole = |line: &str| answers.iter().all(|answer| line.contains(answer));
    assert!(model.lines().any(whole), "{:?}", model.lines().last());

    user.says("/k8s delete one");
    user.sees(CARD).await;
    user.sees("⌛ Nobody decided in time").await;
    user.sees("Reason: Nobody decided in time.").await;
    stage.settled().await;
    assert_eq!(ran("delete_pod"), pods, "time is no approval");
    let decisions = "SELECT count(*) FROM decisions";
    assert_eq!(rows::count(&stage.store(), decisions).await, 2);
    stage.ends().await;
}
