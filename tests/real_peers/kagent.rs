//! kagent-adk 0.10.4 with a fake model and a fake tool server: one agent that answers whole,
//! one that streams.

use crate::processes::KAGENT;
use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

async fn stage() -> Stage {
    // The real clock of an agent is slow: show the placeholder, keep it quiet.
    let chat = "[chat]\nplaceholder_after = \"200ms\"\npreview_every_private = \"100ms\"\n\
                long_answer = \"chunks\"\n";
    let kagent = "flavor = \"kagent\"";
    Stage::plan()
        .sections(&format!("{UNLIMITED}\n{chat}"))
        .existing_agent("k8s", &KAGENT.line.k8s, kagent)
        .existing_agent("stream", &KAGENT.line.stream, kagent)
        .start()
        .await
}

#[tokio::test]
async fn a_message_goes_to_the_real_agent_and_back_and_a_second_one_proves_the_context() {
    let stage = stage().await;
    let tools_run = || std::fs::read_to_string(&KAGENT.line.mcp_log).unwrap_or_default();
    for (user, command) in [(7, "k8s"), (8, "stream")] {
        let user = stage.user(user);
        user.says(&format!("/{command} hello there"));
        user.sees("You said: hello there (messages so far: 1)")
            .await;
        user.says(&format!("/{command} once more"));
        user.sees("You said: once more (messages so far: 3)").await;
        user.says(&format!("/new {command}"));
        user.sees("new conversation").await;
        user.says(&format!("/{command} afresh"));
        user.sees("You said: afresh (messages so far: 1)").await;
    }
    stage.settled().await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["answered"; 6]);

    // A tool without approval runs; its effect is looked for at the tool server.
    stage.user(7).says("/k8s list pods");
    stage.user(7).sees("web-1 Running in default").await;
    let ran = tools_run();
    assert!(ran.contains("get_pods"), "{ran}");

    // One that needs an approval waits; nobody may approve here: see `approvals`.
    stage.user(7).says("/k8s delete one");
    stage
        .user(7)
        .taps("Nobody may approve this", "Reject")
        .await;
    stage.user(7).sees("Tool call was rejected by user").await;

    // The model fails: a sentence, not its internals.
    stage.user(7).says("/k8s fail");
    let told = stage.user(7).sees("it failed").await;
    assert!(!told.text.contains("exploded"), "{}", told.text);

    // A long answer, streamed: in order, within the limit.
    stage.user(8).says("/stream long 9000");
    stage
        .telegram
        .wait_in(8, "three chunks", PATIENCE, |world| {
            let long = |text: &str| text.contains("lorem ipsum");
            let chunks = world.messages(8).filter(|m| m.from_bot() && long(&m.text));
            (chunks.count() >= 3).then_some(())
        })
        .await;
    stage.ends().await;
}
