//! What goes wrong: floods, cut connections, failing servers, held calls.

use serde_json::{Value, json};
use switchboard_emulators::bot_api::{Fault, Limits, On, Outcome, Rate, Settings};

use crate::support::{ANN, Bot};

#[actix_rt::test]
async fn floods_are_refused_with_a_wait_and_edits_share_the_bucket() {
    let bot = Bot::with(Settings {
        limits: Limits {
            chat: Some(Rate::new(2.0, 0.1)),
            ..Limits::none()
        },
        ..Settings::default()
    })
    .await;
    bot.api.say(ANN, ANN, "/start");
    let id = bot.send(ANN, "1").await;
    bot.ok(
        "editMessageText",
        json!({"chat_id": ANN, "message_id": id, "text": "2"}),
    )
    .await;
    let sent = bot.http.post(bot.method_url("sendMessage"));
    let mut answer = sent
        .send_json(&json!({"chat_id": ANN, "text": "3"}))
        .await
        .unwrap();
    assert_eq!(answer.headers().get("retry-after").unwrap(), "10");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["parameters"]["retry_after"], 10);
    bot.was_correct();
    let early = bot
        .refused("sendMessage", json!({"chat_id": ANN, "text": "4"}))
        .await;
    assert_eq!(early, "Too Many Requests: retry after 10");
    assert_eq!(bot.api.violations().len(), 1, "the penalty was known");
    bot.ok(
        "sendChatAction",
        json!({"chat_id": ANN, "action": "typing"}),
    )
    .await;
    assert_eq!(bot.api.typing(ANN).len(), 1);
}

#[actix_rt::test]
async fn a_cut_connection_is_an_error_of_the_transport() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let text = |text: &str| json!({"chat_id": ANN, "text": text});
    bot.api
        .inject(Fault::CutBefore, On::method("sendMessage").chat(ANN));
    assert!(bot.raw("sendMessage", &text("lost")).await.is_err());
    assert!(bot.api.bot_screen(ANN).is_empty());
    bot.api
        .inject(Fault::CutAfter, On::method("sendMessage").text("shown"));
    assert!(bot.raw("sendMessage", &text("shown")).await.is_err());
    assert_eq!(bot.api.sees(ANN, "shown").await.text, "shown");
    let outcomes: Vec<Outcome> = bot.api.calls().into_iter().map(|c| c.outcome).collect();
    assert_eq!(outcomes, [Outcome::Lost, Outcome::AnswerLost]);
    assert_eq!(bot.api.faults_left(), 0);
    bot.send(ANN, "fine").await;
}

#[actix_rt::test]
async fn servers_fail_in_many_ways() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let hi = json!({"chat_id": ANN, "text": "hi"});
    bot.api.inject(Fault::Status(500), On::any());
    assert_eq!(bot.call("sendMessage", hi.clone()).await["error_code"], 500);
    bot.api.inject(Fault::Html502, On::any());
    let (status, page) = bot.raw("sendMessage", &hi).await.unwrap();
    assert!(status == 502 && page.starts_with(b"<html>"));
    bot.api.inject(Fault::TruncatedJson, On::any());
    let (status, half) = bot.raw("sendMessage", &hi).await.unwrap();
    assert!(status == 200 && serde_json::from_slice::<Value>(&half).is_err());
    assert_eq!(
        bot.api.bot_screen(ANN).len(),
        1,
        "only the last was accepted"
    );
    bot.api.inject(
        Fault::TooMany { retry_after: 9 },
        On::method("sendMessage").chat(ANN),
    );
    for violations in [0, 1] {
        let body = bot.call("sendMessage", hi.clone()).await;
        assert_eq!(body["parameters"]["retry_after"], 9);
        assert_eq!(bot.api.violations().len(), violations);
    }
}

#[actix_rt::test]
async fn a_held_call_waits_for_its_gate() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let gate = bot.api.hold(On::method("sendMessage"));
    let hi = json!({"chat_id": ANN, "text": "hi"});
    let held = actix_rt::spawn(bot.call("sendMessage", hi.clone()));
    gate.reached().await;
    assert!(bot.api.bot_screen(ANN).is_empty());
    bot.send(ANN, "overtakes").await;
    gate.release();
    assert_eq!(held.await.unwrap()["ok"], true);
    let answer = bot.api.hold_answer(On::method("sendMessage").text("hi"));
    let held = actix_rt::spawn(bot.call("sendMessage", hi));
    answer.reached().await;
    assert_eq!(bot.api.times_shown(ANN, "hi"), 2, "it took effect");
    drop(answer);
    assert_eq!(held.await.unwrap()["ok"], true);
}
