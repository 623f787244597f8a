//! An agent that is down: said at once, and said again when it is back.

use switchboard_emulators::agent::replies;

use crate::support::{PATIENCE, Stage};

#[tokio::test]
async fn an_agent_that_is_down_is_not_tried_for_everybody_and_those_turned_away_hear_when_it_is_back()
 {
    let stage = Stage::with(|asked| replies(&format!("answer to {}", asked.text))).await;
    let agent = stage.agent("k8s");
    agent
        .wait_for("the card to be read", PATIENCE, |agent| {
            (!agent.calls_of("agent-card").is_empty()).then_some(())
        })
        .await;
    agent.go_down().await;
    // One person's question finds it out, and the next person's is not tried.
    stage.user(7).says("first");
    stage.user(7).sees("The agent cannot be reached").await;
    let asked = tokio::time::Instant::now();
    stage.user(8).says("second");
    stage.user(8).sees("It is down at the moment").await;
    assert!(asked.elapsed().as_secs() < 2, "told at once");
    stage.user(8).says("third");
    stage
        .user(8)
        .sees_times("It is down at the moment", 2)
        .await;

    agent.come_up().await.expect("the port is free");
    stage.user(8).sees("k8s is back").await;
    stage
        .user(8)
        .taps("It is down at the moment", "Run again")
        .await;
    stage.user(8).sees("answer to second").await;
    stage.settled().await;
    assert_eq!(
        stage.user(8).shown("k8s is back"),
        1,
        "once, however often they asked"
    );
    assert_eq!(
        stage.user(7).shown("k8s is back"),
        0,
        "they were not turned away"
    );
    assert_eq!(agent.prompts().len(), 1);
    stage.ends().await;
}
