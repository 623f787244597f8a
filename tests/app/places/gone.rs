//! Answers whose question or topic is gone.

use switchboard_emulators::agent::Gate;
use switchboard_emulators::bot_api::Incoming;

use super::{ASKER, arrives, held_echo, plan, spots};
use crate::support::{PATIENCE, rows};

const CLOSED: i64 = -1_001_000_000_004;

#[tokio::test]
async fn an_answer_whose_question_was_deleted_arrives_without_a_quote() {
    let gate = Gate::new();
    let stage = plan("")
        .agent("k8s", held_echo(&gate, "heard"))
        .start()
        .await;
    let spots = spots(&stage).await;
    for spot in &spots {
        let question = spot.says(&stage, &spot.words());
        arrives(&stage, &spot.words()).await;
        stage.telegram.delete(spot.chat, question);
    }
    gate.open();
    for spot in &spots {
        let answer = stage.telegram.sees(spot.chat, &spot.words()).await;
        assert_eq!((answer.thread, answer.reply_to), (spot.thread, None));
    }
    stage.ends().await;
}

#[tokio::test]
async fn an_answer_for_a_topic_that_is_closed_or_gone_comes_outside_it_labelled() {
    let gate = Gate::new();
    let stage = plan("")
        .agent("k8s", held_echo(&gate, "**heard**"))
        .start()
        .await;
    let telegram = &stage.telegram;
    telegram.add_user(ASKER, "Asker");
    telegram.open_chat(ASKER);
    telegram.add_forum(CLOSED, "Forum");
    let closed = telegram.add_topic(CLOSED, "over");
    let gone = telegram.add_topic(CLOSED, "wrong");
    let own = telegram.add_topic(ASKER, "wrong, too");
    for (chat, topic) in [(CLOSED, closed), (CLOSED, gone), (ASKER, own)] {
        let text = format!("/k8s in {topic} of {chat}");
        telegram.post(Incoming::new(ASKER, chat, &text).thread(topic));
    }
    stage
        .agent("k8s")
        .wait_for("three prompts", PATIENCE, |agent| {
            (agent.prompts().len() == 3).then_some(())
        })
        .await;
    telegram.close_topic(CLOSED, closed, ASKER);
    telegram.delete_topic(CLOSED, gone);
    telegram.delete_topic(ASKER, own);
    gate.open();
    for (chat, topic) in [(CLOSED, closed), (CLOSED, gone), (ASKER, own)] {
        let answer = telegram.sees(chat, &format!("in {topic} of")).await;
        let expected = format!("(From a topic that is closed or gone)\nheard in {topic} of {chat}");
        assert_eq!(answer.text, expected);
        assert_eq!((answer.thread, answer.reply_to), (None, None));
        let bold = &answer.entities[0];
        let at = expected.find("heard").map(|at| at.to_string());
        assert_eq!(Some(bold["offset"].to_string()), at, "{bold}");
    }
    stage.settled().await;
    let states = rows::turn_states(&stage.store()).await;
    assert_eq!(states, ["answered"; 3]);
    stage.ends().await;
}
