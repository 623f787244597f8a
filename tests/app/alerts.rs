//! What the admins are told without asking: what is out for long, once, and that it is over, once.

use switchboard_emulators::agent::replies;

use crate::storage::locked;
use crate::support::{Stage, UNLIMITED};

async fn stage() -> Stage {
    let sections = format!("{UNLIMITED}\n[ops]\ntell_after = \"1s\"\n");
    let plan = Stage::plan().sections(&sections);
    let stage = plan.agent("k8s", |_| replies("the answer")).start().await;
    // Whoever has never written to the bot cannot be told anything.
    stage.user(1).says("/help");
    stage.user(7).says("before");
    stage.user(7).sees("the answer").await;
    stage.settled().await;
    stage
}

#[tokio::test]
async fn the_admins_hear_once_that_an_agent_is_down_and_once_that_it_is_back() {
    let mut stage = stage().await;
    stage.agent("k8s").go_down().await;
    stage.user(7).says("hello");
    let admin = stage.user(1);
    admin.sees("k8s has not answered for 1 min").await;
    stage.user(7).says("and now?");
    stage.user(7).sees("It is down at the moment").await;

    // Whoever comes after this process finds out for themselves, and says it again.
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    let admin = stage.user(1);
    admin.sees_times("k8s has not answered for 1 min", 2).await;
    stage
        .agent("k8s")
        .come_up()
        .await
        .expect("its port is free");
    admin.sees("k8s answers again").await;
    stage.settled().await;
    assert_eq!(admin.shown("k8s has not answered"), 2);
    assert_eq!(admin.shown("k8s answers again"), 1);
    assert_eq!(stage.user(7).shown("has not answered"), 0);
    stage.ends().await;
}

#[tokio::test]
async fn the_admins_hear_of_a_store_that_keeps_nothing_though_it_keeps_no_word_for_them() {
    let stage = stage().await;
    let lock = locked(&stage.store()).await;
    stage.user(7).says("hello");
    let admin = stage.user(1);
    admin.sees("The store has not worked for 1 min").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    drop(lock);
    admin.sees("The store works again").await;
    stage.user(7).sees_times("the answer", 2).await;
    stage.settled().await;
    assert_eq!(admin.shown("The store has not worked"), 1);
    assert_eq!(admin.shown("The store works again"), 1);
    stage.ends().await;
}
